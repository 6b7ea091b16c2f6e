import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import { type EncryptedColumn, encryptedColumns } from "./encrypted-columns.ts";

/** How many values of a column stand under a version of the data key. */
export interface VersionCount {
  readonly table: string;
  readonly column: string;
  readonly version: number;
  readonly values: number;
}

/** Reads the version out of every value of the tenant: the figures are counted, not kept. */
export async function countVersions(tx: TenantTransaction): Promise<VersionCount[]> {
  const counts: VersionCount[] = [];
  for (const column of encryptedColumns) {
    const found = await rows<{ version: number; values: number }>(
      tx,
      `select ${versionOf(column)} as version, count(*)::int as values
       from cash_management.${column.table} as t
       where t.tenant_id = $1 and t.${column.column} is not null
       group by 1
       order by 1`,
      [tx.tenantId],
    );
    counts.push(...found.map(({ version, values }) => ({ table: column.table, column: column.column, version, values })));
  }
  return counts;
}

/** The header's bytes 4 to 7 (src/keys/ciphertext.ts). */
function versionOf({ column }: EncryptedColumn): string {
  return `('x' || encode(substring(t.${column} from 5 for 4), 'hex'))::bit(32)::integer`;
}

import { setTimeout as delay } from "node:timers/promises";
import { tenantKeys } from "../../keys/key-ring.ts";
import type { Pool } from "../../postgres/connect.ts";
import { rows } from "../../postgres/rows.ts";
import { retrying, type TenantContext, type TenantTransaction, tenantTransaction } from "../../postgres/transaction.ts";
import type { EncryptedColumn } from "./encrypted-columns.ts";

/** Rows of a transaction: more than the thousand above which the audit trail keeps one digest of them, few enough that nobody waits long. */
export const usualBatchRows = 2_000;

/**
 * Encrypts with the active key what stands in the column under another one, a transaction a batch. Each row is locked while it changes,
 * so that a value written meanwhile is never overwritten by what it was.
 * @param done called after each batch that was committed
 * @throws Problem when a value does not open: it is left as it is
 */
export async function reencryptColumn(
  admin: Pool,
  context: TenantContext,
  column: EncryptedColumn,
  done: (values: number) => void,
  batch: { readonly rows: number; readonly pauseMs: number },
): Promise<void> {
  // A piece of a file is a megabyte.
  const limit = column.table === "cm_delivery_chunks" ? Math.min(16, batch.rows) : batch.rows;
  for (let after: readonly string[] | null = null; ; ) {
    const from: readonly string[] | null = after;
    const last: readonly (readonly string[])[] = await retrying(() =>
      tenantTransaction(admin, context, (tx) => reencryptBatch(tx, column, from, limit)),
    );
    if (last.length > 0) done(last.length);
    if (last.length < limit) return;
    if (batch.pauseMs > 0) await delay(batch.pauseMs);
    after = last.at(-1) ?? null;
  }
}

async function reencryptBatch(
  tx: TenantTransaction,
  { table, column, place, keys: names }: EncryptedColumn,
  after: readonly string[] | null,
  limit: number,
): Promise<readonly (readonly string[])[]> {
  const keys = await tenantKeys(tx);
  await asOwner(tx);
  const version = Buffer.alloc(4);
  version.writeUInt32BE(keys.version);
  const bound = names.map((name, at) => `$${at + 3}::${typeOf(name)}`).join(", ");
  const found = await rows<{ key: string[]; value: Buffer }>(
    tx,
    `select array[${names.map((name) => `${name}::text`).join(", ")}] as key, ${column} as value
     from cash_management.${table}
     where tenant_id = $1
       and ${column} is not null
       and substring(${column} from 5 for 4) <> $2
       ${after === null ? "" : `and (${names.join(", ")}) > (${bound})`}
     order by ${names.join(", ")}
     limit ${limit}
     for update`,
    [tx.tenantId, version, ...(after ?? [])],
  );
  if (found.length === 0) return [];
  const renewed = found.map(({ key, value }) => {
    const row = key.join("/");
    return keys.encrypt(place, row, keys.decrypt(place, row, value));
  });
  const types = names.map((name, at) => `$${at + 3}::${typeOf(name)}[]`).join(", ");
  await tx.query(
    `update cash_management.${table} as t
     set ${column} = n.value
     from unnest($2::bytea[], ${types}) as n (value, ${names.map((name) => `key_${name}`).join(", ")})
     where t.tenant_id = $1
       and ${names.map((name) => `t.${name} = n.key_${name}`).join(" and ")}`,
    [tx.tenantId, renewed, ...names.map((_, at) => found.map(({ key }) => key[at]))],
  );
  return found.map(({ key }) => key);
}

/**
 * As the owner of the tables, whom row-level security binds to the tenant too: a mistake here could not reach another's rows. All
 * triggers stand: the audit trail tells that a value was written anew, masked as ever.
 */
export async function asOwner(tx: TenantTransaction): Promise<void> {
  await tx.query("set local role cm_owner");
}

function typeOf(key: string): string {
  if (key === "ordinal") return "integer";
  return key === "id" || (key.endsWith("_id") && key !== "tenant_id") ? "uuid" : "text";
}

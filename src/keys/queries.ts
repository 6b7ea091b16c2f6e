import pg from "pg";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { KeyState } from "./tenant-keys.ts";

export interface KeyRow {
  readonly purpose: "value" | "index";
  readonly version: number;
  readonly state: KeyState;
  readonly kek_id: string;
  /** Null once shredded. */
  readonly wrapped: Buffer | null;
  readonly shredded_on: string | null;
}

/** The lock of a tenant's keys: shared by whoever uses them, exclusive for whoever retires one. */
export function keyLock(tenantId: string): string {
  return `hashtextextended(${pg.escapeLiteral(`keys ${tenantId}`)}, 0)`;
}

/** The lock and the rows in one round trip, but as two statements: rows must be read as they are once the lock is there. */
export async function keyRows(tx: TenantTransaction): Promise<KeyRow[]> {
  const answers = await tx.client.query(
    `select pg_advisory_xact_lock_shared(${keyLock(tx.tenantId)});
     select purpose, version, state, kek_id, wrapped, shredded_at::date::text as shredded_on
     from cash_management.cm_data_keys
     where tenant_id = ${pg.escapeLiteral(tx.tenantId)}
     order by purpose, version`,
  );
  return (answers as unknown as { rows: KeyRow[] }[])[1]?.rows ?? [];
}

/** The ids of all key-encryption keys that keys of this database, of whatever tenant, are wrapped with. */
export async function wrappingKeys(tx: Pick<TenantTransaction, "query">): Promise<string[]> {
  const found = await rows<{ id: string }>(tx, "select id from cash_management.key_encryption_keys() as id order by id");
  return found.map(({ id }) => id);
}

export async function newKey(
  tx: TenantTransaction,
  key: { readonly purpose: KeyRow["purpose"]; readonly version: number; readonly kekId: string; readonly wrapped: Buffer },
): Promise<void> {
  await tx.query(
    `insert into cash_management.cm_data_keys (tenant_id, purpose, version, kek_id, wrapped)
     values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [tx.tenantId, key.purpose, key.version, key.kekId, key.wrapped],
  );
}

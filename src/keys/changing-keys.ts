import { Problem } from "../errors/problem.ts";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { type KeyRow, keyLock } from "./queries.ts";

// What only an administrator's connection may do to keys: the program's role can neither change nor delete one.

/**
 * Waits until nobody uses the tenant's keys, and keeps others from them until the end of the transaction. Whoever comes meanwhile waits
 * behind this, two seconds at most: then those go first, and it queues again.
 * @throws Problem `database_busy`
 */
export async function holdKeysAlone(tx: TenantTransaction, waitMs = 60_000): Promise<void> {
  const until = Date.now() + waitMs;
  for (;;) {
    await tx.query("savepoint keys_alone");
    try {
      await tx.query(`select set_config('lock_timeout', '${Math.min(2_000, Math.max(1, waitMs))}ms', true)`);
      await tx.query(`select pg_advisory_xact_lock(${keyLock(tx.tenantId)})`);
      await tx.query("select set_config('lock_timeout', '0', true)");
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code !== "55P03") throw error;
      await tx.query("rollback to savepoint keys_alone");
      if (Date.now() < until) continue;
      throw new Problem("database_busy", `the keys of tenant ${tx.tenantId} are in use by a transaction that does not end`, {
        hint: "Wait for the import that runs, or end it (pg_stat_activity shows it), then give the command again.",
        cause: error,
      });
    }
  }
}

/** The key that values are written with becomes one they are only read with. The tenant's keys must be held alone. */
export async function retireValueKey(tx: TenantTransaction): Promise<void> {
  await tx.query(
    `update cash_management.cm_data_keys
     set state = 'retired', retired_at = clock_timestamp()
     where tenant_id = $1 and purpose = 'value' and state = 'active'`,
    [tx.tenantId],
  );
}

export async function lockKeyRows(tx: TenantTransaction): Promise<KeyRow[]> {
  return rows<KeyRow>(
    tx,
    `select purpose, version, state, kek_id, wrapped, shredded_at::date::text as shredded_on
     from cash_management.cm_data_keys
     where tenant_id = $1
     order by purpose, version
     for update`,
    [tx.tenantId],
  );
}

export async function storeWrapped(tx: TenantTransaction, key: KeyRow, kekId: string, wrapped: Buffer): Promise<void> {
  await tx.query(
    `update cash_management.cm_data_keys
     set kek_id = $4, wrapped = $5
     where tenant_id = $1 and purpose = $2 and version = $3`,
    [tx.tenantId, key.purpose, key.version, kekId, wrapped],
  );
}

/**
 * Throws the tenant's wrapped keys away: from here on what they encrypted is unreadable. Waits for those who read with them.
 * @returns how many keys there were
 * @throws Problem `database_busy`
 */
export async function shredKeys(tx: TenantTransaction, waitMs?: number): Promise<number> {
  await holdKeysAlone(tx, waitMs);
  const result = await tx.query(
    `update cash_management.cm_data_keys
     set state = 'shredded', wrapped = null, shredded_at = clock_timestamp(), retired_at = coalesce(retired_at, clock_timestamp())
     where tenant_id = $1 and state <> 'shredded'`,
    [tx.tenantId],
  );
  return result.rowCount ?? 0;
}

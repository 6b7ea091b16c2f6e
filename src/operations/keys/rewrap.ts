import { Problem } from "../../errors/problem.ts";
import { lockKeyRows, storeWrapped } from "../../keys/changing-keys.ts";
import type { KeyEncryptionKey } from "../../keys/key-encryption-key.ts";
import { mismatch, ringOf, wrapContext } from "../../keys/key-ring.ts";
import type { Pool } from "../../postgres/connect.ts";
import { type TenantContext, tenantTransaction } from "../../postgres/transaction.ts";

/**
 * Wraps the tenant's data keys with another key-encryption key, all in one transaction; no value changes. What is wrapped with it already
 * stays, so that an interrupted run over many tenants is simply given again, with the same two keys.
 * @returns how many keys were wrapped anew
 * @throws Problem `key_mismatch`, `key_unusable` when the new key does not open what it has wrapped
 */
export function rewrapKeys(admin: Pool, context: TenantContext, to: KeyEncryptionKey): Promise<number> {
  return tenantTransaction(admin, context, async (tx) => {
    let count = 0;
    for (const row of await lockKeyRows(tx)) {
      if (row.wrapped === null || row.kek_id === to.id) continue;
      const from = await ringOf(tx).keyEncryptionKey(tx);
      if (row.kek_id !== from.id) throw mismatch(from, [row.kek_id]);
      const place = wrapContext(tx.tenantId, row.purpose, row.version);
      const plain = await from.unwrap(row.wrapped, place);
      const wrapped = await to.wrap(plain, place);
      // Tried before the old one is gone: a key service may answer anything.
      if (!(await to.unwrap(wrapped, place)).equals(plain))
        throw new Problem("key_unusable", `key-encryption key ${to.id} does not give back what it has wrapped`, {
          hint: "Nothing was changed. Look at the key command.",
        });
      await storeWrapped(tx, row, to.id, wrapped);
      count += 1;
    }
    return count;
  });
}

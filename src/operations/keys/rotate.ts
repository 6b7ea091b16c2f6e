import { Problem } from "../../errors/problem.ts";
import { holdKeysAlone, lockKeyRows, retireValueKey } from "../../keys/changing-keys.ts";
import { addKey, knownKeys, ringOf, tenantKeys } from "../../keys/key-ring.ts";
import { type Pool, withClient } from "../../postgres/connect.ts";
import { type TenantContext, tenantTransaction } from "../../postgres/transaction.ts";
import { countVersions } from "./count-versions.ts";
import { encryptedColumns } from "./encrypted-columns.ts";
import { asOwner, reencryptColumn, usualBatchRows } from "./reencrypt.ts";

export interface Rotation {
  readonly tenant: string;
  /** The version that all values stand under now; null for a tenant that has no keys, and so nothing encrypted. */
  readonly version: number | null;
  /** Whether an earlier rotation had been interrupted and was completed, instead of a new one begun. */
  readonly resumed: boolean;
  /** Values that this run encrypted anew. */
  readonly values: number;
  readonly seconds: number;
}

export interface RotationOptions {
  /** Called after each batch. */
  readonly progress?: (done: number, total: number, table: string) => void;
  /** How long to wait for whoever writes with the old key; default a minute. */
  readonly waitMs?: number;
  /** Rows of a transaction; default 2,000. */
  readonly batchRows?: number;
  /** Rest after each transaction, for a server that has other work; default none. */
  readonly pauseMs?: number;
}

/**
 * Gives a tenant a new data key and encrypts every value with it, while others read and write: both versions open until the end. From the
 * moment the new key is there nobody writes with the old one. Killed at any moment it is simply given again and goes on.
 * @throws Problem `conflict` when another process does it, `database_busy`, `key_shredded`, and what a value says that does not open
 */
export async function rotateKeys(admin: Pool, context: TenantContext, options: RotationOptions = {}): Promise<Rotation> {
  return withClient(admin, async (guard) => {
    // Held by the connection, so it ends with this process.
    const { rows } = await guard.query<{ locked: boolean }>(
      "select pg_try_advisory_lock(hashtext('key rotation'), hashtext($1)) as locked",
      [context.tenantId],
    );
    if (rows[0]?.locked !== true)
      throw new Problem("conflict", `the keys of ${context.tenantId} are being rotated by another process`, {
        hint: "Wait for it, or end it.",
      });
    try {
      return await carryOut(admin, context, options);
    } finally {
      await guard.query("select pg_advisory_unlock_all()");
    }
  });
}

async function carryOut(admin: Pool, context: TenantContext, options: RotationOptions): Promise<Rotation> {
  const tenant = context.tenantId;
  const from = performance.now();
  const before = await standing(admin, context);
  if (before === null) return { tenant, version: null, resumed: false, values: 0, seconds: 0 };
  const resumed = before.older > 0;
  if (!resumed) await makeNewVersion(admin, context, options.waitMs);
  const begun = (await standing(admin, context)) ?? before;
  let values = 0;
  for (const column of encryptedColumns)
    await reencryptColumn(
      admin,
      context,
      column,
      (count) => {
        values += count;
        options.progress?.(values, begun.older, column.table);
      },
      { rows: options.batchRows ?? usualBatchRows, pauseMs: options.pauseMs ?? 0 },
    );
  const after = await standing(admin, context);
  if (after === null || after.older > 0 || after.version !== begun.version)
    throw new Problem("conflict", `${after?.older} values of ${tenant} stand under an old data key`, {
      detail: { tenant, older: after?.older },
      hint: "Something put old values back while the keys were rotated. Give the command again: it goes on with them.",
    });
  return { tenant, version: after.version, resumed, values, seconds: (performance.now() - from) / 1000 };
}

/** The active version, and how many values stand under another one. */
function standing(admin: Pool, context: TenantContext): Promise<{ version: number; older: number } | null> {
  return tenantTransaction(admin, context, async (tx) => {
    const keys = await knownKeys(tx);
    if (keys === null) return null;
    await asOwner(tx);
    const counts = await countVersions(tx);
    const older = counts.reduce((sum, { version, values }) => (version === keys.version ? sum : sum + values), 0);
    return { version: keys.version, older };
  });
}

/** Who writes holds the keys until the end of its transaction: once they are held alone, every value of the old key is committed. */
function makeNewVersion(admin: Pool, context: TenantContext, waitMs?: number): Promise<void> {
  return tenantTransaction(admin, context, async (tx) => {
    await holdKeysAlone(tx, waitMs);
    const versions = (await lockKeyRows(tx)).filter(({ purpose }) => purpose === "value").map(({ version }) => version);
    const next = Math.max(...versions) + 1;
    await retireValueKey(tx);
    await addKey(tx, await ringOf(tx).keyEncryptionKey(tx), "value", next);
    const { version } = await tenantKeys(tx);
    if (version !== next) throw new Error(`version ${version} is active, not ${next}`);
  });
}

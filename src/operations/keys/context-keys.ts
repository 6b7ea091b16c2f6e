import type { Client, Pool } from "../../postgres/connect.ts";
import { withClient } from "../../postgres/connect.ts";
import type { ContextKey } from "../../postgres/context.ts";
import { newContextKey, replaceContextKey, writeNewContextKey } from "../../postgres/context-key-file.ts";
import { endOtherContextKeys, installContextKey, retireContextKeys } from "../../postgres/context-keys.ts";
import { adminTransaction } from "../../postgres/transaction.ts";

export interface ContextRotation {
  readonly actor: string;
  /** The keys before are taken for so long beside the new one. */
  readonly overlapMinutes: number;
  /** Whose programs take the new key up by themselves; or a file that is not there yet, for somebody to hand on. */
  readonly into: { readonly replace: string } | { readonly create: string };
}

/**
 * Gives the programs another key to sign contexts with, and the database another one to stamp with, while everything runs. Interrupted, it
 * leaves the old keys valid or both; given again, it completes.
 * @throws Problem `data_dir_unusable`, `invalid_input`; then nothing has changed
 */
export function rotateContextKey(admin: Pool, { actor, overlapMinutes, into }: ContextRotation): Promise<ContextKey> {
  return alone(admin, async () => {
    const key = newContextKey();
    // The database first: whoever reads the file signs with a key that is taken already.
    await inTransaction(admin, actor, (gatekeeping) => installContextKey(gatekeeping, key));
    try {
      if ("replace" in into) replaceContextKey(into.replace, key);
      else writeNewContextKey(into.create, key);
    } catch (error) {
      await inTransaction(admin, actor, (gatekeeping) => retireContextKeys(gatekeeping, [key.id]));
      throw error;
    }
    await inTransaction(admin, actor, (gatekeeping) => endOtherContextKeys(gatekeeping, key, overlapMinutes));
    return key;
  });
}

/** See retireContextKeys. */
export function retire(admin: Pool, actor: string, ids: readonly string[] | null): Promise<string[]> {
  return alone(admin, () => inTransaction(admin, actor, (gatekeeping) => retireContextKeys(gatekeeping, ids)));
}

function inTransaction<T>(admin: Pool, actor: string, work: (gatekeeping: { client: Client; actor: string }) => Promise<T>): Promise<T> {
  return adminTransaction(admin, (client) => work({ client, actor }));
}

const lockKey = 7_306_002;

/** One change of keys at a time, whoever makes it. */
function alone<T>(admin: Pool, work: () => Promise<T>): Promise<T> {
  return withClient(admin, async (client) => {
    await client.query("select pg_advisory_lock($1)", [lockKey]);
    try {
      return await work();
    } finally {
      await client.query("select pg_advisory_unlock($1)", [lockKey]).catch(() => {});
    }
  });
}

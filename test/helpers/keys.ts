import { createHash } from "node:crypto";
import { localKey } from "../../src/keys/key-encryption-key.ts";
import { giveKeys, KeyRing } from "../../src/keys/key-ring.ts";
import { fixedKey } from "../../src/keys/key-source.ts";
import type { Pool } from "../../src/postgres/connect.ts";

/** The key-encryption key of throw-away databases: one for all, so that several processes may use the same. */
export const testKey = localKey(createHash("sha256").update("throw-away").digest(), "the tests' key");

/** Gives a pool that a test opened by itself the key that `testDatabase()` uses. */
export function giveTestKeys(pool: Pool): void {
  giveKeys(pool, new KeyRing(fixedKey(testKey)));
}

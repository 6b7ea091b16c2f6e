// A process that rotates a tenant's keys when it is told to, through the built program, and may be killed at any moment: the parent sends
// { url, contextKey, tenantId, batchRows }, the answer is { done } or { failed }. `dist` because Node 20 runs no TypeScript.
import { createHash } from "node:crypto";
import { localKey } from "../../dist/keys/key-encryption-key.js";
import { giveKeys, KeyRing } from "../../dist/keys/key-ring.js";
import { fixedKey } from "../../dist/keys/key-source.js";
import { rotateKeys } from "../../dist/operations/keys/rotate.js";
import { openPool } from "../../dist/postgres/connect.js";
import { contextKey } from "../../dist/postgres/context.js";

process.on("message", async ({ url, contextKey: secret, tenantId, batchRows }) => {
  const key = contextKey(Buffer.from(secret, "hex"));
  const pool = openPool({ url, applicationName: "apg rotation child", max: 3, contextKey: () => key });
  // As test/helpers/keys.ts.
  giveKeys(pool, new KeyRing(fixedKey(localKey(createHash("sha256").update("throw-away").digest(), "the tests' key"))));
  try {
    const progress = (done) => process.send({ progress: done });
    process.send({ done: await rotateKeys(pool, { tenantId, actor: "test" }, { batchRows, progress }) });
  } catch (error) {
    process.send({ failed: String(error?.message ?? error) });
  }
  await pool.end();
});
process.on("disconnect", () => process.exit(0));
process.send({ ready: true });

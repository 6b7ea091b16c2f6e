// A process that imports when it is told to, through the built program, and may be killed at any moment: the parent sends
// { url, contextKey, tenantId, path }, the answer is { done } or { failed }. `dist` because Node 20 runs no TypeScript.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { localKey } from "../../dist/keys/key-encryption-key.js";
import { giveKeys, KeyRing } from "../../dist/keys/key-ring.js";
import { fixedKey } from "../../dist/keys/key-source.js";
import { openPool } from "../../dist/postgres/connect.js";
import { contextKey } from "../../dist/postgres/context.js";
import { importFile } from "../../dist/statements/import.js";

let pool;

process.on("message", async ({ url, contextKey: secret, tenantId, path }) => {
  const key = contextKey(Buffer.from(secret, "hex"));
  pool ??= poolWithKeys(url, key);
  const source = { name: basename(path), open: () => createReadStream(path) };
  try {
    const result = await importFile(pool, { tenantId, actor: "test" }, source, { progress: (bytes) => process.send({ read: bytes }) });
    process.send({ done: result.outcome });
  } catch (error) {
    process.send({ failed: String(error?.message ?? error) });
  }
});
process.on("disconnect", () => process.exit(0));
process.send({ ready: true });

/** The key of test/helpers/keys.ts. */
function poolWithKeys(url, key) {
  const made = openPool({ url, applicationName: "apg import child", max: 2, contextKey: () => key });
  giveKeys(made, new KeyRing(fixedKey(localKey(createHash("sha256").update("throw-away").digest(), "the tests' key"))));
  return made;
}

// A server's bank worker in a process of its own, through the built program, to be killed at any moment: the parent sends
// { url, gate, contextKey, banks }. `dist` because Node 20 runs no TypeScript.
import { createHash } from "node:crypto";
import { startBankWorker } from "../../../dist/banks/connections/worker.js";
import { localKey } from "../../../dist/keys/key-encryption-key.js";
import { giveKeys, KeyRing } from "../../../dist/keys/key-ring.js";
import { fixedKey } from "../../../dist/keys/key-source.js";
import { openPool } from "../../../dist/postgres/connect.js";
import { contextKey } from "../../../dist/postgres/context.js";

process.on("message", ({ url, gate, contextKey: secret, banks }) => {
  const key = contextKey(Buffer.from(secret, "hex"));
  const pool = openPool({ url, applicationName: "apg bank child", max: 3, contextKey: () => key });
  // The key of test/helpers/keys.ts.
  giveKeys(pool, new KeyRing(fixedKey(localKey(createHash("sha256").update("throw-away").digest(), "the tests' key"))));
  startBankWorker({
    ...banks,
    pool,
    gate: openPool({ url: gate, applicationName: "apg bank child", max: 1 }),
    everyMs: 10,
    onTrouble: (error) => process.send({ trouble: String(error?.message ?? error) }),
  });
  process.send({ started: true });
});
process.on("disconnect", () => process.exit(0));

// A process that erases when it is told to, through the built program, and may be killed at any moment: the parent sends
// { url, contextKey, tenantId, confirm, batchRows }, the answer is { done } or { failed }. `dist` because Node 20 runs no TypeScript.
import { openPool } from "../../dist/postgres/connect.js";
import { contextKey } from "../../dist/postgres/context.js";
import { eraseTenant } from "../../dist/tenants/erasure/run.js";

process.on("message", async ({ url, contextKey: secret, tenantId, confirm, batchRows }) => {
  const key = contextKey(Buffer.from(secret, "hex"));
  const pool = openPool({ url, applicationName: "apg erasure child", max: 3, contextKey: () => key });
  try {
    const progress = (done) => process.send({ progress: done });
    const erasure = await eraseTenant(pool, { tenantId, actor: "test" }, { confirm, batchRows, progress });
    process.send({ done: erasure.state });
  } catch (error) {
    process.send({ failed: String(error?.message ?? error) });
  }
  await pool.end();
});
process.on("disconnect", () => process.exit(0));
process.send({ ready: true });

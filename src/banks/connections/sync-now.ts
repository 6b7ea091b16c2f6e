import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Problem } from "../../errors/problem.ts";
import { type TenantContext, tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import { getConnection } from "./connections.ts";
import type { BankJob } from "./contract.ts";
import { claimJob, getJob, requestSync } from "./jobs.ts";
import { runJob } from "./run-job.ts";
import type { SyncSurroundings } from "./sync.ts";

/** Syncs here and now; when a server is at it already, waits for that one. @throws Problem `not_found`, `invalid_input` */
export async function syncNow(surroundings: SyncSurroundings, context: TenantContext, connectionId: string): Promise<BankJob> {
  const { pool } = surroundings;
  const { id, claimed } = await tenantTransaction(pool, context, async (tx) => {
    const connection = await getConnection(tx, connectionId);
    if (connection.kind === "upload")
      throw new Problem("invalid_input", `files of ${connection.name} are brought, not fetched`, { hint: "There is nothing to sync." });
    const job = await requestSync(tx, connectionId);
    return { id: job, claimed: await claimJob(tx, job, randomUUID()) };
  });
  if (claimed !== null) await runJob(surroundings, claimed, new AbortController().signal);
  for (;;) {
    const job = await tenantRead(pool, context, (tx) => getJob(tx, id));
    if (job.state === "done" || job.state === "failed") return job;
    await delay(500);
  }
}

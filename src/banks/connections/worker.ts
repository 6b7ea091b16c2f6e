import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Pool } from "../../postgres/connect.ts";
import { tenantTransaction } from "../../postgres/transaction.ts";
import { claimJob, dueJobs } from "./jobs.ts";
import { runJob } from "./run-job.ts";
import type { SyncSurroundings } from "./sync.ts";

export interface BankWorkerOptions extends SyncSurroundings {
  /** apg_gate's: which tenants' jobs are due. */
  readonly gate: Pool;
  readonly everyMs?: number;
  /** Jobs at once: each import holds a connection of the pool. */
  readonly concurrency?: number;
}

export interface BankWorker {
  /** Gives back what it was doing, between two steps, and ends. */
  stop(): Promise<void>;
}

const defaultEveryMs = 5_000;

/** Runs the jobs of bank connections. Any number of servers may: each job is claimed by one, and taken over when that one falls silent. */
export function startBankWorker(options: BankWorkerOptions): BankWorker {
  const worker = randomUUID();
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();
  const most = options.concurrency ?? Math.max(1, Math.min(4, Math.floor((options.pool.options.max ?? 10) / 3)));
  let trouble = "";
  const tell = (error: unknown) => {
    const said = error instanceof Error ? error.message : String(error);
    if (said !== trouble) options.onTrouble(error);
    trouble = said;
  };
  const one = async (tenantId: string, id: string) => {
    const claimed = await tenantTransaction(options.pool, { tenantId, actor: "bank worker" }, (tx) => claimJob(tx, id, worker));
    if (claimed !== null) await runJob(options, claimed, stopping.signal);
  };
  const look = async () => {
    for (const { tenantId, id } of await dueJobs(options.gate, most * 2)) {
      if (running.size >= most || stopping.signal.aborted) return;
      if (running.has(id)) continue;
      running.set(
        id,
        one(tenantId, id)
          .catch(tell)
          .finally(() => running.delete(id)),
      );
    }
    trouble = "";
  };
  const run = (async () => {
    while (!stopping.signal.aborted) {
      await look().catch(tell);
      await delay(options.everyMs ?? defaultEveryMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await run;
      await Promise.all(running.values());
    },
  };
}

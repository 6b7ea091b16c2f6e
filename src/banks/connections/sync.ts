import { setTimeout as delay } from "node:timers/promises";
import { Problem } from "../../errors/problem.ts";
import type { Pool } from "../../postgres/connect.ts";
import { type TenantContext, tenantTransaction } from "../../postgres/transaction.ts";
import type { Channel } from "./channels/channel.ts";
import { type ChannelSurroundings, openChannel } from "./channels/open.ts";
import type { ConnectionInUse } from "./connection.ts";
import { disposeOf } from "./dispose.ts";
import { type ClaimedJob, LeaseLost, renewLease } from "./jobs.ts";
import { noteListing, type Task } from "./listing.ts";
import { concernsAll } from "./problems.ts";
import { beginAttempt, importStored, noteFailed } from "./take.ts";
import { fetchFile, type InTransaction } from "./transfer.ts";

/** What a sync needs of the program around it. */
export interface SyncSurroundings extends ChannelSurroundings {
  /** apg_user's. */
  readonly pool: Pool;
  /** Where large files lie while they are imported. */
  readonly uploadFolder: string;
  /** Larger files are refused by name. */
  readonly fileLimitBytes: number;
  /** Told of defects; the file concerned is tried again. */
  readonly onTrouble: (error: unknown) => void;
}

/** One sync under way. */
export interface SyncRun extends SyncSurroundings {
  readonly connection: ConnectionInUse;
  readonly context: TenantContext;
  readonly inTransaction: InTransaction;
  readonly signal: AbortSignal;
}

export interface SyncCounts {
  listed: number;
  imported: number;
  duplicates: number;
  refused: number;
  failed: number;
}

/** A file that is still being written when a sync begins is waited for so often. */
const rounds = 3;
const longestWaitMs = 15_000;

export function contextOfConnection(tenantId: string, connectionId: string): TenantContext {
  return { tenantId, actor: `connection:${connectionId}` };
}

/**
 * Fetches what is new at the bank: each file stored, imported, then moved or deleted as configured; in this order, and each step
 * committed before the next begins, so that whoever comes after a kill goes on where it was.
 * @throws Problem when the bank cannot be reached, LeaseLost when another worker took over
 */
export async function syncConnection(
  surroundings: SyncSurroundings,
  job: ClaimedJob,
  connection: ConnectionInUse,
  signal: AbortSignal,
): Promise<SyncCounts> {
  const context = contextOfConnection(job.tenantId, connection.id);
  const inTransaction: InTransaction = (work) => {
    if (signal.aborted) throw new LeaseLost("the sync was stopped");
    return tenantTransaction(surroundings.pool, context, async (tx) => {
      await renewLease(tx, job);
      return work(tx);
    });
  };
  const run: SyncRun = { ...surroundings, connection, context, inTransaction, signal };
  const counts: SyncCounts = { listed: 0, imported: 0, duplicates: 0, refused: 0, failed: 0 };
  const channel = await openChannel(connection, job.tenantId, surroundings);
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const listed = await channel.list();
      counts.listed = listed.length;
      const listing = await inTransaction((tx) => noteListing(tx, connection, listed));
      for (const task of listing.dispose) await disposeOf(run, channel, task);
      for (const task of listing.take) await take(run, channel, task, counts);
      if (listing.settlingMs === null || listing.settlingMs > longestWaitMs || round === rounds) break;
      await delay(listing.settlingMs, undefined, { signal }).catch(() => undefined);
    }
    return counts;
  } finally {
    await channel.close();
  }
}

async function take(run: SyncRun, channel: Channel, task: Task, counts: SyncCounts): Promise<void> {
  await beginAttempt(run, task.id);
  try {
    if (task.status !== "stored" && task.listed !== null) {
      requireSize(task.listed.name, task.listed.bytes, run.fileLimitBytes);
      if (!(await fetchFile(run.inTransaction, channel, task.id, task.listed))) return;
    }
    const outcome = await importStored(run, task.id);
    if (outcome === "imported") counts.imported += 1;
    else if (outcome === "duplicate") counts.duplicates += 1;
    else counts.refused += 1;
    if (outcome !== "refused") await disposeOf(run, channel, task);
  } catch (error) {
    // Of the way, not of the file: the whole sync is tried again, and goes on where this one was.
    if (concernsAll(error)) throw error;
    if (!(error instanceof Problem)) run.onTrouble(error);
    counts.failed += 1;
    if (await noteFailed(run, task.id, error)) counts.refused += 1;
  }
}

function requireSize(name: string, bytes: number, limit: number): void {
  if (bytes <= limit) return;
  throw new Problem("payload_too_large", `${name} has ${bytes} bytes, more than the ${limit} that are taken`, {
    hint: "Raise --upload-limit=SIZE (APG_UPLOAD_LIMIT) if the file is meant so, then retry it.",
  });
}

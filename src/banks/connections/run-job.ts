import { problemOfDatabase } from "../../errors/database.ts";
import { Problem } from "../../errors/problem.ts";
import { rows } from "../../postgres/rows.ts";
import { type TenantTransaction, tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import { raiseAlert, resolveAlert, subjectOfConnection } from "./alerts.ts";
import { type ConnectionInUse, connectionInUse } from "./connection.ts";
import { type ClaimedJob, dropJobs, endJob, enqueue, LeaseLost, leaseSeconds, planArrival, releaseJob, renewLease } from "./jobs.ts";
import { problemOf } from "./problems.ts";
import { noteHealth } from "./queries.ts";
import { backOffMs, readSchedule } from "./schedule.ts";
import { settleArrival } from "./settle-arrival.ts";
import { contextOfConnection, type SyncCounts, type SyncSurroundings, syncConnection } from "./sync.ts";

/** Runs a job that this process has claimed to its end, and plans the next. Never throws but where the database is away. */
export async function runJob(surroundings: SyncSurroundings, job: ClaimedJob, stopping: AbortSignal): Promise<void> {
  const context = contextOfConnection(job.tenantId, job.connectionId);
  const inTransaction = <T>(work: (tx: TenantTransaction) => Promise<T>) => tenantTransaction(surroundings.pool, context, work);
  if (job.kind === "arrival") {
    await inTransaction((tx) => runArrival(tx, job));
    return;
  }
  const heart = startHeart(() => inTransaction((tx) => renewLease(tx, job)), stopping);
  try {
    const connection = await tenantRead(surroundings.pool, context, (tx) => connectionInUse(tx, job.connectionId));
    const counts = await syncConnection(surroundings, job, connection, heart.signal);
    await inTransaction((tx) => wentWell(tx, job, connection, counts));
  } catch (error) {
    if (error instanceof LeaseLost) {
      if (stopping.aborted) await inTransaction((tx) => releaseJob(tx, job));
      return;
    }
    if (!(error instanceof Problem) && problemOfDatabase(error) === null) surroundings.onTrouble(error);
    await inTransaction((tx) => wentWrong(tx, job, error)).catch((second: unknown) => {
      if (!(second instanceof LeaseLost)) throw second;
    });
  } finally {
    heart.stop();
  }
}

async function runArrival(tx: TenantTransaction, job: ClaimedJob): Promise<void> {
  const late = await settleArrival(tx, job.connectionId);
  await endJob(tx, job, { late }, null);
  await planArrival(tx, job.connectionId, new Date());
}

async function wentWell(tx: TenantTransaction, job: ClaimedJob, connection: ConnectionInUse, counts: SyncCounts): Promise<void> {
  await endJob(tx, job, { ...counts }, null);
  await noteHealth(tx, connection.id, { status: "connected", error: null, failures: 0, success: true });
  await resolveAlert(tx, "connection", subjectOfConnection(connection.id));
  const now = new Date();
  const scheduled = connection.schedule === null ? null : readSchedule(connection.schedule, connection.timeZone).next(now);
  const retry = await nextAttempt(tx, connection.id);
  const next = [scheduled, retry].filter((moment) => moment !== null).sort((a, b) => a.getTime() - b.getTime())[0];
  if (next !== undefined) await enqueue(tx, connection.id, "sync", next);
}

/** The first moment at which a file that failed is to be tried again. */
async function nextAttempt(tx: TenantTransaction, connectionId: string): Promise<Date | null> {
  const [row] = await rows<{ at: Date | null }>(
    tx,
    `select min(coalesce(next_attempt_at, now() + interval '10 seconds')) as at
     from cash_management.cm_bank_files
     where tenant_id = $1 and connection_id = $2 and sync_status in ('settling', 'pending', 'stored', 'failed')`,
    [tx.tenantId, connectionId],
  );
  return row?.at == null ? null : new Date(row.at);
}

/** Knocking again would not help, and might lock the account at the bank: a person has to look first. */
const needsPerson: ReadonlySet<string> = new Set(["host_key_changed", "host_key_unconfirmed", "bank_refused"]);
const failuresUntilTold = 3;

async function wentWrong(tx: TenantTransaction, job: ClaimedJob, error: unknown): Promise<void> {
  const problem = problemOf(problemOfDatabase(error) ?? error);
  await endJob(tx, job, {}, problem);
  const connection = await connectionInUse(tx, job.connectionId).catch((cause: unknown) => {
    // Removed while it ran: nothing more is to be done.
    if (cause instanceof Problem && cause.code === "not_found") return null;
    throw cause;
  });
  if (connection === null) return;
  const failures = connection.failures + 1;
  const final = needsPerson.has(problem.code);
  const told = final || failures >= failuresUntilTold;
  await noteHealth(tx, connection.id, { status: told ? "failed" : "degraded", error: problem.message, failures, success: false });
  if (told)
    await raiseAlert(tx, {
      rule: "connection",
      subject: subjectOfConnection(connection.id),
      message: `${connection.bankName} (${connection.name}) cannot be reached: ${problem.message}`,
      detail: { connection: connection.id, code: problem.code, failures },
    });
  if (final) await dropJobs(tx, connection.id, "sync");
  else await enqueue(tx, connection.id, "sync", new Date(Date.now() + backOffMs(job.attempt)), job.attempt + 1);
}

/** Renews the lease while something takes long, such as the import of a large file; gives up when it is no longer ours. */
function startHeart(renew: () => Promise<void>, stopping: AbortSignal): { readonly signal: AbortSignal; stop(): void } {
  const lost = new AbortController();
  const beat = setInterval(
    () => {
      renew().catch((error: unknown) => {
        // A database that does not answer may be back for the next beat; the lease has room for three.
        if (error instanceof LeaseLost) lost.abort();
      });
    },
    (leaseSeconds / 4) * 1000,
  );
  beat.unref();
  return { signal: AbortSignal.any([lost.signal, stopping]), stop: () => clearInterval(beat) };
}

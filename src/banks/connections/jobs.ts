import { v7 as uuidv7 } from "uuid";
import { Problem } from "../../errors/problem.ts";
import type { Pool } from "../../postgres/connect.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import { nextCheck } from "./arrival.ts";
import { calendarOf, connectionInUse } from "./connection.ts";
import type { BankJob, FileProblem } from "./contract.ts";
import { readSchedule } from "./schedule.ts";

export type JobKind = "sync" | "arrival";

/** A job that this process runs, as long as it renews it. */
export interface ClaimedJob {
  readonly id: string;
  readonly tenantId: string;
  readonly connectionId: string;
  readonly kind: JobKind;
  readonly attempt: number;
  readonly worker: string;
}

/** So long may a worker be silent before another takes its job over. */
export const leaseSeconds = 60;

/** Said when another worker took the job over: whatever was being done is left to that one. */
export class LeaseLost extends Error {}

/** Which jobs may be taken now, over all tenants; through the gate. */
export async function dueJobs(gate: Pool, limit: number): Promise<{ tenantId: string; id: string; kind: JobKind }[]> {
  const { rows: found } = await gate.query<{ tenant_id: string; job_id: string; kind: JobKind }>(
    "select tenant_id, job_id, kind from cash_management.find_due_bank_jobs($1)",
    [limit],
  );
  return found.map((job) => ({ tenantId: job.tenant_id, id: job.job_id, kind: job.kind }));
}

/** Takes a job that is due, or whose worker fell silent; null when another was first. */
export async function claimJob(tx: TenantTransaction, id: string, worker: string): Promise<ClaimedJob | null> {
  const [job] = await rows<Omit<ClaimedJob, "tenantId">>(
    tx,
    `update cash_management.cm_bank_jobs as job
     set state = 'running', worker = $3, started_at = now(), run_at = now() + make_interval(secs => $4)
     where job.tenant_id = $1
       and job.id = (
         select free.id
         from cash_management.cm_bank_jobs as free
         where free.tenant_id = $1 and free.id = $2 and free.state in ('waiting', 'running') and free.run_at <= now()
         for update skip locked
       )
     returning job.id, job.connection_id as "connectionId", job.kind, job.attempt, job.worker`,
    [tx.tenantId, id, worker, leaseSeconds],
  );
  return job === undefined ? null : { ...job, tenantId: tx.tenantId };
}

/** Every write for a job says first that it is still ours. @throws LeaseLost */
export async function renewLease(tx: TenantTransaction, job: ClaimedJob): Promise<void> {
  const { rowCount } = await tx.query(
    `update cash_management.cm_bank_jobs
     set run_at = now() + make_interval(secs => $4)
     where tenant_id = $1 and id = $2 and worker = $3 and state = 'running'`,
    [tx.tenantId, job.id, job.worker, leaseSeconds],
  );
  if (rowCount !== 1) throw new LeaseLost(`job ${job.id} was taken over`);
}

/** @throws LeaseLost */
export async function endJob(
  tx: TenantTransaction,
  job: ClaimedJob,
  result: Readonly<Record<string, unknown>>,
  problem: FileProblem | null,
): Promise<void> {
  const { rowCount } = await tx.query(
    `update cash_management.cm_bank_jobs
     set state = $4, worker = null, ended_at = clock_timestamp(), result = $5, problem = $6
     where tenant_id = $1 and id = $2 and worker = $3 and state = 'running'`,
    [
      tx.tenantId,
      job.id,
      job.worker,
      problem === null ? "done" : "failed",
      JSON.stringify(result),
      problem === null ? null : JSON.stringify(problem),
    ],
  );
  if (rowCount !== 1) throw new LeaseLost(`job ${job.id} was taken over`);
  await tx.query(
    `delete from cash_management.cm_bank_jobs
     where tenant_id = $1 and connection_id = $2 and state in ('done', 'failed') and created_at < now() - make_interval(days => $3)`,
    [tx.tenantId, job.connectionId, keptDays],
  );
}

const keptDays = 90;

/** Gives a job back as it was, at once for whoever comes: this process is being stopped. */
export async function releaseJob(tx: TenantTransaction, job: ClaimedJob): Promise<void> {
  await tx.query(
    `update cash_management.cm_bank_jobs
     set state = 'waiting', worker = null, run_at = now()
     where tenant_id = $1 and id = $2 and worker = $3 and state = 'running'`,
    [tx.tenantId, job.id, job.worker],
  );
}

/** The one open job of its kind: made, or moved if it waits. While it runs, it stays, and nothing is added. */
export async function enqueue(tx: TenantTransaction, connectionId: string, kind: JobKind, runAt: Date, attempt = 1): Promise<string> {
  const [job] = await rows<{ id: string }>(
    tx,
    `insert into cash_management.cm_bank_jobs (tenant_id, id, connection_id, kind, run_at, attempt)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, connection_id, kind) where state in ('waiting', 'running') do update
     set run_at = case when cm_bank_jobs.state = 'waiting' then excluded.run_at else cm_bank_jobs.run_at end,
       attempt = case when cm_bank_jobs.state = 'waiting' then excluded.attempt else cm_bank_jobs.attempt end
     returning id`,
    [tx.tenantId, uuidv7(), connectionId, kind, runAt, attempt],
  );
  return (job as { id: string }).id;
}

/** Now, whoever is asked. @returns the job that will do it */
export function requestSync(tx: TenantTransaction, connectionId: string): Promise<string> {
  // A moment ago by the clocks of both machines.
  return enqueue(tx, connectionId, "sync", new Date(Date.now() - 30_000));
}

/** The next of each kind, as schedule and expected-by time say; none where they say nothing. */
export async function planJobs(tx: TenantTransaction, connectionId: string, now = new Date()): Promise<void> {
  const connection = await connectionInUse(tx, connectionId);
  if (connection.schedule === null) await dropJobs(tx, connectionId, "sync");
  else await enqueue(tx, connectionId, "sync", readSchedule(connection.schedule, connection.timeZone).next(now));
  await planArrival(tx, connectionId, now);
}

export async function planArrival(tx: TenantTransaction, connectionId: string, now: Date): Promise<void> {
  const { expectedBy, timeZone, slaMinutes, calendarId } = await connectionInUse(tx, connectionId);
  if (expectedBy === null) return dropJobs(tx, connectionId, "arrival");
  const calendar = await calendarOf(tx, calendarId);
  await enqueue(tx, connectionId, "arrival", nextCheck({ expectedBy, timeZone, slaMinutes, calendar }, now));
}

export async function dropJobs(tx: TenantTransaction, connectionId: string, kind: JobKind | null = null): Promise<void> {
  await tx.query(
    `delete from cash_management.cm_bank_jobs
     where tenant_id = $1 and connection_id = $2 and state = 'waiting' and ($3::text is null or kind = $3)`,
    [tx.tenantId, connectionId, kind],
  );
}

const jobColumns = `id, connection_id as "connectionId", state, attempt, run_at as "runAt", started_at as "startedAt", ended_at as "endedAt",
  requested_by as "requestedBy", result, problem`;

type JobRow = Omit<BankJob, "runAt" | "startedAt" | "endedAt"> & { runAt: Date; startedAt: Date | null; endedAt: Date | null };

/** Syncs of a connection, newest first. */
export async function listJobs(tx: TenantTransaction, connectionId: string, limit = 50): Promise<BankJob[]> {
  const found = await rows<JobRow>(
    tx,
    `select ${jobColumns}
     from cash_management.cm_bank_jobs
     where tenant_id = $1 and connection_id = $2 and kind = 'sync'
     order by created_at desc, id desc
     limit $3`,
    [tx.tenantId, connectionId, limit],
  );
  return found.map(jobOf);
}

/** @throws Problem `not_found` */
export async function getJob(tx: TenantTransaction, id: string): Promise<BankJob> {
  const [found] = await rows<JobRow>(tx, `select ${jobColumns} from cash_management.cm_bank_jobs where tenant_id = $1 and id = $2`, [
    tx.tenantId,
    id,
  ]);
  if (found === undefined) throw new Problem("not_found", `there is no job ${id}`);
  return jobOf(found);
}

function jobOf(row: JobRow): BankJob {
  const text = (moment: Date | null) => (moment === null ? null : new Date(moment).toISOString());
  return { ...row, runAt: text(row.runAt) as string, startedAt: text(row.startedAt), endedAt: text(row.endedAt) };
}

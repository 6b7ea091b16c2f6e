import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { Day } from "../time/day.ts";
import type { Run } from "./contract.ts";

export interface RunRow {
  id: string;
  account_ids: string[] | null;
  from_day: Day | null;
  to_day: Day | null;
  cursor_id: string | null;
  delivery_id: string | null;
}

/** A run for each delivery that has none: nothing has to be left by the import itself, so a crash between the two loses nothing. */
export async function requestDeliveryRuns(tx: TenantTransaction): Promise<void> {
  await tx.query(
    `insert into cash_management.cm_category_runs (tenant_id, id, reason, delivery_id, account_ids, from_day, to_day, requested_by, requested_at)
     select $1::text, gen_random_uuid(), 'delivery', d.id, s.accounts, s.first, s.last, d.received_by, d.received_at
     from cash_management.cm_deliveries d
     cross join lateral (
       select array_agg(distinct account_id) as accounts, min(entries_from) as first, max(entries_to) as last
       from cash_management.cm_statements
       where tenant_id = $1 and delivery_id = d.id and entries_from is not null
     ) s
     where d.tenant_id = $1 and d.status = 'imported' and d.entry_count > 0 and s.first is not null
       and not exists (
         select from cash_management.cm_category_runs r where r.tenant_id = $1 and r.delivery_id = d.id
       )
     on conflict (tenant_id, delivery_id) where delivery_id is not null do nothing`,
    [tx.tenantId],
  );
}

export async function insertRun(tx: TenantTransaction, reason: "rules" | "asked"): Promise<string | null> {
  const [span] = await rows<{ first: Day | null; last: Day | null }>(
    tx,
    "select min(entries_from) as first, max(entries_to) as last from cash_management.cm_statements where tenant_id = $1",
    [tx.tenantId],
  );
  if (span?.first == null) return null;
  // One that waits and has not begun would do the same.
  const [made] = await rows<{ id: string }>(
    tx,
    `insert into cash_management.cm_category_runs (tenant_id, id, reason, from_day, to_day, requested_by)
     select $1::text, gen_random_uuid(), $2, $3, $4, $5
     where not exists (
       select from cash_management.cm_category_runs
       where tenant_id = $1 and state = 'waiting' and delivery_id is null and cursor_id is null
     )
     returning id`,
    [tx.tenantId, reason, span.first, span.last, tx.actor],
  );
  return made?.id ?? null;
}

/** The run to go on with, held against other workers until this transaction ends; null when there is none, or another works. */
export async function nextRun(tx: TenantTransaction): Promise<RunRow | null> {
  const [lock] = await rows<{ ours: boolean }>(tx, "select pg_try_advisory_xact_lock(hashtextextended('categories ' || $1, 0)) as ours", [
    tx.tenantId,
  ]);
  if (lock?.ours !== true) return null;
  const [run] = await rows<RunRow>(
    tx,
    `select id, account_ids, from_day, to_day, cursor_id, delivery_id
     from cash_management.cm_category_runs
     where tenant_id = $1 and state = 'waiting'
     order by requested_at, id
     limit 1`,
    [tx.tenantId],
  );
  return run ?? null;
}

export async function moveRun(
  tx: TenantTransaction,
  id: string,
  step: { cursor: string | null; examined: number; changed: number; done: boolean },
): Promise<void> {
  await tx.query(
    `update cash_management.cm_category_runs
     set cursor_id = coalesce($3, cursor_id), examined = examined + $4, changed = changed + $5,
       state = case when $6 then 'done' else state end, finished_at = case when $6 then clock_timestamp() end
     where tenant_id = $1 and id = $2`,
    [tx.tenantId, id, step.cursor, step.examined, step.changed, step.done],
  );
}

export function selectRuns(tx: TenantTransaction, limit: number): Promise<Run[]> {
  return rows<Run>(
    tx,
    `select id, reason, state, examined::int, changed::int, requested_by as "requestedBy", requested_at as "requestedAt", finished_at as "finishedAt"
     from cash_management.cm_category_runs
     where tenant_id = $1
     order by requested_at desc, id
     limit $2`,
    [tx.tenantId, limit],
  );
}

import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Day } from "../../time/day.ts";
import { sumsOfDay } from "./sums-of-day.ts";

/** SQL over what one file has staged in temporary tables, before anything is posted. */

export const maxInteger = 2_147_483_647;

export interface StagedDay {
  stmt: number;
  day: Day;
  net: string;
  pending: string;
  credits: string;
  debits: string;
  entries: number;
  amounts_hash: string;
  entries_hash: string;
}

/** What was staged, by statement and ledger day (the booking date, inside the statement's period). */
export function stagedDays(
  tx: TenantTransaction,
  statements: readonly { stmt: number; periodFrom: Day; periodTo: Day }[],
): Promise<StagedDay[]> {
  return rows<StagedDay>(
    tx,
    `with statement as (select * from unnest($1::int[], $2::date[], $3::date[]) as s (stmt, period_from, period_to))
     select
       e.stmt,
       least(greatest(e.booking_date, s.period_from), s.period_to) as day,${sumsOfDay}
     from (
       select stmt, booking_date, amount_minor, state, fingerprint from pg_temp.staged_entries
       union all
       select stmt, booking_date, amount_minor, state, fingerprint from pg_temp.staged_sums
     ) e
     join statement s on s.stmt = e.stmt
     group by e.stmt, least(greatest(e.booking_date, s.period_from), s.period_to)
     order by e.stmt, day`,
    [
      statements.map((statement) => statement.stmt),
      statements.map((statement) => statement.periodFrom),
      statements.map((statement) => statement.periodTo),
    ],
  );
}

export function amountsOfStagedDay(
  tx: TenantTransaction,
  stmt: number,
  day: Day,
  period: { readonly periodFrom: Day; readonly periodTo: Day },
): Promise<{ amount: string; count: number }[]> {
  return rows(
    tx,
    `select amount_minor::text as amount, count(*)::int as count
     from (
       select stmt, booking_date, amount_minor, state from pg_temp.staged_entries
       union all
       select stmt, booking_date, amount_minor, state from pg_temp.staged_sums
     ) e
     where stmt = $1 and least(greatest(booking_date, $3::date), $4::date) = $2 and state = 'booked'
     group by amount_minor`,
    [stmt, day, period.periodFrom, period.periodTo],
  );
}

export interface PostedDay {
  stmt: number;
  day: Day;
  statementId: string;
  accountId: string;
  periodFrom: Day;
  periodTo: Day;
  /** Entries up to this ordinal of the statement are posted already (early.ts). */
  after?: number;
  /** And no further than this one. */
  until?: number;
  /** The balance oracle has said that the day is news: equal entries beside known ones are twins, not repeats. */
  proven: boolean;
}

/**
 * Numbers the twins among staged entries: equal entries of an account and day count on from 1, over all statements of the file that
 * the oracle has proven, else inside each. Most entries have no twin and are not touched.
 */
export async function numberTwins(tx: TenantTransaction, days: readonly PostedDay[]): Promise<void> {
  const statements = [...new Map(days.map((day) => [day.stmt, day])).values()];
  await tx.query(
    `with statement as (
       select * from unnest($1::int[], $2::uuid[], $3::boolean[], $4::int[], $5::int[]) as s (stmt, account_id, proven, after, until)
     ),
     keyed as (
       select e.id, e.stmt, e.ordinal, s.account_id, case when s.proven then 0 else e.stmt end as scope, e.booking_date, e.fingerprint
       from pg_temp.staged_entries e
       join statement s on s.stmt = e.stmt and e.ordinal > s.after and e.ordinal <= s.until
     ),
     twins as (
       select account_id, scope, booking_date, fingerprint
       from keyed
       group by account_id, scope, booking_date, fingerprint
       having count(*) > 1
     ),
     numbered as (
       select k.id, row_number() over (partition by k.account_id, k.scope, k.booking_date, k.fingerprint order by k.stmt, k.ordinal) as number
       from keyed k
       join twins t on t.account_id = k.account_id and t.scope = k.scope and t.booking_date = k.booking_date and t.fingerprint = k.fingerprint
     )
     update pg_temp.staged_entries e
     set occurrence = n.number
     from numbered n
     where e.id = n.id and n.number > 1`,
    [
      statements.map((one) => one.stmt),
      statements.map((one) => one.accountId),
      statements.map((one) => one.proven),
      statements.map((one) => one.after ?? 0),
      statements.map((one) => one.until ?? maxInteger),
    ],
  );
}

/** What several statements without an oracle tell alike in one file (reports during a day, each with all so far) stays once. */
export async function dropRepeats(tx: TenantTransaction, days: readonly PostedDay[]): Promise<void> {
  const statements = [...new Map(days.filter((day) => !day.proven).map((day) => [day.stmt, day])).values()];
  if (statements.length < 2) return;
  await tx.query(
    `delete from pg_temp.staged_entries e
     using (
       select e.id, row_number() over (partition by s.account_id, e.booking_date, e.fingerprint, e.occurrence order by e.stmt) as telling
       from pg_temp.staged_entries e
       join unnest($1::int[], $2::uuid[]) as s (stmt, account_id) on s.stmt = e.stmt
     ) told
     where e.id = told.id and told.telling > 1`,
    [statements.map((one) => one.stmt), statements.map((one) => one.accountId)],
  );
}

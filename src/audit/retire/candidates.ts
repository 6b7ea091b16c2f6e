import { Problem } from "../../errors/problem.ts";
import type { Connection } from "../queries.ts";

/** A month of the trail that may go: every day of it is older than the policy keeps. */
export interface Candidate {
  readonly part: string;
  /** Its bounds, days in UTC; the second is not in it. */
  readonly from: string;
  readonly to: string;
}

export interface Policy {
  readonly keptMonths: number;
  readonly today: string;
  readonly onHold: boolean;
}

/**
 * Months before `before` (a month such as 2016-04) that are older than the policy keeps; by bounds, never by name.
 * @throws Problem `invalid_input`, `audit_retention` for a month that is kept longer
 */
export function candidatesBefore(parts: readonly Candidate[], before: string, { keptMonths, today }: Policy): Candidate[] {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(before))
    throw new Problem("invalid_input", `"${before}" is not a month`, {
      hint: "Such as --before=2016-04, which retires what was written until 2016-03-31.",
    });
  const until = `${before}-01`;
  const oldest = monthsBefore(today, keptMonths);
  const candidates = parts.filter(({ to }) => to <= until).sort((one, other) => (one.from < other.from ? -1 : 1));
  const young = candidates.find(({ to }) => to > oldest);
  if (young !== undefined || until > oldest)
    throw new Problem("audit_retention", `the trail is kept ${keptMonths} months: what was written since ${oldest} stays`, {
      detail: { keptMonths, oldest, ...(young === undefined ? {} : { part: young.part }) },
      hint: `The latest month for now is --before=${oldest.slice(0, 7)}.`,
    });
  return candidates;
}

/** As PostgreSQL subtracts months: of a day that the month does not have, its last. */
export function monthsBefore(day: string, months: number): string {
  const [year, month, dayOfMonth] = day.split("-").map(Number) as [number, number, number];
  const first = new Date(Date.UTC(year, month - 1 - months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(dayOfMonth, last));
  return first.toISOString().slice(0, 10);
}

export async function trailParts(connection: Connection): Promise<Candidate[]> {
  const { rows } = await connection.query<Candidate>(
    `select pg_class.relname as part, range.from_day::text as "from", range.to_day::text as "to"
     from maintenance.partition_ranges('audit.audit_log') as range
     join pg_class on pg_class.oid = range.part
     order by range.from_day`,
  );
  return rows;
}

export async function retentionPolicy(connection: Connection): Promise<Policy> {
  const { rows } = await connection.query<{ months: number | null; today: string; hold: boolean }>(
    `select retention_months as months, (clock_timestamp() at time zone 'UTC')::date::text as today, maintenance.any_legal_hold() as hold
     from maintenance.partition_policies
     where parent = 'audit.audit_log'`,
  );
  const row = rows[0];
  if (row?.months == null) throw new Problem("audit_retention", "the trail is kept for good: its policy has no retention");
  return { keptMonths: row.months, today: row.today, onHold: row.hold };
}

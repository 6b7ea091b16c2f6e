import type { TenantTransaction } from "../postgres/transaction.ts";
import { type BusinessCalendar, mondayToFriday } from "../time/business-days.ts";
import type { Day } from "../time/day.ts";
import { type AnchoredAccount, calendars } from "./queries.ts";
import type { Schedule } from "./schedule.ts";

export type ScheduleOf = (account: AnchoredAccount) => Schedule;

/** When each account's statements are due, by its own or its bank's calendar. */
export async function readSchedules(tx: TenantTransaction, accounts: readonly AnchoredAccount[], from: Day, to: Day): Promise<ScheduleOf> {
  const ids = [...new Set(accounts.flatMap((account) => account.calendar_id ?? []))];
  const found = new Map<string, BusinessCalendar>();
  if (ids.length > 0)
    for (const row of await calendars(tx, ids, from, to))
      found.set(row.id, { weekendDays: row.weekend_days, exceptions: new Map(row.exceptions.map(({ day, kind }) => [day, kind])) });
  return (account) => ({
    cycle: account.statement_cycle,
    expectedBy: account.expected_by,
    timeZone: account.expected_time_zone,
    calendar: found.get(account.calendar_id ?? "") ?? mondayToFriday,
  });
}

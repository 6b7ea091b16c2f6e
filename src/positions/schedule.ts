import { type BusinessCalendar, businessDayAfter, businessDayBefore, isBusinessDay, lastBusinessDay } from "../time/business-days.ts";
import { addDays, type Day } from "../time/day.ts";
import { localMoment, momentAt } from "../time/zone.ts";

/** When an account's statements are due: the statement of a business day, by a time of the next, in the bank's zone. */
export interface Schedule {
  readonly cycle: "daily" | "weekly" | "monthly" | "none";
  readonly expectedBy: string;
  readonly timeZone: string;
  readonly calendar: BusinessCalendar;
}

export interface Staleness {
  readonly stale: boolean;
  /** The first day whose statement is missing although it was due. */
  readonly since: Day | null;
  /** When the next statement is, or was, due. */
  readonly expectedBy: Date | null;
}

const graceDays = { weekly: 7 + 3, monthly: 31 + 5 } as const;

/** @param through the last day known, null when nothing is */
export function staleness(schedule: Schedule, through: Day | null, asOf: Day, now: Date): Staleness {
  if (schedule.cycle === "none" || through === null) return { stale: false, since: null, expectedBy: null };
  if (schedule.cycle !== "daily") {
    const limit = addDays(through, graceDays[schedule.cycle]);
    const stale = limit < earlier(asOf, localMoment(now, schedule.timeZone).day);
    return { stale, since: stale ? addDays(through, 1) : null, expectedBy: momentAt(limit, schedule.expectedBy, schedule.timeZone) };
  }
  const next = businessDayAfter(schedule.calendar, through);
  const stale = next <= earlier(dueDay(schedule, now), lastBusinessDay(schedule.calendar, asOf));
  return {
    stale,
    since: stale ? next : null,
    expectedBy: momentAt(businessDayAfter(schedule.calendar, next), schedule.expectedBy, schedule.timeZone),
  };
}

/** The last business day whose statement is due by now. */
export function dueDay(schedule: Schedule, now: Date): Day {
  const { day, time } = localMoment(now, schedule.timeZone);
  const { calendar } = schedule;
  if (!isBusinessDay(calendar, day)) return businessDayBefore(calendar, businessDayBefore(calendar, day));
  const yesterday = businessDayBefore(calendar, day);
  return time >= schedule.expectedBy ? yesterday : businessDayBefore(calendar, yesterday);
}

function earlier(a: Day, b: Day): Day {
  return a < b ? a : b;
}

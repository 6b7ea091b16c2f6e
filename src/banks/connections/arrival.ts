import { dueDay, type Schedule } from "../../positions/schedule.ts";
import { type BusinessCalendar, businessDayBefore, isBusinessDay } from "../../time/business-days.ts";
import { addDays, type Day } from "../../time/day.ts";
import { localMoment, momentAt } from "../../time/zone.ts";

/** When deliveries of a connection are due: of each business day by a time of the next, in the bank's zone and calendar. */
export interface ArrivalRule {
  /** HH:MM */
  readonly expectedBy: string;
  readonly timeZone: string;
  readonly slaMinutes: number;
  readonly calendar: BusinessCalendar;
}

export interface Arrival {
  readonly late: boolean;
  /** The last business day that should be covered by now. */
  readonly due: Day;
  /** When it became late, or would. */
  readonly lateAt: Date;
}

/**
 * @param covered the last day that came; null when nothing came yet
 * @param since when the connection was made: what was due before is not missed
 */
export function arrivalOf(rule: ArrivalRule, covered: Day | null, since: Date, now: Date): Arrival {
  const due = dueDay(scheduleOf(rule), new Date(now.getTime() - rule.slaMinutes * 60_000));
  const begun = businessDayBefore(rule.calendar, localMoment(since, rule.timeZone).day);
  const through = covered === null || covered < begun ? begun : covered;
  return { late: through < due, due, lateAt: lateMomentOf(rule, due) };
}

/** The next moment at which something may become late. */
export function nextCheck(rule: ArrivalRule, now: Date): Date {
  const from = addDays(localMoment(now, rule.timeZone).day, -8);
  for (let count = 0; count < 400; count += 1) {
    const day = addDays(from, count);
    if (!isBusinessDay(rule.calendar, day)) continue;
    const moment = momentOf(rule, day);
    if (moment > now) return moment;
  }
  return new Date(now.getTime() + 86_400_000);
}

function lateMomentOf(rule: ArrivalRule, due: Day): Date {
  let day = addDays(due, 1);
  for (let count = 0; count < 366 && !isBusinessDay(rule.calendar, day); count += 1) day = addDays(day, 1);
  return momentOf(rule, day);
}

function momentOf(rule: ArrivalRule, day: Day): Date {
  return new Date(momentAt(day, rule.expectedBy, rule.timeZone).getTime() + rule.slaMinutes * 60_000);
}

function scheduleOf(rule: ArrivalRule): Schedule {
  return { cycle: "daily", expectedBy: rule.expectedBy, timeZone: rule.timeZone, calendar: rule.calendar };
}

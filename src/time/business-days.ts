import { addDays, type Day, isoWeekday } from "./day.ts";

/** Which days a bank works: a weekday rule, and the days that differ from it. */
export interface BusinessCalendar {
  /** ISO weekdays, 1 Monday … 7 Sunday. */
  readonly weekendDays: readonly number[];
  readonly exceptions: ReadonlyMap<Day, "holiday" | "business">;
}

export const mondayToFriday: BusinessCalendar = { weekendDays: [6, 7], exceptions: new Map() };

export function isBusinessDay(calendar: BusinessCalendar, day: Day): boolean {
  const exception = calendar.exceptions.get(day);
  return exception === undefined ? !calendar.weekendDays.includes(isoWeekday(day)) : exception === "business";
}

export function businessDayBefore(calendar: BusinessCalendar, day: Day): Day {
  return step(calendar, day, -1);
}

export function businessDayAfter(calendar: BusinessCalendar, day: Day): Day {
  return step(calendar, day, 1);
}

/** The day itself when it is a business day, else the one before. */
export function lastBusinessDay(calendar: BusinessCalendar, day: Day): Day {
  return isBusinessDay(calendar, day) ? day : businessDayBefore(calendar, day);
}

function step(calendar: BusinessCalendar, from: Day, direction: 1 | -1): Day {
  // A calendar that never works would run on for ever: after a year the plain day is as good.
  let day = addDays(from, direction);
  for (let count = 0; count < 366 && !isBusinessDay(calendar, day); count += 1) day = addDays(day, direction);
  return day;
}

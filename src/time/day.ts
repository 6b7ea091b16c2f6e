import { Problem } from "../errors/problem.ts";

/** A calendar day, ISO 8601 `YYYY-MM-DD`. Not a moment: it has no zone and never becomes a `Date` on its way. */
export type Day = string & { readonly __day: true };

const shape = /^(\d{4})-(\d{2})-(\d{2})$/;
const millisecondsPerDay = 86_400_000;

/** Whether year, month (1-12) and day exist in the Gregorian calendar. */
export function isCalendarDay(year: number, month: number, day: number): boolean {
  if (!(year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1)) return false;
  return day <= daysInMonth(year, month);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** `null` when the text is not a day; for parsers that report by themselves. */
export function dayOrNull(text: string): Day | null {
  const match = shape.exec(text);
  if (match === null) return null;
  return isCalendarDay(Number(match[1]), Number(match[2]), Number(match[3])) ? (text as Day) : null;
}

/** @throws Problem `invalid_day` */
export function parseDay(text: string): Day {
  const day = dayOrNull(text);
  if (day === null) throw new Problem("invalid_day", `"${text}" is not a day`, { hint: "Write a day as YYYY-MM-DD, such as 2026-03-31." });
  return day;
}

export function dayOf(year: number, month: number, day: number): Day | null {
  if (!isCalendarDay(year, month, day)) return null;
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}` as Day;
}

/** Days since 1970-01-01. */
export function dayNumber(day: Day): number {
  return Math.round(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1, Number(day.slice(8, 10))) / millisecondsPerDay);
}

export function dayFromNumber(number: number): Day {
  return new Date(number * millisecondsPerDay).toISOString().slice(0, 10) as Day;
}

export function addDays(day: Day, count: number): Day {
  return dayFromNumber(dayNumber(day) + count);
}

/** 1 = Monday … 7 = Sunday (ISO 8601). */
export function isoWeekday(day: Day): number {
  // The second step is for days before 1970, whose numbers and so whose remainders are negative.
  return ((((dayNumber(day) + 3) % 7) + 7) % 7) + 1;
}

/** The day it is now in an IANA time zone. */
export function today(timeZone = "UTC", now = new Date()): Day {
  return new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now) as Day;
}

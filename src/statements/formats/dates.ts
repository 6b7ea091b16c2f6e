import { type Day, dayOf, daysInMonth } from "../../time/day.ts";

/** A day of a bank file; `clamped` when the month has no such day (30 February in 30/360 books) and its last was taken. */
export interface FileDay {
  readonly day: Day;
  readonly clamped: boolean;
}

export function fileDay(year: number, month: number, day: number): FileDay | null {
  const exact = dayOf(year, month, day);
  if (exact !== null) return { day: exact, clamped: false };
  if (!(month >= 1 && month <= 12 && day >= 29 && day <= 31)) return null;
  const last = dayOf(year, month, daysInMonth(year, month));
  return last === null ? null : { day: last, clamped: true };
}

/** The day read last: entries of one statement share theirs. */
let latest: { readonly text: string; readonly day: FileDay | null } = { text: "", day: null };

/** `YYMMDD` of SWIFT and BAI2: 00-79 is 20xx, 80-99 is 19xx (SWIFT's User Handbook rule for dates). */
export function shortDay(text: string): FileDay | null {
  if (text === latest.text) return latest.day;
  if (!/^\d{6}$/.test(text)) return null;
  const year = Number(text.slice(0, 2));
  const day = fileDay(year >= 80 ? 1900 + year : 2000 + year, Number(text.slice(2, 4)), Number(text.slice(4, 6)));
  latest = { text, day };
  return day;
}

/** The calendar day at the front of an ISO 8601 date or moment, as the bank wrote it: no zone is applied. */
export function isoDay(text: string): FileDay | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(text);
  return match === null ? null : fileDay(Number(match[1]), Number(match[2]), Number(match[3]));
}

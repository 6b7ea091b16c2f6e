import { addDays, type Day, dayOf, daysInMonth, isoWeekday } from "../../../time/day.ts";
import { addBankDays, bankDayOnOrAfter, bankDayOnOrBefore, type Country } from "../bank-days.ts";

/** Moves a date that falls on a closed day: wages come before it, tax and rent after it. */
export type Roll = "preceding" | "following";

/** Whether `day` is the bank day on which something due on the `date`th of each month (31: the last) happens. */
export function isMonthly(country: Country, day: Day, date: number, roll: Roll): boolean {
  // A date at a month's edge may roll into the next month or the one before.
  return [-20, 0, 20].some((shift) => {
    const about = addDays(day, shift);
    const nominal = dateIn(about, date);
    return (roll === "following" ? bankDayOnOrAfter(country, nominal) : bankDayOnOrBefore(country, nominal)) === day;
  });
}

/** The same in the months of `months` (1-12) only. */
export function isYearly(country: Country, day: Day, months: readonly number[], date: number, roll: Roll): boolean {
  return months.includes(Number(day.slice(5, 7))) && isMonthly(country, day, date, roll);
}

export function isWeekday(day: Day, ...weekdays: readonly number[]): boolean {
  return weekdays.includes(isoWeekday(day));
}

/** The last bank day of its month. */
export function isMonthEnd(country: Country, day: Day): boolean {
  return addBankDays(country, day, 1).slice(0, 7) !== day.slice(0, 7);
}

/** The week's first bank days bring what the weekend held up; customers pay at the turn of the month; August is quiet. */
export function businessPace(country: Country, day: Day): number {
  const weekday = [1.25, 1.05, 0.95, 0.9, 1.05, 0.7, 0.9][isoWeekday(day) - 1] ?? 1;
  const season = [0.95, 0.95, 1.08, 1, 1, 1.02, 0.95, 0.8, 1, 1.05, 1.08, 1.15][Number(day.slice(5, 7)) - 1] ?? 1;
  const turn = [-1, 0, 1].some((shift) => isMonthEnd(country, addBankDays(country, day, shift))) ? 1.7 : 0.92;
  return weekday * season * turn;
}

function dateIn(month: Day, date: number): Day {
  const [year, number] = [Number(month.slice(0, 4)), Number(month.slice(5, 7))];
  const day = dayOf(year, number, Math.min(date, daysInMonth(year, number)));
  if (day === null) throw new RangeError(`no day ${date} in ${month}`);
  return day;
}

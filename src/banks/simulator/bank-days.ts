import { addDays, type Day, dayFromNumber, dayNumber, dayOf, daysInMonth, isoWeekday } from "../../time/day.ts";

/**
 * On which days the banks of a country book. Enough for simulated companies: the rules of law as of 2026, no one-off
 * holidays. The product's own calendars are data in `cm_calendars`, not this.
 */
export type Country = "DE" | "NL" | "GB" | "US" | "JP" | "KW";

export function isBankDay(country: Country, day: Day): boolean {
  if (weekend[country].includes(isoWeekday(day))) return false;
  return !holidaysOf(country, Number(day.slice(0, 4))).has(day);
}

/** ISO weekdays on which banks are closed. */
export function weekendDays(country: Country): readonly number[] {
  return weekend[country];
}

/** The day itself, or the first bank day after it. */
export function bankDayOnOrAfter(country: Country, day: Day): Day {
  let found = day;
  while (!isBankDay(country, found)) found = addDays(found, 1);
  return found;
}

/** The day itself, or the last bank day before it. */
export function bankDayOnOrBefore(country: Country, day: Day): Day {
  let found = day;
  while (!isBankDay(country, found)) found = addDays(found, -1);
  return found;
}

export function addBankDays(country: Country, day: Day, count: number): Day {
  const step = count < 0 ? -1 : 1;
  let found = day;
  for (let left = Math.abs(count); left > 0; left -= 1) {
    do found = addDays(found, step);
    while (!isBankDay(country, found));
  }
  return found;
}

const weekend: Record<Country, readonly number[]> = { DE: [6, 7], NL: [6, 7], GB: [6, 7], US: [6, 7], JP: [6, 7], KW: [5, 6] };
const cache = new Map<string, ReadonlySet<Day>>();

function holidaysOf(country: Country, year: number): ReadonlySet<Day> {
  const key = `${country}${year}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = new Set(rules[country](year));
  cache.set(key, made);
  return made;
}

const rules: Record<Country, (year: number) => Day[]> = {
  DE: target,
  NL: target,
  GB: (year) => [
    substitute(on(year, 1, 1), []),
    ...christmas(year),
    addDays(easter(year), -2),
    addDays(easter(year), 1),
    nth(year, 5, 1, 1),
    nth(year, 5, 1, -1),
    nth(year, 8, 1, -1),
  ],
  US: (year) => [
    ...[on(year, 1, 1), on(year, 6, 19), on(year, 7, 4), on(year, 11, 11), on(year, 12, 25)].map((day) =>
      isoWeekday(day) === 7 ? addDays(day, 1) : day,
    ),
    ...[nth(year, 1, 1, 3), nth(year, 2, 1, 3), nth(year, 5, 1, -1), nth(year, 9, 1, 1), nth(year, 10, 1, 2), nth(year, 11, 4, 4)],
  ],
  JP: japan,
  KW: (year) => [on(year, 1, 1), on(year, 2, 25), on(year, 2, 26), ...eids(year)],
};

/** The closing days of T2, which the euro's banks follow for booking. */
function target(year: number): Day[] {
  const sunday = easter(year);
  return [on(year, 1, 1), addDays(sunday, -2), addDays(sunday, 1), on(year, 5, 1), on(year, 12, 25), on(year, 12, 26)];
}

/** Act on National Holidays: Monday after a Sunday holiday, and a day between two holidays; banks also close 2, 3 January and 31 December. */
function japan(year: number): Day[] {
  const leap = Math.floor((year - 1980) / 4);
  const days = [
    ...[
      on(year, 1, 1),
      nth(year, 1, 1, 2),
      on(year, 2, 11),
      on(year, 2, 23),
      on(year, 4, 29),
      on(year, 5, 3),
      on(year, 5, 4),
      on(year, 5, 5),
    ],
    ...[nth(year, 7, 1, 3), on(year, 8, 11), nth(year, 9, 1, 3), nth(year, 10, 1, 2), on(year, 11, 3), on(year, 11, 23)],
    on(year, 3, Math.floor(20.8431 + 0.242194 * (year - 1980) - leap)),
    on(year, 9, Math.floor(23.2488 + 0.242194 * (year - 1980) - leap)),
  ];
  for (const day of [...days]) if (isoWeekday(day) === 7) days.push(substitute(day, days));
  for (const day of [...days]) if (days.includes(addDays(day, 2)) && !days.includes(addDays(day, 1))) days.push(addDays(day, 1));
  return [...days, on(year, 1, 2), on(year, 1, 3), on(year, 12, 31)];
}

/** The two Eids by the tabular Islamic calendar; the moon may differ by a day, which a simulated bank need not mind. */
function eids(year: number): Day[] {
  const days: Day[] = [];
  const hijri = Math.floor((year - 622) * 1.0307);
  for (const h of [hijri - 1, hijri, hijri + 1])
    for (const [month, date, length] of [
      [10, 1, 3],
      [12, 9, 4],
    ] as const)
      for (let i = 0; i < length; i += 1) days.push(addDays(islamic(h, month, date), i));
  return days.filter((day) => day.startsWith(String(year)));
}

function islamic(year: number, month: number, date: number): Day {
  const julian = Math.floor((11 * year + 3) / 30) + 354 * year + 30 * month - Math.floor((month - 1) / 2) + date + 1948440 - 385;
  return dayFromNumber(julian - 2440588);
}

/** Gregorian Easter Sunday (Meeus, Jones, Butcher). */
function easter(year: number): Day {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = (19 * a + b - Math.floor(b / 4) - Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3) + 15) % 30;
  const e = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - d - (c % 4)) % 7;
  const f = d + e - 7 * Math.floor((a + 11 * d + 22 * e) / 451) + 114;
  return on(year, Math.floor(f / 31), (f % 31) + 1);
}

/** Boxing Day moves out of the way of a Christmas Day that moved. */
function christmas(year: number): Day[] {
  const first = substitute(on(year, 12, 25), []);
  return [first, substitute(on(year, 12, 26), [first])];
}

function on(year: number, month: number, date: number): Day {
  const day = dayOf(year, month, date);
  if (day === null) throw new RangeError(`${year}-${month}-${date} is not a day`);
  return day;
}

/** The first, second … (count > 0) or last (-1) given weekday of a month. */
function nth(year: number, month: number, weekday: number, count: number): Day {
  if (count > 0) return addDays(on(year, month, 1), ((weekday - isoWeekday(on(year, month, 1)) + 7) % 7) + 7 * (count - 1));
  const last = on(year, month, daysInMonth(year, month));
  return addDays(last, -((isoWeekday(last) - weekday + 7) % 7));
}

/** The first working day from a holiday on that no other holiday has. */
function substitute(day: Day, taken: readonly Day[]): Day {
  let number = dayNumber(day);
  while (isoWeekday(dayFromNumber(number)) > 5 || taken.includes(dayFromNumber(number))) number += 1;
  return dayFromNumber(number);
}

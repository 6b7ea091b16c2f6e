import { addDays, type Day } from "../time/day.ts";

/** A row with the sort key that a page after it starts from. */
export interface Listed<Item> {
  readonly item: Item;
  readonly key: readonly string[];
}

/**
 * Reads a list newest first in windows of whole months, so that each statement names few partitions (at most 16 relation locks),
 * until `limit` rows are there or the earliest day is passed.
 */
export async function walkBack<Row>(
  span: { readonly earliest: Day; readonly latest: Day },
  months: number,
  limit: number,
  read: (from: Day, to: Day, limit: number) => Promise<Row[]>,
): Promise<Row[]> {
  const found: Row[] = [];
  for (let to = span.latest; to >= span.earliest && found.length < limit; ) {
    const from = monthStart(to, months - 1);
    found.push(...(await read(from < span.earliest ? span.earliest : from, to, limit - found.length)));
    to = addDays(from, -1);
  }
  return found;
}

/** The first day of the month so many months before a day's. */
export function monthStart(day: Day, monthsBack: number): Day {
  const month = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 - monthsBack;
  return `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}-01` as Day;
}

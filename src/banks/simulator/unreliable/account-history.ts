import type { Booking } from "../booking.ts";
import { type Random, randomFrom } from "../random.ts";
import type { BaseFormat, TellingFormat } from "./company.ts";
import type { FaultName } from "./fault-names.ts";
import { overDays, reports, tellAgain } from "./tell-again.ts";
import { type BaseTelling, type DayDraw, tellDay } from "./tell-day.ts";
import type { BookDay, Teller, Telling } from "./telling.ts";

/** An account's days with all that is told of them. */
export interface AccountHistory {
  readonly teller: Teller;
  readonly days: readonly HistoryDay[];
  readonly overlaps: readonly Telling[];
}

export interface HistoryDay {
  readonly book: BookDay;
  readonly base: BaseTelling;
  readonly again: readonly Telling[];
}

export interface HistoryOptions {
  readonly seed: string;
  readonly format: BaseFormat;
  readonly formats: ReadonlySet<TellingFormat>;
  readonly faults: ReadonlySet<FaultName>;
  /** Of the account, from 0. */
  readonly index: number;
}

export function tellAccount(teller: Teller, books: readonly BookDay[], options: HistoryOptions): AccountHistory {
  const { seed, format, formats, faults, index } = options;
  const has = (fault: FaultName) => faults.has(fault);
  const stream = (name: string) => randomFrom(`${seed}/${teller.account.key}/${name}`);
  const { days: shifted, late } =
    has("late_booking") && format !== "bai2" ? bookedLate(books, stream("late")) : { days: [...books], late: new Set<number>() };
  const numbers = numbering(format, index, has("reused_ids"));
  const days = shifted.map((book, number): HistoryDay => {
    const draw: DayDraw = { teller, format, book, has, ...numbers, random: stream(`day ${number}`) };
    const ahead = shifted[number + 1]?.entries ?? [];
    // Of the last day some accounts have no statement yet.
    if (has("intraday") && number === shifted.length - 1 && book.entries.length > 1 && index % 5 === 4)
      return { book, base: unclosed, again: reports(draw, []) };
    const base = tellDay(draw);
    return { book, base, again: tellAgain(draw, base, formats, number, ahead) };
  });
  const overlaps = has("overlap") ? spans(teller, days, late, stream("overlap"), formats) : [];
  return { teller, days, overlaps };
}

const unclosed: BaseTelling = { tellings: [], came: null, broken: false, sequence: 0, contradicted: false };

/** By account: counted through, counted in a circle under one id, or not at all. */
function numbering(format: BaseFormat, index: number, reused: boolean): Pick<DayDraw, "id" | "number" | "numbered"> {
  if (format === "bai2" || index % 4 === 3) return { id: undefined, number: () => 0, numbered: false };
  const circle = reused && index % 3 === 2 ? 4 : Number.MAX_SAFE_INTEGER;
  let last = 0;
  const number = () => {
    last = (last % circle) + 1;
    return last;
  };
  return { id: circle === 4 ? "STATEMENT" : undefined, number, numbered: true };
}

/** Now and then the last entry of a day comes late: it keeps its booking day and moves the next day's balance. */
function bookedLate(books: readonly BookDay[], random: Random): { days: BookDay[]; late: Set<number> } {
  const days = [...books];
  const late = new Set<number>();
  for (let index = 0; index + 1 < days.length; index += 1) {
    const [day, next] = [days[index], days[index + 1]] as [BookDay, BookDay];
    const entry: Booking | undefined = day.entries.at(-1);
    if (!random.chance(0.05) || entry === undefined || entry.bookingDay !== day.day) continue;
    const closingMinor = day.closingMinor - entry.amountMinor;
    days[index] = { ...day, entries: day.entries.slice(0, -1), closingMinor };
    days[index + 1] = { ...next, openingMinor: closingMinor, entries: [entry, ...next.entries] };
    late.add(index);
  }
  return { days, late };
}

/** One statement over several days for every five days or so, where no first version contradicts it. */
function spans(
  teller: Teller,
  days: readonly HistoryDay[],
  late: ReadonlySet<number>,
  random: Random,
  formats: ReadonlySet<TellingFormat>,
): Telling[] {
  const told: Telling[] = [];
  for (let count = Math.ceil(days.length / 10); count > 0; count -= 1) {
    const from = random.integer(0, days.length - 1);
    const to = Math.min(days.length - 1, from + random.integer(1, 5));
    const covered = days.slice(from, to + 1);
    // A list by booking days would show a late entry on its old day, and the day's balance with it.
    const disputed = covered.some(
      ({ base }, index) => base.contradicted || base === unclosed || (late.has(from + index) && from + index < to),
    );
    if (disputed || from === to) continue;
    told.push(
      ...overDays(
        { teller, random },
        covered.map(({ book }) => book),
        formats,
      ),
    );
  }
  return told;
}

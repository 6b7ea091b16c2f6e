import { intradayReport, totalsOf } from "../account-statement.ts";
import type { Booking } from "../booking.ts";
import { type BaseFormat, type TellingFormat, tellingFormats } from "./company.ts";
import { type BaseTelling, type DayDraw, partOf, wholeOf } from "./tell-day.ts";
import { reworded, statementOf, sumOf, type Telling, toldBy } from "./telling.ts";

/** What else comes of a day: reports before, the day so far, and the day again in every costume. */
export function tellAgain(
  draw: DayDraw,
  base: BaseTelling,
  formats: ReadonlySet<TellingFormat>,
  dayNumber: number,
  ahead: readonly Booking[],
): Telling[] {
  const { random, has, book } = draw;
  const { entries } = book;
  const again: Telling[] = [];
  const whole = base.came !== null && !base.broken && base.tellings.length > 0;
  const single = whole && base.sequence === base.tellings[0]?.statement.sequence && base.tellings.at(-1)?.kind === "whole";
  if (has("partial") && single && entries.length > 1 && random.chance(0.08)) again.push(soFar(draw, base));
  if (has("intraday") && entries.length > 0 && random.chance(0.15)) again.push(...reports(draw, ahead));
  if (has("reformat") && random.chance(0.12)) again.push(...inAnotherFormat(draw, formats, dayNumber));
  if (has("reworded") && single && random.chance(0.08)) again.push(inOtherWords(draw, base));
  if (has("charset") && single && entries.length > 0 && random.chance(0.05)) again.push(damaged(draw, base));
  if (has("bare") && base.came !== null && base.came.length > 0 && random.chance(0.05)) again.push(withoutBalance(draw, base.came));
  return again;
}

function soFar(draw: DayDraw, base: BaseTelling): Telling {
  const cut = draw.random.integer(1, draw.book.entries.length - 1);
  return partOf(draw, 0, cut, {
    sequence: base.sequence,
    faults: ["partial"],
    delay: -1,
    more: { createdAt: `${draw.book.day}T12:30:00Z` },
  });
}

/** At noon two thirds and an announcement, and perhaps in the afternoon what is booked by then. */
export function reports({ teller, book, random, has }: DayDraw, ahead: readonly Booking[]): Telling[] {
  const full = statementOf(teller, book.day, { ...book, sequence: 1 });
  const announced = has("pending") ? ahead.slice(0, 1) : [];
  const noon = intradayReport(full);
  const pending = has("pending") ? noon.pending : [];
  const first = { ...noon, pending, totals: totalsOf([...noon.entries, ...pending]) };
  const later = {
    ...full,
    kind: "report" as const,
    pending: announced,
    totals: totalsOf([...full.entries, ...announced]),
    createdAt: `${book.day}T16:00:05Z`,
  };
  const tell = (statement: typeof first): Telling => ({
    ...{
      kind: "report",
      statement,
      format: "camt.052",
      damage: "none",
      faults: pending.length > 0 ? ["intraday", "pending"] : ["intraday"],
      delay: -1,
    },
    tells: [toldBy(book.day, statement.entries)],
  });
  return random.chance(0.5) ? [tell(first), tell(later)] : [tell(first)];
}

function inAnotherFormat(draw: DayDraw, formats: ReadonlySet<TellingFormat>, dayNumber: number): Telling[] {
  const { teller, book, random } = draw;
  // BAI2 has no booking day but the group's, and a table has a line for entries only.
  const late = book.entries.some(({ bookingDay }) => bookingDay !== book.day);
  const able = (format: TellingFormat) => (format !== "csv" || (book.entries.length > 0 && !late)) && !(format === "bai2" && late);
  // A bank numbers one format in one way: MT940 from two of its systems would be two countings of one account.
  const swift = (format: TellingFormat) => format.startsWith("mt940");
  const other = (format: TellingFormat) => format !== draw.format && !(swift(format) && swift(draw.format));
  const others = tellingFormats.filter((format) => formats.has(format) && other(format) && able(format));
  if (others.length === 0) return [];
  const format = random.pick(others);
  // The other system numbers its statements by itself, without a hole.
  const sequence = swift(format) ? 500 + dayNumber : 0;
  const statement = statementOf(teller, book.day, { ...book, entries: book.entries.map(reworded), sequence });
  return [
    {
      kind: "whole",
      statement,
      format,
      damage: "none",
      faults: ["reformat"],
      delay: random.integer(0, 6),
      tells: [toldBy(book.day, book.entries)],
    },
  ];
}

function inOtherWords(draw: DayDraw, base: BaseTelling): Telling {
  const whole = wholeOf(draw, base.sequence, ["reworded"], draw.random.integer(0, 8), { createdAt: `${draw.book.day}T23:50:00Z` });
  return { ...whole, statement: { ...whole.statement, entries: whole.statement.entries.map(reworded).reverse() } };
}

function damaged(draw: DayDraw, base: BaseTelling): Telling {
  return {
    ...wholeOf(draw, base.sequence, ["charset"], draw.random.integer(0, 4), { createdAt: `${draw.book.day}T23:40:00Z` }),
    damage: "latin1",
  };
}

function withoutBalance(draw: DayDraw, came: readonly Booking[]): Telling {
  const { teller, book } = draw;
  const entries = came.slice(0, draw.random.integer(1, came.length));
  const statement = statementOf(teller, book.day, {
    entries: entries.map(reworded),
    openingMinor: 0n,
    sequence: 0,
    more: { balances: false },
  });
  const format: BaseFormat | "csv" = draw.random.chance(0.5) ? "csv" : "camt.053";
  return {
    kind: "bare",
    statement,
    format,
    damage: "none",
    faults: ["bare"],
    delay: draw.random.integer(0, 4),
    tells: [toldBy(book.day, entries)],
  };
}

/** A statement over days in a row; a table has no line for days on which nothing moved. */
export function overDays(
  draw: Pick<DayDraw, "teller" | "random">,
  books: readonly DayDraw["book"][],
  formats: ReadonlySet<TellingFormat>,
): Telling[] {
  const { teller, random } = draw;
  const [first, last] = [books[0], books.at(-1)];
  const entries = books.flatMap((book) => book.entries);
  if (first === undefined || last === undefined || entries.length === 0) return [];
  // A table and an MT940 do not say where their first day begins, so an entry booked late would stand on the day before.
  const late = first.entries.some(({ bookingDay }) => bookingDay !== first.day);
  const able = (["camt.053", "mt940", "csv"] as const).filter(
    (format) => formats.has(format) && (format === "camt.053" || !late) && (format !== "csv" || last.entries.length > 0),
  );
  if (able.length === 0) return [];
  const said = { entries: entries.map(reworded), openingMinor: last.closingMinor - sumOf(entries), sequence: 0, more: { from: first.day } };
  const tells = books.map((book) => toldBy(book.day, book.entries));
  return [
    {
      kind: "whole",
      statement: statementOf(teller, last.day, said),
      format: random.pick(able),
      damage: "none",
      faults: ["overlap"],
      delay: random.integer(0, 3),
      tells,
    },
  ];
}

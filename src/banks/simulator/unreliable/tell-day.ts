import type { AccountStatement } from "../account-statement.ts";
import type { Booking } from "../booking.ts";
import type { Random } from "../random.ts";
import type { BaseFormat } from "./company.ts";
import type { FaultName } from "./fault-names.ts";
import { type BookDay, statementOf, sumOf, type Teller, type Telling, toldBy } from "./telling.ts";

/** How the bank itself tells a day: at once, in parts, in pages, wrongly at first, or never. */
export interface BaseTelling {
  readonly tellings: readonly Telling[];
  /** What of the day has come when nothing else tells it. */
  readonly came: readonly Booking[] | null;
  /** The statements that came do not add up. */
  readonly broken: boolean;
  /** The number of the statement over the whole day; extras of the same format repeat it. */
  readonly sequence: number;
  /** Statements of several days would contradict the first version. */
  readonly contradicted: boolean;
}

export interface DayDraw {
  readonly teller: Teller;
  readonly format: BaseFormat;
  readonly book: BookDay;
  readonly random: Random;
  readonly has: (fault: FaultName) => boolean;
  /** The account's statements have ids of their own. */
  readonly id: string | undefined;
  readonly numbered: boolean;
  /** Takes the account's next number; 0 where it has none. */
  readonly number: () => number;
}

export function tellDay(draw: DayDraw): BaseTelling {
  const { book, format, random, has } = draw;
  const { entries } = book;
  const paged = (format === "camt.053" || format === "mt940-swift") && draw.numbered;
  const roll = random.fraction();
  if (has("gap") && sumOf(entries) !== 0n && roll < 0.03) return never(draw);
  if (has("missing_page") && paged && entries.length > 1 && roll < 0.15) return inPages(draw);
  if (has("split") && entries.length > 1 && roll < 0.23) return inTwo(draw);
  if (has("lost_line") && entries.length > 0 && roll < 0.29) return lacking(draw);
  if (has("correction") && format === "camt.053" && sumOf(entries) !== 0n && roll < 0.4) return corrected(draw);
  const sequence = draw.number();
  const late = has("gap") && random.chance(0.05);
  const whole = wholeOf(draw, sequence, late ? ["gap"] : [], late ? random.integer(2, 9) : 0);
  return { tellings: [whole], came: entries, broken: false, sequence, contradicted: false };
}

export function wholeOf(
  draw: DayDraw,
  sequence: number,
  faults: readonly FaultName[],
  delay: number,
  more?: Partial<AccountStatement>,
): Telling {
  const { teller, book, format, id } = draw;
  const statement = statementOf(teller, book.day, { ...book, sequence, more: { ...(id === undefined ? {} : { id }), ...more } });
  return { kind: "whole", statement, format, damage: "none", faults, delay, tells: [toldBy(book.day, book.entries)] };
}

/** A part of the day between its own balances. */
export function partOf(
  draw: DayDraw,
  from: number,
  to: number,
  said: { sequence: number; faults: readonly FaultName[]; delay: number; more?: Partial<AccountStatement> },
): Telling {
  const { teller, book, format, id } = draw;
  const { sequence, faults, delay, more } = said;
  const entries = book.entries.slice(from, to);
  const openingMinor = book.openingMinor + sumOf(book.entries.slice(0, from));
  const statement = statementOf(teller, book.day, {
    entries,
    openingMinor,
    sequence,
    more: { ...(id === undefined ? {} : { id }), ...more },
  });
  return { kind: "part", statement, format, damage: "none", faults, delay, tells: [toldBy(book.day, entries)] };
}

function never(draw: DayDraw): BaseTelling {
  return { tellings: [], came: null, broken: false, sequence: draw.number(), contradicted: false };
}

function inPages(draw: DayDraw): BaseTelling {
  const { book, random } = draw;
  const sequence = draw.number();
  const count = Math.min(book.entries.length, random.integer(2, 3));
  const cuts = Array.from({ length: count + 1 }, (_, page) => Math.round((page * book.entries.length) / count));
  const pages = cuts.slice(0, -1).map((from, index) => {
    const page = { number: index + 1, last: index === count - 1 };
    return partOf(draw, from, cuts[index + 1] as number, {
      sequence,
      faults: ["missing_page"],
      delay: random.chance(0.3) ? random.integer(1, 4) : 0,
      more: { page },
    });
  });
  const lost = random.chance(0.25) ? random.integer(0, count - 1) : -1;
  // A page that comes to nothing and has no page behind it cannot be missed by its balance.
  const losable = lost !== -1 && sumOf(pages[lost]?.statement.entries ?? []) !== 0n;
  const tellings = losable ? pages.toSpliced(lost, 1) : pages;
  return {
    tellings,
    came: losable ? tellings.flatMap(({ statement }) => statement.entries) : book.entries,
    broken: losable,
    sequence,
    contradicted: false,
  };
}

/** Two statements tie by their numbers, or by their balances when neither half comes to nothing, nor both together. */
function inTwo(draw: DayDraw): BaseTelling {
  const { book, random, id } = draw;
  const cut = random.integer(1, book.entries.length - 1);
  const first = draw.number();
  const tied = sumOf(book.entries) !== 0n && sumOf(book.entries.slice(0, cut)) !== 0n && sumOf(book.entries.slice(cut)) !== 0n;
  if (!tied && (!draw.numbered || id !== undefined))
    return { tellings: [wholeOf(draw, first, [], 0)], came: book.entries, broken: false, sequence: first, contradicted: false };
  const second = draw.number();
  const halves = [
    partOf(draw, 0, cut, { sequence: first, faults: ["split"], delay: 0 }),
    partOf(draw, cut, book.entries.length, { sequence: second, faults: ["split"], delay: random.chance(0.3) ? 1 : 0 }),
  ];
  return { tellings: halves, came: book.entries, broken: false, sequence: 0, contradicted: false };
}

function lacking(draw: DayDraw): BaseTelling {
  const { book, random } = draw;
  const sequence = draw.number();
  const whole = wholeOf(draw, sequence, ["lost_line"], random.integer(0, 3), laterMade(book));
  const came = book.entries.slice(1);
  const broken: Telling = {
    ...{ ...whole, kind: "broken", delay: 0, tells: [toldBy(book.day, came)] },
    // The totals stay those of the whole: the bank counted before it lost the line.
    statement: { ...whole.statement, entries: came, ...firstMade(book) },
  };
  if (random.chance(0.7)) return { tellings: [broken, whole], came: book.entries, broken: false, sequence, contradicted: false };
  return { tellings: [broken], came, broken: true, sequence, contradicted: false };
}

/** First with another amount, adding up all the same: only the later statement's own word says which is right. */
function corrected(draw: DayDraw): BaseTelling {
  const { book, random } = draw;
  const sequence = draw.number() || 1;
  const right = wholeOf(draw, sequence, ["correction"], random.integer(0, 3), laterMade(book));
  const [first, ...rest] = book.entries as [Booking, ...Booking[]];
  const mistaken = {
    ...first,
    amountMinor: first.amountMinor + 100_00n,
    bankReference: `W${first.bankReference.slice(1)}`,
    payments: first.payments.map((one) => ({ ...one, amountMinor: one.amountMinor + 100_00n })),
  };
  const entries = [mistaken, ...rest].filter(({ amountMinor }) => amountMinor !== 0n);
  const { id } = right.statement;
  const statement = statementOf(draw.teller, book.day, {
    entries,
    openingMinor: book.openingMinor,
    sequence,
    more: { ...(id === undefined ? {} : { id }), ...firstMade(book) },
  });
  const wrong: Telling = { ...right, kind: "wrong", delay: 0, statement, tells: [toldBy(book.day, entries)] };
  return { tellings: [wrong, right], came: book.entries, broken: false, sequence, contradicted: true };
}

function firstMade({ day }: BookDay) {
  return { createdAt: `${day}T21:00:00Z` };
}

function laterMade({ day }: BookDay) {
  return { createdAt: `${day}T22:40:00Z` };
}

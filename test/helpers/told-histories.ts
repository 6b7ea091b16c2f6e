import fc from "fast-check";
import { currencyExponent } from "../../src/money/currencies.ts";
import { minorText } from "../../src/money/money.ts";
import type { FileSource } from "../../src/statements/posting/deliveries.ts";
import { addDays, type Day } from "../../src/time/day.ts";
import { camt052, camt053, fileOf, type TestStatement } from "./camt.ts";
import { mt940 } from "./mt940.ts";

/**
 * Accounts as their banks know them, and the files in which the banks tell it: whole days, days in two statements, partial
 * statements at noon, re-exports in other words, MT940 of the same day, weeks over days, intraday reports, repeats, days that
 * never come. Drawn by fast-check, so that a failure shrinks.
 */
export interface ToldAccount {
  readonly account: string;
  readonly currency: string;
  readonly opening: bigint;
  readonly days: readonly ToldDay[];
}

export interface ToldDay {
  readonly day: Day;
  readonly entries: ReadonlyArray<{ readonly minor: bigint; readonly valueDay: Day }>;
  /** A statement with a balance has told it, or is to tell it. */
  readonly told: boolean;
  /** Every such statement lacks a line: it cannot be proven. */
  readonly broken: boolean;
  /** Only a statement of several days speaks of it, and nothing moved: it need not be closed by itself. */
  readonly quiet: boolean;
  readonly closing: bigint;
}

export interface Told {
  readonly accounts: readonly ToldAccount[];
  readonly files: readonly FileSource[];
  /** What stands in the files, in their order. */
  readonly tellings: readonly Telling[];
  /** The files in words, for a counterexample that can be read. */
  readonly story: readonly string[];
}

export const firstDay = "2026-03-02" as Day;

const ibans = ["DE02120300000000202051", "DE02500105170137075030", "DE88100900001234567892"];

/** One account under two currencies is two accounts. */
const accountIds = [
  { account: ibans[0] as string, currency: "EUR" },
  { account: ibans[1] as string, currency: "JPY" },
  { account: ibans[0] as string, currency: "KWD" },
];

const entryOf = fc.record({
  minor: fc.integer({ min: -90_000, max: 90_000 }).filter((minor) => minor !== 0),
  shift: fc.constantFrom(0, 0, 0, 1, 2, -1),
  copies: fc.constantFrom(1, 1, 1, 2),
});

const dayOf = fc.record({
  entries: fc.array(entryOf, { maxLength: 3 }),
  /** A day may come back to where it began. */
  evened: fc.constantFrom(false, false, true),
  base: fc.constantFrom("whole", "whole", "halves", "missing", "broken"),
  extras: fc.subarray(["again", "costume", "mt940", "noon", "report", "bare"] as const),
  cut: fc.nat(4),
});

const accountOf = fc.record({
  opening: fc.bigInt({ min: -1000n, max: 1000n }),
  numbered: fc.boolean(),
  days: fc.array(dayOf, { minLength: 1, maxLength: 6 }),
  /** Statements over several days, as first and last index. */
  spans: fc.array(fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 5 })), { maxLength: 1 }),
});

/**
 * Amounts are large enough that balances of different days seldom meet by chance: then only numbers could tell which is which.
 * @returns histories with their files in a drawn order, some of them bundled as one
 */
export const toldHistories: fc.Arbitrary<Told> = fc
  .tuple(fc.array(accountOf, { minLength: 1, maxLength: accountIds.length }), fc.infiniteStream(fc.nat(1_000_000)), fc.boolean())
  .map(([drawn, keys, bundled]) => {
    const told = drawn.map((account, index) => tell(account, accountIds[index] as (typeof accountIds)[number], index));
    const tellings = told.flatMap(({ tellings: of }) => of).map((telling) => ({ telling, key: keys.next().value as number }));
    const ordered = tellings.sort((a, b) => a.key - b.key).map(({ telling }) => telling);
    return { accounts: told.map(({ truth }) => truth), files: filesOf(ordered, bundled), tellings: ordered, story: ordered.map(storyOf) };
  });

export interface Telling {
  readonly kind: "camt053" | "camt052" | "mt940";
  readonly statement: TestStatement;
}

type Drawn = typeof accountOf extends fc.Arbitrary<infer T> ? T : never;

function tell(drawn: Drawn, id: (typeof accountIds)[number], index: number): { truth: ToldAccount; tellings: Telling[] } {
  const exponent = currencyExponent(id.currency) as number;
  const text = (minor: bigint) => minorText(minor, exponent);
  const tellings: Telling[] = [];
  const truths: ToldDay[] = [];
  const spans = drawn.spans
    .map(([from, length]) => [from, Math.min(from + length, drawn.days.length - 1)] as const)
    .filter(([from, to]) => from < to);
  let sequence = 1;
  let balance = drawn.opening;
  for (const [number, one] of drawn.days.entries()) {
    const day = addDays(firstDay, number);
    const entries = one.entries.flatMap(({ minor, shift, copies }) =>
      Array.from({ length: copies }, () => ({ minor: BigInt(minor), valueDay: addDays(day, shift) })),
    );
    const drift = sum(entries);
    if (one.evened && drift !== 0n) entries.push({ minor: -drift, valueDay: day });
    const opening = balance;
    balance += sum(entries);
    const spanned = spans.some(([from, to]) => from <= number && number <= to);
    const others = one.extras.some((extra) => extra === "costume" || extra === "mt940");
    // A missing day shows by its balance, or by its number when the numbered statements on both sides came; else it was no day. And
    // of two statements without numbers, one that leads nowhere and one that leads back may be told in any order.
    const flanked = [number - 1, number + 1].every((other) => drawn.days[other] === undefined || drawn.days[other].base !== "missing");
    // A number that never came stays a gap, though a longer statement says that nothing moved.
    const shows = balance !== opening || (drawn.numbered && flanked && !spanned);
    const cut = Math.min(one.cut, entries.length);
    const twofold =
      one.base === "halves" && !drawn.numbered && [entries.slice(0, cut), entries.slice(cut)].some((half) => sum(half) === 0n);
    const base = (one.base !== "broken" && !shows) || twofold ? "whole" : one.base;
    const breaks = base === "broken" && entries.length > 0;
    truths.push({
      day,
      entries,
      closing: balance,
      told: base !== "missing" || others || spanned,
      broken: breaks && !others && !spanned,
      quiet: base === "missing" && !others && entries.length === 0,
    });

    const statement = (part: readonly (typeof entries)[number][], from: bigint, name: string, more: Partial<TestStatement> = {}) => ({
      ...id,
      id: `${index}-${number}-${name}`,
      day,
      opening: text(from),
      closing: text(from + sum(part)),
      entries: part.map(({ minor, valueDay }) => ({ amount: text(minor), valueDay, text: `payment of day ${number}` })),
      ...more,
    });
    const nextNumber = () => (drawn.numbered ? { sequence: sequence++ } : {});
    const say = (kind: Telling["kind"], said: TestStatement) => tellings.push({ kind, statement: said });
    const has = (extra: (typeof one.extras)[number]) => one.extras.includes(extra);

    // A day that comes to nothing, told twice under two numbers, is two statements.
    const idle = sum(entries) === 0n && cut === entries.length;
    if (has("noon") && base === "whole" && cut > 0 && !idle)
      say("camt053", statement(entries.slice(0, cut), opening, "noon", nextNumber()));
    if (base === "whole" || (base === "broken" && !breaks)) {
      const whole = statement(entries, opening, "whole", nextNumber());
      say("camt053", whole);
      if (has("again")) say("camt053", whole);
    } else if (base === "halves") {
      const first = entries.slice(0, cut);
      say("camt053", statement(first, opening, "first", nextNumber()));
      say("camt053", statement(entries.slice(cut), opening + sum(first), "second", nextNumber()));
    } else if (base === "broken") {
      say("camt053", { ...statement(entries.slice(1), opening, "broken", nextNumber()), closing: text(balance) });
    } else if (drawn.numbered) sequence += 1;
    if (has("costume")) {
      const costume = statement([...entries].reverse(), opening, "costume");
      say("camt053", { ...costume, entries: costume.entries.map((entry) => ({ ...entry, text: `REEXPORT ${entry.text}` })) });
    }
    if (has("mt940")) say("mt940", statement(entries, opening, "mt940", { sequence: 500 + number }));
    if (has("report") && cut > 0) {
      const { opening: _, closing: __, ...report } = statement(entries.slice(0, cut), opening, "report");
      say("camt052", report);
    }
    if (has("bare") && base !== "missing" && cut > 0) {
      const { opening: _, closing: __, ...bare } = statement(entries.slice(0, cut), opening, "bare");
      say("camt053", bare);
    }
  }
  for (const [from, to] of spans) {
    const days = truths.slice(from, to + 1);
    const opening = from === 0 ? drawn.opening : (truths[from - 1]?.closing ?? 0n);
    say(tellings, id, days, opening, text, `${index}-span-${from}`);
  }
  return { truth: { ...id, opening: drawn.opening, days: truths }, tellings };
}

function say(
  tellings: Telling[],
  id: { account: string; currency: string },
  days: readonly ToldDay[],
  opening: bigint,
  text: (minor: bigint) => string,
  name: string,
): void {
  const last = days[days.length - 1] as ToldDay;
  const entries = days.flatMap(({ day, entries: of }) =>
    of.map(({ minor, valueDay }) => ({ amount: text(minor), day, valueDay, text: "told for several days" })),
  );
  const statement = {
    ...id,
    id: name,
    from: days[0]?.day as Day,
    day: last.day,
    opening: text(opening),
    closing: text(last.closing),
    entries,
  };
  tellings.push({ kind: "camt053", statement });
}

function filesOf(tellings: readonly Telling[], bundled: boolean): FileSource[] {
  const files: FileSource[] = [];
  for (let start = 0; start < tellings.length; ) {
    const { kind } = tellings[start] as Telling;
    let end = start + 1;
    while (bundled && end < tellings.length && end < start + 3 && tellings[end]?.kind === kind) end += 1;
    const statements = tellings.slice(start, end).map(({ statement }) => statement);
    const content = kind === "mt940" ? mt940(...statements) : kind === "camt052" ? camt052(...statements) : camt053(...statements);
    files.push(fileOf(`${kind}-${start}`, content));
    start = end;
  }
  return files;
}

/** Findings that a test compares, as lines: what must be believed of an account when all its files have come. */
export function expectedEntries({ days }: ToldAccount): string[] {
  return days
    .filter(({ told }) => told)
    .flatMap(({ day, entries, broken }) =>
      (broken ? entries.slice(1) : entries).map(({ minor, valueDay }) => `${day} ${valueDay} ${minor}`),
    )
    .sort();
}

export function isQuiet({ days }: ToldAccount, closing: string): boolean {
  return days.some(({ day, told, quiet }) => told && quiet && closing.startsWith(day));
}

/** Sealed up to the first day that is missing or broken, and nothing behind. */
export function expectedClosings({ days }: ToldAccount): string[] {
  const first = days.findIndex(({ told }) => told);
  return days.flatMap(({ day, told, quiet, closing }, index) => {
    if (!told || quiet) return [];
    const proven = days.slice(first, index + 1).every((before) => before.told && !before.broken);
    return [`${day} ${proven ? "sealed" : "not"} ${closing}`];
  });
}

function storyOf({ kind, statement }: Telling): string {
  const { id, sequence, day, opening, closing, entries } = statement;
  const moves = entries.map((entry) => `${entry.day === undefined || entry.day === day ? "" : `${entry.day}:`}${entry.amount}`);
  return `${kind} ${id}${sequence === undefined ? "" : ` #${sequence}`} ${day} ${opening ?? "?"} [${moves.join(" ")}] ${closing ?? "?"}`;
}

function sum(entries: readonly { readonly minor: bigint }[]): bigint {
  return entries.reduce((total, { minor }) => total + minor, 0n);
}

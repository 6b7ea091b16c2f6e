import type { Day } from "../../time/day.ts";

/**
 * Which days of new statements are news, and which repeat what is known: tiers T1 and T5 (the balance oracle) of
 * docs/why/duplicates.md, decided day by day and without looking at texts. Pure: the same sets give the same answer.
 */
export interface KnownDay {
  readonly statementId: string;
  readonly accountId: string;
  readonly day: Day;
  readonly state: "verified" | "break" | "unproven" | "provisional";
  /** Running balance before and after the day in its statement, minor units; null when the statement has no balances. */
  readonly opening: bigint | null;
  readonly closing: bigint | null;
  readonly net: bigint;
  readonly entries: number;
  /** Digest of the multiset of signed amounts. */
  readonly amountsHash: string;
  readonly format: string;
  readonly sequence: number | null;
  readonly page: number | null;
}

export interface NewDay extends KnownDay {
  readonly amountsAreSubsetOf: (known: KnownDay) => boolean;
  readonly amountsContain: (known: KnownDay) => boolean;
}

export type DayVerdict =
  | { readonly kind: "post" }
  | { readonly kind: "duplicate"; readonly of: string }
  /** The new day is the whole of which the known days were a part: they are replaced. */
  | { readonly kind: "replace"; readonly replaced: readonly string[] }
  | { readonly kind: "conflict"; readonly with: string };

/** `known` are the live booked days of the same account and day, `next` the live days of the first later day (for ties). */
export function decideDay(fresh: NewDay, known: readonly KnownDay[], next: readonly KnownDay[]): DayVerdict {
  const others = known.filter((day) => day.statementId !== fresh.statementId);
  if (others.length === 0) return { kind: "post" };

  const same = others.find((day) => repeats(fresh, day));
  if (same !== undefined) return { kind: "duplicate", of: same.statementId };

  // Statements without balances have no oracle: their entries are told apart one by one (T3).
  if (fresh.opening === null || fresh.closing === null) return { kind: "post" };
  const stated = others.filter((day) => day.opening !== null);
  if (stated.length === 0) return { kind: "replace", replaced: others.map((day) => day.statementId) };

  const span = spanOf(stated);
  if (fresh.opening === span.opening && fresh.closing === span.closing && sums(stated) === fresh.net && entries(stated) === fresh.entries)
    return { kind: "duplicate", of: stated[0]?.statementId ?? "" };
  if (continues(fresh, stated)) return { kind: "post" };

  const whole = stated.find((day) => day.opening === fresh.opening && fresh.amountsAreSubsetOf(day));
  if (whole !== undefined) return { kind: "duplicate", of: whole.statementId };
  const isWhole = fresh.opening === span.opening && stated.every((day) => fresh.amountsContain(day));
  const settled = next.some((day) => day.opening === span.closing && span.closing !== fresh.closing);
  if (isWhole && !settled) return { kind: "replace", replaced: stated.map((day) => day.statementId) };
  return { kind: "conflict", with: stated[0]?.statementId ?? "" };
}

/** The same amounts from the same balance: the day in another costume, unless the bank numbered it as a further statement. */
function repeats(fresh: KnownDay, known: KnownDay): boolean {
  if (fresh.amountsHash !== known.amountsHash) return false;
  if (fresh.opening !== null && known.opening !== null && fresh.opening !== known.opening) return false;
  if (fresh.opening === null || known.opening === null) return true;
  const zeroDay = fresh.entries > 0 && fresh.net === 0n && fresh.format === known.format;
  return !(zeroDay && numberedApart(fresh, known));
}

function numberedApart(a: KnownDay, b: KnownDay): boolean {
  if (a.sequence === null || b.sequence === null || a.sequence === 0 || b.sequence === 0) return false;
  return a.sequence !== b.sequence || (a.page ?? 1) !== (b.page ?? 1);
}

/** Before or behind what is known of the day: several statements of one day tie to each other. */
function continues(fresh: KnownDay, known: readonly KnownDay[]): boolean {
  return known.some((day) => fresh.opening === day.closing || fresh.closing === day.opening);
}

function spanOf(days: readonly KnownDay[]): { opening: bigint | null; closing: bigint | null } {
  const openings = days.map((day) => day.opening);
  const closings = days.map((day) => day.closing);
  return {
    opening: openings.find((opening) => !closings.includes(opening)) ?? openings[0] ?? null,
    closing: closings.find((closing) => !openings.includes(closing)) ?? closings[closings.length - 1] ?? null,
  };
}

function sums(days: readonly KnownDay[]): bigint {
  return days.reduce((total, day) => total + day.net, 0n);
}

function entries(days: readonly KnownDay[]): number {
  return days.reduce((total, day) => total + day.entries, 0);
}

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
  /** A day inside a longer statement, or at its edge: one of its balances is reckoned, not stated. */
  readonly reckoned: boolean;
  /** When the bank made the statement, as it says; null where the format does not say. */
  readonly createdAt: string | null;
  /** The bank states the balance before the statement's first day; else it was reckoned back from the closing balance. */
  readonly openingStated: boolean;
}

export interface NewDay extends KnownDay {
  /** Every amount of the day stands among those of the known days, as often. */
  readonly amountsAreAmong: (known: readonly KnownDay[]) => boolean;
  readonly amountsContain: (known: readonly KnownDay[]) => boolean;
}

export type DayVerdict =
  | { readonly kind: "post" }
  | { readonly kind: "duplicate"; readonly of: string }
  /** The new day is the whole of which the known days were a part, or it adds up and they did not: they are replaced. */
  | { readonly kind: "replace"; readonly replaced: readonly string[] }
  | { readonly kind: "conflict"; readonly with: string };

/** `known` are the live booked days of the same account and day, `next` the live days of the first later day (for ties). */
export function decideDay(fresh: NewDay, known: readonly KnownDay[], next: readonly KnownDay[]): DayVerdict {
  const others = known.filter((day) => day.statementId !== fresh.statementId);
  const stated = others.filter(hasBalances);
  if (!hasBalances(fresh)) return decideBare(fresh, others, stated);

  const newer = stated.find((day) => corrects(day, fresh) && !repeats(fresh, day));
  if (newer !== undefined) return { kind: "duplicate", of: newer.statementId };
  const corrected = stated.some((day) => repeats(fresh, day)) ? [] : stated.filter((day) => corrects(fresh, day));
  const beaten = fresh.state === "verified" ? stated.filter((day) => day.state === "break" && contradicts(fresh, day)) : [];
  const bare = others.filter((day) => !hasBalances(day) && !otherPage(fresh, day));
  const verdict = decideStated(
    fresh,
    stated.filter((day) => !beaten.includes(day) && !corrected.includes(day)),
    next,
  );
  const gone = [...new Set([...beaten, ...corrected, ...bare])].map((day) => day.statementId);
  if (gone.length === 0 || verdict.kind === "duplicate" || verdict.kind === "conflict") return verdict;
  return { kind: "replace", replaced: verdict.kind === "replace" ? [...verdict.replaced, ...gone] : gone };
}

/** Without balances there is no oracle: where one has spoken nothing is news, else entries are told apart one by one (T3). */
function decideBare(fresh: NewDay, others: readonly KnownDay[], stated: readonly KnownDay[]): DayVerdict {
  const oracle = stated.find((day) => !otherPage(fresh, day));
  const same = oracle ?? others.find((day) => day.amountsHash === fresh.amountsHash && !otherPage(fresh, day));
  return same === undefined ? { kind: "post" } : { kind: "duplicate", of: same.statementId };
}

function decideStated(fresh: NewDay, stated: readonly KnownDay[], next: readonly KnownDay[]): DayVerdict {
  const [first] = stated;
  if (first === undefined) return { kind: "post" };
  const same =
    stated.find((day) => repeats(fresh, day)) ??
    (fresh.state === "break" ? stated.find((day) => day.state === "verified" && contradicts(day, fresh)) : undefined);
  if (same !== undefined) return { kind: "duplicate", of: same.statementId };

  // A page that comes after the whole of its day.
  const wholes = stated.filter((day) => !numberedApart(fresh, day));
  if ((fresh.page ?? 1) > 1 && wholes.length > 0 && fresh.amountsAreAmong(wholes)) return { kind: "duplicate", of: first.statementId };

  const span = spanOf(stated, fresh);
  const [opens, closes] = [fresh.opening === span.opening, fresh.closing === span.closing];
  if (opens && closes && sums(stated) === fresh.net && entries(stated) === fresh.entries)
    return { kind: "duplicate", of: first.statementId };
  if (goesOn(fresh, stated, span)) return { kind: "post" };

  // From the beginning of the day, or up to its end: a part of what is known, or the whole of which that was a part.
  if ((opens || closes) && fresh.amountsAreAmong(stated)) return { kind: "duplicate", of: first.statementId };
  const settled = !closes && next.some((day) => day.opening === span.closing);
  if ((opens || closes) && !settled && fresh.amountsContain(stated))
    return { kind: "replace", replaced: stated.map((day) => day.statementId) };

  if (isWholeOf(fresh, stated)) return { kind: "replace", replaced: stated.map((day) => day.statementId) };
  if (continues(fresh, stated)) return { kind: "post" };
  // Another part of the day, with one between that is still to come.
  if (stated.every((day) => numberedApart(fresh, day) && fresh.opening !== day.opening && fresh.closing !== day.closing))
    return { kind: "post" };
  return { kind: "conflict", with: first.statementId };
}

/** The same amounts from the same balance: the day in another costume, unless the bank numbered it as a further statement. */
function repeats(fresh: KnownDay, known: KnownDay): boolean {
  if (fresh.amountsHash !== known.amountsHash || fresh.opening !== known.opening || fresh.closing !== known.closing) return false;
  const zeroDay = fresh.entries > 0 && fresh.net === 0n;
  return !(zeroDay && numberedApart(fresh, known));
}

/**
 * Whether a day that does not add up speaks of the same as one that does, and so gives way to it: the same balances around it, or
 * one balance and the same amounts, or only reckoned balances, which are as wrong as their statement.
 */
function contradicts(good: KnownDay, broken: KnownDay): boolean {
  const [opens, closes] = [good.opening === broken.opening, good.closing === broken.closing];
  return broken.reckoned || (opens && closes) || ((opens || closes) && good.amountsHash === broken.amountsHash);
}

/**
 * The bank's own correction: the same number over the same day from the same balance, made later. Both add up, so nothing but the
 * bank's word tells which is right; a further statement of the day begins where the one before stops.
 */
function corrects(later: KnownDay, earlier: KnownDay): boolean {
  const same = later.format === earlier.format && later.sequence === earlier.sequence && later.page === earlier.page;
  if (!same || !later.sequence || later.opening !== earlier.opening || later.opening === earlier.closing) return false;
  if (later.state !== "verified" || earlier.state !== "verified" || later.reckoned || earlier.reckoned) return false;
  // Moments that cannot be read are not later: NaN compares with nothing.
  return Date.parse(later.createdAt ?? "") > Date.parse(earlier.createdAt ?? "");
}

/**
 * A further statement by its number and its balance, also when its amounts look like known ones; but one that says all of an earlier
 * number and more is the day so far, told again.
 */
function goesOn(fresh: NewDay, stated: readonly KnownDay[], span: { opening: bigint | null; closing: bigint | null }): boolean {
  if (!stated.every((day) => numberedApart(fresh, day))) return false;
  const toldAgain = fresh.opening === span.opening;
  if (fresh.opening === span.closing && stated.every((day) => place(fresh) > place(day)))
    return !(toldAgain && entries(stated) > 0 && fresh.entries > entries(stated) && fresh.amountsContain(stated));
  if (fresh.closing === span.opening && stated.every((day) => place(fresh) < place(day)))
    return !(toldAgain && fresh.entries > 0 && fresh.entries < entries(stated) && fresh.amountsAreAmong(stated));
  return false;
}

function numberedApart(a: KnownDay, b: KnownDay): boolean {
  if (a.format !== b.format || a.sequence === null || b.sequence === null || a.sequence === 0 || b.sequence === 0) return false;
  return place(a) !== place(b);
}

function otherPage(a: KnownDay, b: KnownDay): boolean {
  return numberedApart(a, b) && a.sequence === b.sequence;
}

/** Number and page as one number: a statement has fewer than a million pages. */
function place(day: KnownDay): number {
  return (day.sequence ?? 0) * 1_000_000 + (day.page ?? 1);
}

function hasBalances(day: KnownDay): boolean {
  return day.opening !== null && day.closing !== null;
}

/** All of a day of which pages or parts are known that do not meet: a page between has not come. */
function isWholeOf(fresh: NewDay, parts: readonly KnownDay[]): boolean {
  if (fresh.state !== "verified" || fresh.entries <= entries(parts) || parts.some((part) => numberedApart(fresh, part))) return false;
  const around = parts.some((part) => part.opening === fresh.opening) && parts.some((part) => part.closing === fresh.closing);
  return (around || parts.every((part) => (part.page ?? 1) > 1)) && fresh.amountsContain(parts);
}

/** Before or behind what is known of the day: several statements of one day tie to each other. */
function continues(fresh: KnownDay, known: readonly KnownDay[]): boolean {
  return known.some((day) => fresh.opening === day.closing || fresh.closing === day.opening);
}

/** The balances around what is known. A day that comes back to where it began may have begun at any of its balances. */
function spanOf(days: readonly KnownDay[], fresh: KnownDay): { opening: bigint | null; closing: bigint | null } {
  const openings = days.map((day) => day.opening);
  const closings = days.map((day) => day.closing);
  const opening = openings.find((balance) => !closings.includes(balance));
  const closing = closings.find((balance) => !openings.includes(balance));
  if (opening !== undefined && closing !== undefined) return { opening, closing };
  const around = [fresh.opening, fresh.closing].find((balance) => openings.includes(balance)) ?? openings[0] ?? null;
  return { opening: around, closing: around };
}

function sums(days: readonly KnownDay[]): bigint {
  return days.reduce((total, day) => total + day.net, 0n);
}

function entries(days: readonly KnownDay[]): number {
  return days.reduce((total, day) => total + day.entries, 0);
}

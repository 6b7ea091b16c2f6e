import { createHash } from "node:crypto";
import { addDays, type Day, dayNumber } from "../../time/day.ts";

/** A day of a posted statement with balances: a link of the chain. */
export interface ChainLink {
  readonly statementId: string;
  readonly day: Day;
  readonly periodFrom: Day;
  readonly periodTo: Day;
  /** Balance before the day, and whether the bank stated it or it was reckoned back from the closing balance. */
  readonly opening: bigint;
  readonly openingStated: boolean;
  readonly closing: bigint;
  readonly credits: bigint;
  readonly debits: bigint;
  readonly entries: number;
  readonly entriesHash: string;
  /** Of the statement; banks number each format apart. */
  readonly format: string;
  readonly sequence: number | null;
  readonly page: number | null;
  readonly lastPage: boolean | null;
  readonly firstDay: boolean;
  readonly lastDay: boolean;
  /** The statement as a whole does not add up: a line may be missing on any of its days. */
  readonly broken: boolean;
}

/** A number that a bank gave to a statement of the account that arrived, whatever became of it. */
export interface SeenNumber {
  readonly format: string;
  readonly sequence: number;
  readonly periodFrom: Day;
  readonly periodTo: Day;
}

export type ClosingState = "sealed" | "unproven" | "gap" | "break";

/** A closed day of an account: what the chain says of it. */
export interface Closing {
  readonly day: Day;
  readonly statementId: string;
  readonly state: ClosingState;
  /** Why it is not sealed: GAP, SEQUENCE_GAP, OVERLAP, BREAK, PAGE_MISSING, BEHIND_UNPROVEN; null when sealed. */
  readonly reason: string | null;
  /** What ties it to the day before. */
  readonly link: "first" | "sequence" | "dates" | "balance" | "statement" | null;
  readonly opening: bigint;
  readonly closing: bigint;
  /** Stated closing minus (opening + entries): not zero on a break. */
  readonly difference: bigint;
  readonly credits: bigint;
  readonly debits: bigint;
  readonly entries: number;
  readonly entriesHash: string;
  readonly previousHash: string | null;
  readonly sealHash: string | null;
}

export interface ChainAccount {
  readonly lastFour: string;
  readonly currency: string;
  /** Whether the bank numbers this account's statements without holes. */
  readonly sequenceChecked: boolean;
  /** The numbers of all statements around the links: also of those whose days another statement tells better. */
  readonly numbersSeen?: readonly SeenNumber[];
}

/**
 * Chains the days of an account: sealed while each opening is the closing before and the bank's numbering has no hole. A function
 * of the set of links, so the order in which files arrived cannot matter.
 * @param before the last closing ahead of `links` (null: they start the account)
 */
export function chain(account: ChainAccount, links: readonly ChainLink[], before: { closing: Closing; link: ChainLink } | null): Closing[] {
  const closings: Closing[] = [];
  let previous = before;
  for (const link of order(links, before?.closing.closing ?? null)) {
    const closing = close(account, link, previous);
    const last = closings[closings.length - 1];
    // A day that several statements share is closed by the last of them, with the entries of all.
    if (last !== undefined && last.day === closing.day) closings[closings.length - 1] = join(account, last, closing);
    else closings.push(closing);
    previous = { closing: closings[closings.length - 1] as Closing, link };
  }
  return closings;
}

/** By day; inside a day by number and page, or else so that balances tie. */
export function order(links: readonly ChainLink[], openingBefore: bigint | null): ChainLink[] {
  const sorted = [...links].sort(byDay);
  const ordered: ChainLink[] = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end]?.day === sorted[start]?.day) end += 1;
    ordered.push(...orderOfDay(sorted.slice(start, end), ordered[ordered.length - 1]?.closing ?? openingBefore));
    start = end;
  }
  return ordered;
}

function orderOfDay(ofDay: readonly ChainLink[], openingBefore: bigint | null): readonly ChainLink[] {
  if (ofDay.every((link, index) => index === 0 || link.opening === ofDay[index - 1]?.closing) && ties(ofDay[0], openingBefore))
    return ofDay;
  const left = [...ofDay];
  const ordered: ChainLink[] = [];
  let balance = ofDay.some((link) => link.opening === openingBefore) ? openingBefore : beginning(ofDay);
  while (left.length > 0) {
    const [next] = left.splice(Math.max(nextOf(left, balance), 0), 1) as [ChainLink];
    ordered.push(next);
    balance = next.closing;
  }
  return ordered;
}

function ties(link: ChainLink | undefined, balance: bigint | null): boolean {
  return balance === null || link?.opening === balance;
}

/** Where the day can only have begun: an opening that no other statement of it closes with. */
function beginning(ofDay: readonly ChainLink[]): bigint | null {
  return ofDay.find((link) => !ofDay.some((other) => other !== link && other.closing === link.opening))?.opening ?? null;
}

/** Of the statements that tie, first one that comes back to the same balance, then one that another can follow. */
function nextOf(left: readonly ChainLink[], balance: bigint | null): number {
  const tying = (wanted: (link: ChainLink) => boolean) => left.findIndex((link) => link.opening === balance && wanted(link));
  const idle = tying((link) => link.closing === balance);
  if (idle !== -1) return idle;
  const followed = tying((link) => left.some((other) => other !== link && other.opening === link.closing));
  return followed === -1 ? tying(() => true) : followed;
}

function byDay(a: ChainLink, b: ChainLink): number {
  if (a.day !== b.day) return a.day < b.day ? -1 : 1;
  if (a.periodTo !== b.periodTo) return a.periodTo < b.periodTo ? -1 : 1;
  const sequence = (a.sequence ?? 0) - (b.sequence ?? 0) || (a.page ?? 0) - (b.page ?? 0);
  if (sequence !== 0) return sequence;
  return a.entriesHash < b.entriesHash ? -1 : a.entriesHash > b.entriesHash ? 1 : 0;
}

function close(account: ChainAccount, link: ChainLink, previous: { closing: Closing; link: ChainLink } | null): Closing {
  const opening = link.opening;
  const difference = link.closing - (opening + link.credits - link.debits);
  const day = ledgerDay(link, previous);
  const tie = tieOf(account, link, opening, previous);
  const broken = difference !== 0n;
  const pageMissing = link.lastDay && link.lastPage === false && tie.reason === null && !broken ? "PAGE_MISSING" : null;
  const doubtful = link.broken || pageMissing !== null;
  const state: ClosingState = broken ? "break" : (tie.state ?? (doubtful ? "unproven" : "sealed"));
  const base = {
    day,
    statementId: link.statementId,
    opening,
    closing: link.closing,
    difference,
    credits: link.credits,
    debits: link.debits,
    entries: link.entries,
    entriesHash: link.entriesHash,
  };
  if (state !== "sealed")
    return {
      ...base,
      state,
      reason: broken ? "BREAK" : (tie.reason ?? (link.broken ? "BREAK" : pageMissing)),
      link: tie.link,
      previousHash: broken || link.broken || tie.reason !== null ? null : sealBefore(previous),
      sealHash: null,
    };
  return seal(account, base, tie.link, sealBefore(previous));
}

/**
 * An entry that a statement books on the day of its opening balance, which the statement before has closed, came late: it belongs to
 * the first day that is open, since the bank stated the closed day's balance without it.
 */
function ledgerDay(link: ChainLink, previous: { closing: Closing; link: ChainLink } | null): Day {
  const closed = previous?.closing.day;
  if (closed === undefined || previous === null || link.day > closed) return link.day;
  const late =
    link.statementId !== previous.link.statementId &&
    link.firstDay &&
    !link.lastDay &&
    link.day === link.periodFrom &&
    previous.link.lastDay &&
    previous.link.periodTo === closed;
  return late ? earliest(addDays(closed, 1), link.periodTo) : closed;
}

function sealBefore(previous: { closing: Closing } | null): string | null {
  return previous?.closing.sealHash ?? previous?.closing.previousHash ?? null;
}

type Tie = { readonly state: ClosingState | null; readonly reason: string | null; readonly link: Closing["link"] };

function tieOf(account: ChainAccount, link: ChainLink, opening: bigint, previous: { closing: Closing; link: ChainLink } | null): Tie {
  if (previous === null) {
    if (!link.openingStated) return { state: "unproven", reason: "OPENING_MISSING", link: null };
    // The account begins with a later page: its opening balance is that of the page before, which is still to come.
    if ((link.page ?? 1) > 1 && link.firstDay) return { state: "unproven", reason: "OPENING_MISSING", link: null };
    return { state: null, reason: null, link: "first" };
  }
  if (opening !== previous.closing.closing) {
    const overlap = link.periodFrom < previous.link.periodTo && link.statementId !== previous.link.statementId;
    return { state: "gap", reason: overlap ? "OVERLAP" : "GAP", link: null };
  }
  const behind = previous.closing.state !== "sealed" && !waitsForPage(previous, link);
  if (link.statementId === previous.link.statementId)
    return behind ? { state: "unproven", reason: "BEHIND_UNPROVEN", link: "statement" } : { state: null, reason: null, link: "statement" };
  const numbering = numberingOf(account, previous.link, link);
  if (numbering === "hole") return { state: "gap", reason: "SEQUENCE_GAP", link: null };
  const dates = link.periodFrom <= previous.link.periodTo || link.periodFrom === addDays(previous.link.periodTo, 1);
  const tied: Closing["link"] = numbering === "next" ? "sequence" : dates ? "dates" : "balance";
  return behind ? { state: "unproven", reason: "BEHIND_UNPROVEN", link: tied } : { state: null, reason: null, link: tied };
}

/** A page that is not the last leaves its day open, not wrong: the next page closes it. */
function waitsForPage(previous: { closing: Closing; link: ChainLink }, link: ChainLink): boolean {
  return previous.closing.reason === "PAGE_MISSING" && (link.page ?? 0) === (previous.link.page ?? 0) + 1;
}

type Numbering = "next" | "hole" | "silent";

function numberingOf(account: ChainAccount, previous: ChainLink, link: ChainLink): Numbering {
  if (!account.sequenceChecked || !previous.lastDay || !link.firstDay) return "silent";
  const own = ownNumbering(account, previous, link);
  if (own !== "silent" || previous.day === link.day) return own;
  // Another format or another export tells these days here, but the bank's numbered statements of both days came too.
  const daily = (account.numbersSeen ?? []).filter((seen) => length(seen) < differentRhythm);
  const told = daily.map(({ format }) => {
    const numbers = (day: Day) => daily.filter((seen) => seen.format === format && seen.periodTo === day).map(({ sequence }) => sequence);
    const [before, after] = [numbers(previous.day), numbers(link.day)];
    if (before.length === 0 || after.length === 0) return "silent";
    return follows(account, format, Math.max(...before), Math.min(...after), previous.day, link.day);
  });
  return told.find((numbering) => numbering === "hole") ?? told.find((numbering) => numbering === "next") ?? "silent";
}

function ownNumbering(account: ChainAccount, previous: ChainLink, link: ChainLink): Numbering {
  const sameRhythm = Math.abs(length(previous) - length(link)) < differentRhythm;
  // A bank numbers each format by itself, and its weekly or monthly statements apart from the daily ones.
  if (previous.format !== link.format || !sameRhythm || !previous.sequence || !link.sequence) return "silent";
  if (link.sequence === previous.sequence) return (link.page ?? 0) === (previous.page ?? 0) + 1 ? "next" : "silent";
  if (link.sequence === previous.sequence + 1 && (link.page ?? 1) > 1) return "hole";
  return follows(account, link.format, previous.sequence, link.sequence, previous.periodTo, link.periodTo);
}

/** Whether a number follows another, those between having come too: a part of a day, replaced by the whole, has had its number. */
function follows(account: ChainAccount, format: string, previous: number, number: number, from: Day, to: Day): Numbering {
  // Numbers start again at 1 with a new year; a bank that counts down or repeats does not number at all.
  if (number <= previous) return number === 1 ? "next" : "silent";
  const between = (account.numbersSeen ?? []).filter(
    (seen) => seen.format === format && seen.periodTo >= from && seen.periodTo <= to && seen.sequence > previous && seen.sequence < number,
  );
  return new Set(between.map(({ sequence }) => sequence)).size === number - previous - 1 ? "next" : "hole";
}

/** Days by which the lengths of a daily and a weekly statement differ at least, also around a long weekend. */
const differentRhythm = 4;

function length({ periodFrom, periodTo }: { readonly periodFrom: Day; readonly periodTo: Day }): number {
  return dayNumber(periodTo) - dayNumber(periodFrom);
}

function join(account: ChainAccount, first: Closing, second: Closing): Closing {
  const joined = {
    day: second.day,
    statementId: second.statementId,
    opening: first.opening,
    closing: second.closing,
    difference: first.difference + second.difference,
    credits: first.credits + second.credits,
    debits: first.debits + second.debits,
    entries: first.entries + second.entries,
    entriesHash: digest(`${first.entriesHash}${second.entriesHash}`),
  };
  const worst = second.state !== "sealed" ? second : first.state !== "sealed" && first.reason !== "PAGE_MISSING" ? first : null;
  if (worst !== null) return { ...joined, state: worst.state, reason: worst.reason, link: worst.link, previousHash: null, sealHash: null };
  return seal(account, joined, first.link, first.previousHash);
}

type Unsealed = Omit<Closing, "state" | "reason" | "link" | "previousHash" | "sealHash">;

function seal(account: ChainAccount, closing: Unsealed, link: Closing["link"], previousHash: string | null): Closing {
  return { ...closing, state: "sealed", reason: null, link, previousHash, sealHash: sealHash(account, closing, previousHash) };
}

/**
 * The seal of a day: SHA-256 over its account, balances, entries and the seal before, in a form anyone can write down again
 * (docs/reference/seals.md).
 * @returns 64 hexadecimal digits
 */
export function sealHash(account: Pick<ChainAccount, "lastFour" | "currency">, closing: Unsealed, previousHash: string | null): string {
  const { day, opening, closing: balance, credits, debits, entries, entriesHash } = closing;
  return digest(
    [
      "apg-seal-2",
      account.lastFour,
      account.currency,
      day,
      opening,
      balance,
      credits,
      debits,
      entries,
      entriesHash,
      previousHash ?? "first",
    ].join("\n"),
  );
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function earliest(a: Day, b: Day): Day {
  return a < b ? a : b;
}

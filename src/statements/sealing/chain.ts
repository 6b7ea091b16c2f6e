import { createHash } from "node:crypto";
import { addDays, type Day } from "../../time/day.ts";

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
  readonly sequence: number | null;
  readonly page: number | null;
  readonly lastPage: boolean | null;
  readonly firstDay: boolean;
  readonly lastDay: boolean;
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
  readonly accountNumber: string;
  readonly currency: string;
  /** Whether the bank numbers this account's statements without holes. */
  readonly sequenceChecked: boolean;
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

/** By day; inside a day by number and page, then so that balances tie. */
export function order(links: readonly ChainLink[], openingBefore: bigint | null): ChainLink[] {
  const sorted = [...links].sort(byDay);
  const ordered: ChainLink[] = [];
  let balance = openingBefore;
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end]?.day === sorted[start]?.day) end += 1;
    const ofDay = sorted.slice(start, end);
    while (ofDay.length > 0) {
      const tying = ofDay.findIndex((link) => link.opening === balance);
      const [next] = ofDay.splice(Math.max(tying, 0), 1) as [ChainLink];
      ordered.push(next);
      balance = next.closing;
    }
    start = end;
  }
  return ordered;
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
  const state: ClosingState = broken ? "break" : (tie.state ?? (pageMissing === null ? "sealed" : "unproven"));
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
      reason: broken ? "BREAK" : (tie.reason ?? pageMissing),
      link: tie.link,
      previousHash: broken || tie.reason !== null ? null : sealBefore(previous),
      sealHash: null,
    };
  return seal(account, base, tie.link, sealBefore(previous));
}

/** An entry booked on a day that is already closed belongs to the first day that is open. */
function ledgerDay(link: ChainLink, previous: { closing: Closing; link: ChainLink } | null): Day {
  const closed = previous?.closing.day;
  if (closed === undefined || link.day > closed) return link.day;
  if (link.statementId === previous?.link.statementId || link.periodTo <= closed) return closed;
  return earliest(addDays(closed, 1), link.periodTo);
}

function sealBefore(previous: { closing: Closing } | null): string | null {
  return previous?.closing.sealHash ?? previous?.closing.previousHash ?? null;
}

type Tie = { readonly state: ClosingState | null; readonly reason: string | null; readonly link: Closing["link"] };

function tieOf(account: ChainAccount, link: ChainLink, opening: bigint, previous: { closing: Closing; link: ChainLink } | null): Tie {
  if (previous === null)
    return !link.openingStated
      ? { state: "unproven", reason: "OPENING_MISSING", link: null }
      : { state: null, reason: null, link: "first" };
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

function numberingOf(account: ChainAccount, previous: ChainLink, link: ChainLink): "next" | "hole" | "silent" {
  if (!account.sequenceChecked || !previous.lastDay || !link.firstDay) return "silent";
  if (previous.sequence === null || link.sequence === null || previous.sequence === 0 || link.sequence === 0) return "silent";
  if (link.sequence === previous.sequence + 1 && (link.page ?? 1) <= 1) return "next";
  if (link.sequence === previous.sequence) return (link.page ?? 0) === (previous.page ?? 0) + 1 ? "next" : "silent";
  // Numbers start again at 1 with a new year; a bank that counts down or repeats does not number at all.
  if (link.sequence < previous.sequence) return link.sequence === 1 ? "next" : "silent";
  return "hole";
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
export function sealHash(
  account: Pick<ChainAccount, "accountNumber" | "currency">,
  closing: Unsealed,
  previousHash: string | null,
): string {
  const { day, opening, closing: balance, credits, debits, entries, entriesHash } = closing;
  return digest(
    [
      "apg-seal-1",
      account.accountNumber,
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

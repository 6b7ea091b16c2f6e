import type { Day } from "../../time/day.ts";
import { type DayVerdict, decideDay, type KnownDay, type NewDay } from "./decide.ts";
import type { KnownDayRow } from "./known-queries.ts";
import type { NewStatementDay } from "./queries.ts";
import type { StagedDay } from "./staged-queries.ts";
import { follows, type StatementTerms } from "./terms.ts";

/** A statement of the file with its account and the days it speaks of. */
export interface Candidate {
  readonly statementId: string;
  readonly accountId: string;
  readonly format: string;
  readonly terms: StatementTerms;
  readonly days: readonly NewStatementDay[];
}

export interface Planned {
  readonly candidate: Candidate;
  readonly verdict: "post" | "duplicate" | "conflict";
  readonly duplicateOf: string | null;
  /** The days whose entries are news. */
  readonly posted: readonly NewStatementDay[];
  /** It repeats a day of which only the closing balance was stated, and states the opening balance too. */
  readonly bringsOpening?: boolean;
}

export interface Replaced {
  readonly accountId: string;
  readonly statementId: string;
  readonly day: Day;
}

type Amounts = ReadonlyMap<string, number>;
export type AmountsOf = (day: { readonly statementId: string; readonly accountId: string; readonly day: Day }) => Amounts;

/** A statement's days with the running balance around each; a closing day without entries is a day too. */
export function daysOf(statementId: string, accountId: string, terms: StatementTerms, staged: readonly StagedDay[]): NewStatementDay[] {
  const rows = terms.status === "advice" ? [] : [...staged];
  if ((terms.closing !== null || terms.opening !== null) && !rows.some((row) => row.day === terms.periodTo)) rows.push(emptyDay(terms));
  const net = rows.reduce((sum, row) => sum + BigInt(row.net), 0n);
  const state = terms.status === "advice" ? "provisional" : terms.status;
  let balance = terms.closing === null ? null : (terms.opening ?? terms.closing - net);
  return rows.map((row, index) => {
    const opening = balance;
    if (balance !== null) balance += BigInt(row.net);
    const last = index === rows.length - 1;
    return {
      accountId,
      statementId,
      day: row.day,
      state,
      opening,
      // The last day closes with what the bank states: a break shows there, as a difference.
      closing: last ? terms.closing : balance,
      net: BigInt(row.net),
      pending: BigInt(row.pending),
      credits: BigInt(row.credits),
      debits: BigInt(row.debits),
      entries: row.entries,
      amountsHash: row.amounts_hash,
      entriesHash: row.entries_hash,
      firstDay: index === 0,
      lastDay: last,
    };
  });
}

/** Decides for every statement of a file, in the order of their days, what is news; later ones see what earlier ones post. */
export function plan(
  candidates: readonly Candidate[],
  knownRows: readonly KnownDayRow[],
  closed: ReadonlyMap<string, Day>,
  amountsOf: AmountsOf,
): { planned: Planned[]; replaced: Replaced[] } {
  let known: KnownDay[] = knownRows.filter((row) => row.state !== "provisional").map(knownDay);
  const planned: Planned[] = [];
  const replaced: Replaced[] = [];
  for (const candidate of [...candidates].sort(byPeriod)) {
    const outcome = planOne(candidate, known, closed, amountsOf);
    planned.push(outcome);
    if (outcome.verdict !== "post") continue;
    for (const gone of outcome.replaced) {
      known = known.filter((day) => !(day.statementId === gone.statementId && day.day === gone.day));
      // What another statement of this file would have posted is not posted at all.
      const own = planned.findIndex(({ candidate: { statementId } }) => statementId === gone.statementId);
      if (own === -1) replaced.push(gone);
      else planned[own] = withoutDay(planned[own] as Planned, gone.day, candidate.statementId);
    }
    if (candidate.terms.draft.header.kind === "statement") known.push(...outcome.posted.map((day) => freshDay(candidate, day)));
  }
  return { planned, replaced };
}

function withoutDay(planned: Planned, day: Day, instead: string): Planned {
  const posted = planned.posted.filter((one) => one.day !== day);
  if (posted.length > 0) return { ...planned, posted };
  return { ...planned, posted, verdict: "duplicate", duplicateOf: planned.duplicateOf ?? instead };
}

function planOne(
  candidate: Candidate,
  known: readonly KnownDay[],
  closed: ReadonlyMap<string, Day>,
  amountsOf: AmountsOf,
): Planned & { replaced: Replaced[] } {
  const nothing = { candidate, duplicateOf: null, posted: [], replaced: [] };
  if (candidate.terms.status === "advice") return { ...nothing, verdict: "post" };
  if (candidate.terms.status === "provisional") {
    // A report on a day that a statement has closed, or tells, says nothing new.
    const closedThrough = closed.get(candidate.accountId);
    const told = new Set(known.filter((day) => day.accountId === candidate.accountId).map(({ day }) => day));
    const isNews = ({ day }: NewStatementDay) => (closedThrough === undefined || day > closedThrough) && !told.has(day);
    return { ...nothing, verdict: "post", posted: candidate.days.filter(isNews) };
  }
  const posted: NewStatementDay[] = [];
  const replaced: Replaced[] = [];
  let duplicateOf: string | null = null;
  let bringsOpening = false;
  for (const day of candidate.days) {
    const verdict = verdictOf(candidate, day, known, amountsOf);
    if (verdict.kind === "conflict") return { ...nothing, verdict: "conflict", duplicateOf: verdict.with };
    if (verdict.kind === "duplicate") {
      duplicateOf ??= verdict.of;
      bringsOpening ||= candidate.terms.opening !== null && known.some((one) => one.statementId === verdict.of && !one.openingStated);
    } else posted.push(day);
    if (verdict.kind === "replace")
      replaced.push(...verdict.replaced.map((statementId) => ({ statementId, accountId: candidate.accountId, day: day.day })));
  }
  const verdict = posted.length === 0 && duplicateOf !== null ? "duplicate" : "post";
  return { candidate, verdict, duplicateOf: verdict === "duplicate" ? duplicateOf : null, posted, replaced, bringsOpening };
}

function verdictOf(candidate: Candidate, day: NewStatementDay, known: readonly KnownDay[], amountsOf: AmountsOf): DayVerdict {
  const ofAccount = known.filter((other) => other.accountId === candidate.accountId);
  const sameDay = ofAccount.filter((other) => other.day === day.day);
  // What a later day opens with says nothing of a day before a missing one.
  const nextDay = ofAccount.find((other) => other.day > day.day && follows(day.day, other.day))?.day;
  const mine = { statementId: candidate.statementId, accountId: candidate.accountId, day: day.day };
  const fresh: NewDay = {
    ...freshDay(candidate, day),
    amountsAreAmong: (others) => contains(together(others.map(amountsOf)), amountsOf(mine)),
    amountsContain: (others) => contains(amountsOf(mine), together(others.map(amountsOf))),
  };
  return decideDay(fresh, sameDay, nextDay === undefined ? [] : ofAccount.filter((other) => other.day === nextDay));
}

function together(all: readonly Amounts[]): Amounts {
  const sum = new Map<string, number>();
  for (const amounts of all) for (const [amount, count] of amounts) sum.set(amount, (sum.get(amount) ?? 0) + count);
  return sum;
}

function contains(whole: Amounts, part: Amounts): boolean {
  for (const [amount, count] of part) if ((whole.get(amount) ?? 0) < count) return false;
  return true;
}

function freshDay(candidate: Candidate, day: NewStatementDay): KnownDay {
  const { header } = candidate.terms.draft;
  return {
    statementId: candidate.statementId,
    accountId: candidate.accountId,
    day: day.day,
    state: candidate.terms.status === "advice" ? "provisional" : candidate.terms.status,
    opening: day.opening,
    closing: day.closing,
    net: day.net,
    entries: day.entries,
    amountsHash: day.amountsHash,
    format: candidate.format,
    sequence: header.sequence,
    page: header.page,
    reckoned: !(day.firstDay && day.lastDay),
    createdAt: header.createdAt,
    openingStated: candidate.terms.opening !== null,
  };
}

function knownDay(row: KnownDayRow): KnownDay {
  return {
    statementId: row.statement_id,
    accountId: row.account_id,
    day: row.day,
    state: row.state,
    opening: row.opening === null ? null : BigInt(row.opening),
    closing: row.closing === null ? null : BigInt(row.closing),
    net: BigInt(row.net),
    entries: row.entries,
    amountsHash: row.amounts_hash,
    format: row.format,
    sequence: row.sequence === null ? null : Number(row.sequence),
    page: row.page,
    reckoned: row.reckoned,
    createdAt: row.created_at,
    openingStated: row.opening_stated,
  };
}

function byPeriod(a: Candidate, b: Candidate): number {
  if (a.terms.periodTo !== b.terms.periodTo) return a.terms.periodTo < b.terms.periodTo ? -1 : 1;
  return a.terms.draft.ordinal - b.terms.draft.ordinal;
}

function emptyDay(terms: StatementTerms): StagedDay {
  const ofNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  return {
    stmt: terms.draft.ordinal,
    day: terms.periodTo,
    net: "0",
    pending: "0",
    credits: "0",
    debits: "0",
    entries: 0,
    amounts_hash: ofNothing,
    entries_hash: ofNothing,
  };
}

import { v7 as uuidv7 } from "uuid";
import type { TenantKeys } from "../../keys/tenant-keys.ts";
import { currencyExponent } from "../../money/currencies.ts";
import { minorText } from "../../money/money.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Day } from "../../time/day.ts";
import type { UploadedFile } from "../contract.ts";
import { sealAccount } from "../sealing/seal.ts";
import type { StatementFormat } from "../statement.ts";
import { findSuspects } from "../suspects/find-suspects.ts";
import { accountKey, lockAccounts, momentOfKnowledge, type PostingAccount, resolveAccounts } from "./accounts.ts";
import { confirmEarly, type EarlyPosted } from "./early.ts";
import type { Intake } from "./intake.ts";
import { amountsOfDay, entriesThrough, knownDays, lastClosings } from "./known-queries.ts";
import { type AmountsOf, type Candidate, daysOf, type Planned, plan, type Replaced } from "./plan.ts";
import {
  insertStatementDays,
  insertValueShifts,
  type NewStatementDay,
  postDetails,
  postEntries,
  postedDays,
  supersedeDays,
} from "./queries.ts";
import { amountsOfStagedDay, dropRepeats, numberTwins, stagedDays } from "./staged-queries.ts";
import { insertBalances, insertStatements } from "./statement-queries.ts";
import { type StatementTerms, type TermsRefusal, termsOf } from "./terms.ts";

/**
 * Posts what an intake staged: decides day by day what is news, records statements, entries, flows and day nets, and seals.
 * Refusals are told to the intake; the caller then undoes the transaction.
 */
export async function postIntake(
  tx: TenantTransaction,
  keys: TenantKeys,
  intake: Intake,
  deliveryId: string,
  early: EarlyPosted | null = null,
): Promise<UploadedFile["statements"]> {
  const terms = readTerms(intake);
  if (intake.refused || terms.length === 0) return [];
  const { accounts } = await resolveAccounts(tx, keys, terms);
  const accountOf = (one: StatementTerms) => accounts.get(accountKey(one)) as PostingAccount;
  const accountIds = [...new Set(terms.map((one) => accountOf(one).id))];
  await lockAccounts(tx, accountIds);
  const recordedAt = early?.recordedAt ?? (await momentOfKnowledge(tx));
  const span = spanOf(terms);
  await rows(tx, "select cash_management.ensure_days($1, $2)", [span.from, span.to]);

  const staged = await stagedDays(
    tx,
    terms.map((one) => ({ stmt: one.draft.ordinal, periodFrom: one.periodFrom, periodTo: one.periodTo })),
  );
  const candidates = terms.map((one): Candidate => {
    const statementId = early?.stmt === one.draft.ordinal ? early.statementId : uuidv7();
    const accountId = accountOf(one).id;
    const days = daysOf(
      statementId,
      accountId,
      one,
      staged.filter((day) => day.stmt === one.draft.ordinal),
    );
    return { statementId, accountId, format: intake.format as StatementFormat, terms: one, days };
  });
  const { planned, replaced } = await planWith(tx, candidates, accountIds, span);
  confirmEarly(planned, early);
  await insertStatements(tx, planned, deliveryId, recordedAt);
  await insertBalances(tx, planned);
  const knownFrom = await postPlanned(tx, { planned, replaced, accountIds, span, recordedAt, early });
  const changed = changedAccounts(planned, replaced);
  for (const account of new Map([...accounts.values()].map((one) => [one.id, one])).values()) {
    const from = changed.get(account.id);
    if (from !== undefined) await sealAccount(tx, account, from, knownFrom);
  }
  return planned.sort((a, b) => a.candidate.terms.draft.ordinal - b.candidate.terms.draft.ordinal).map(uploaded);
}

interface Span {
  readonly from: Day;
  readonly to: Day;
}

function readTerms(intake: Intake): StatementTerms[] {
  const terms: StatementTerms[] = [];
  for (const draft of intake.drafts) {
    const read: StatementTerms | TermsRefusal = termsOf(draft);
    if ("code" in read) intake.refuse(read.code, read.message, read.line);
    else terms.push(read);
  }
  return terms;
}

function spanOf(terms: readonly StatementTerms[]): Span {
  const days = terms
    .flatMap((one) => [one.periodFrom, one.periodTo, one.draft.firstDay, one.draft.lastDay])
    .filter((day): day is Day => day !== null);
  const sorted = days.sort();
  return { from: sorted[0] as Day, to: sorted[sorted.length - 1] as Day };
}

/** The plan asks for the amounts of a day only when balances alone do not decide; then they are fetched, and it starts again. */
async function planWith(
  tx: TenantTransaction,
  candidates: readonly Candidate[],
  accountIds: readonly string[],
  span: Span,
): Promise<{ planned: Planned[]; replaced: Replaced[] }> {
  const known = await knownDays(tx, accountIds, span.from, span.to);
  const closed = await lastClosings(tx, accountIds);
  const amounts = new Map<string, ReadonlyMap<string, number>>();
  const keyOf = (day: Parameters<AmountsOf>[0]) => `${day.statementId} ${day.day}`;
  for (;;) {
    let missing: Parameters<AmountsOf>[0] | null = null;
    const amountsOf: AmountsOf = (day) => {
      const found = amounts.get(keyOf(day));
      if (found === undefined) missing ??= day;
      return found ?? new Map();
    };
    const outcome = plan(candidates, known, closed, amountsOf);
    if (missing === null) return outcome;
    amounts.set(keyOf(missing), await fetchAmounts(tx, candidates, missing));
  }
}

async function fetchAmounts(
  tx: TenantTransaction,
  candidates: readonly Candidate[],
  day: Parameters<AmountsOf>[0],
): Promise<ReadonlyMap<string, number>> {
  const mine = candidates.find((candidate) => candidate.statementId === day.statementId);
  const found =
    mine === undefined ? await amountsOfDay(tx, day) : await amountsOfStagedDay(tx, mine.terms.draft.ordinal, day.day, mine.terms);
  return new Map(found.map((row) => [row.amount, row.count]));
}

interface Posting {
  readonly planned: readonly Planned[];
  readonly replaced: readonly Replaced[];
  readonly accountIds: readonly string[];
  readonly span: Span;
  readonly recordedAt: string;
  readonly early: EarlyPosted | null;
}

/**
 * @returns the moment from which the days are known: taken as late as can be, so that no question asked for a moment before gets
 * another answer when this transaction commits
 */
async function postPlanned(tx: TenantTransaction, posting: Posting): Promise<string> {
  const { planned, replaced, accountIds, span } = posting;
  const outlived = await outlivedReports(tx, planned);
  const posted = planned.filter((one) => one.posted.length > 0);
  if (posted.length > 0) await postNews(tx, posted, posting);
  const knownFrom = await momentOfKnowledge(tx);
  await supersedeDays(tx, [...replaced, ...outlived], knownFrom);
  if (posted.length === 0) return knownFrom;
  await insertStatementDays(tx, await daysAsPosted(tx, posted, accountIds, span), knownFrom);
  const bare = posted.filter((one) => !hasOracle(one) && one.candidate.terms.draft.header.kind === "statement");
  await findSuspects(
    tx,
    bare.map((one) => one.candidate.statementId),
    span.from,
    span.to,
  );
  const statements = posted.map((one) => one.candidate.statementId);
  await insertValueShifts(tx, statements, accountIds, span.from, span.to, knownFrom);
  return knownFrom;
}

async function postNews(
  tx: TenantTransaction,
  posted: readonly Planned[],
  { accountIds, span, recordedAt, early }: Posting,
): Promise<void> {
  const days = posted.flatMap((one) =>
    one.posted.map((day) => ({
      stmt: one.candidate.terms.draft.ordinal,
      day: day.day,
      statementId: one.candidate.statementId,
      accountId: one.candidate.accountId,
      periodFrom: one.candidate.terms.periodFrom,
      periodTo: one.candidate.terms.periodTo,
      proven: hasOracle(one),
      after: early?.stmt === one.candidate.terms.draft.ordinal ? early.ordinal : 0,
    })),
  );
  await numberTwins(tx, days);
  await dropRepeats(tx, days);
  await postEntries(tx, days, await entriesThrough(tx, accountIds, span.from, span.to), span.from, span.to, recordedAt);
  await postDetails(tx);
}

function hasOracle(planned: Planned): boolean {
  return planned.candidate.terms.closing !== null;
}

/** Intraday reports on days that a statement now closes, or tells without a balance, have had their day. */
async function outlivedReports(tx: TenantTransaction, planned: readonly Planned[]): Promise<Replaced[]> {
  const told = planned
    .filter((one) => one.verdict === "post" && one.candidate.terms.draft.header.kind === "statement")
    .flatMap((one) => {
      const { accountId, terms } = one.candidate;
      if (!hasOracle(one)) return one.posted.map(({ day }) => ({ accountId, from: day, to: day }));
      return one.posted.length > 0 ? [{ accountId, from: "-infinity", to: terms.periodTo }] : [];
    });
  if (told.length === 0) return [];
  const found = await rows<{ account_id: string; statement_id: string; day: Day }>(
    tx,
    `select d.account_id, d.statement_id, d.day
     from unnest($2::uuid[], $3::date[], $4::date[]) as told (account_id, first, last)
     join cash_management.cm_statement_days d on d.tenant_id = $1 and d.account_id = told.account_id and d.day between told.first and told.last
     where d.tenant_id = $1 and d.state = 'provisional' and d.superseded_at is null
     group by d.account_id, d.statement_id, d.day`,
    [tx.tenantId, told.map((one) => one.accountId), told.map((one) => one.from), told.map((one) => one.to)],
  );
  return found.map((row) => ({ accountId: row.account_id, statementId: row.statement_id, day: row.day }));
}

/** With an oracle the staged figures are what was posted; without, single entries may have been known, so the rows are asked. */
async function daysAsPosted(
  tx: TenantTransaction,
  posted: readonly Planned[],
  accountIds: readonly string[],
  span: Span,
): Promise<NewStatementDay[]> {
  const withOracle = posted.filter(hasOracle).flatMap((one) => one.posted);
  const others = posted.filter((one) => !hasOracle(one));
  if (others.length === 0) return withOracle;
  const asked = await postedDays(
    tx,
    others.map((one) => one.candidate.statementId),
    accountIds,
    span.from,
    span.to,
  );
  const counted = others.flatMap((one) =>
    one.posted.flatMap((day) => {
      const row = asked.find((found) => found.statement_id === day.statementId && found.day === day.day);
      if (row === undefined) return [];
      const figures = { net: BigInt(row.net), pending: BigInt(row.pending), credits: BigInt(row.credits), debits: BigInt(row.debits) };
      return [{ ...day, ...figures, entries: row.entries, amountsHash: row.amounts_hash, entriesHash: row.entries_hash }];
    }),
  );
  return [...withOracle, ...counted];
}

function changedAccounts(planned: readonly Planned[], replaced: readonly Replaced[]): Map<string, Day> {
  const changed = new Map<string, Day>();
  const touch = (accountId: string, day: Day) => {
    const known = changed.get(accountId);
    if (known === undefined || day < known) changed.set(accountId, day);
  };
  for (const one of planned) if (hasOracle(one)) for (const day of one.posted) touch(one.candidate.accountId, day.day);
  for (const one of replaced) touch(one.accountId, one.day);
  // A statement that says nothing new may still bring the number that was missing, or the opening balance.
  for (const { candidate, verdict, bringsOpening } of planned)
    if (verdict !== "post" && (bringsOpening === true || (candidate.terms.draft.header.sequence ?? 0) > 0))
      touch(candidate.accountId, candidate.terms.periodFrom);
  return changed;
}

const outcomes = { post: "new", duplicate: "duplicate", conflict: "conflict" } as const;

function uploaded(planned: Planned): UploadedFile["statements"][number] {
  const { candidate, verdict } = planned;
  const { terms } = candidate;
  const exponent = currencyExponent(terms.currency) as number;
  return {
    statementId: candidate.statementId,
    accountId: candidate.accountId,
    account: terms.draft.header.account.id.slice(-4),
    currency: terms.currency,
    outcome: outcomes[verdict],
    status: verdict === "post" ? terms.status : verdict,
    openingDate: terms.periodFrom,
    closingDate: terms.periodTo,
    opening: terms.opening === null ? null : minorText(terms.opening, exponent),
    closing: terms.closing === null ? null : minorText(terms.closing, exponent),
    entries: terms.draft.entries,
    newEntries: planned.posted.reduce((sum, day) => sum + day.entries, 0),
  };
}

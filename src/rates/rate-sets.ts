import { v7 as uuidv7 } from "uuid";
import { listPolicies } from "../access/approvals/approvals.ts";
import type { ApprovalRequest } from "../access/approvals/contract.ts";
import { guardedWrite } from "../access/approvals/guarded-write.ts";
import { Problem } from "../errors/problem.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { PageRequest } from "../statements/entries.ts";
import type { Listed } from "../statements/windows.ts";
import { addDays, type Day } from "../time/day.ts";
import type { ImportedRates, RateKind, RateRule, RateSetDetail, RateSetSummary } from "./contract.ts";
import * as queries from "./queries.ts";
import { contentHashOf, type DayRates, type Rate, type RateSet } from "./rate-set.ts";

export interface RateImport {
  readonly source: string;
  readonly kind?: RateKind | undefined;
  readonly days: readonly DayRates[];
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
}

/** A history goes back to 1999: what nobody asked for by day is the last year and a month. */
const usualDays = 400;
const mostApprovalsAtOnce = 31;

/**
 * Freezes the rates of each day as a set called source-day. A day whose newest set says the same is left as it is; one that says
 * something else gets another set (…-r2), for the one before is what figures were made with. Where a four-eyes rule on rate sets holds,
 * each set waits for its approval, and the rates stand in the request.
 */
export async function importRates(tx: TenantTransaction, wanted: RateImport): Promise<ImportedRates> {
  const { source, kind = "fixing" } = wanted;
  const days = [...wanted.days].sort((a, b) => (a.day < b.day ? -1 : 1));
  const last = days.at(-1)?.day;
  if (last === undefined) throw new Problem("invalid_input", "there are no rates to import");
  const from = wanted.from ?? (wanted.to === undefined ? addDays(last, -usualDays) : ("0001-01-01" as Day));
  const chosen = days.filter(({ day }) => day >= from && (wanted.to === undefined || day <= wanted.to));
  const left = days.filter((day) => !chosen.includes(day));
  const leftOut = { count: left.length, first: left[0]?.day ?? null, last: left.at(-1)?.day ?? null };
  const first = chosen[0];
  if (first === undefined) return { made: [], unchanged: 0, waiting: [], leftOut };
  const known = new Map((await queries.knownSets(tx, source, kind, first.day, last)).map((set) => [set.day as Day, set]));
  const news = chosen.flatMap((one): queries.NewSet[] => {
    const before = known.get(one.day);
    if (before?.content_hash === contentHashOf({ kind, source, ...one })) return [];
    return [{ id: uuidv7(), name: nameOf(source, kind, one.day, before?.revisions ?? 0), kind, source, day: one.day, rates: one.rates }];
  });
  return { ...(await freeze(tx, news)), unchanged: chosen.length - news.length, leftOut };
}

function nameOf(source: string, kind: RateKind, day: Day, revisions: number): string {
  return `${source}${kind === "fixing" ? "" : `-${kind}`}-${day}${revisions === 0 ? "" : `-r${revisions + 1}`}`;
}

/** Freezes all, or under a four-eyes rule asks for each. */
async function freeze(tx: TenantTransaction, news: readonly queries.NewSet[]): Promise<{ made: string[]; waiting: string[] }> {
  const ruled = (await listPolicies(tx)).some(({ kind, endedAt }) => kind === "rate_set" && endedAt === null);
  if (!ruled) {
    if (news.length > 0) await queries.insertFrozen(tx, news);
    return { made: news.map(({ name }) => name), waiting: [] };
  }
  if (news.length > mostApprovalsAtOnce)
    throw new Problem("approval_needed", `${news.length} sets would each need another person's approval`, {
      hint: `A four-eyes rule holds for rate sets: import ${mostApprovalsAtOnce} days at most at once, with --from and --to (from, to).`,
    });
  const outcome = { made: [] as string[], waiting: [] as string[] };
  for (const set of news) {
    const one = await guardedWrite(tx, { input: set }, () => queries.insertFrozen(tx, [set]));
    if ("waiting" in one) outcome.waiting.push(one.waiting.id);
    else outcome.made.push(set.name);
  }
  return outcome;
}

/** Carries out an approved import: the rates stand in the request, as the approver read them. */
export async function freezeApproved(tx: TenantTransaction, request: ApprovalRequest): Promise<void> {
  const {
    kind,
    source,
    rate_date: day,
    rates,
  } = request.payload["new"] as {
    kind: RateKind;
    source: string;
    rate_date: Day;
    rates: Record<string, string>;
  };
  const pairs = Object.entries(rates).map(([pair, rate]): Rate => ({ base: pair.slice(0, 3), quote: pair.slice(4), rate }));
  await queries.insertFrozen(tx, [{ id: uuidv7(), name: request.subject, kind, source, day, rates: pairs }]);
}

/** Sets, newest day first. Keys: day, id. */
export async function listRateSets(tx: TenantTransaction, page: PageRequest, source?: string): Promise<Listed<RateSetSummary>[]> {
  const found = await queries.selectSets(tx, { source: source ?? null, ...page });
  return found.map((row) => ({ item: summaryOf(row), key: [row.day, row.id] }));
}

/** @throws Problem `not_found` */
export async function getRateSet(tx: TenantTransaction, name: string): Promise<RateSetDetail> {
  const row = await queries.selectSet(tx, name, null);
  if (row === null) throw noSet(name);
  const rates = await queries.selectRates(tx, row.id);
  return { ...summaryOf(row), rates, hashHolds: contentHashOf({ ...row, rates }) === row.content_hash };
}

export interface ChosenRates {
  readonly set: RateSet;
  readonly rule: RateRule;
}

/** Over Easter the ECB is silent for four days; rates that are older than this are no rates of the day. */
export const oldestRateDays = 7;

/**
 * The set that a figure is converted with: one by its name, or the newest at or before a day of a source ("ecb") or, when nothing is
 * asked for, of any fixing; as known at a moment, so that a figure of then is converted as it was then.
 * @throws Problem `not_found`
 */
export async function chooseRates(
  tx: TenantTransaction,
  wanted: { readonly rates?: string | undefined; readonly day: Day; readonly knownAt?: string | undefined },
): Promise<ChosenRates> {
  const knownAt = wanted.knownAt ?? null;
  const named = wanted.rates === undefined ? null : await queries.selectSet(tx, wanted.rates, knownAt);
  if (named !== null) return { set: await whole(tx, named), rule: "named" };
  const row = await queries.selectNewest(tx, {
    source: wanted.rates ?? null,
    kind: wanted.rates === undefined ? "fixing" : null,
    day: wanted.day,
    earliest: addDays(wanted.day, -oldestRateDays),
    knownAt,
  });
  if (row === null) throw wanted.rates === undefined ? noRates(wanted.day) : noSet(wanted.rates, wanted.day);
  return { set: await whole(tx, row), rule: row.day === wanted.day ? "same_day" : "day_before" };
}

async function whole(tx: TenantTransaction, row: queries.SetRow): Promise<RateSet> {
  const { id, name, kind, source, day, frozen_at: frozenAt, content_hash: contentHash } = row;
  return { id, name, kind, source, day, frozenAt, contentHash, rates: await queries.selectRates(tx, id) };
}

function summaryOf(row: queries.SetRow): RateSetSummary {
  const {
    id,
    name,
    kind,
    source,
    day,
    frozen_at: frozenAt,
    imported_by: importedBy,
    content_hash: contentHash,
    rate_count: rateCount,
  } = row;
  return { id, name, kind, source, day, frozenAt, importedBy, contentHash, rateCount };
}

function noSet(name: string, day?: Day): Problem {
  const within = day === undefined ? "" : `, and no source of that name has rates for ${day} or the ${oldestRateDays} days before`;
  return new Problem("not_found", `there is no rate set ${name}${within}`, {
    hint: "apg rates list shows the sets, apg rates import FILE brings new ones.",
  });
}

function noRates(day: Day): Problem {
  return new Problem("not_found", `there are no fixing rates for ${day} or the ${oldestRateDays} days before`, {
    hint: "Import them: apg rates import eurofxref-hist.csv; or name another set with --rates (rates).",
  });
}

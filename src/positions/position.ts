import { exponentOf, minorText } from "../money/money.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { Day } from "../time/day.ts";
import { readSchedules } from "./calendars.ts";
import type { Basis, Grouping, Position, PositionAccount, PositionGroup, PositionTotal } from "./contract.ts";
import { convertTotals } from "./converted.ts";
import { add, compositionText, type Figure, type FigureParts, figureOf, nothing, stateOf, total } from "./figure.ts";
import { type AnchoredAccount, anchoredAccounts } from "./queries.ts";
import { type Schedule, staleness } from "./schedule.ts";

export interface PositionOptions {
  readonly asOf: Day;
  /** RFC 3339; answers with what was known then. */
  readonly knownAt?: string | undefined;
  readonly basis?: Basis | undefined;
  readonly by?: Grouping | undefined;
  /** Also one total in a currency; see `convertTotals`. */
  readonly currency?: string | undefined;
  readonly rates?: string | undefined;
  /** The clock, for tests. */
  readonly now?: Date;
}

/**
 * Cash on a day: for each account the last closing its bank stated at or before it, and what moved behind that; each figure says how
 * much of it is sealed, provisional and unproven. Amounts of different currencies are never added.
 */
export async function valuePosition(tx: TenantTransaction, options: PositionOptions): Promise<Position> {
  const { asOf, basis = "booking", by = "account" } = options;
  const knownAt = options.knownAt ?? null;
  const now = knownAt === null ? (options.now ?? new Date()) : new Date(knownAt);
  const anchored = await anchoredAccounts(tx, asOf, knownAt, basis === "value", null);
  const scheduleOf = await readSchedules(tx, anchored, asOf, asOf);
  const valued = anchored
    .filter((account) => account.is_active || account.closing_day !== null)
    .map((account) => valueAccount(account, asOf, now, scheduleOf(account)));
  const days = valued.flatMap(({ account }) => (account.closing_day === null ? [] : [latest(account)])).sort();
  const totals = totalsOf(valued);
  return {
    asOf,
    knownAt: now.toISOString(),
    basis,
    by,
    groups: groupsOf(valued, by),
    totals,
    converted: await convertTotals(tx, totals, options),
    oldestInput: days[0] ?? null,
    newestInput: days[days.length - 1] ?? null,
    staleAccounts: valued.filter(({ line }) => line.stale).length,
  };
}

export interface ValuedAccount {
  readonly account: AnchoredAccount;
  readonly figure: Figure;
  readonly line: PositionAccount;
}

export function partsOf(account: AnchoredAccount): FigureParts {
  return {
    closing: account.closing === null ? null : BigInt(account.closing),
    sealed: account.closing_state === "sealed",
    unproven: BigInt(account.unproven),
    provisional: BigInt(account.provisional),
    shifted: BigInt(account.shifted),
  };
}

function valueAccount(account: AnchoredAccount, asOf: Day, now: Date, schedule: Schedule): ValuedAccount {
  const parts = partsOf(account);
  const figure = figureOf(parts);
  const exponent = exponentOf(account.currency);
  const { stale, since, expectedBy } = staleness(schedule, account.is_active ? account.closing_day : null, asOf, now);
  const line: PositionAccount = {
    accountId: account.id,
    name: account.name,
    last4: account.last_four,
    bank: account.bank ?? "",
    entity: account.entity ?? "",
    currency: account.currency,
    amount: minorText(total(figure), exponent),
    state: stateOf(parts, account.outside_through !== null),
    anchorDay: account.closing_day,
    anchorAmount: parts.closing === null ? null : minorText(parts.closing, exponent),
    movedSince: minorText(parts.unproven + parts.shifted, exponent),
    provisional: minorText(parts.provisional, exponent),
    sealId: account.closing_id,
    stale,
    staleSince: since,
    expectedBy: expectedBy?.toISOString() ?? null,
  };
  return { account, figure, line };
}

function latest(account: AnchoredAccount): Day {
  const { closing_day: closing, outside_through: outside } = account;
  return outside !== null && (closing === null || outside > closing) ? outside : (closing as Day);
}

/** What an account is grouped by; accounts without an entity or bank stand together. */
export function groupKey(account: AnchoredAccount, by: Grouping): { key: string; label: string } {
  switch (by) {
    case "account":
      return { key: account.id, label: account.name };
    case "currency":
      return { key: account.currency, label: account.currency };
    case "entity":
      return { key: account.entity_id ?? "none", label: account.entity ?? "Without entity" };
    case "bank":
      return { key: account.bank_id ?? "none", label: account.bank ?? "Without bank" };
  }
}

function groupsOf(valued: readonly ValuedAccount[], by: Grouping): PositionGroup[] {
  const groups = new Map<string, { label: string; key: string; currency: string; members: ValuedAccount[] }>();
  for (const one of valued) {
    const { key, label } = groupKey(one.account, by);
    const id = `${key} ${one.account.currency}`;
    const group = groups.get(id) ?? { key, label, currency: one.account.currency, members: [] };
    group.members.push(one);
    groups.set(id, group);
  }
  return [...groups.values()].sort(byLabel).map(({ key, label, currency, members }) => {
    const figure = members.reduce((sum, one) => add(sum, one.figure), nothing);
    return {
      key,
      label,
      currency,
      amount: minorText(total(figure), exponentOf(currency)),
      composition: compositionText(figure, currency),
      stale: members.some(({ line }) => line.stale),
      accounts: members.map(({ line }) => line),
    };
  });
}

function totalsOf(valued: readonly ValuedAccount[]): PositionTotal[] {
  const figures = new Map<string, Figure>();
  for (const { account, figure } of valued) figures.set(account.currency, add(figures.get(account.currency) ?? nothing, figure));
  return [...figures]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, figure]) => ({
      currency,
      amount: minorText(total(figure), exponentOf(currency)),
      ...compositionText(figure, currency),
    }));
}

function byLabel(a: { label: string; currency: string }, b: { label: string; currency: string }): number {
  return a.label.localeCompare(b.label, "en") || (a.currency < b.currency ? -1 : a.currency > b.currency ? 1 : 0);
}

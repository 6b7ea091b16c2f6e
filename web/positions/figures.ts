import type { PositionAccount, PositionGroup, PositionHistory, PositionSeries } from "../../src/positions/contract.ts";
import { compareAmounts, subtractAmounts, sumAmounts } from "../kit/decimal.ts";
import { stateOfComposition } from "../kit/state.tsx";
import type { CoursePoint } from "./course.tsx";

/** The series of a group; keys repeat between currencies, never within one. */
export function seriesOf(history: PositionHistory | undefined, key: string, currency: string): PositionSeries | undefined {
  return history?.series.find((series) => series.key === key && series.currency === currency);
}

export function coursePoints(series: PositionSeries | undefined): CoursePoint[] {
  return (series?.points ?? []).map(({ day, amount, composition }) => ({ day, amount, state: stateOfComposition(composition) }));
}

/** What a series says of a day: the last point at or before it, because a balance holds until it changes. */
export function amountOn(series: PositionSeries | undefined, day: string): string | null {
  return series?.points.findLast((point) => point.day <= day)?.amount ?? null;
}

export function changeSince(series: PositionSeries | undefined, amount: string, day: string): string | null {
  const before = amountOn(series, day);
  return before === null ? null : subtractAmounts(amount, before);
}

/** Sums of accounts that share a currency and a name; used where a table groups by more than one thing. */
export function groupBy(accounts: readonly PositionAccount[], name: (account: PositionAccount) => string) {
  const groups = new Map<string, { name: string; currency: string; accounts: PositionAccount[] }>();
  for (const account of accounts) {
    const key = `${name(account)}\n${account.currency}`;
    const group = groups.get(key) ?? { name: name(account), currency: account.currency, accounts: [] };
    group.accounts.push(account);
    groups.set(key, group);
  }
  return [...groups.values()];
}

export function sumOf(accounts: readonly PositionAccount[], amount: (account: PositionAccount) => string | null): string {
  return sumAmounts(accounts.map((account) => amount(account) ?? "0"));
}

/** Currencies in one order everywhere: by how many accounts hold them, then by code. */
export function byWeight(groups: readonly PositionGroup[]): PositionGroup[] {
  return groups.toSorted(
    (a, b) => b.accounts.length - a.accounts.length || (a.currency < b.currency ? -1 : 1) || compareAmounts(b.amount, a.amount),
  );
}

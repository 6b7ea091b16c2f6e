import { Problem } from "../errors/problem.ts";
import { exponentOf, minorText } from "../money/money.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { addDays, type Day, dayNumber } from "../time/day.ts";
import type { Basis, Grouping, PositionHistory, PositionState } from "./contract.ts";
import { add, compositionText, type Figure, figureOf, nothing, stateOf, total } from "./figure.ts";
import { groupKey } from "./position.ts";
import {
  type AnchoredAccount,
  anchoredAccounts,
  type ClosingStep,
  closingsBetween,
  type OutsideStep,
  outsideUntil,
  type ShiftStep,
  shiftsBetween,
} from "./queries.ts";

export interface CourseOptions {
  readonly from: Day;
  readonly to: Day;
  readonly knownAt?: string | undefined;
  readonly basis?: Basis | undefined;
  readonly accountId?: string | undefined;
}

export interface CoursePoint {
  readonly day: Day;
  readonly figure: Figure;
  readonly state: PositionState;
  readonly credits: bigint;
  readonly debits: bigint;
}

export interface AccountCourse {
  readonly account: AnchoredAccount;
  /** One a day, from the first day something is known. */
  readonly points: readonly CoursePoint[];
}

const longestCourseDays = 3660;

/** The balance of each account on each day of a span: the same reckoning as the position, day by day. */
export async function courseOfAccounts(tx: TenantTransaction, options: CourseOptions): Promise<AccountCourse[]> {
  const { from, to } = options;
  const days = dayNumber(to) - dayNumber(from) + 1;
  if (days < 1 || days > longestCourseDays)
    throw new Problem("invalid_input", `from ${from} to ${to} is no span of 1 to ${longestCourseDays} days`, {
      hint: "Give from before to.",
    });
  const knownAt = options.knownAt ?? null;
  const only = options.accountId ?? null;
  const accounts = await anchoredAccounts(tx, from, knownAt, false, only);
  const closings = byAccount(await closingsBetween(tx, from, to, knownAt, only));
  const outside = byAccount(await outsideUntil(tx, to, knownAt, only));
  const shifts = options.basis === "value" ? byAccount(await shiftsBetween(tx, from, to, knownAt, only)) : new Map<string, ShiftStep[]>();
  return accounts.map((account) => ({
    account,
    points: pointsOf(account, options, closings.get(account.id) ?? [], outside.get(account.id) ?? [], shifts.get(account.id) ?? []),
  }));
}

/** The course of cash by account, currency, entity or bank. */
export async function courseOfPosition(
  tx: TenantTransaction,
  options: CourseOptions & { readonly by?: Grouping | undefined },
): Promise<PositionHistory> {
  const { from, to, basis = "booking", by = "currency" } = options;
  const series = new Map<string, { key: string; label: string; currency: string; days: Map<Day, Figure> }>();
  for (const { account, points } of await courseOfAccounts(tx, options)) {
    const { key, label } = groupKey(account, by);
    const id = `${key} ${account.currency}`;
    const one = series.get(id) ?? { key, label, currency: account.currency, days: new Map<Day, Figure>() };
    for (const point of points) one.days.set(point.day, add(one.days.get(point.day) ?? nothing, point.figure));
    if (points.length > 0) series.set(id, one);
  }
  return {
    from,
    to,
    knownAt: options.knownAt ?? new Date().toISOString(),
    basis,
    by,
    series: [...series.values()]
      .sort((a, b) => a.label.localeCompare(b.label, "en") || (a.currency < b.currency ? -1 : 1))
      .map(({ key, label, currency, days }) => ({
        key,
        label,
        currency,
        points: [...days]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([day, figure]) => ({
            day,
            amount: minorText(total(figure), exponentOf(currency)),
            composition: compositionText(figure, currency),
          })),
      })),
  };
}

function pointsOf(
  account: AnchoredAccount,
  { from, to }: CourseOptions,
  closings: readonly ClosingStep[],
  outside: readonly OutsideStep[],
  shifts: readonly ShiftStep[],
): CoursePoint[] {
  const points: CoursePoint[] = [];
  let closing = account.closing === null ? null : BigInt(account.closing);
  let sealed = account.closing_state === "sealed";
  let closedThrough = account.closing_day;
  let next = 0;
  for (let day = from; day <= to; day = addDays(day, 1)) {
    let [credits, debits] = [0n, 0n];
    for (let step = closings[next]; step !== undefined && step.day <= day; step = closings[++next]) {
      closing = BigInt(step.closing);
      sealed = step.state === "sealed";
      closedThrough = step.day;
      if (step.day === day) [credits, debits] = [BigInt(step.credits), BigInt(step.debits)];
    }
    const moved = outside.filter((step) => step.day <= day && (closedThrough === null || step.day > closedThrough));
    if (closing === null && moved.length === 0) continue;
    const parts = {
      closing,
      sealed,
      unproven: sum(moved.filter((step) => !step.provisional)),
      provisional: sum(moved.filter((step) => step.provisional)),
      shifted: sum(shifts.filter((step) => step.from_day <= day && day < step.until_day)),
    };
    points.push({ day, figure: figureOf(parts), state: stateOf(parts, moved.length > 0), credits, debits });
  }
  return points;
}

function sum(steps: ReadonlyArray<{ readonly net: string }>): bigint {
  return steps.reduce((amount, step) => amount + BigInt(step.net), 0n);
}

function byAccount<T extends { account_id: string }>(steps: readonly T[]): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const step of steps) {
    const list = map.get(step.account_id);
    if (list === undefined) map.set(step.account_id, [step]);
    else list.push(step);
  }
  return map;
}

import type { FaultName } from "../../banks/simulator/unreliable/fault-names.ts";
import type { BankTruth, TrueAccount, TrueDay } from "../../banks/simulator/unreliable/truth.ts";
import type { Pool } from "../../postgres/connect.ts";
import { type TenantContext, tenantRead } from "../../postgres/transaction.ts";
import type { Day } from "../../time/day.ts";
import { type HeldAccount, heldOf } from "./held.ts";

/** A day of an account that is not as it truly was. */
export interface WrongDay {
  readonly account: string;
  readonly day: Day;
  readonly what: string;
  readonly faults: readonly FaultName[];
}

export interface Comparison {
  readonly accountDays: number;
  /** Days that a statement with balances told whole. */
  readonly told: number;
  readonly sealed: number;
  readonly entries: number;
  readonly wrong: readonly WrongDay[];
  /** Entries that are missing, or there too often. */
  readonly lost: number;
  readonly doubled: number;
  /** Account-days on which each fault was planted, and how many of them are wrong. */
  readonly faults: Readonly<Record<string, { readonly days: number; readonly wrong: number }>>;
}

/** Holds a tenant against the truth of the simulated bank whose files it imported, in whatever order. */
export async function compareWithTruth(pool: Pool, context: TenantContext, truth: BankTruth): Promise<Comparison> {
  const findings: DayFinding[] = [];
  for (const account of truth.accounts) {
    const held = await tenantRead(pool, context, (tx) => heldOf(tx, account.account, account.currency));
    findings.push(...compareAccount(account, held));
  }
  return summary(findings);
}

interface DayFinding {
  readonly account: string;
  readonly day: TrueDay;
  readonly wrong: readonly string[];
  readonly lost: number;
  readonly doubled: number;
  readonly sealed: boolean;
}

export function compareAccount(account: TrueAccount, held: HeldAccount): DayFinding[] {
  const lastTold = account.days.findLast(({ state }) => state === "told")?.day ?? "";
  const posted = account.days.flatMap(({ entries }) => entries);
  const findings = account.days.map((day): DayFinding => {
    // An entry booked late stands in a later statement and is looked for on its own day.
    const ofDay = posted.filter(({ bookingDay }) => bookingDay === day.day);
    const expected = ofDay.map(({ bookingDay, valueDay, amount }) => `${bookingDay} ${valueDay} ${amount}`);
    const found = held.entries.get(day.day) ?? [];
    const [lost, doubled] = [without(expected, found), without(found, expected)];
    const closing = held.closings.get(day.day);
    const left = held.unsettled.filter((one) => one === day.day && one <= lastTold).length;
    const wrong = [
      ...(lost.length > 0 ? [`lost ${lost.join(", ")}`] : []),
      ...(doubled.length > 0 ? [`doubled ${doubled.join(", ")}`] : []),
      ...closingFaults(day, closing),
      ...(left > 0 ? [`${left} provisional or announced entries are left`] : []),
    ];
    return { account: account.account, day, wrong, lost: lost.length, doubled: doubled.length, sealed: closing?.state === "sealed" };
  });
  const elsewhere = strayDays(account, held);
  const [first] = account.days;
  if (elsewhere.length === 0 || first === undefined) return findings;
  return [...findings, { account: account.account, day: first, wrong: elsewhere, lost: 0, doubled: elsewhere.length, sealed: false }];
}

function closingFaults(day: TrueDay, closing: HeldAccount["closings"] extends ReadonlyMap<Day, infer T> ? T | undefined : never): string[] {
  if (day.state === "told") {
    // A statement over several days need not close a day on which nothing moved.
    if (closing === undefined) return day.entries.length === 0 && day.opening === day.closing ? [] : ["not closed"];
    if (closing.closing !== day.closing) return [`closes with ${closing.closing}, truly ${day.closing}`];
    if (closing.state === "sealed" && !day.proven) return ["sealed, and cannot be"];
    if (closing.state !== "sealed" && day.proven) return [`not sealed (${closing.state}), and can be`];
    return [];
  }
  return closing?.state === "sealed" ? [`sealed, and ${day.state}`] : [];
}

/** Entries on days that are no days of the account, and flows that are not as its entries. */
function strayDays(account: TrueAccount, held: HeldAccount): string[] {
  const days = new Set(account.days.map(({ day }) => day));
  const entries = [...held.entries].flatMap(([day, lines]) => lines.map((line) => ({ day, line })));
  const stray = entries.filter(({ day }) => !days.has(day)).map(({ line }) => `posted on no day of the account: ${line}`);
  const lines = entries.map(({ line }) => line);
  return [
    ...stray,
    ...without(lines, held.flows).map((line) => `no flow: ${line}`),
    ...without(held.flows, lines).map((line) => `no entry: ${line}`),
  ];
}

/** What of the first list is not in the second, as often. */
function without(list: readonly string[], other: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of other) left.set(line, (left.get(line) ?? 0) + 1);
  return list.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

export function summary(findings: readonly DayFinding[]): Comparison {
  const faults: Record<string, { days: number; wrong: number }> = {};
  for (const { day, wrong } of findings)
    for (const fault of day.faults) {
      faults[fault] ??= { days: 0, wrong: 0 };
      const tally = faults[fault];
      tally.days += 1;
      if (wrong.length > 0) tally.wrong += 1;
    }
  return {
    accountDays: findings.length,
    told: findings.filter(({ day }) => day.state === "told").length,
    sealed: findings.filter(({ sealed }) => sealed).length,
    entries: findings.reduce((sum, { day }) => sum + day.entries.length, 0),
    wrong: findings.flatMap(({ account, day, wrong }) => wrong.map((what) => ({ account, day: day.day, what, faults: day.faults }))),
    lost: findings.reduce((sum, { lost }) => sum + lost, 0),
    doubled: findings.reduce((sum, { doubled }) => sum + doubled, 0),
    faults,
  };
}

import { addDays, type Day } from "../../src/time/day.ts";
import type { TestStatement } from "./camt.ts";

/** A made-up bank's memory of one account: the truth that tests compare positions with. */
export interface History {
  readonly statements: readonly TestStatement[];
  /** Every entry with its days and minor units. */
  readonly entries: ReadonlyArray<{ readonly day: Day; readonly valueDay: Day; readonly minor: bigint }>;
  readonly opening: bigint;
  readonly firstDay: Day;
}

/** @param days nets of each day: entries as [minor, value shift in days] */
export function historyOf(
  account: string,
  firstDay: Day,
  opening: bigint,
  days: ReadonlyArray<ReadonlyArray<readonly [number, number]>>,
): History {
  const statements: TestStatement[] = [];
  const entries: { day: Day; valueDay: Day; minor: bigint }[] = [];
  let balance = opening;
  for (const [index, ofDay] of days.entries()) {
    const day = addDays(firstDay, index);
    const before = balance;
    for (const [minor, shift] of ofDay) {
      entries.push({ day, valueDay: addDays(day, shift), minor: BigInt(minor) });
      balance += BigInt(minor);
    }
    statements.push({
      account,
      day,
      sequence: index + 1,
      id: `${account}-${index + 1}`,
      opening: euros(before),
      closing: euros(balance),
      entries: ofDay.map(([minor, shift]) => ({ amount: euros(BigInt(minor)), valueDay: addDays(day, shift), text: `entry of ${index}` })),
    });
  }
  return { statements, entries, opening, firstDay };
}

export function balanceAt(history: History, day: Day, basis: "booking" | "value"): bigint {
  return history.entries
    .filter((entry) => (basis === "booking" ? entry.day : entry.valueDay) <= day)
    .reduce((sum, entry) => sum + entry.minor, history.opening);
}

export function euros(minor: bigint): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(3, "0");
  return `${minor < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

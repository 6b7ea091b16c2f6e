import { addDecimals, decimalOrNull, decimalsEqual, decimalText, negate, zero } from "../../../money/decimal.ts";
import type { Day } from "../../../time/day.ts";
import type { TableEntry } from "./rows.ts";

/** What running balances prove: where the entries begin and end. */
export interface RunningBalance {
  readonly opening: string | null;
  readonly closing: string | null;
  /** Steps from one stated balance to the next that add up, and those that do not. */
  readonly held: number;
  readonly broken: number;
}

/**
 * The entries oldest first. Banks list either way; the running balances tell which when all days are one, else the days do.
 */
export function chronological(entries: readonly TableEntry[]): TableEntry[] {
  const first = entries[0]?.bookingDate ?? "";
  const last = entries.at(-1)?.bookingDate ?? "";
  const reversed = [...entries].reverse();
  if (first === last) return runningBalance(reversed).held > runningBalance(entries).held ? reversed : [...entries];
  return first > last ? reversed : [...entries];
}

/** Follows the balances that lines state; they are believed only where every step between two of them adds up. */
export function runningBalance(entries: readonly TableEntry[]): RunningBalance {
  let known: string | null = null;
  let opening: string | null = null;
  let closing: string | null = null;
  let since = zero;
  let held = 0;
  let broken = 0;
  for (const { amount, balance } of entries) {
    since = addDecimals(since, decimalOrNull(amount) ?? zero);
    const stated = balance === null ? null : decimalOrNull(balance);
    if (balance === null || stated === null) continue;
    if (known === null) opening = decimalText(addDecimals(stated, negate(since)));
    else if (decimalsEqual(stated, addDecimals(decimalOrNull(known) ?? zero, since))) held += 1;
    else broken += 1;
    known = balance;
    since = zero;
  }
  // Behind the last stated balance only the entries themselves say where they lead.
  if (known !== null) closing = decimalText(addDecimals(decimalOrNull(known) ?? zero, since));
  return { opening, closing, held, broken };
}

export function lastDay(entries: readonly TableEntry[]): Day | null {
  return entries.reduce<Day | null>((last, { bookingDate }) => (last === null || bookingDate > last ? bookingDate : last), null);
}

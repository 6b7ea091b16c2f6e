import { addDays, type Day, dayNumber } from "../../time/day.ts";
import type { AccountDay } from "./booking.ts";
import type { SimulatedAccount, SimulatedCompany } from "./company.ts";
import type { Fault } from "./faults.ts";
import { openLedger } from "./ledger.ts";

export interface SimulationOptions {
  readonly seed: string;
  readonly company: SimulatedCompany;
  readonly from: Day;
  /** The last day, which the banks have not closed yet where they report during the day. */
  readonly to: Day;
  /** What goes wrong between the banks' books and the files. */
  readonly faults?: readonly Fault[];
}

/** A company's banking over some time: what the banks booked (the truth), and what is to go wrong on the way to a file. */
export interface Simulation {
  readonly seed: string;
  readonly company: SimulatedCompany;
  readonly from: Day;
  readonly to: Day;
  readonly faults: readonly Fault[];
  readonly truth: Truth;
}

export interface Truth {
  /** Each account with each day on which its bank is open, in order. */
  readonly accounts: ReadonlyArray<SimulatedAccount & { readonly days: readonly AccountDay[] }>;
}

/**
 * The same seed, company and days give the same simulation, to the byte. One that ends later begins with the days of one that
 * ends earlier, so a demo can be taken further.
 */
export function simulate({ seed, company, from, to, faults = [] }: SimulationOptions): Simulation {
  const ledger = openLedger(company, seed);
  for (let count = dayNumber(to) - dayNumber(from), n = 0; n <= count; n += 1) ledger.run(addDays(from, n));
  const accounts = company.accounts.map((account) => ({ ...account, days: ledger.days(account.key) }));
  return { seed, company, from, to, faults, truth: { accounts } };
}

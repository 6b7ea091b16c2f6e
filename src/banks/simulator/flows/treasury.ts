import { exponentOf } from "../../../money/money.ts";
import { addBankDays } from "../bank-days.ts";
import type { Party } from "../booking.ts";
import type { Desk, Programme } from "../desk.ts";
import { costOf, exchange, transfer } from "./own-transfers.ts";
import { payment } from "./payment.ts";
import { expectedWages, type Payroll } from "./regular-payments.ts";
import { isMonthly, isWeekday, isYearly } from "./schedule.ts";

/** What the company's treasurer does in the morning, with yesterday's statements on the desk. */

export interface Sweep {
  readonly from: string;
  readonly to: string;
  readonly keepMinor: bigint;
  readonly weekdays: readonly number[];
}

/** Sends what an account holds beyond `keepMinor` to another one, exchanged where the currencies differ. */
export function sweep(plan: Sweep): Programme {
  return (desk) => {
    if (!isWeekday(desk.day, ...plan.weekdays)) return;
    move(desk, plan.from, plan.to, desk.balance(plan.from) - plan.keepMinor, "Sweep");
  };
}

export interface TopUp {
  readonly account: string;
  readonly from: string;
  readonly belowMinor: bigint;
  readonly upToMinor: bigint;
  /** What the paying account keeps in any case. */
  readonly keepMinor: bigint;
}

/** Fills an account that has fallen below its floor, as far as the paying account can. */
export function topUp(plan: TopUp): Programme {
  return (desk) => {
    const missing = plan.upToMinor - desk.balance(plan.account);
    if (desk.balance(plan.account) >= plan.belowMinor) return;
    const wanted = costOf(desk, plan.from, plan.account, missing);
    const available = desk.balance(plan.from) - plan.keepMinor;
    if (available < wanted) move(desk, plan.from, plan.account, available, "Funding");
    else move(desk, plan.from, plan.account, wanted, "Funding");
  };
}

/** Puts the wages on the payroll account on the bank day before they are paid. */
export function fundWages(plan: Payroll, from: string): Programme {
  return (desk) => {
    const { country } = desk.bankOf(plan.account);
    const tomorrow = addBankDays(country, desk.day, 1);
    if (!desk.isOpen(plan.account) || !plan.dates.some((date) => isMonthly(country, tomorrow, date, "preceding"))) return;
    move(desk, from, plan.account, expectedWages(plan) - desk.balance(plan.account) + stepOf(desk, from), "Funding wages");
  };
}

/** Sets money aside on a date of each month. */
export function setAside(plan: {
  readonly from: string;
  readonly to: string;
  readonly amountMinor: bigint;
  readonly date: number;
}): Programme {
  return (desk) => {
    if (isMonthly(desk.bankOf(plan.from).country, desk.day, plan.date, "following"))
      move(desk, plan.from, plan.to, plan.amountMinor, "Tax reserve");
  };
}

export interface Distribution {
  readonly account: string;
  readonly keepMinor: bigint;
  readonly months: readonly number[];
  readonly date: number;
  readonly text: string;
  readonly to: Party;
}

/** Pays lenders or shareholders what has gathered beyond `keepMinor`. */
export function distribution(plan: Distribution): Programme {
  return (desk) => {
    if (!isYearly(desk.bankOf(plan.account).country, desk.day, plan.months, plan.date, "following")) return;
    const amountMinor = inSteps(desk, plan.account, desk.balance(plan.account) - plan.keepMinor);
    if (amountMinor <= 0n) return;
    const reference = `DIS${desk.day.slice(0, 7).replace("-", "")}`;
    const paid = payment(desk.random(`distribution/${plan.account}`), plan.to, -amountMinor, plan.text, { endToEndId: reference });
    desk.book(desk.day, { account: plan.account, kind: "distribution", amountMinor: -amountMinor, reference, payments: [paid] });
  };
}

function move(desk: Desk, from: string, to: string, amountMinor: bigint, why: string): void {
  const amount = inSteps(desk, from, amountMinor);
  // Both legs are booked on one day, so both banks have to be open.
  if (amount <= 0n || !desk.isOpen(from) || !desk.isOpen(to)) return;
  if (desk.account(from).currency === desk.account(to).currency) transfer(desk, from, to, amount, why);
  else exchange(desk, from, to, amount, why);
}

/** Treasurers move round sums: thousands of the currency, hundred thousands of yen. */
function inSteps(desk: Desk, account: string, amountMinor: bigint): bigint {
  const step = stepOf(desk, account);
  return (amountMinor / step) * step;
}

function stepOf(desk: Desk, account: string): bigint {
  const { currency } = desk.account(account);
  return currency === "JPY" ? 100_000n : 1000n * 10n ** BigInt(exponentOf(currency));
}

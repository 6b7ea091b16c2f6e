import { addBankDays } from "../bank-days.ts";
import type { Desk, Programme } from "../desk.ts";
import { payment } from "./payment.ts";
import { isMonthEnd } from "./schedule.ts";

export interface InterestTerms {
  readonly account: string;
  /** Basis points a year on a credit balance, and on an overdraft. */
  readonly creditBp: bigint;
  readonly debitBp: bigint;
  /** A bank that settles by quarter does it in March, June, September and December. */
  readonly every: "month" | "quarter";
}

/** Interest on the average balance of the period (actual/360), with the closed period's last day as value. */
export function interest(terms: InterestTerms): Programme {
  return (desk) => {
    const { country } = desk.bankOf(terms.account);
    if (!desk.isOpen(terms.account) || !isMonthEnd(country, desk.day)) return;
    if (terms.every === "quarter" && Number(desk.day.slice(5, 7)) % 3 !== 0) return;
    const days = terms.every === "quarter" ? 91 : 30;
    const average = desk.averageBalance(terms.account, days);
    const amountMinor = (average * BigInt(days) * (average < 0n ? terms.debitBp : terms.creditBp)) / 3_600_000n;
    const text = `Interest ${amountMinor < 0n ? "charged" : "paid"} for ${days} days`;
    desk.book(desk.day, {
      account: terms.account,
      kind: amountMinor < 0n ? "interest_charged" : "interest_earned",
      amountMinor,
      reference: `INT${desk.day.slice(0, 7).replace("-", "")}`,
      payments: [payment(desk.random(`interest/${terms.account}`), null, amountMinor, text)],
    });
  };
}

/** The bank's price for the month before, on the second bank day of a month. */
export function accountFee(plan: { readonly account: string; readonly baseMinor: bigint; readonly perItemMinor: bigint }): Programme {
  return (desk) => {
    if (!desk.isOpen(plan.account) || !isSecondBankDay(desk, plan.account)) return;
    const random = desk.random(`fee/${plan.account}`);
    const items = random.integer(60, 420);
    const amountMinor = -(plan.baseMinor + plan.perItemMinor * BigInt(items));
    const text = `Account maintenance and ${items} items`;
    const reference = `FEE${desk.day.slice(0, 7).replace("-", "")}`;
    desk.book(desk.day, {
      account: plan.account,
      kind: "bank_fee",
      amountMinor,
      reference,
      payments: [payment(random, null, amountMinor, text)],
    });
  };
}

function isSecondBankDay(desk: Desk, account: string): boolean {
  const { country } = desk.bankOf(account);
  const before = addBankDays(country, desk.day, -1);
  return before.slice(0, 7) === desk.day.slice(0, 7) && addBankDays(country, before, -1).slice(0, 7) !== desk.day.slice(0, 7);
}

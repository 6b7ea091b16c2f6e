import { addBankDays } from "../bank-days.ts";
import type { Payment } from "../booking.ts";
import { privateCustomer } from "../counterparties.ts";
import type { Programme } from "../desk.ts";
import { payment, sumOf } from "./payment.ts";
import { isMonthly } from "./schedule.ts";

export interface DirectDebitCollection {
  readonly account: string;
  readonly debtors: number;
  readonly feesMinor: readonly bigint[];
  readonly date: number;
  readonly text: string;
}

/** Direct debits collected under mandates as one credit; some come back within days, each with its reason and the old value day. */
export function directDebitCollection(plan: DirectDebitCollection): Programme {
  return (desk) => {
    const { country } = desk.bankOf(plan.account);
    if (!isMonthly(country, desk.day, plan.date, "following")) return;
    const random = desk.random(`collection/${plan.account}`);
    const reference = `DDC${desk.day.slice(2).replaceAll("-", "")}`;
    const payments = Array.from({ length: plan.debtors }, (_, n) =>
      payment(
        random,
        privateCustomer(country, n + 1),
        plan.feesMinor[n % plan.feesMinor.length] ?? 0n,
        `${plan.text} ${desk.day.slice(0, 7)}`,
        {
          endToEndId: `${reference}${String(n + 1).padStart(4, "0")}`,
          mandateId: `MANDATE-${String(n + 1).padStart(6, "0")}`,
          purpose: "SUBS",
        },
      ),
    );
    desk.book(desk.day, { account: plan.account, kind: "direct_debit_collected", amountMinor: sumOf(payments), reference, payments });
    for (const collected of payments) {
      if (!random.chance(0.03)) continue;
      const returned: Payment = {
        ...collected,
        amountMinor: -collected.amountMinor,
        returnReason: random.pick(["AC04", "AM04", "MD06", "MS03"]),
      };
      const draft = {
        account: plan.account,
        kind: "direct_debit_returned" as const,
        amountMinor: returned.amountMinor,
        valueDay: desk.day,
      };
      desk.book(addBankDays(country, desk.day, random.integer(2, 5)), { ...draft, reference: collected.endToEndId, payments: [returned] });
    }
  };
}

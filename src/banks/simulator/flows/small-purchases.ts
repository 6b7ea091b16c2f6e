import { addBankDays } from "../bank-days.ts";
import { namedPartner } from "../counterparties.ts";
import type { Programme } from "../desk.ts";
import { payment } from "./payment.ts";

export interface SmallPurchases {
  readonly account: string;
  readonly merchant: string;
  readonly priceMinor: bigint;
  readonly perDay: number;
}

/**
 * Small card purchases at a fixed price, so that now and then two on one day are equal in all but the bank's reference:
 * real twins, which no import may fold into one.
 */
export function smallPurchases(plan: SmallPurchases): Programme {
  return (desk) => {
    if (!desk.isOpen(plan.account)) return;
    const { country } = desk.bankOf(plan.account);
    const random = desk.random(`purchases/${plan.account}/${plan.merchant}`);
    for (let n = random.count(plan.perDay); n > 0; n -= 1) {
      const bought = payment(random, namedPartner(country, plan.merchant), -plan.priceMinor, `${plan.merchant} card 4407`);
      const twin = { ...bought, transactionId: "NOTPROVIDED", uetr: "" };
      desk.book(desk.day, {
        account: plan.account,
        kind: "card_purchase",
        amountMinor: -plan.priceMinor,
        reference: "NOTPROVIDED",
        payments: [twin],
      });
    }
  };
}

export interface ChequeRun {
  readonly account: string;
  readonly perDay: number;
  readonly medianMinor: number;
}

/** Cheques presented by those who still take them. */
export function chequesPaid(plan: ChequeRun): Programme {
  return (desk) => {
    if (!desk.isOpen(plan.account)) return;
    const random = desk.random(`cheques/${plan.account}`);
    for (let n = random.count(plan.perDay); n > 0; n -= 1) {
      const number = `${20}${random.digits(4)}`;
      const amountMinor = -random.amount(plan.medianMinor, 0.8);
      desk.book(desk.day, {
        account: plan.account,
        kind: "cheque_paid",
        amountMinor,
        reference: number,
        payments: [payment(random, null, amountMinor, `Check ${number}`)],
      });
    }
  };
}

/** Once in a while the bank books a charge twice and takes the second back on the next bank day, marked as a reversal. */
export function mistakenCharges(plan: { readonly account: string; readonly feeMinor: bigint; readonly probability: number }): Programme {
  return (desk) => {
    if (!desk.isOpen(plan.account)) return;
    const random = desk.random(`mistakes/${plan.account}`);
    if (!random.chance(plan.probability)) return;
    const { country } = desk.bankOf(plan.account);
    const reference = `CHG${random.digits(8)}`;
    const charge = (amountMinor: bigint) => payment(random, null, amountMinor, `Charge for enquiry ${reference}`);
    const draft = { account: plan.account, kind: "bank_fee" as const, reference };
    for (let n = 0; n < 2; n += 1) desk.book(desk.day, { ...draft, amountMinor: -plan.feeMinor, payments: [charge(-plan.feeMinor)] });
    desk.book(addBankDays(country, desk.day, 1), {
      ...{ ...draft, amountMinor: plan.feeMinor, reversal: true, valueDay: desk.day },
      payments: [charge(plan.feeMinor)],
    });
  };
}

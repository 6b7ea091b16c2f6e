import { addBankDays } from "../bank-days.ts";
import type { Payment } from "../booking.ts";
import { businessPartner } from "../counterparties.ts";
import type { Desk, Programme } from "../desk.ts";
import { creditorReference } from "../identifiers.ts";
import type { Random } from "../random.ts";
import { payment, rounded } from "./payment.ts";
import { businessPace } from "./schedule.ts";

export interface CustomerReceipts {
  readonly account: string;
  /** Mean number on an average bank day. */
  readonly perDay: number;
  readonly medianMinor: number;
  readonly sigma: number;
  readonly customers: number;
  readonly stepMinor?: bigint;
  /** Bank days until the money has value (cheques, cross-border). */
  readonly valueAfter?: number;
}

/** Invoices paid by business customers, one booking each. */
export function customerReceipts(plan: CustomerReceipts): Programme {
  return (desk) => {
    if (!desk.isOpen(plan.account)) return;
    const random = desk.random(`receipts/${plan.account}`);
    const { country } = desk.bankOf(plan.account);
    const count = random.count(plan.perDay * businessPace(country, desk.day));
    for (let n = 0; n < count; n += 1) {
      const amountMinor = rounded(random.amount(plan.medianMinor, plan.sigma), plan.stepMinor ?? 1n);
      const paid = invoicePaid(desk, plan, random, amountMinor);
      const late = plan.valueAfter !== undefined && random.chance(0.25);
      desk.book(desk.day, {
        account: plan.account,
        kind: "customer_receipt",
        amountMinor,
        ...(late ? { valueDay: addBankDays(country, desk.day, plan.valueAfter ?? 0) } : {}),
        reference: paid.endToEndId.slice(0, 16),
        payments: [paid],
      });
    }
  };
}

/** A few customers pay much of it: the smaller of two draws leans to the low numbers. */
function invoicePaid(desk: Desk, plan: CustomerReceipts, random: Random, amountMinor: bigint): Payment {
  const { country } = desk.bankOf(plan.account);
  const customer = Math.min(random.integer(1, plan.customers), random.integer(1, plan.customers));
  const party = businessPartner(country, "customer", customer);
  const invoice = `${desk.day.slice(2, 4)}${random.digits(5)}`;
  const structured = random.chance(0.35);
  return payment(random, party, amountMinor, structured ? "" : remittanceOf(random, invoice, customer), {
    endToEndId: random.chance(0.2) ? "NOTPROVIDED" : `PAY${random.digits(9)}`,
    creditorReference: structured ? creditorReference(`${customer}${invoice}`) : null,
    purpose: random.chance(0.3) ? "GDDS" : null,
  });
}

function remittanceOf(random: Random, invoice: string, customer: number): string {
  switch (random.integer(0, 3)) {
    case 0:
      return `INV ${invoice}`;
    case 1:
      return `Invoice ${invoice} customer ${10000 + customer} less 2 pct discount`;
    case 2:
      return `RE ${invoice}, ${Number(invoice) + 1}, ${Number(invoice) + 4} / KD ${10000 + customer}`;
    default:
      return `Order ${random.digits(6)} invoice no. ${invoice} dated last month, thank you`;
  }
}

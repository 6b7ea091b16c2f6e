import type { Payment } from "../booking.ts";
import { businessPartner } from "../counterparties.ts";
import type { Desk, Programme } from "../desk.ts";
import { creditorReference } from "../identifiers.ts";
import type { Random } from "../random.ts";
import { payment, rounded, sumOf } from "./payment.ts";
import { isMonthly, isWeekday } from "./schedule.ts";

export interface SupplierRuns {
  readonly account: string;
  /** ISO weekdays of the run; or dates of the month where that is the custom (Japan's go-to-bi). */
  readonly weekdays?: readonly number[];
  readonly dates?: readonly number[];
  /** Mean number of invoices in a run. */
  readonly invoices: number;
  readonly medianMinor: number;
  readonly sigma: number;
  readonly suppliers: number;
  readonly stepMinor?: bigint;
}

/** A run of payments, booked by the bank as one debit with its details beneath. */
export function supplierRuns(plan: SupplierRuns): Programme {
  return (desk) => {
    if (!isRunDay(desk, plan)) return;
    const random = desk.random(`suppliers/${plan.account}`);
    const run = `RUN${desk.day.slice(2).replaceAll("-", "")}${desk.account(plan.account).number.slice(-3)}`;
    const due = Array.from({ length: Math.max(1, random.count(plan.invoices)) }, (_, n) =>
      invoiceDue(desk, plan, random, `${run}${n + 1}`),
    );
    const payments = affordable(desk, plan.account, due);
    if (payments.length === 0) return;
    desk.book(desk.day, { account: plan.account, kind: "supplier_payment", amountMinor: sumOf(payments), reference: run, payments });
  };
}

function isRunDay(desk: Desk, plan: SupplierRuns): boolean {
  if (!desk.isOpen(plan.account)) return false;
  const { country } = desk.bankOf(plan.account);
  if (plan.weekdays !== undefined && isWeekday(desk.day, ...plan.weekdays)) return true;
  return (plan.dates ?? []).some((date) => isMonthly(country, desk.day, date, "following"));
}

function invoiceDue(desk: Desk, plan: SupplierRuns, random: Random, endToEndId: string): Payment {
  const supplier = random.integer(1, plan.suppliers);
  const amountMinor = -rounded(random.amount(plan.medianMinor, plan.sigma), plan.stepMinor ?? 1n);
  const invoice = `${random.integer(10, 99)}${random.digits(6)}`;
  const structured = random.chance(0.2);
  return payment(
    random,
    businessPartner(desk.bankOf(plan.account).country, "supplier", supplier),
    amountMinor,
    structured ? "" : `Invoice ${invoice}`,
    {
      endToEndId,
      creditorReference: structured ? creditorReference(invoice) : null,
      purpose: "SUPP",
    },
  );
}

/** A treasurer holds back what the account cannot carry: nothing goes out beyond half of the overdraft limit. */
function affordable(desk: Desk, account: string, payments: readonly Payment[]): readonly Payment[] {
  let left = desk.balance(account) + desk.account(account).overdraftLimitMinor / 2n;
  return payments.filter(({ amountMinor }) => {
    if (left + amountMinor < 0n) return false;
    left += amountMinor;
    return true;
  });
}

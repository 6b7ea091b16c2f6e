import type { BookingKind } from "../booking.ts";
import { namedPartner } from "../counterparties.ts";
import type { Programme } from "../desk.ts";
import { creditorIdentifier } from "../identifiers.ts";
import { payment, rounded } from "./payment.ts";
import { isMonthly, isYearly, type Roll } from "./schedule.ts";

export interface RegularPayment {
  readonly account: string;
  readonly to: string;
  readonly text: string;
  readonly amountMinor: bigint;
  /** Share by which the amount differs from month to month; 0 for a rent. */
  readonly spread: number;
  readonly date: number;
  readonly months?: readonly number[];
  readonly roll?: Roll;
  readonly purpose?: string;
  readonly stepMinor?: bigint;
}

export const rent = (plan: RegularPayment): Programme => regular(plan, "standing_order");
export const tax = (plan: RegularPayment): Programme => regular(plan, "tax");
/** Taken by the creditor under a mandate. */
export const directDebit = (plan: RegularPayment): Programme => regular(plan, "direct_debit_paid");

function regular(plan: RegularPayment, kind: BookingKind): Programme {
  return (desk) => {
    const { country } = desk.bankOf(plan.account);
    if (!isYearly(country, desk.day, plan.months ?? everyMonth, plan.date, plan.roll ?? "following")) return;
    const random = desk.random(`regular/${plan.account}/${plan.to}/${plan.text}`);
    const factor = BigInt(1000 + Math.round((random.fraction() * 2 - 1) * plan.spread * 1000));
    const amountMinor = -rounded((plan.amountMinor * factor) / 1000n, plan.stepMinor ?? 1n);
    const party = namedPartner(country, plan.to);
    const mandated = kind === "direct_debit_paid";
    const reference = `${plan.text
      .slice(0, 3)
      .toUpperCase()
      .replace(/[^A-Z]/g, "X")}${desk.day.slice(2, 7).replace("-", "")}`;
    const paid = payment(random, party, amountMinor, `${plan.text} ${desk.day.slice(0, 7)}`, {
      endToEndId: `${reference}${random.digits(6)}`,
      purpose: plan.purpose ?? null,
      mandateId: mandated ? `M-${party.account.number.slice(-8)}` : null,
      creditorId: mandated ? creditorIdentifier(country, party.account.number.slice(-11).padStart(11, "0")) : null,
    });
    desk.book(desk.day, { account: plan.account, kind, amountMinor, reference, payments: [paid] });
  };
}

const everyMonth = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

export interface Payroll {
  readonly account: string;
  readonly employees: number;
  readonly averageMinor: bigint;
  /** Dates of the month. */
  readonly dates: readonly number[];
  readonly stepMinor?: bigint;
}

/** Wages: the bank books the sum and counts the payments, and names nobody. */
export function payroll(plan: Payroll): Programme {
  return (desk) => {
    const { country } = desk.bankOf(plan.account);
    if (!plan.dates.some((date) => isMonthly(country, desk.day, date, "preceding"))) return;
    const random = desk.random(`payroll/${plan.account}`);
    const batchCount = plan.employees + random.integer(-2, 2);
    const amountMinor = -wages(plan, batchCount, random.integer(-15, 15));
    desk.book(desk.day, {
      account: plan.account,
      kind: "payroll",
      amountMinor,
      reference: `SAL${desk.day.slice(0, 7).replace("-", "")}`,
      payments: [],
      batchCount,
    });
  };
}

/** What the next pay day will take, near enough to fund it the day before. */
export function expectedWages(plan: Payroll): bigint {
  return wages(plan, plan.employees + 2, 15);
}

function wages(plan: Payroll, people: number, permille: number): bigint {
  return rounded((plan.averageMinor * BigInt(people) * BigInt(1000 + permille)) / 1000n, plan.stepMinor ?? 1n);
}

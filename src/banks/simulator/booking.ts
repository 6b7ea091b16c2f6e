import type { Day } from "../../time/day.ts";

/** What a booking is about; `transaction-codes.ts` has the codes each format gives it. */
export type BookingKind =
  | "customer_receipt"
  | "supplier_payment"
  | "payroll"
  | "tax"
  | "standing_order"
  | "direct_debit_paid"
  | "direct_debit_collected"
  | "direct_debit_returned"
  | "card_settlement"
  | "card_purchase"
  | "cheque_paid"
  | "transfer_out"
  | "transfer_in"
  | "exchange_out"
  | "exchange_in"
  | "distribution"
  | "interest_earned"
  | "interest_charged"
  | "bank_fee";

export interface Party {
  readonly name: string;
  readonly street: string;
  readonly postCode: string;
  readonly town: string;
  readonly country: string;
  readonly account: { readonly iban: string | null; readonly number: string };
  readonly bic: string;
}

/** One payment: a booking has one, a batch several. */
export interface Payment {
  /** Signed as the booking is. */
  readonly amountMinor: bigint;
  readonly endToEndId: string;
  readonly transactionId: string;
  readonly uetr: string;
  readonly party: Party | null;
  readonly mandateId: string | null;
  readonly creditorId: string | null;
  readonly remittance: string;
  /** ISO 11649. */
  readonly creditorReference: string | null;
  /** ExternalPurpose1Code */
  readonly purpose: string | null;
  /** ExternalReturnReason1Code of a returned payment. */
  readonly returnReason: string | null;
  /** The other side of a currency exchange; `rate` is units of `currency` for one of the account's. */
  readonly exchange: { readonly amountMinor: bigint; readonly currency: string; readonly rate: string } | null;
}

export interface BookingDraft {
  readonly account: string;
  readonly kind: BookingKind;
  readonly amountMinor: bigint;
  /** Value day; the booking day when left out. */
  readonly valueDay?: Day;
  readonly reversal?: boolean;
  /** The company's own reference (payment information id, run number). */
  readonly reference: string;
  readonly payments: readonly Payment[];
  /** Payments in a batch that the bank counts and does not list (wages). */
  readonly batchCount?: number;
  /** The same in both legs of a movement between own accounts. */
  readonly transfer?: string;
}

/** What the bank booked: the truth that a statement has to tell. */
export interface Booking {
  readonly account: string;
  readonly kind: BookingKind;
  readonly bookingDay: Day;
  readonly valueDay: Day;
  readonly amountMinor: bigint;
  readonly reversal: boolean;
  readonly reference: string;
  readonly bankReference: string;
  readonly payments: readonly Payment[];
  readonly batchCount: number | null;
  readonly transfer: string | null;
}

export interface AccountDay {
  readonly day: Day;
  /** Number of the statement over this day: gap-free per account, from 1. */
  readonly sequence: number;
  /** The same, counted from 1 in each year. */
  readonly sequenceInYear: number;
  readonly openingMinor: bigint;
  readonly closingMinor: bigint;
  readonly entries: readonly Booking[];
}

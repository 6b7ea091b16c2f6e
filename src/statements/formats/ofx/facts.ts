import type { Day } from "../../../time/day.ts";
import type { EntryParty, StatementEntry, StatementHeader } from "../../statement.ts";
import { longestAmount, signed, withoutLeadingZeros } from "../amount.ts";
import { fileDay } from "../dates.ts";
import { headerOf, noFacts } from "../unstated.ts";

/** Leaves of one aggregate, the last of a name counts. */
export type Leaves = ReadonlyMap<string, string>;

/** The calendar day at the front of `YYYYMMDDHHMMSS.XXX[gmt offset:zone]`, as the bank wrote it. */
export function ofxDay(text: string | undefined): Day | null {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})/.exec(text ?? "");
  return match === null ? null : (fileDay(Number(match[1]), Number(match[2]), Number(match[3]))?.day ?? null);
}

/**
 * OFX allows comma or point as the decimal sign and no grouping (2.2, section 3.2.9.1). Banks group all the same: with both
 * signs, or one of them repeated, the last kind of sign is the decimal one, a repeated one never.
 * @returns null when it is no amount
 */
export function ofxAmount(text: string | undefined): { readonly amount: string; readonly odd: boolean } | null {
  const match = /^([+-]?)\s*([\d.,]+)$/.exec((text ?? "").trim());
  if (match === null || (text as string).length > longestAmount) return null;
  const written = match[2] as string;
  if (!/\d/.test(written)) return null;
  const last = Math.max(written.lastIndexOf("."), written.lastIndexOf(","));
  const sign = last === -1 ? "" : written.charAt(last);
  const repeated = sign !== "" && written.indexOf(sign) !== last;
  const grouped = /[.,].*[.,]/.test(written);
  if (last === -1 || repeated) {
    if (repeated && !/^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$/.test(written)) return null;
    return { amount: signed(withoutLeadingZeros(written.replace(/[.,]/g, "")), match[1] === "-"), odd: repeated };
  }
  const whole = written.slice(0, last).replace(/[.,]/g, "");
  const fraction = trimmedFraction(written.slice(last + 1));
  const digits = withoutLeadingZeros(fraction === "" ? whole || "0" : `${whole || "0"}.${fraction}`);
  return { amount: signed(digits, match[1] === "-"), odd: grouped };
}

/** "1500.0000" is what investment banks write for 1500.00. */
function trimmedFraction(fraction: string): string {
  return fraction.length <= 2 ? fraction : fraction.slice(0, 2) + fraction.slice(2).replace(/0+$/, "");
}

export interface Transaction {
  readonly line: number;
  readonly pending: boolean;
  readonly leaves: Map<string, string>;
  payee: string | null;
  payeeAccount: string | null;
  payeeBank: string | null;
  /** From CURRENCY: the amount itself is in it. ORIGCURRENCY says only where it came from. */
  currency: string | null;
}

/** `amount` is null when the transaction has none. */
export function entryOf(transaction: Transaction, amount: string | null, currency: string): StatementEntry {
  const { leaves } = transaction;
  const of = (name: string) => leaves.get(name) ?? null;
  const name = of("NAME") ?? transaction.payee;
  return {
    ...noFacts,
    transactionId: of("SRVRTID"),
    counterparty: partyOf(name, transaction),
    text: of("MEMO") ?? (name === null ? of("EXTDNAME") : null),
    line: transaction.line,
    bookingDate: ofxDay(leaves.get("DTPOSTED")),
    valueDate: ofxDay(leaves.get("DTAVAIL")),
    amount: amount ?? "0",
    currency: transaction.currency ?? currency,
    status: amount === null ? "information" : transaction.pending ? "pending" : "booked",
    reversal: false,
    bankReference: of("FITID"),
    reference: of("CHECKNUM") ?? of("REFNUM"),
    transactionCode: of("TRNTYPE"),
    details: [],
    batchCount: null,
  };
}

function partyOf(name: string | null, { payeeAccount, payeeBank }: Transaction): EntryParty | null {
  return name === null && payeeAccount === null ? null : { name, account: payeeAccount, bic: payeeBank };
}

export interface OpenStatement {
  readonly tag: string;
  readonly line: number;
  currency: string | null;
  account: string | null;
  bank: string | null;
  from: string | undefined;
  to: string | undefined;
  told: boolean;
}

/** The header is whole when the first transaction or balance comes. */
export function statementOf({ account, bank, line, from, to }: OpenStatement, currency: string): StatementHeader {
  const id = (account ?? "").replace(/\s+/g, "");
  return headerOf({ account: { id, servicer: bank }, currency, periodFrom: ofxDay(from), periodTo: ofxDay(to), line });
}

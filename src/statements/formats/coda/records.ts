import { currencyExponent } from "../../../money/currencies.ts";
import type { Day } from "../../../time/day.ts";
import type { EntryDetail, EntryParty, StatementEntry } from "../../statement.ts";
import { signed } from "../amount.ts";
import { columns, columnsOrNull, dayMonthYear, implied } from "../fixed.ts";

/** Record 1 and 8: whose account, by the structure code of column 2 of record 1 (Febelfin, CODA 2.6, record 1). */
export function codaAccount(structure: string, field: string): { readonly id: string; readonly currency: string | null } {
  const belgian = structure === "0";
  const currency = belgian ? field.slice(13, 16) : field.slice(34, 37);
  const id = (belgian ? field.slice(0, 12) : structure === "2" ? field.slice(0, 31) : field.slice(0, 34)).replace(/\s+/g, "");
  return { id, currency: /^[A-Z]{3}$/.test(currency) ? currency : null };
}

/** A sign (0 credit, 1 debit) and fifteen digits, three of them decimals. @returns null when it is no amount */
export function codaAmount(sign: string, digits: string, currency: string): string | null {
  if (!/^[01]$/.test(sign) || !/^\d{15}$/.test(digits)) return null;
  return signed(implied(digits, 3, currencyExponent(currency) ?? 2), sign === "1");
}

/** One 2.1 with its 2.2, 2.3 and 3.x. */
export interface Movement {
  readonly line: number;
  readonly type: string;
  readonly bankReference: string | null;
  readonly amount: string;
  readonly valueDate: Day | null;
  readonly bookingDate: Day | null;
  readonly code: string;
  readonly structured: boolean;
  communication: string;
  information: string;
  customerReference: string | null;
  purpose: string | null;
  bic: string | null;
  account: string | null;
  name: string | null;
}

/** @returns null when the amount or the transaction code is none */
export function movementOf(record: string, line: number, currency: string): Movement | null {
  const amount = codaAmount(record.charAt(31), record.slice(32, 47), currency);
  const code = record.slice(53, 61);
  if (amount === null || !/^\d{8}$/.test(code)) return null;
  return {
    line,
    type: code.charAt(0),
    bankReference: columnsOrNull(record, 11, 31),
    amount,
    valueDate: dayMonthYear(record.slice(47, 53))?.day ?? null,
    bookingDate: dayMonthYear(record.slice(115, 121))?.day ?? null,
    code: code.slice(1),
    structured: record.charAt(61) === "1",
    communication: record.slice(62, 115),
    information: "",
    customerReference: null,
    purpose: null,
    bic: null,
    account: null,
    name: null,
  };
}

/** Records 2.2, 2.3 and 3.1-3.3 say more of the movement before them. */
export function continueMovement(movement: Movement, record: string): void {
  switch (record.slice(0, 2)) {
    case "22":
      movement.communication += record.slice(10, 63);
      movement.customerReference = columnsOrNull(record, 64, 98);
      movement.bic = columnsOrNull(record, 99, 109);
      movement.purpose = columnsOrNull(record, 122, 125);
      return;
    case "23":
      movement.account = columns(record, 11, 44).replace(/\s+/g, "") || null;
      movement.name = columnsOrNull(record, 48, 82);
      movement.communication += record.slice(82, 125);
      return;
    case "31":
      movement.information += record.slice(40, 113);
      return;
    case "32":
      movement.information += record.slice(10, 115);
      return;
    case "33":
      movement.information += record.slice(10, 100);
      return;
  }
}

export function entryOf(movement: Movement, details: readonly Movement[], currency: string): StatementEntry {
  return {
    ...factsOf(movement),
    line: movement.line,
    bookingDate: movement.bookingDate,
    valueDate: movement.valueDate,
    amount: movement.amount,
    currency,
    status: "booked",
    reversal: false,
    bankReference: movement.bankReference,
    reference: movement.customerReference,
    transactionCode: movement.code,
    details: details.map((detail): EntryDetail => ({ ...factsOf(detail), amount: detail.amount, currency })),
    batchCount: null,
  };
}

function factsOf(movement: Movement): Omit<EntryDetail, "amount" | "currency"> {
  const communication = movement.communication.trimEnd();
  const direct = movement.structured ? directDebit(communication) : null;
  const parts = [direct === null ? tidy(communication) : tidy(direct.text), tidy(movement.information)].filter((part) => part !== "");
  return {
    endToEndId: movement.customerReference,
    transactionId: null,
    mandateId: direct?.mandate ?? null,
    uetr: null,
    counterparty: partyOf(movement),
    text: parts.length === 0 ? null : parts.join("\n"),
    structuredReference: structuredReference(movement.structured, communication),
    purpose: movement.purpose,
  };
}

function partyOf({ name, account, bic }: Movement): EntryParty | null {
  return name === null && account === null && bic === null ? null : { name, account, bic };
}

/** Communication types 101 and 102 carry the twelve digits of a Belgian structured communication; others quote it in text. */
function structuredReference(structured: boolean, communication: string): string | null {
  const digits = structured ? /^10[12](\d{12})/.exec(communication)?.[1] : undefined;
  if (digits !== undefined) return `+++${digits.slice(0, 3)}/${digits.slice(3, 7)}/${digits.slice(7)}+++`;
  return /\+\+\+\d{3}\/\d{4}\/\d{5}\+\+\+/.exec(communication)?.[0] ?? null;
}

/** Type 127: a SEPA direct debit: creditor in 35 characters, mandate in 35, then what it is for. */
function directDebit(communication: string): { readonly mandate: string | null; readonly text: string } | null {
  if (!communication.startsWith("127")) return null;
  return { mandate: communication.slice(47, 82).trim() || null, text: communication.slice(82) };
}

function tidy(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

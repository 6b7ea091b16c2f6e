import type { Day } from "../../../time/day.ts";
import type { EntryParty, StatementEntry } from "../../statement.ts";
import { negated } from "../amount.ts";
import { baiAmount, baiDay, Cursor, directionOf, skipFunds } from "./fields.ts";

/** A 16 record with the text of its 88s, field by field. */
export interface Detail {
  readonly type: string;
  readonly amount: string;
  readonly valueDate: Day | null;
  readonly bankReference: string | null;
  readonly reference: string | null;
  readonly text: readonly string[];
}

/**
 * `16,type,amount,funds[,…],bank reference,customer reference,text`; the text keeps its commas and slashes. What the 16
 * leaves out, its first 88 goes on with.
 */
export function detailOf(body: string, continuations: readonly string[], asOf: Day | null): Detail {
  let fields = body.split(",");
  let used = 0;
  while (used < continuations.length && !complete(fields)) {
    fields = [...fields, ...(continuations[used] ?? "").split(",")];
    used += 1;
  }
  const cursor = new Cursor(fields);
  const type = cursor.next();
  const amount = cursor.next();
  const funds = cursor.next();
  const { valueDate } = skipFunds(cursor, funds);
  const bankReference = cursor.next();
  const reference = cursor.next();
  const first = fields.slice(cursor.at).join(",");
  return {
    type,
    amount,
    valueDate: valueDate !== null ? baiDay(valueDate) : funds === "1" || funds === "2" || /^[SD]$/i.test(funds) ? null : asOf,
    bankReference: bankReference === "" ? null : bankReference,
    reference: reference === "" ? null : reference,
    text: [first, ...continuations.slice(used)].map((line) => line.trim()).filter((line) => line !== ""),
  };
}

/** Whether the fields reach the references: a record cut before them is continued by its 88. */
function complete(fields: readonly string[]): boolean {
  const cursor = new Cursor(fields);
  cursor.next();
  cursor.next();
  skipFunds(cursor, cursor.next());
  return cursor.at <= fields.length && fields.length - cursor.at >= 1;
}

/** @returns null when the amount cannot be read */
export function entryOf(
  detail: Detail,
  currency: string,
  asOf: Day | null,
  line: number,
): { entry: StatementEntry; units: bigint; odd: boolean } | null {
  const direction = directionOf(detail.type);
  const amount = detail.amount === "" && direction === null ? { units: 0n, text: "0", odd: false } : baiAmount(detail.amount, currency);
  if (amount === null) return null;
  const keys = keyed(detail.text);
  const debit = direction === "debit";
  return {
    units: amount.units,
    odd: amount.odd,
    entry: {
      line,
      bookingDate: asOf,
      valueDate: detail.valueDate,
      amount: debit ? negated(amount.text) : amount.text,
      currency,
      status: direction === null ? "information" : "booked",
      reversal: false,
      bankReference: detail.bankReference,
      reference: detail.reference,
      transactionCode: detail.type,
      details: [],
      batchCount: null,
      endToEndId: keys.get("EREF") ?? null,
      transactionId: null,
      mandateId: null,
      uetr: null,
      counterparty: debit
        ? party(keys.get("CRNM") ?? keys.get("BNF NAME"), keys.get("CACT"))
        : party(keys.get("DBNM") ?? keys.get("ORG"), keys.get("DACT")),
      text: detail.text.length === 0 ? null : detail.text.join("\n"),
      structuredReference: null,
      purpose: null,
    },
  };
}

/** `EREF: …`, `DBNM: …`, `ORG:=…`: banks put one key on a line of text. */
function keyed(text: readonly string[]): Map<string, string> {
  const keys = new Map<string, string>();
  for (const line of text) {
    const match = /^([A-Z]{3,4}(?: NAME)?):=?\s*(\S.*)$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined && match[2] !== "-") keys.set(match[1], match[2]);
  }
  return keys;
}

function party(name: string | undefined, account: string | undefined): EntryParty | null {
  return name === undefined && account === undefined ? null : { name: name ?? null, account: account ?? null, bic: null };
}

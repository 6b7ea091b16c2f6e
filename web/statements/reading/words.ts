import type { StatementProblem } from "../../../src/statements/contract.ts";
import type { PreviewRow } from "../../../src/statements/preview/contract.ts";
import type { TableChoices } from "../../../src/statements/profiles/contract.ts";

export type Role = NonNullable<NonNullable<TableChoices["columns"]>[number]["role"]>;

/** What a column holds, as a person would say it; in the order of the drop-down. */
export const roleWords: Readonly<Record<Role, string>> = {
  bookingDate: "Booking date",
  valueDate: "Value date",
  amount: "Amount",
  debit: "Debit",
  credit: "Credit",
  indicator: "Debit or credit (word)",
  balance: "Balance",
  currency: "Currency",
  debitCurrency: "Currency of debit",
  creditCurrency: "Currency of credit",
  text: "Text",
  name: "Counterparty",
  counterAccount: "Counterparty's account",
  bic: "Counterparty's BIC",
  reference: "Reference",
  type: "Kind of booking",
  status: "Status (pending)",
  account: "Own account",
  detailAmount: "Part of a batch",
  card: "Card",
};

export const kindWords: Readonly<Record<PreviewRow["kind"], string>> = {
  preamble: "above the table",
  header: "header",
  entry: "entry",
  continuation: "continues",
  other: "passed over",
  withoutAmount: "no amount",
  blank: "",
  unread: "not read",
};

export const orderWords = { dmy: "day, month, year", mdy: "month, day, year", ymd: "year, month, day" } as const;
export const decimalWords = { ",": "comma: 1.234,50", ".": "point: 1,234.50" } as const;
export const delimiterWords = { ";": "semicolon", ",": "comma", "\t": "tab", "|": "bar" } as const;
export const encodings = ["utf-8", "windows-1252", "cp852", "cp850", "iso-8859-2", "windows-1250", "utf-16le"] as const;

/** Whether a person can make a refused file right by saying something of it; how to read it can only be said of a table. */
export function canBeSaid({
  format,
  problems,
}: {
  readonly format: string | null;
  readonly problems: readonly StatementProblem[];
}): boolean {
  const table = format === null || format === "csv" || format === "xlsx" || format === "qif";
  return problems.some(
    ({ severity, code }) =>
      severity === "refusal" &&
      (/^(?:ACCOUNT|CURRENCY)_(?:MISSING|DIFFERS)$/.test(code) ||
        (table && /_AMBIGUOUS$|^PROFILE|^FORMAT_UNKNOWN$|^(?:DATE|AMOUNT)_UNREADABLE$/.test(code))),
  );
}

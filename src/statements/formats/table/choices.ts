import type { DayOrder } from "./days.ts";
import { plainHeader } from "./plain-header.ts";

/** What a column of a bank's table may hold. */
export const columnRoles = [
  "bookingDate",
  "valueDate",
  "amount",
  "debit",
  "credit",
  "balance",
  "indicator",
  "currency",
  "debitCurrency",
  "creditCurrency",
  "detailAmount",
  "text",
  "name",
  "counterAccount",
  "bic",
  "account",
  "reference",
  "type",
  "status",
  "card",
] as const;
export type ColumnRole = (typeof columnRoles)[number];

export const tableDelimiters = [";", ",", "\t", "|"] as const;
export type TableDelimiter = (typeof tableDelimiters)[number];

/** Encodings a person may choose; others are found in the file itself. */
export const tableEncodings = ["utf-8", "windows-1252", "cp852", "cp850", "iso-8859-2", "windows-1250", "utf-16le"] as const;

/** How a table is to be read, as a person said; what is absent is inferred from each file. */
export interface TableChoices {
  readonly delimiter?: TableDelimiter | undefined;
  readonly encoding?: (typeof tableEncodings)[number] | undefined;
  /** Of a workbook. */
  readonly sheet?: string | undefined;
  /** The line of the header, null for a table without one. Columns that are named find it by themselves. */
  readonly headerLine?: number | null | undefined;
  /** All columns; none may be left out. */
  readonly columns?: readonly ColumnChoice[] | undefined;
  readonly dayOrder?: DayOrder | undefined;
  readonly decimal?: "." | "," | undefined;
  /** Positive amounts are money out, as in lists of cards. */
  readonly inverted?: boolean | undefined;
}

export interface ColumnChoice {
  /** As its header says; "" in a table without a header. */
  readonly header: string;
  readonly position: number;
  /** null: a column that is not read. */
  readonly role: ColumnRole | null;
  /** Of several columns with one role, the lowest that is not blank counts. */
  readonly order?: number | undefined;
}

/** The cells of a header row as they are compared: whatever accents and punctuation. */
export function headerKey(cell: string): string {
  return plainHeader(cell);
}

/** Positions of the choices' columns in a row of headers; null when the row lacks one of them. */
export function positionsIn(cells: readonly string[], columns: readonly ColumnChoice[]): Map<ColumnChoice, number> | null {
  const free = cells.map((cell, position) => ({ key: headerKey(cell), position }));
  const positions = new Map<ColumnChoice, number>();
  for (const column of columns) {
    if (column.role === null) continue;
    const key = headerKey(column.header);
    // Columns without a name, and those that share one, are told apart by where they stand.
    const at = free.findIndex((one) => one.key === key && (key !== "" || one.position === column.position));
    const exact = free.findIndex((one) => one.key === key && one.position === column.position);
    const found = exact !== -1 ? exact : at;
    if (found === -1) return null;
    positions.set(column, (free[found] as { position: number }).position);
    free.splice(found, 1);
  }
  return positions;
}

/** Whether a row has the columns that choices name, and no other: then a profile is for this table. */
export function isHeaderOf(cells: readonly string[], columns: readonly ColumnChoice[]): boolean {
  const keys = (all: readonly string[]) =>
    all
      .map(headerKey)
      .filter((key) => key !== "")
      .sort()
      .join("\n");
  const named = keys(columns.map((column) => column.header));
  return named !== "" && named === keys(cells);
}

import { type ColumnRole, isHeaderOf, positionsIn, type TableChoices } from "./choices.ts";
import { type Columns, cellsOf, columnsByContent, columnsByHeader, findHeader, isDay } from "./columns.ts";
import { type DayOrder, dayIn, dayStyle } from "./days.ts";
import type { TableRow } from "./dialect.ts";
import { headerOf } from "./headers.ts";
import { numberOf, numberStyle } from "./numbers.ts";

/** How to read a bank's table: what was inferred, and what a person chose instead. */
export interface TableProfile {
  /** Index of the header's row; -1 when the table has none. */
  readonly headerRow: number;
  /** Columns by role, the likeliest first: a row's booking date is the first of them that is not blank. */
  readonly columns: ReadonlyMap<ColumnRole, readonly number[]>;
  readonly dayOrder: DayOrder;
  readonly decimal: "." | ",";
  /** Card statements list what was spent as positive amounts. */
  readonly inverted: boolean;
  /** Of the header ("Saldo CHF"). */
  readonly currency: string | null;
  /** What had to be assumed, for people. */
  readonly assumptions: ReadonlyArray<{ readonly code: AssumptionCode; readonly message: string }>;
}

export type AssumptionCode = "HEADER_MISSING" | "DATE_ORDER_GUESSED" | "DECIMAL_GUESSED" | "SIGN_INVERTED";

/** Why a table cannot be read. */
export interface TableRefusal {
  readonly code: "FORMAT_UNKNOWN" | "PROFILE_MISMATCH" | "DATE_UNREADABLE";
  readonly message: string;
  readonly line: number | null;
}

const headSearch = 100;

/** What the table itself tells, but for what was chosen. */
export function profileOf(rows: readonly TableRow[], choices: TableChoices = {}): TableProfile | TableRefusal {
  const headerRow = headerRowOf(rows, choices);
  if (typeof headerRow !== "number") return headerRow;
  const header = rows[headerRow]?.cells ?? [];
  const body = rows.slice(headerRow + 1);
  const cells = body.map((row) => row.cells);
  const columns = columnsOf(header, headerRow, cells, choices);
  const dates = columns?.get("bookingDate") ?? columns?.get("valueDate");
  const amounts = (["amount", "debit", "credit"] as const).flatMap((role) => columns?.get(role) ?? []);
  if (columns === null || dates === undefined || amounts.length === 0) return noTable(choices);
  const dayColumns = [...new Set([...dates, ...(columns.get("valueDate") ?? [])])];
  const days = dayStyle(dayColumns.flatMap((column) => cellsOf(cells, column)).filter(isDay));
  const dayOrder = choices.dayOrder ?? days?.order;
  if (dayOrder === undefined) return noTable(choices);
  const unreadable = choices.dayOrder === undefined ? null : unlikeOrder(body, dayColumns, dayOrder);
  if (unreadable !== null) return unreadable;
  const numbers = numberStyle([...amounts, ...(columns.get("balance") ?? [])].flatMap((column) => cellsOf(cells, column)));
  const decimal = choices.decimal ?? numbers.decimal;
  const inverted = choices.inverted ?? isCardList(columns, cells, decimal);
  const unsure = {
    days: choices.dayOrder === undefined && days?.certain === false,
    decimal: choices.decimal === undefined && numbers.ambiguous,
  };
  return {
    ...{ headerRow, columns, dayOrder, decimal, inverted, currency: currencyOfHeader(header) },
    assumptions: [
      ...(headerRow === -1 && choices.columns === undefined && choices.headerLine === undefined ? [assumptions.header] : []),
      ...(unsure.days ? [assumptions.days(dayOrder)] : []),
      ...(unsure.decimal ? [assumptions.decimal(decimal)] : []),
      ...(inverted && choices.inverted === undefined ? [assumptions.sign] : []),
    ],
  };
}

/** @returns null when there is no column of days, or none of amounts */
export function inferProfile(rows: readonly TableRow[]): TableProfile | null {
  const profile = profileOf(rows);
  return "code" in profile ? null : profile;
}

const assumptions = {
  header: { code: "HEADER_MISSING", message: "the table names no columns: they were told apart by what is in them" },
  days: (order: DayOrder) => ({ code: "DATE_ORDER_GUESSED", message: `days could be read in several orders: ${order} was taken` }) as const,
  decimal: (sign: string) =>
    ({ code: "DECIMAL_GUESSED", message: `amounts could be read with a decimal point or comma: "${sign}" was taken` }) as const,
  sign: {
    code: "SIGN_INVERTED",
    message: "a card's list: positive amounts were read as spent, because nothing marks debits and credits",
  },
} as const;

function noTable(choices: TableChoices): TableRefusal {
  const message =
    choices.columns === undefined
      ? "the table has no column of days, or none of amounts: expected a header such as Date, Text, Amount, Balance"
      : "no column was chosen for days, or none for amounts: a table needs a booking date, and an amount or debits and credits";
  return { code: "FORMAT_UNKNOWN", message, line: 1 };
}

function headerRowOf(rows: readonly TableRow[], choices: TableChoices): number | TableRefusal {
  const { columns, headerLine } = choices;
  if (columns?.some(({ header }) => header !== "")) {
    const head = rows.slice(0, headSearch);
    const whole = head.findIndex(({ cells }) => isHeaderOf(cells, columns));
    const found = whole !== -1 ? whole : head.findIndex(({ cells }) => positionsIn(cells, columns) !== null);
    return found !== -1 ? found : mismatch(rows, columns);
  }
  if (headerLine === null || columns !== undefined) return -1;
  if (headerLine === undefined) return findHeader(rows);
  const chosen = rows.findIndex(({ line }) => line === headerLine);
  return chosen !== -1
    ? chosen
    : { code: "PROFILE_MISMATCH", message: `the table has no line ${headerLine}, chosen as its header`, line: null };
}

function mismatch(rows: readonly TableRow[], columns: NonNullable<TableChoices["columns"]>): TableRefusal {
  const headers = new Set(rows.slice(0, headSearch).flatMap(({ cells }) => cells));
  const missing = columns.find(({ header, role }) => role !== null && !headers.has(header))?.header ?? columns[0]?.header ?? "";
  return {
    code: "PROFILE_MISMATCH",
    message: `no line of the table names the column "${missing}" of the profile: it is for other tables`,
    line: null,
  };
}

function columnsOf(
  header: readonly string[],
  headerRow: number,
  body: readonly (readonly string[])[],
  { columns: chosen }: TableChoices,
): Columns | null {
  if (chosen === undefined) return headerRow === -1 ? columnsByContent(body) : columnsByHeader(header, body);
  const positions = headerRow === -1 ? new Map(chosen.map((one) => [one, one.position])) : positionsIn(header, chosen);
  if (positions === null) return null;
  const columns: Columns = new Map();
  for (const [{ role }, position] of [...positions].sort(([a], [b]) => (a.order ?? a.position) - (b.order ?? b.position)))
    if (role !== null) columns.set(role, [...(columns.get(role) ?? []), position]);
  return columns;
}

/** A day that the chosen order cannot read would be passed over as a line without one. */
function unlikeOrder(body: readonly TableRow[], columns: readonly number[], order: DayOrder): TableRefusal | null {
  for (const { line, cells } of body)
    for (const cell of columns.map((column) => cells[column] ?? ""))
      if (isDay(cell) && dayIn(cell, order) === null)
        return {
          code: "DATE_UNREADABLE",
          message: `"${cell.slice(0, 30)}" is no day in the order ${dayOrders[order]}, which was chosen`,
          line,
        };
  return null;
}

export const dayOrders = { ymd: "year, month, day", dmy: "day, month, year", mdy: "month, day, year" } as const;

function isCardList(columns: Columns, body: readonly (readonly string[])[], decimal: "." | ","): boolean {
  const [amount] = columns.get("amount") ?? [];
  if (amount === undefined || columns.has("indicator") || columns.has("balance") || !columns.has("card")) return false;
  const amounts = cellsOf(body, amount).map((cell) => numberOf(cell, { decimal }));
  return amounts.filter((one) => one !== null && !one.startsWith("-")).length > amounts.length / 2;
}

function currencyOfHeader(header: readonly string[]): string | null {
  const named = new Set(header.map((cell) => headerOf(cell).currency).filter((one) => one !== null));
  return named.size === 1 ? ([...named][0] ?? null) : null;
}

import { currencyExponent } from "../../../money/currencies.ts";
import { type DayOrder, dayIn, dayStyle } from "./days.ts";
import type { TableRow } from "./dialect.ts";
import { type ColumnRole, headerOf } from "./headers.ts";
import { numberOf, numberStyle } from "./numbers.ts";

/** How to read a bank's table: what was inferred, and what a person may correct and keep for a connection. */
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
  readonly assumptions: ReadonlyArray<{ readonly code: string; readonly message: string }>;
}

const headSearch = 100;

/** @returns null when there is no column of days, or none of amounts */
export function inferProfile(rows: readonly TableRow[]): TableProfile | null {
  const headerRow = findHeader(rows);
  const body = rows.slice(headerRow + 1).map((row) => row.cells);
  const columns = headerRow === -1 ? columnsByContent(body) : columnsByHeader(rows[headerRow]?.cells ?? [], body);
  const dates = columns.get("bookingDate") ?? columns.get("valueDate");
  const amounts = [...(columns.get("amount") ?? []), ...(columns.get("debit") ?? []), ...(columns.get("credit") ?? [])];
  if (dates === undefined || amounts.length === 0) return null;
  const dayCells = [...dates, ...(columns.get("valueDate") ?? [])].flatMap((column) => cellsOf(body, column)).filter(isDay);
  const days = dayStyle(dayCells);
  if (days === null) return null;
  const numbers = numberStyle([...amounts, ...(columns.get("balance") ?? [])].flatMap((column) => cellsOf(body, column)));
  const assumptions: Array<{ code: string; message: string }> = [];
  if (headerRow === -1)
    assumptions.push({ code: "HEADER_MISSING", message: "the table names no columns: they were told apart by what is in them" });
  if (!days.certain)
    assumptions.push({ code: "DATE_ORDER_GUESSED", message: `days could be read in several orders: ${days.order} was taken` });
  const inverted = isCardList(columns, body, numbers.decimal);
  if (inverted)
    assumptions.push({
      code: "SIGN_INVERTED",
      message: "a card's list: positive amounts were read as spent, because nothing marks debits and credits",
    });
  return {
    headerRow,
    columns,
    dayOrder: days.order,
    decimal: numbers.decimal,
    inverted,
    currency: currencyOfHeader(rows[headerRow]?.cells ?? []),
    assumptions,
  };
}

/** The row of the beginning whose cells name most columns, a day and an amount among them. */
function findHeader(rows: readonly TableRow[]): number {
  let best = { at: -1, score: 0 };
  rows.slice(0, headSearch).forEach(({ cells }, at) => {
    const named = cells.map((cell) => (cell.length > 60 ? [] : [...headerOf(cell).roles.keys()]));
    const has = (...roles: ColumnRole[]) => named.some((one) => one.some((role) => roles.includes(role)));
    if (!has("bookingDate", "valueDate") || !has("amount", "debit", "credit")) return;
    const score = named.filter((one) => one.length > 0).length;
    if (score >= 2 && score > best.score) best = { at, score };
  });
  return best.at;
}

type Columns = Map<ColumnRole, number[]>;

function columnsByHeader(header: readonly string[], body: readonly (readonly string[])[]): Columns {
  const found: Array<{ role: ColumnRole; column: number; rank: number }> = [];
  header.forEach((cell, column) => {
    const cells = cellsOf(body, column);
    const fitting = [...headerOf(cell).roles].filter(([role]) => fits(role, cells));
    for (const [role, rank] of fitting) found.push({ role, column, rank });
  });
  const columns: Columns = new Map();
  for (const { role, column } of found.sort((a, b) => a.rank - b.rank || a.column - b.column))
    columns.set(role, [...(columns.get(role) ?? []), column]);
  for (const single of ["amount", "debit", "credit", "balance", "indicator", "currency"] as const) {
    const all = columns.get(single);
    if (all !== undefined) columns.set(single, all.slice(0, 1));
  }
  const texts = columns.get("text");
  if (texts !== undefined)
    columns.set(
      "text",
      texts.sort((a, b) => a - b),
    );
  return columns;
}

/** Whether a column's cells can be what its header says; a blank column can be anything but a day or an amount. */
function fits(role: ColumnRole, cells: readonly string[]): boolean {
  const share = (test: (cell: string) => boolean) => (cells.length === 0 ? 0 : cells.filter(test).length / cells.length);
  switch (role) {
    case "bookingDate":
    case "valueDate":
      return cells.length === 0 || share(isDay) >= 0.3;
    case "amount":
    case "debit":
    case "credit":
    case "balance":
    case "detailAmount":
      return cells.length === 0 || share(isNumber) >= 0.5;
    case "currency":
    case "debitCurrency":
    case "creditCurrency":
      return cells.length > 0 && share((cell) => /^[A-Z]{3}$/.test(cell)) >= 0.5;
    case "indicator":
      return cells.length > 0 && share(isNumber) < 0.5;
    default:
      return true;
  }
}

/** Without a header: the first column of days, the last columns of numbers, and what is longest is text. */
function columnsByContent(body: readonly (readonly string[])[]): Columns {
  const columns: Columns = new Map();
  const width = Math.max(0, ...body.slice(0, 100).map((cells) => cells.length));
  const add = (role: ColumnRole, column: number) => columns.set(role, [...(columns.get(role) ?? []), column]);
  for (let column = 0; column < width; column += 1) {
    const cells = cellsOf(body, column);
    const share = (test: (cell: string) => boolean) => (cells.length === 0 ? 0 : cells.filter(test).length / cells.length);
    if (share(isDay) > 0.9) add(columns.has("bookingDate") ? "valueDate" : "bookingDate", column);
    else if (share((cell) => /^[A-Z]{3}$/.test(cell) && currencyExponent(cell) !== undefined) > 0.9) add("currency", column);
    else if (share((cell) => isNumber(cell) && /[.,]\d{1,3}$|^[-+]/.test(cell)) > 0.9)
      add(columns.has("amount") ? "balance" : "amount", column);
    else if (share((cell) => /[a-z]{3}/i.test(cell)) > 0.5) add("text", column);
  }
  return columns;
}

function isCardList(columns: Columns, body: readonly (readonly string[])[], decimal: "." | ","): boolean {
  const [amount] = columns.get("amount") ?? [];
  if (amount === undefined || columns.has("indicator") || columns.has("balance") || !columns.has("card")) return false;
  const amounts = cellsOf(body, amount).map((cell) => numberOf(cell, { decimal, certain: true }));
  return amounts.filter((one) => one !== null && !one.startsWith("-")).length > amounts.length / 2;
}

function currencyOfHeader(header: readonly string[]): string | null {
  const named = new Set(header.map((cell) => headerOf(cell).currency).filter((one) => one !== null));
  return named.size === 1 ? ([...named][0] ?? null) : null;
}

/** A column's cells that are not blank. */
function cellsOf(body: readonly (readonly string[])[], column: number): string[] {
  return body.map((cells) => cells[column] ?? "").filter((cell) => cell !== "");
}

function isDay(cell: string): boolean {
  return dayIn(cell, "dmy") !== null || dayIn(cell, "mdy") !== null || dayIn(cell, "ymd") !== null;
}

function isNumber(cell: string): boolean {
  return numberOf(cell, { decimal: ".", certain: true }) !== null || numberOf(cell, { decimal: ",", certain: true }) !== null;
}

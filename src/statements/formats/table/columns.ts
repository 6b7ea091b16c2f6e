import { currencyExponent } from "../../../money/currencies.ts";
import type { ColumnRole } from "./choices.ts";
import { dayIn } from "./days.ts";
import type { TableRow } from "./dialect.ts";
import { headerOf } from "./headers.ts";
import { numberOf } from "./numbers.ts";

/** Columns by role, the likeliest first. */
export type Columns = Map<ColumnRole, number[]>;

const headSearch = 100;

/** The row of the beginning whose cells name most columns, a day and an amount among them. */
export function findHeader(rows: readonly TableRow[]): number {
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

export function columnsByHeader(header: readonly string[], body: readonly (readonly string[])[]): Columns {
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
export function columnsByContent(body: readonly (readonly string[])[]): Columns {
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

/** A column's cells that are not blank. */
export function cellsOf(body: readonly (readonly string[])[], column: number): string[] {
  return body.map((cells) => cells[column] ?? "").filter((cell) => cell !== "");
}

export function isDay(cell: string): boolean {
  return dayIn(cell, "dmy") !== null || dayIn(cell, "mdy") !== null || dayIn(cell, "ymd") !== null;
}

export function isNumber(cell: string): boolean {
  return numberOf(cell, { decimal: "." }) !== null || numberOf(cell, { decimal: "," }) !== null;
}

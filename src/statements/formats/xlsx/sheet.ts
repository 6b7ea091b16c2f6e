import type { TableRow } from "../table/dialect.ts";
import { WorkbookError, walk } from "./workbook.ts";

export interface SheetOptions {
  readonly strings: readonly string[];
  /** Whether a cell style shows its number as a day. */
  readonly dates: readonly boolean[];
  /** Days are counted from 1904, as on old Macs, and not from 1900. */
  readonly since1904: boolean;
  readonly maxRows: number;
}

/** The rows of a sheet (ECMA-376, 18.3). A cell without a reference stands behind the one before it. */
export function readSheet(xml: string, options: SheetOptions): TableRow[] {
  const rows: TableRow[] = [];
  let cells: string[] = [];
  let line = 0;
  let column = -1;
  let cell = { type: "n", style: 0 };
  let value = "";
  let inValue = false;
  walk(
    xml,
    (name, attributes) => {
      if (name === "row") {
        line = Number(attributes["r"] ?? line + 1);
        cells = [];
        column = -1;
        if (rows.length >= options.maxRows) throw new WorkbookError(`a sheet has more than ${options.maxRows} rows`);
      } else if (name === "c") {
        column = columnOf(attributes["r"]) ?? column + 1;
        cell = { type: attributes["t"] ?? "n", style: Number(attributes["s"] ?? 0) };
        value = "";
      }
      inValue = name === "v" || name === "t";
    },
    (name) => {
      if (name === "v" || name === "t") inValue = false;
      if (name === "c" && column < widest) {
        while (cells.length < column) cells.push("");
        cells[column] = shown(value, cell.type, cell.style, options);
      }
      if (name === "row") rows.push({ line, cells });
    },
    (text) => {
      if (inValue) value += text;
    },
  );
  return rows;
}

/** More columns than any statement has; a cell beyond them would make a row of sixteen thousand. */
const widest = 500;

function columnOf(reference: string | undefined): number | null {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? "")?.[0];
  if (letters === undefined) return null;
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function shown(value: string, type: string, style: number, options: SheetOptions): string {
  if (type === "s") return (options.strings[Number(value)] ?? "").trim();
  if (type !== "n" || value === "") return value.trim();
  const number = Number(value);
  if (!Number.isFinite(number)) return value.trim();
  return options.dates[style] === true ? dayOfSerial(number, options.since1904) : plainNumber(number);
}

/** Excel keeps binary floating point of fifteen digits: 122.99999999999999 is the 123 that was typed. */
function plainNumber(number: number): string {
  const text = number.toPrecision(15);
  const plain = text.includes("e") ? number.toFixed(10) : text;
  return plain.includes(".") ? plain.replace(/\.?0+$/, "") : plain;
}

/** Day 1 is 1 January 1900; the 29 February 1900 that Excel believes in shifts what comes before March. */
function dayOfSerial(serial: number, since1904: boolean): string {
  const days = Math.floor(serial) + (since1904 ? 1462 : 0);
  if (days < 61 || days > 2_958_465) return plainNumber(serial);
  return new Date((days - 25_569) * 86_400_000).toISOString().slice(0, 10);
}

/** Which cell styles show days: built-in formats 14-22, and own formats with day, month or year in them (ECMA-376, 18.8.30). */
export function dateStyles(xml: string): boolean[] {
  const own = new Map<number, boolean>();
  const styles: boolean[] = [];
  let inCells = false;
  walk(
    xml,
    (name, attributes) => {
      if (name === "numFmt") own.set(Number(attributes["numFmtId"]), isDateFormat(attributes["formatCode"] ?? ""));
      if (name === "cellXfs") inCells = true;
      if (name !== "xf" || !inCells) return;
      const format = Number(attributes["numFmtId"] ?? 0);
      styles.push(own.get(format) ?? ((format >= 14 && format <= 17) || format === 22));
    },
    (name) => {
      if (name === "cellXfs") inCells = false;
    },
  );
  return styles;
}

function isDateFormat(code: string): boolean {
  return (
    /[dmy]/i.test(code.replace(/"[^"]*"|\\.|\[[^\]]*\]/g, "").replace(/general/i, "")) && !/[0#?]/.test(code.replace(/"[^"]*"|\\./g, ""))
  );
}

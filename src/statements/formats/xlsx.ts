import type { StatementSink } from "../reader.ts";
import type { Said } from "../said.ts";
import type { StatementLimits } from "./limits.ts";
import { hasSavedProfile } from "./table/fitting.ts";
import { inferProfile, profileOf } from "./table/profile.ts";
import { tellTable } from "./table/tell.ts";
import { readWorkbook, type Sheet, WorkbookError } from "./xlsx/workbook.ts";

/**
 * Reader of Excel workbooks (XLSX, ECMA-376): the first visible sheet that is a table of entries is read as a bank's table; other
 * such sheets are named. A workbook is a zip archive and is held whole.
 * @returns false when the archive is no workbook: then nothing was told
 */
export function tellWorkbook(sink: StatementSink, bytes: Uint8Array, limits: StatementLimits, said: Said = {}): boolean {
  const refuse = (code: string, message: string) => sink.problem({ severity: "refusal", code, message, line: null });
  let sheets: Sheet[] | null;
  try {
    sheets = readWorkbook(bytes, limits.table, limits.rows);
  } catch (error) {
    if (!(error instanceof WorkbookError)) throw error;
    refuse(/more than/.test(error.message) ? "LIMIT" : "SYNTAX", error.message);
    return true;
  }
  if (sheets === null) return false;
  const tables = sheets.filter((sheet) => isRead(sheet, said));
  const [
    first = said.asTable === true && said.choices?.sheet === undefined ? sheets.find(({ rows }) => rows.length > 0) : undefined,
    ...more
  ] = tables;
  if (first === undefined) {
    const wanted = said.choices?.sheet;
    if (wanted !== undefined && !sheets.some(({ name }) => name === wanted))
      refuse("PROFILE_MISMATCH", `the workbook has no sheet "${wanted}", which was chosen: it has ${quoted(sheets)}`);
    else
      refuse(
        "FORMAT_UNKNOWN",
        "no sheet of the workbook has columns of days and amounts: expected a header such as Date, Text, Amount, Balance",
      );
    return true;
  }
  const names = sheets.map(({ name }) => name);
  tellTable(sink, { format: "xlsx", rows: first.rows, delimiter: null, sheet: first.name, sheets: names }, said);
  if (more.length > 0) {
    const message = `the sheet "${first.name}" was read; ${quoted(more)} may hold entries, too: put each into a workbook of its own`;
    sink.problem({ severity: "warning", code: "SHEET_SKIPPED", message, line: null });
  }
  return true;
}

/** A sheet that was chosen, or else looks like a table of entries or has the header of a saved profile. */
function isRead(sheet: Sheet, said: Said): boolean {
  const { choices } = said;
  if (choices?.sheet !== undefined) return choices.sheet === sheet.name;
  if (choices?.columns !== undefined || choices?.headerLine !== undefined) return !("code" in profileOf(sheet.rows, choices));
  return hasSavedProfile(sheet.rows, said) || inferProfile(sheet.rows) !== null;
}

function quoted(sheets: readonly Sheet[]): string {
  return sheets.map(({ name }) => `"${name}"`).join(", ");
}

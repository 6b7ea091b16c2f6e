import type { StatementSink } from "../reader.ts";
import type { StatementLimits } from "./limits.ts";
import { inferProfile } from "./table/profile.ts";
import { tellProfiled } from "./table/tell.ts";
import { readWorkbook, type Sheet, WorkbookError } from "./xlsx/workbook.ts";

/**
 * Reader of Excel workbooks (XLSX, ECMA-376): the first visible sheet that is a table of entries is read as a bank's table; other
 * such sheets are named. A workbook is a zip archive and is held whole.
 * @returns false when the archive is no workbook: then nothing was told
 */
export function tellWorkbook(sink: StatementSink, bytes: Uint8Array, limits: StatementLimits): boolean {
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
  const tables = sheets.flatMap((sheet) => {
    const profile = inferProfile(sheet.rows);
    return profile === null ? [] : [{ sheet, profile }];
  });
  const [first, ...more] = tables;
  if (first === undefined) {
    refuse(
      "FORMAT_UNKNOWN",
      "no sheet of the workbook has columns of days and amounts: expected a header such as Date, Text, Amount, Balance",
    );
    return true;
  }
  tellProfiled(sink, "xlsx", "XLSX", first.sheet.rows, first.profile);
  const names = more.map(({ sheet }) => `"${sheet.name}"`).join(", ");
  if (names !== "") {
    const message = `the sheet "${first.sheet.name}" was read; ${names} may hold entries, too: put each into a workbook of its own`;
    sink.problem({ severity: "warning", code: "SHEET_SKIPPED", message, line: null });
  }
  return true;
}

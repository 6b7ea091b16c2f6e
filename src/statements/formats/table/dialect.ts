import { parse } from "csv-parse/sync";
import { tableDelimiters } from "./choices.ts";

/** A row with the line it begins on, 1-based. */
export interface TableRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Cuts a text into rows. Unless it is chosen, the delimiter is the one by which most rows of the beginning have equally many cells, at least two.
 * @returns null when no delimiter makes a table
 */
export function tableRows(text: string, chosen?: string): { readonly rows: TableRow[]; readonly delimiter: string } | null {
  const plain = text.replaceAll("\0", "");
  if (chosen !== undefined) return { rows: rowsOf(plain, chosen), delimiter: chosen };
  const head = plain.slice(0, 32_768);
  let best: { delimiter: string; score: number } | null = null;
  for (const delimiter of tableDelimiters) {
    const score = evenness(rowsOf(head, delimiter));
    if (score > (best?.score ?? 0)) best = { delimiter, score };
  }
  return best === null ? null : { rows: rowsOf(plain, best.delimiter), delimiter: best.delimiter };
}

/** How many rows share the commonest width, weighted by that width. */
function evenness(rows: readonly TableRow[]): number {
  const widths = new Map<number, number>();
  for (const { cells } of rows) if (cells.length > 1) widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
  let best = 0;
  for (const [width, count] of widths) best = Math.max(best, count * Math.min(width, 6));
  return best;
}

function rowsOf(text: string, delimiter: string): TableRow[] {
  const records: string[][] = [];
  const lines: number[] = [];
  const take = (relaxed: boolean) =>
    parse(text, {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      quote: relaxed ? null : '"',
      record_delimiter: ["\r\n", "\n", "\r"],
      on_record: (record: string[], context) => {
        records.push(record);
        lines.push(context.lines);
        return null;
      },
    });
  try {
    take(false);
  } catch {
    // A quote that is opened and never closed: then quotes are letters.
    records.length = 0;
    lines.length = 0;
    take(true);
  }
  return records.map((record, index) => ({
    line: (lines[index - 1] ?? 0) + 1,
    cells: record.map(plainCell),
  }));
}

/** Excel's ="01.07.2023" is 01.07.2023. */
function plainCell(cell: string): string {
  return cell.replace(/^="?([^"]*)"?$/, "$1").trim();
}

import type { StatementReader, StatementSink } from "../reader.ts";
import type { Said } from "../said.ts";
import { defaultLimits, type StatementLimits } from "./limits.ts";
import { tableRows } from "./table/dialect.ts";
import { tellTable } from "./table/tell.ts";

/**
 * Reader of the tables (CSV) that banks let one download, each in a form of its own: delimiter, header, decimal sign and order
 * of days are inferred from the whole file, which is therefore held until its end.
 */
export function createCsvReader(sink: StatementSink, limits: StatementLimits = defaultLimits, said: Said = {}): StatementReader {
  return new CsvReader(sink, limits, said);
}

class CsvReader implements StatementReader {
  private readonly sink: StatementSink;
  private readonly limits: StatementLimits;
  private readonly said: Said;
  private readonly parts: string[] = [];
  private length = 0;
  private refused = false;

  constructor(sink: StatementSink, limits: StatementLimits, said: Said) {
    this.sink = sink;
    this.limits = limits;
    this.said = said;
  }

  write(text: string): void {
    if (this.refused) return;
    this.length += text.length;
    if (this.length > this.limits.table) {
      this.refuse("LIMIT", `the table is longer than ${this.limits.table} characters`);
      return;
    }
    this.parts.push(text);
  }

  end(): void {
    if (this.refused) return;
    const table = tableRows(this.parts.join(""), this.said.choices?.delimiter);
    if (table === null) this.refuse("FORMAT_UNKNOWN", "the file is no table: expected columns divided by ; , tab or |");
    else if (table.rows.length > this.limits.rows) this.refuse("LIMIT", `the table has more than ${this.limits.rows} rows`);
    else tellTable(this.sink, { format: "csv", ...table, sheet: null, sheets: [] }, this.said);
  }

  private refuse(code: string, message: string): void {
    this.refused = true;
    this.sink.problem({ severity: "refusal", code, message, line: null });
  }
}

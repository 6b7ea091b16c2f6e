import type { DeclaredTotals, StatementBalance, StatementEntry, StatementFormat, StatementHeader, StatementProblem } from "./statement.ts";

/** Where a reader puts what it finds, in the order of the file. Called synchronously; the caller paces by chunk. */
export interface StatementSink {
  /** Once, as soon as format and variant (such as "camt.053.001.08") are certain. */
  file(format: StatementFormat, variant: string): void;
  openStatement(header: StatementHeader): void;
  balance(balance: StatementBalance): void;
  entry(entry: StatementEntry): void;
  declared(totals: DeclaredTotals): void;
  closeStatement(end: { readonly line: number; readonly lastPage: boolean | null }): void;
  problem(problem: StatementProblem): void;
}

/**
 * A streaming reader of one format: text in chunks of any size in, calls on the sink out. After a `refusal` it stays
 * silent. It holds at most one entry (and its batch) in memory.
 */
export interface StatementReader {
  write(text: string): void;
  end(): void;
}

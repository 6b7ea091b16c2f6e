import type { StatementSink } from "./reader.ts";
import type { StatementFormat, StatementProblem } from "./statement.ts";

/** Passes everything on and remembers format and refusal; after a refusal it lets nothing through. */
export class WatchedSink implements StatementSink {
  private readonly sink: StatementSink;
  format: StatementFormat | null = null;
  variant: string | null = null;
  refused = false;
  /** The member of an archive that is read, said with each of its problems. */
  member: string | null = null;

  constructor(sink: StatementSink) {
    this.sink = sink;
  }

  file(format: StatementFormat, variant: string): void {
    this.format = format;
    this.variant = variant;
    this.sink.file(format, variant);
  }

  openStatement(...header: Parameters<StatementSink["openStatement"]>): void {
    if (!this.refused) this.sink.openStatement(...header);
  }

  balance(...balance: Parameters<StatementSink["balance"]>): void {
    if (!this.refused) this.sink.balance(...balance);
  }

  entry(...entry: Parameters<StatementSink["entry"]>): void {
    if (!this.refused) this.sink.entry(...entry);
  }

  declared(...totals: Parameters<StatementSink["declared"]>): void {
    if (!this.refused) this.sink.declared(...totals);
  }

  closeStatement(...end: Parameters<StatementSink["closeStatement"]>): void {
    if (!this.refused) this.sink.closeStatement(...end);
  }

  problem(problem: StatementProblem): void {
    if (this.refused) return;
    this.refused = problem.severity === "refusal";
    this.sink.problem(this.member === null ? problem : { ...problem, message: `${this.member}: ${problem.message}` });
  }

  refuse(code: string, message: string, line: number | null = null): void {
    this.problem({ severity: "refusal", code, message, line });
  }
}

import { defaultLimits, type StatementLimits } from "./formats/limits.ts";
import type { StatementSink } from "./reader.ts";
import type { StatementEntry, StatementFormat, StatementProblem } from "./statement.ts";

/**
 * Passes everything on and remembers format and refusal; after a refusal it lets nothing through. What a delivery may hold is counted
 * here, for all formats alike.
 */
export class WatchedSink implements StatementSink {
  private readonly sink: StatementSink;
  private readonly limits: StatementLimits;
  private statements = 0;
  private balances = 0;
  private entries = 0;
  format: StatementFormat | null = null;
  variant: string | null = null;
  refused = false;
  /** The member of an archive that is read, said with each of its problems. */
  member: string | null = null;

  constructor(sink: StatementSink, limits: StatementLimits = defaultLimits) {
    this.sink = sink;
    this.limits = limits;
  }

  file(format: StatementFormat, variant: string): void {
    this.format = format;
    this.variant = variant;
    this.sink.file(format, variant);
  }

  openStatement(...header: Parameters<StatementSink["openStatement"]>): void {
    this.balances = 0;
    this.statements += 1;
    if (this.statements > this.limits.statements) this.refuse("LIMIT", `the delivery has more than ${this.limits.statements} statements`);
    if (!this.refused) this.sink.openStatement(...header);
  }

  balance(...balance: Parameters<StatementSink["balance"]>): void {
    this.balances += 1;
    if (this.balances > this.limits.balances) this.refuse("LIMIT", `a statement has more than ${this.limits.balances} balances`);
    if (!this.refused) this.sink.balance(...balance);
  }

  entry(entry: StatementEntry): void {
    this.entries += 1;
    if (this.entries > this.limits.entries) this.refuse("LIMIT", `the delivery has more than ${this.limits.entries} entries`, entry.line);
    else if (entry.details.length > this.limits.details)
      this.refuse("LIMIT", `an entry lists more than ${this.limits.details} transactions`, entry.line);
    if (!this.refused) this.sink.entry(entry);
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

import type { StatementSink } from "../reader.ts";
import { defaultLimits, type StatementLimits } from "./limits.ts";
import { Warnings } from "./warnings.ts";

/** What readers share: a sink, limits, warnings that are told once, and one refusal, after which they stay silent. */
export abstract class RefusingReader {
  protected readonly sink: StatementSink;
  protected readonly limits: StatementLimits;
  protected readonly warnings = new Warnings();
  protected refused = false;

  constructor(sink: StatementSink, limits: StatementLimits = defaultLimits) {
    this.sink = sink;
    this.limits = limits;
  }

  protected refuse(code: string, message: string, line: number | null): void {
    if (this.refused) return;
    this.refused = true;
    this.warnings.tell(this.sink);
    this.sink.problem({ severity: "refusal", code, message, line });
  }
}

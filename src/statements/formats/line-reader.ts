import type { StatementReader, StatementSink } from "../reader.ts";
import { defaultLimits, type StatementLimits } from "./limits.ts";
import { LineSplitter } from "./lines.ts";
import { Warnings } from "./warnings.ts";

/** What readers of line formats share: lines out of chunks, limits, and silence after a refusal. */
export abstract class LineReader implements StatementReader {
  protected readonly sink: StatementSink;
  protected readonly limits: StatementLimits;
  protected readonly warnings = new Warnings();
  protected refused = false;
  /** The line in hand, 1-based. */
  protected at = 0;
  private readonly splitter = new LineSplitter();
  private readonly take = (text: string, line: number) => {
    if (this.refused) return;
    this.at = line;
    this.line(text, line);
  };

  constructor(sink: StatementSink, limits: StatementLimits = defaultLimits) {
    this.sink = sink;
    this.limits = limits;
  }

  write(text: string): void {
    if (this.refused) return;
    if (!this.splitter.write(text, this.limits.text, this.take))
      this.refuse("LIMIT", `a line is longer than ${this.limits.text} characters`, this.at + 1);
  }

  end(): void {
    if (!this.refused) this.splitter.end(this.take);
    if (!this.refused) this.finish();
    if (!this.refused) this.warnings.tell(this.sink);
  }

  protected abstract line(text: string, line: number): void;

  /** The file has ended: whatever is still open is told or refused. */
  protected abstract finish(): void;

  protected refuse(code: string, message: string, line: number | null = this.at): void {
    if (this.refused) return;
    this.refused = true;
    this.warnings.tell(this.sink);
    this.sink.problem({ severity: "refusal", code, message, line });
  }
}

import type { StatementReader } from "../reader.ts";
import { LineSplitter } from "./lines.ts";
import { RefusingReader } from "./refusing-reader.ts";

/** What readers of line formats share: lines out of chunks, within limits. */
export abstract class LineReader extends RefusingReader implements StatementReader {
  /** The line in hand, 1-based. */
  protected at = 0;
  private readonly splitter = new LineSplitter();
  private readonly takeLine = (text: string, line: number) => {
    if (this.refused) return;
    this.at = line;
    // However the file is cut into chunks: only the line in progress is seen by the splitter.
    if (text.length > this.limits.text) this.refuse("LIMIT", `a line is longer than ${this.limits.text} characters`, line);
    else this.line(text, line);
  };

  write(text: string): void {
    if (this.refused) return;
    if (!this.splitter.write(text, this.limits.text, this.takeLine))
      this.refuse("LIMIT", `a line is longer than ${this.limits.text} characters`, null);
  }

  end(): void {
    if (!this.refused) this.splitter.end(this.takeLine);
    if (!this.refused) this.finish();
    if (!this.refused) this.warnings.tell(this.sink);
  }

  protected abstract line(text: string, line: number): void;

  /** The file has ended: whatever is still open is told or refused. */
  protected abstract finish(): void;
}

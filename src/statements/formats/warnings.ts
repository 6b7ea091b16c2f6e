import type { StatementSink } from "../reader.ts";

/** The same oddity in each of a million entries is one warning with a count, told when the file ends. */
export class Warnings {
  private readonly seen = new Map<string, { message: string; line: number | null; count: number }>();

  note(code: string, message: string, line: number | null): void {
    const before = this.seen.get(code);
    if (before === undefined) this.seen.set(code, { message, line, count: 1 });
    else before.count += 1;
  }

  tell(sink: StatementSink): void {
    for (const [code, { message, line, count }] of this.seen)
      sink.problem({ severity: "warning", code, message: count === 1 ? message : `${message} (${count} times, first here)`, line });
    this.seen.clear();
  }
}

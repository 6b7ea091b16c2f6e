import { counted, tableText } from "../terminal/output.ts";
import type { ReadOutcome } from "./read.ts";
import type { StatementHeader, StatementProblem } from "./statement.ts";
import type { StatementArithmetic, VerifiedSink } from "./verify.ts";

/** Rows and problems beyond these are counted: the table is for eyes, --json for programs. */
const shownStatements = 200;
const shownProblems = 50;

/** What a file says, as a table for a person. Keeps a row a statement, never its entries. */
export class TableReport implements VerifiedSink {
  private readonly name: string;
  private readonly rows: string[][] = [];
  private readonly problems: StatementProblem[] = [];
  private header: StatementHeader | null = null;
  private statements = 0;
  private entries = 0;
  private told = 0;

  constructor(name: string) {
    this.name = name;
  }

  file(): void {}

  openStatement(header: StatementHeader): void {
    this.header = header;
  }

  balance(): void {}

  entry(): void {}

  declared(): void {}

  verified(sums: StatementArithmetic): void {
    this.statements += 1;
    this.entries += sums.entries;
    if (this.rows.length < shownStatements && this.header !== null) this.rows.push(rowOf(this.header, sums));
  }

  closeStatement(): void {}

  problem(problem: StatementProblem): void {
    this.told += 1;
    if (this.problems.length < shownProblems || problem.severity === "refusal") this.problems.push(problem);
  }

  text(outcome: ReadOutcome): string {
    const kind = outcome.variant ?? "no statement format";
    const head = outcome.accepted
      ? `${this.name}: ${kind}, ${counted(this.statements, "statement")}, ${counted(this.entries, "entry", "entries")}`
      : `${this.name}: refused${outcome.variant === null ? "" : ` (${kind})`}`;
    const lines = [head];
    if (outcome.accepted && this.rows.length > 0) lines.push("", indented(tableText(columns, this.rows)));
    if (outcome.accepted && this.statements > this.rows.length)
      lines.push(`  … and ${this.statements - this.rows.length} more (--json lists all)`);
    if (this.problems.length > 0) lines.push("", ...this.problems.map(problemText));
    if (this.told > this.problems.length) lines.push(`  … and ${this.told - this.problems.length} more problems`);
    return `${lines.join("\n")}\n`;
  }
}

const columns = [
  { title: "account" },
  { title: "kind" },
  { title: "closing day" },
  { title: "entries", align: "right" },
  { title: "opening", align: "right" },
  { title: "credits", align: "right" },
  { title: "debits", align: "right" },
  { title: "closing", align: "right" },
  { title: "" },
  { title: "adds up" },
] as const;

function rowOf(header: StatementHeader, sums: StatementArithmetic): string[] {
  return [
    header.account.id === "" ? "-" : header.account.id,
    header.kind,
    sums.closing?.date ?? sums.lastDay ?? "-",
    String(sums.entries),
    sums.opening?.amount ?? "-",
    sums.credits,
    sums.debits,
    sums.closing?.amount ?? "-",
    sums.currency ?? "",
    sums.balanced === null ? "-" : sums.balanced ? "yes" : "NO",
  ];
}

const words = { refusal: "refused", break: "break", warning: "warning" } as const;

function problemText({ severity, code, message, line }: StatementProblem): string {
  return `  ${words[severity]} ${code}${line === null ? "" : `, line ${line}`}: ${message}`;
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}

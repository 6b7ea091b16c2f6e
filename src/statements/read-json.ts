import type { ReadOutcome } from "./read.ts";
import type { StatementBalance, StatementEntry, StatementHeader, StatementProblem } from "./statement.ts";
import type { StatementArithmetic, VerifiedSink } from "./verify.ts";

/** Problems beyond this many in one file are counted, not listed: a file may break at each of its statements. */
const listedProblems = 1000;

/**
 * Writes what a file says as one JSON object, piece by piece, so that a file of any size needs no more memory than its
 * largest entry. What is known last stands last: sums behind entries, problems and `accepted` behind statements.
 */
export class JsonReport implements VerifiedSink {
  private pieces: string[] = [];
  private readonly problems: StatementProblem[] = [];
  private unlisted = 0;
  private stated = false;
  private statements = 0;
  private entries = 0;
  private open = false;
  private sums: StatementArithmetic | null = null;

  constructor(file: string) {
    this.pieces.push(`{"file":${JSON.stringify(file)}`);
  }

  /** What there is to write since the last call. */
  take(): string {
    const text = this.pieces.join("");
    this.pieces = [];
    return text;
  }

  file(format: string, variant: string): void {
    this.state(format, variant);
  }

  openStatement(header: StatementHeader): void {
    const { account, id, sequence, page } = header;
    this.pieces.push(
      `${this.statements === 0 ? "" : ","}\n {"account":${JSON.stringify(account.id === "" ? null : account.id)},"kind":"${header.kind}",${members({ id, sequence, page })},"entries":[`,
    );
    this.statements += 1;
    this.entries = 0;
    this.open = true;
  }

  balance(_balance: StatementBalance): void {}

  declared(): void {}

  entry(entry: StatementEntry): void {
    this.pieces.push(`${this.entries === 0 ? "" : ","}\n  ${entryJson(entry)}`);
    this.entries += 1;
  }

  verified(sums: StatementArithmetic): void {
    this.sums = sums;
  }

  closeStatement(): void {
    const { sums } = this;
    this.sums = null;
    this.open = false;
    this.pieces.push(
      `],${members({
        currency: known(sums?.currency ?? null),
        opening: sums?.opening?.amount ?? null,
        openingDate: sums?.opening?.date ?? null,
        closing: sums?.closing?.amount ?? null,
        closingDate: sums?.closing?.date ?? null,
        credits: sums?.credits ?? null,
        debits: sums?.debits ?? null,
        balanced: sums?.balanced ?? null,
      })}}`,
    );
  }

  problem(problem: StatementProblem): void {
    if (this.problems.length < listedProblems || problem.severity === "refusal") this.problems.push(problem);
    else this.unlisted += 1;
  }

  end(outcome: ReadOutcome): void {
    // A refusal leaves the statement it came in unfinished: its sums would be of a part.
    if (this.open) this.closeStatement();
    this.state(outcome.format, outcome.variant);
    if (this.unlisted > 0)
      this.problems.push({
        severity: "warning",
        code: "MORE_PROBLEMS",
        message: `${this.unlisted} more problems are not listed`,
        line: null,
      });
    const problems = this.problems.map(({ severity, code, message, line }) => ({ severity, code, message, line }));
    this.pieces.push(`],"problems":${JSON.stringify(problems)},${members({ encoding: outcome.encoding, accepted: outcome.accepted })}}`);
  }

  private state(format: string | null, variant: string | null): void {
    if (this.stated) return;
    this.stated = true;
    this.pieces.push(`,${members({ format, variant })},"statements":[`);
  }
}

function entryJson(entry: StatementEntry): string {
  const { bookingDate, valueDate, amount, currency, status, reversal, reference, bankReference, transactionCode } = entry;
  return JSON.stringify({
    bookingDate,
    valueDate,
    amount,
    currency: known(currency),
    status,
    reversal,
    reference,
    bankReference,
    transactionCode,
    endToEndId: entry.endToEndId,
    mandateId: entry.mandateId,
    counterparty: entry.counterparty,
    text: entry.text,
    structuredReference: entry.structuredReference,
    details: entry.details,
    batchCount: entry.batchCount,
    line: entry.line,
  });
}

/** Members of an object without its braces. */
function members(values: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(values).slice(1, -1);
}

/** XXX is ISO 4217's "no currency": the file did not say. */
function known(currency: string | null): string | null {
  return currency === "XXX" ? null : currency;
}

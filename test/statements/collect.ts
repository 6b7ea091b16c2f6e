import { readStatements } from "../../src/statements/read.ts";
import type {
  DeclaredTotals,
  StatementBalance,
  StatementEntry,
  StatementFormat,
  StatementHeader,
  StatementProblem,
} from "../../src/statements/statement.ts";
import { type StatementArithmetic, verifyStatements } from "../../src/statements/verify.ts";

export interface CollectedStatement {
  header: StatementHeader;
  balances: StatementBalance[];
  entries: StatementEntry[];
  declared: DeclaredTotals[];
  sums: StatementArithmetic | null;
  closedAt: number | null;
  lastPage: boolean | null;
}

export interface Collected {
  accepted: boolean;
  format: StatementFormat | null;
  variant: string | null;
  encoding: string;
  statements: CollectedStatement[];
  problems: StatementProblem[];
}

/** Reads a file given as text or bytes, in chunks of the given size, and keeps all that the sink was told. */
export async function collect(file: string | Uint8Array, chunk = 65_536): Promise<Collected> {
  const bytes = typeof file === "string" ? Buffer.from(file) : Buffer.from(file);
  return collectChunks(chunksOf(bytes, chunk));
}

export async function collectChunks(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Collected> {
  const statements: CollectedStatement[] = [];
  const problems: StatementProblem[] = [];
  const current = () => {
    const last = statements.at(-1);
    if (last === undefined || last.closedAt !== null) throw new Error("the reader speaks outside of a statement");
    return last;
  };
  const check = verifyStatements({
    file: () => {},
    openStatement: (header) => {
      if (statements.length > 0 && statements.at(-1)?.closedAt === null) throw new Error("a statement opens inside another");
      statements.push({ header, balances: [], entries: [], declared: [], sums: null, closedAt: null, lastPage: null });
    },
    balance: (balance) => current().balances.push(balance),
    entry: (entry) => current().entries.push(entry),
    declared: (totals) => current().declared.push(totals),
    verified: (sums) => {
      current().sums = sums;
    },
    closeStatement: (end) => {
      const open = current();
      open.closedAt = end.line;
      open.lastPage = end.lastPage;
    },
    problem: (problem) => problems.push(problem),
  });
  const outcome = await readStatements(chunks, check);
  check.finish();
  return {
    accepted: outcome.accepted,
    format: outcome.format,
    variant: outcome.variant,
    encoding: outcome.encoding,
    statements,
    problems,
  };
}

export function codes(collected: Collected): string[] {
  return collected.problems.map((problem) => problem.code);
}

function* chunksOf(bytes: Buffer, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

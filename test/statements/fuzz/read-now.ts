import { StatementFeed } from "../../../src/statements/read.ts";
import type { StatementProblem } from "../../../src/statements/statement.ts";
import { StatementVerification } from "../../../src/statements/verify.ts";

/** What a file says, in few words: enough to tell two readings apart. */
export interface Reading {
  readonly accepted: boolean;
  readonly format: string | null;
  readonly statements: readonly {
    readonly account: string;
    readonly opening: string | null;
    readonly closing: string | null;
    readonly balanced: boolean | null;
    readonly entries: readonly string[];
    readonly amounts: readonly string[];
  }[];
  readonly problems: readonly StatementProblem[];
}

/** Reads bytes, cut at the given places. After a refusal only the refusal counts. */
export function readNow(bytes: Uint8Array, cuts: readonly number[] = []): Reading {
  type Open = {
    account: string;
    opening: string | null;
    closing: string | null;
    balanced: boolean | null;
    entries: string[];
    amounts: string[];
  };
  const statements: Open[] = [];
  const problems: StatementProblem[] = [];
  const last = () => statements.at(-1) as Open;
  const check = new StatementVerification({
    file: () => {},
    openStatement: ({ account }) =>
      statements.push({ account: account.id, opening: null, closing: null, balanced: null, entries: [], amounts: [] }),
    balance: () => {},
    entry: (entry) => {
      last().amounts.push(entry.amount);
      const { bookingDate, valueDate, amount, currency, status, text, reference, details } = entry;
      last().entries.push(JSON.stringify([bookingDate, valueDate, amount, currency, status, text, reference, details.length]));
    },
    declared: () => {},
    verified: (sums) =>
      Object.assign(last(), { opening: sums.opening?.amount ?? null, closing: sums.closing?.amount ?? null, balanced: sums.balanced }),
    closeStatement: () => {},
    problem: (problem) => problems.push(problem),
  });
  const feed = new StatementFeed(check);
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    feed.write(bytes.subarray(from, cut));
    from = Math.max(from, cut);
  }
  feed.write(bytes.subarray(from));
  const outcome = feed.end();
  if (outcome.accepted) check.finish();
  const refusal = problems.filter(({ severity }) => severity === "refusal");
  return outcome.accepted
    ? { accepted: true, format: outcome.format, statements, problems }
    : { accepted: false, format: outcome.format, statements: [], problems: refusal };
}

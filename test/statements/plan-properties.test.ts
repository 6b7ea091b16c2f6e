import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { currencyExponent } from "../../src/money/currencies.ts";
import { exactMinor } from "../../src/statements/posting/exact-minor.ts";
import type { StatementDraft } from "../../src/statements/posting/intake.ts";
import type { KnownDayRow } from "../../src/statements/posting/known-queries.ts";
import { type Candidate, daysOf, type Planned, plan } from "../../src/statements/posting/plan.ts";
import type { NewStatementDay } from "../../src/statements/posting/queries.ts";
import type { StagedDay } from "../../src/statements/posting/staged-queries.ts";
import type { StatementTerms } from "../../src/statements/posting/terms.ts";
import { type ChainLink, chain, type SeenNumber } from "../../src/statements/sealing/chain.ts";
import type { Day } from "../../src/time/day.ts";
import { testSeed } from "../helpers/seed.ts";
import { expectedClosings, expectedEntries, isQuiet, type Telling, type ToldAccount, toldHistories } from "../helpers/told-histories.ts";

// The decisions of an import without a database: as many histories as a minute holds. import-properties.pg.test.ts runs the same
// through PostgreSQL.
describe("what is news of a statement, decided day by day", () => {
  test("whatever the order, mix and repetition: nothing lost, nothing doubled, no false seal", () => {
    fc.assert(
      fc.property(toldHistories, ({ accounts, tellings }) => {
        for (const account of accounts) {
          const ledger = new Ledger(account);
          for (const telling of tellings.filter(({ statement }) => isOf(account, statement))) ledger.take(telling);
          expect(ledger.entries()).toEqual(expectedEntries(account));
          expect(ledger.closings().filter((closing) => !isQuiet(account, closing))).toEqual(expectedClosings(account));
        }
      }),
      { numRuns: Number(process.env["APG_TEST_RUNS"] ?? 3000), seed: testSeed("plan-properties"), interruptAfterTimeLimit: 100_000 },
    );
  }, 120_000);
});

function isOf(account: ToldAccount, statement: { readonly account?: string; readonly currency?: string }): boolean {
  return statement.account === account.account && statement.currency === account.currency;
}

interface Posted {
  readonly candidate: Candidate;
  readonly day: NewStatementDay;
  readonly entries: readonly Line[];
}

interface Line {
  readonly day: Day;
  readonly minor: bigint;
  readonly text: string;
}

/** What the tables hold of one account, and nothing else. */
class Ledger {
  readonly #account: ToldAccount;
  readonly #numbers: SeenNumber[] = [];
  #posted: Posted[] = [];
  #statements = 0;

  constructor(account: ToldAccount) {
    this.#account = account;
  }

  take({ kind, statement }: Telling): void {
    if (kind === "camt052") return;
    const id = `s${++this.#statements}`;
    const format = kind === "mt940" ? "mt940" : "camt.053";
    const exponent = currencyExponent(this.#account.currency) as number;
    const minor = (text: string) => exactMinor(text, exponent) as bigint;
    const lines = statement.entries.map((entry): Line => {
      const day = (entry.day ?? statement.day) as Day;
      return { day, minor: minor(entry.amount), text: `${day} ${entry.valueDay ?? day} ${minor(entry.amount)}` };
    });
    const terms = termsOf(statement, lines, minor);
    const candidate = { statementId: id, accountId: "a", format, terms, days: daysOf(id, "a", terms, stagedOf(lines)) };
    const amountsOf = ({ statementId, day }: { statementId: string; day: Day }) =>
      counted(statementId === id ? lines.filter((line) => line.day === day) : this.#lines(statementId, day));
    const { planned, replaced } = plan([candidate], this.#known(), new Map(), amountsOf);
    for (const gone of replaced)
      this.#posted = this.#posted.filter((one) => !(one.candidate.statementId === gone.statementId && one.day.day === gone.day));
    for (const day of (planned[0] as Planned).posted)
      this.#posted.push({ candidate, day, entries: lines.filter((line) => line.day === day.day) });
    const { periodFrom, periodTo } = terms;
    if (statement.sequence !== undefined) this.#numbers.push({ format, sequence: statement.sequence, periodFrom, periodTo });
  }

  entries(): string[] {
    return this.#posted.flatMap(({ entries }) => entries.map(({ text }) => text)).sort();
  }

  closings(): string[] {
    const links = this.#posted.filter(({ day }) => day.closing !== null).map(linkOf);
    const account = { lastFour: this.#account.account.slice(-4), currency: this.#account.currency, sequenceChecked: true };
    return chain({ ...account, numbersSeen: this.#numbers }, links, null).map(
      ({ day, state, closing }) => `${day} ${state === "sealed" ? "sealed" : "not"} ${closing}`,
    );
  }

  #lines(statementId: string, day: Day): readonly Line[] {
    return this.#posted.find((one) => one.candidate.statementId === statementId && one.day.day === day)?.entries ?? [];
  }

  #known(): KnownDayRow[] {
    return this.#posted.map(({ candidate, day }) => ({
      statement_id: candidate.statementId,
      account_id: "a",
      day: day.day,
      state: day.state as KnownDayRow["state"],
      opening: day.opening?.toString() ?? null,
      closing: day.closing?.toString() ?? null,
      net: day.net.toString(),
      entries: day.entries,
      amounts_hash: day.amountsHash,
      format: candidate.format,
      sequence: candidate.terms.draft.header.sequence?.toString() ?? null,
      page: null,
      reckoned: !(day.firstDay && day.lastDay),
      created_at: null,
      opening_stated: candidate.terms.opening !== null,
    }));
  }
}

function termsOf(statement: Telling["statement"], lines: readonly Line[], minor: (text: string) => bigint): StatementTerms {
  const credits = lines.reduce((sum, line) => (line.minor > 0n ? sum + line.minor : sum), 0n);
  const debits = lines.reduce((sum, line) => (line.minor < 0n ? sum - line.minor : sum), 0n);
  const opening = statement.opening === undefined ? null : minor(statement.opening);
  const closing = statement.closing === undefined ? null : minor(statement.closing);
  const days = lines.map(({ day }) => day).sort();
  const draft = {
    ordinal: 1,
    header: { kind: "statement", sequence: statement.sequence ?? null, page: null },
    entries: lines.length,
    credits,
    debits,
    firstDay: days[0] ?? null,
    lastDay: days[days.length - 1] ?? null,
  } as unknown as StatementDraft;
  return {
    draft,
    currency: statement.currency as string,
    periodFrom: (statement.from ?? statement.day) as Day,
    periodTo: statement.day as Day,
    opening,
    closing,
    status: closing === null ? "unproven" : (opening as bigint) + credits - debits === closing ? "verified" : "break",
    balances: [],
  };
}

function stagedOf(lines: readonly Line[]): StagedDay[] {
  const days = [...new Set(lines.map(({ day }) => day))].sort();
  return days.map((day) => {
    const ofDay = lines.filter((line) => line.day === day);
    const total = (sign: 1 | -1) => ofDay.reduce((sum, { minor }) => (Math.sign(Number(minor)) === sign ? sum + minor : sum), 0n);
    const sorted = (values: readonly string[]) => hash([...values].sort().join(","));
    return {
      stmt: 1,
      day,
      net: (total(1) + total(-1)).toString(),
      pending: "0",
      credits: total(1).toString(),
      debits: (-total(-1)).toString(),
      entries: ofDay.length,
      amounts_hash: sorted(ofDay.map(({ minor }) => minor.toString())),
      entries_hash: sorted(ofDay.map(({ text }) => text)),
    };
  });
}

function linkOf({ candidate, day }: Posted): ChainLink {
  const { terms } = candidate;
  return {
    statementId: candidate.statementId,
    day: day.day,
    periodFrom: terms.periodFrom,
    periodTo: terms.periodTo,
    opening: day.opening as bigint,
    openingStated: terms.opening !== null || !day.firstDay,
    closing: day.closing as bigint,
    credits: day.credits,
    debits: day.debits,
    entries: day.entries,
    entriesHash: day.entriesHash,
    format: candidate.format,
    sequence: terms.draft.header.sequence,
    page: null,
    lastPage: null,
    firstDay: day.firstDay,
    lastDay: day.lastDay,
    broken: terms.status === "break",
  };
}

function counted(lines: readonly Line[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { minor } of lines) counts.set(minor.toString(), (counts.get(minor.toString()) ?? 0) + 1);
  return counts;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

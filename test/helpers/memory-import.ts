import { createHash } from "node:crypto";
import { currencyExponent } from "../../src/money/currencies.ts";
import type { HeldAccount } from "../../src/operations/simulate/held.ts";
import { exactMinor } from "../../src/statements/posting/exact-minor.ts";
import type { StatementDraft } from "../../src/statements/posting/intake.ts";
import type { KnownDayRow } from "../../src/statements/posting/known-queries.ts";
import { type Candidate, daysOf, plan } from "../../src/statements/posting/plan.ts";
import type { NewStatementDay } from "../../src/statements/posting/queries.ts";
import type { StagedDay } from "../../src/statements/posting/staged-queries.ts";
import { type StatementTerms, termsOf } from "../../src/statements/posting/terms.ts";
import { readStatements } from "../../src/statements/read.ts";
import { type ChainLink, chain, type SeenNumber } from "../../src/statements/sealing/chain.ts";
import type { StatementBalance, StatementEntry, StatementHeader, StatementProblem } from "../../src/statements/statement.ts";
import type { Day } from "../../src/time/day.ts";

/**
 * An import whose tables are arrays: real readers, real terms, real plan, real chain, so that thousands of account-days fit into a
 * second. Batches, twins across statements and SQL are what it leaves to the tests with a database.
 */
export class MemoryImport {
  readonly #accounts = new Map<string, MemoryAccount>();
  #statements = 0;

  /** @returns what became of each statement in the file */
  async take(bytes: Uint8Array): Promise<{ account: string; verdict: string }[]> {
    const read = await draftsOf(bytes);
    const outcomes: { account: string; verdict: string }[] = [];
    for (const { account, statements } of byAccount(read.statements)) {
      const known = this.#accounts.get(account) ?? new MemoryAccount();
      this.#accounts.set(account, known);
      const named = statements.map((one) => ({ ...one, id: `s${++this.#statements}` }));
      for (const verdict of known.take(read.format, named)) outcomes.push({ account, verdict });
    }
    return outcomes;
  }

  held(account: string): HeldAccount {
    return (this.#accounts.get(account) ?? new MemoryAccount()).held();
  }
}

interface Read {
  readonly draft: StatementDraft;
  readonly lines: readonly Line[];
}

interface Line {
  readonly day: Day;
  readonly valueDay: Day;
  readonly minor: bigint;
}

interface Posted {
  readonly candidate: Candidate;
  readonly day: NewStatementDay;
  readonly lines: readonly Line[];
}

class MemoryAccount {
  readonly #numbers: SeenNumber[] = [];
  readonly #openings = new Set<string>();
  #posted: Posted[] = [];

  take(format: string, statements: readonly (Read & { readonly id: string })[]): string[] {
    const read = statements.map(({ draft, lines, id }) => {
      const terms = termsOf(draft);
      if ("code" in terms) throw new Error(terms.message);
      const days = daysOf(id, "a", terms, stagedOf(lines, terms));
      return { candidate: { statementId: id, accountId: "a", format, terms, days } satisfies Candidate, lines };
    });
    const linesOf = (statementId: string, day: Day) => {
      const own = read.find(({ candidate }) => candidate.statementId === statementId);
      if (own !== undefined) return own.lines.filter((line) => ledgerDay(line, own.candidate.terms) === day);
      return this.#posted.find((one) => one.candidate.statementId === statementId && one.day.day === day)?.lines ?? [];
    };
    const candidates = read.map(({ candidate }) => candidate);
    const { planned, replaced } = plan(candidates, this.#known(), new Map(), ({ statementId, day }) => counted(linesOf(statementId, day)));
    for (const gone of replaced)
      this.#posted = this.#posted.filter((one) => !(one.candidate.statementId === gone.statementId && one.day.day === gone.day));
    for (const { candidate, posted } of planned) {
      const { header } = candidate.terms.draft;
      if (header.kind !== "statement") continue;
      for (const day of posted) this.#posted.push({ candidate, day, lines: linesOf(candidate.statementId, day.day) });
      const { periodFrom, periodTo } = candidate.terms;
      if ((header.sequence ?? 0) > 0) this.#numbers.push({ format, sequence: header.sequence as number, periodFrom, periodTo });
    }
    for (const { candidate, verdict } of planned)
      if (verdict === "duplicate") this.#openings.add(`${candidate.terms.periodTo} ${candidate.terms.opening}`);
    return planned.map(({ candidate, verdict }) => (candidate.terms.draft.header.kind === "report" ? "provisional" : verdict));
  }

  held(): HeldAccount {
    const entries = new Map<Day, string[]>();
    for (const { day, valueDay, minor } of this.#posted.flatMap(({ lines }) => lines))
      entries.set(day, [...(entries.get(day) ?? []), `${day} ${valueDay} ${minor}`]);
    const links = this.#posted.filter(({ day }) => day.closing !== null).map((one) => linkOf(one, this.#openings));
    const closings = chain({ lastFour: "0000", currency: "EUR", sequenceChecked: true, numbersSeen: this.#numbers }, links, null);
    return {
      entries,
      closings: new Map(closings.map(({ day, state, closing }) => [day, { state, closing: String(closing) }])),
      unsettled: [],
      flows: [...entries.values()].flat(),
    };
  }

  #known(): KnownDayRow[] {
    return this.#posted.map(({ candidate: { statementId, format, terms }, day }) => ({
      ...{ statement_id: statementId, account_id: "a", day: day.day, state: day.state as KnownDayRow["state"] },
      ...{ opening: day.opening?.toString() ?? null, closing: day.closing?.toString() ?? null, net: day.net.toString() },
      ...{ entries: day.entries, amounts_hash: day.amountsHash, format, reckoned: !(day.firstDay && day.lastDay) },
      sequence: terms.draft.header.sequence?.toString() ?? null,
      page: terms.draft.header.page,
      created_at: terms.draft.header.createdAt,
      opening_stated: terms.opening !== null,
    }));
  }
}

async function draftsOf(bytes: Uint8Array): Promise<{ format: string; statements: Read[] }> {
  const statements: { draft: StatementDraft; lines: Line[] }[] = [];
  const last = () => statements[statements.length - 1] as (typeof statements)[number];
  const problems: StatementProblem[] = [];
  const { accepted, format } = await readStatements([bytes], {
    file() {},
    openStatement: (header: StatementHeader) => {
      const draft = {
        ordinal: statements.length + 1,
        header,
        balances: [],
        currency: header.currency,
        entries: 0,
        credits: 0n,
        debits: 0n,
      };
      statements.push({ draft: { ...draft, firstDay: null, lastDay: null, lastPage: header.lastPage, problems: [] }, lines: [] });
    },
    balance: (balance: StatementBalance) => {
      last().draft.balances.push(balance);
      last().draft.currency ??= balance.currency;
    },
    entry: (entry: StatementEntry) => addEntry(last(), entry),
    declared() {},
    closeStatement: ({ lastPage }) => {
      if (lastPage !== null) last().draft.lastPage = lastPage;
    },
    problem: (problem) => problems.push(problem),
  });
  if (!accepted) throw new Error(`refused: ${problems.at(-1)?.message}`);
  return { format: format as string, statements };
}

function addEntry({ draft, lines }: { draft: StatementDraft; lines: Line[] }, entry: StatementEntry): void {
  draft.currency ??= entry.currency;
  if (entry.status !== "booked") return;
  const minor = exactMinor(entry.amount, currencyExponent(entry.currency) as number) as bigint;
  const day = entry.bookingDate ?? entry.valueDate ?? draft.balances.find(({ date }) => date !== null)?.date ?? draft.header.periodTo;
  if (day === null) throw new Error("an entry without a day");
  draft.entries += 1;
  if (minor > 0n) draft.credits += minor;
  else draft.debits -= minor;
  if (draft.firstDay === null || day < draft.firstDay) draft.firstDay = day;
  if (draft.lastDay === null || day > draft.lastDay) draft.lastDay = day;
  lines.push({ day, valueDay: entry.valueDate ?? day, minor });
}

function byAccount(statements: readonly Read[]): { account: string; statements: Read[] }[] {
  const accounts = new Map<string, Read[]>();
  for (const one of statements) {
    const { id } = one.draft.header.account;
    accounts.set(id, [...(accounts.get(id) ?? []), one]);
  }
  return [...accounts].map(([account, of]) => ({ account, statements: of }));
}

function ledgerDay({ day }: Line, { periodFrom, periodTo }: Pick<StatementTerms, "periodFrom" | "periodTo">): Day {
  return day < periodFrom ? periodFrom : day > periodTo ? periodTo : day;
}

function stagedOf(lines: readonly Line[], terms: StatementTerms): StagedDay[] {
  const days = [...new Set(lines.map((line) => ledgerDay(line, terms)))].sort();
  return days.map((day) => {
    const amounts = lines.filter((line) => ledgerDay(line, terms) === day).map(({ minor }) => minor);
    const total = (wanted: (minor: bigint) => boolean) => amounts.filter(wanted).reduce((sum, minor) => sum + minor, 0n);
    const [credits, debits] = [total((minor) => minor > 0n), -total((minor) => minor < 0n)];
    const hash = createHash("sha256").update(amounts.map(String).sort().join(",")).digest("hex");
    const figures = { net: String(credits - debits), pending: "0", credits: String(credits), debits: String(debits) };
    return { stmt: terms.draft.ordinal, day, ...figures, entries: amounts.length, amounts_hash: hash, entries_hash: hash };
  });
}

function linkOf({ candidate, day }: Posted, openings: ReadonlySet<string>): ChainLink {
  const { terms, statementId, format } = candidate;
  const { sequence, page } = terms.draft.header;
  return {
    ...{ statementId, day: day.day, periodFrom: terms.periodFrom, periodTo: terms.periodTo, format, sequence, page },
    ...{
      opening: day.opening as bigint,
      openingStated: terms.opening !== null || !day.firstDay || openings.has(`${day.day} ${day.opening}`),
      closing: day.closing as bigint,
    },
    ...{ credits: day.credits, debits: day.debits, entries: day.entries, entriesHash: day.entriesHash },
    ...{ lastPage: terms.draft.lastPage, firstDay: day.firstDay, lastDay: day.lastDay, broken: terms.status === "break" },
  };
}

function counted(lines: readonly Line[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { minor } of lines) counts.set(minor.toString(), (counts.get(minor.toString()) ?? 0) + 1);
  return counts;
}

import type { Day } from "../../time/day.ts";
import type { Booking } from "./booking.ts";
import type { SimulatedAccount, SimulatedBank, SimulatedEntity } from "./company.ts";
import type { Simulation } from "./simulate.ts";

/** A day of an account as its bank states it, before any format. */
export interface AccountStatement {
  readonly kind: "statement" | "report";
  readonly account: SimulatedAccount;
  readonly owner: SimulatedEntity;
  readonly bank: SimulatedBank;
  readonly day: Day;
  readonly sequence: number;
  readonly openingMinor: bigint;
  /** Of a report: the balance so far. */
  readonly closingMinor: bigint;
  readonly entries: readonly Booking[];
  /** Announced in a report, not booked yet, in no balance. */
  readonly pending: readonly Booking[];
  /** What the bank says the sums are: of everything it lists, announced entries too. A lost line does not change them. */
  readonly totals: StatementTotals;
  /** First day of a statement over several days; else the day itself. */
  readonly from?: Day;
  /** The bank's own id; made of account, day and number when left out. */
  readonly id?: string;
  /** When the bank made it; the night after its day when left out. */
  readonly createdAt?: string;
  /** A page of a statement that is sent in pages; its balances are those around the page. */
  readonly page?: { readonly number: number; readonly last: boolean };
  /** False for an export that lists entries and says no balance. */
  readonly balances?: boolean;
}

export interface StatementTotals {
  readonly count: number;
  readonly creditCount: number;
  readonly creditsMinor: bigint;
  readonly debitCount: number;
  readonly debitsMinor: bigint;
}

/** Every day that is closed before the simulation's last one, and for that one a report where the bank gives them, by day and account. */
export function accountStatements(simulation: Simulation): AccountStatement[] {
  const { company, truth, to } = simulation;
  const statements = truth.accounts.flatMap(({ days, ...account }) => {
    const bank = company.banks.find(({ key }) => key === account.bank);
    const owner = company.entities.find(({ key }) => key === account.entity);
    if (bank === undefined || owner === undefined) throw new RangeError(`account ${account.key} has no bank or no owner`);
    const yearly = bank.dialect.format === "mt940" && bank.dialect.dialect === "german";
    return days
      .filter(({ day }) => day < to || account.intraday)
      .map(({ day, openingMinor, closingMinor, entries, ...numbers }): AccountStatement => {
        const sequence = yearly ? numbers.sequenceInYear : numbers.sequence;
        const totals = totalsOf(entries);
        const closed = { account, owner, bank, day, sequence, openingMinor, closingMinor, entries, totals };
        const statement: AccountStatement = { kind: "statement", pending: [], ...closed };
        return day < to ? statement : intradayReport(statement);
      });
  });
  return statements.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
}

/** What the bank knows of the day about noon: two thirds of it is booked, the next one announced. */
export function intradayReport(statement: AccountStatement): AccountStatement {
  const booked = Math.ceil((statement.entries.length * 2) / 3);
  const entries = statement.entries.slice(0, booked);
  const closingMinor = entries.reduce((sum, { amountMinor }) => sum + amountMinor, statement.openingMinor);
  const pending = statement.entries.slice(booked, booked + 1);
  return { ...statement, kind: "report", sequence: 1, closingMinor, entries, pending, totals: totalsOf([...entries, ...pending]) };
}

/** The closing balance without credits that have value on a later day. */
export function availableMinor({ closingMinor, entries, day }: AccountStatement): bigint {
  return entries.reduce((left, entry) => (entry.amountMinor > 0n && entry.valueDay > day ? left - entry.amountMinor : left), closingMinor);
}

export function totalsOf(entries: readonly Booking[]): StatementTotals {
  const credits = entries.filter(({ amountMinor }) => amountMinor > 0n);
  const debits = entries.filter(({ amountMinor }) => amountMinor < 0n);
  return {
    count: entries.length,
    creditCount: credits.length,
    creditsMinor: credits.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
    debitCount: debits.length,
    debitsMinor: -debits.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
  };
}

import { type AccountStatement, intradayReport } from "./account-statement.ts";

/**
 * What banks do to statements on their way. Each is planted on one account, counted back from the end of the simulation in days
 * on which its bank is open, so that a demo shows it in the last weeks.
 */
export type Fault =
  /** The day's statement never comes; the next ones do. */
  | { readonly kind: "missing_day"; readonly account: string; readonly bankDaysAgo: number }
  /** A line of the day is lost, its balances and totals stand: the statement does not add up. */
  | { readonly kind: "lost_entry"; readonly account: string; readonly bankDaysAgo: number }
  /** No statement of the last days has come yet. */
  | { readonly kind: "late"; readonly account: string; readonly bankDays: number }
  /** The last day is there as an intraday report only. */
  | { readonly kind: "intraday_only"; readonly account: string };

/** The statements that are sent of those that the bank's books would give, in the same order. */
export function withFaults(statements: readonly AccountStatement[], faults: readonly Fault[]): AccountStatement[] {
  return faults.reduce<AccountStatement[]>((left, fault) => apply(left, fault), [...statements]);
}

function apply(statements: AccountStatement[], fault: Fault): AccountStatement[] {
  const days = statements.filter(({ account, kind }) => account.key === fault.account && kind === "statement").map(({ day }) => day);
  switch (fault.kind) {
    case "missing_day": {
      const missing = days.at(-1 - fault.bankDaysAgo);
      return statements.filter(({ account, day }) => account.key !== fault.account || day !== missing);
    }
    case "late": {
      const last = days.at(-1 - fault.bankDays);
      return statements.filter(({ account, day }) => account.key !== fault.account || last === undefined || day <= last);
    }
    case "lost_entry": {
      // The first day at or before the wished one that has an entry to lose.
      const wished = days.at(-1 - fault.bankDaysAgo);
      const found = statements.findLast(
        ({ account, kind, day, entries }) =>
          account.key === fault.account && kind === "statement" && wished !== undefined && day <= wished && entries.length > 1,
      );
      return statements.map((statement) => (statement === found ? { ...statement, entries: statement.entries.slice(1) } : statement));
    }
    case "intraday_only": {
      const last = days.at(-1);
      const closed = statements.some(({ account, kind }) => account.key === fault.account && kind === "report") ? undefined : last;
      return statements.map((statement) =>
        statement.account.key === fault.account && statement.day === closed ? intradayReport(statement) : statement,
      );
    }
  }
}

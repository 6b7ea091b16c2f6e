import { exponentOf, minorText } from "../money/money.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { CalendarDay, CalendarStatus, StatementCalendar } from "../statements/contract.ts";
import { businessDayAfter, isBusinessDay } from "../time/business-days.ts";
import { addDays, type Day } from "../time/day.ts";
import { readSchedules } from "./calendars.ts";
import { type AnchoredAccount, anchoredAccounts, type CalendarClosing, calendarClosings, outsideUntil } from "./queries.ts";
import { dueDay, type Schedule } from "./schedule.ts";

export interface CalendarOptions {
  readonly from: Day;
  readonly to: Day;
  readonly accountId?: string | undefined;
  readonly now?: Date;
}

/** For each account and day: sealed, broken, behind a gap, missing, late: what the statement monitor shows. */
export async function statementCalendar(tx: TenantTransaction, options: CalendarOptions): Promise<StatementCalendar> {
  const { from, to } = options;
  const only = options.accountId ?? null;
  const accounts = await anchoredAccounts(tx, addDays(from, -1), null, false, only);
  const closings = await calendarClosings(tx, from, to, only);
  const outside = await outsideUntil(tx, to, null, only);
  const scheduleOf = await readSchedules(tx, accounts, from, to);
  return {
    from,
    to,
    accounts: accounts.map((account) => {
      const mine = closings.filter((closing) => closing.account_id === account.id);
      const reported = outside.filter((step) => step.account_id === account.id && step.day >= from);
      const days = new Map<Day, CalendarDay>();
      for (const closing of mine) days.set(closing.day, statedDay(closing, account));
      for (const step of reported)
        if (!days.has(step.day)) days.set(step.day, { ...empty(step.day, step.provisional ? "provisional" : "unproven") });
      markGaps(days, mine, account, scheduleOf(account), from);
      markLate(days, mine, account, scheduleOf(account), options);
      return {
        accountId: account.id,
        name: account.name,
        last4: account.last_four,
        bank: account.bank ?? "",
        entity: account.entity ?? "",
        currency: account.currency,
        days: [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1)),
      };
    }),
  };
}

function statedDay(closing: CalendarClosing, account: AnchoredAccount): CalendarDay {
  const status: CalendarStatus = closing.state === "gap" ? "unproven" : closing.state;
  return {
    day: closing.day,
    status,
    closing: minorText(BigInt(closing.closing), exponentOf(account.currency)),
    entries: closing.entries,
    statementId: closing.statement_id,
  };
}

function empty(day: Day, status: CalendarStatus): CalendarDay {
  return { day, status, closing: null, entries: 0, statementId: null };
}

/** Business days between a closing and one that does not tie to it are missing; without such a day, the day itself shows the gap. */
function markGaps(
  days: Map<Day, CalendarDay>,
  closings: readonly CalendarClosing[],
  account: AnchoredAccount,
  { calendar }: Schedule,
  from: Day,
): void {
  let before = account.closing_day;
  for (const closing of closings) {
    if (closing.state === "gap") {
      let missing = 0;
      for (
        let day = businessDayAfter(calendar, before ?? closing.day);
        before !== null && day < closing.day;
        day = businessDayAfter(calendar, day)
      ) {
        if (day >= from && !days.has(day)) days.set(day, empty(day, "gap"));
        missing += 1;
      }
      const stated = days.get(closing.day);
      if (missing === 0 && stated !== undefined) days.set(closing.day, { ...stated, status: "gap" });
    }
    before = closing.day;
  }
}

function markLate(
  days: Map<Day, CalendarDay>,
  closings: readonly CalendarClosing[],
  account: AnchoredAccount,
  schedule: Schedule,
  { from, to, now = new Date() }: CalendarOptions,
): void {
  const through = closings.at(-1)?.day ?? account.closing_day;
  if (schedule.cycle !== "daily" || through === null || !account.is_active) return;
  const due = dueDay(schedule, now);
  for (let day = addDays(through, 1); day <= due && day <= to; day = addDays(day, 1))
    if (day >= from && isBusinessDay(schedule.calendar, day) && days.get(day)?.status !== "provisional") days.set(day, empty(day, "late"));
}

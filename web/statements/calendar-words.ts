import type { CalendarDay, CalendarStatus } from "../../src/statements/contract.ts";

/** What a cell of the calendar means and what a person can do about it. */
export const calendarWords: Readonly<Record<CalendarStatus, { readonly fact: string; readonly todo: string }>> = {
  sealed: { fact: "The day ties to the day before it and is sealed.", todo: "Nothing to do." },
  provisional: {
    fact: "Only an intraday report is there; the bank has not closed the day.",
    todo: "The end-of-day statement will replace it.",
  },
  unproven: {
    fact: "The bank stated a balance, but a gap or break lies behind it.",
    todo: "Import what is missing before this day; it seals itself then.",
  },
  gap: {
    fact: "A statement is missing between this day and the sealed day before it.",
    todo: "Ask the bank for the statements in between and drop them here.",
  },
  break: {
    fact: "The balances do not add up, or contradict what is sealed.",
    todo: "Open the proof to see which sum fails, and ask the bank for a corrected statement.",
  },
  late: {
    fact: "A statement was due and has not arrived.",
    todo: "Check the connection to the bank, or ask for the file and drop it here.",
  },
  none: { fact: "No statement was due on this day.", todo: "Nothing to do." },
};

export interface Trouble {
  readonly status: CalendarStatus;
  readonly first: string;
  readonly days: number;
}

/** What needs a person in one account's calendar: days in a row with the same trouble are one. */
export function troubles(days: readonly CalendarDay[]): Trouble[] {
  const found: Trouble[] = [];
  let before: CalendarStatus = "none";
  for (const { day, status } of days) {
    const last = found.at(-1);
    const trouble = status === "late" || status === "gap" || status === "break";
    if (trouble && status === before && last !== undefined) found[found.length - 1] = { ...last, days: last.days + 1 };
    else if (trouble) found.push({ status, first: day, days: 1 });
    if (status !== "none") before = status;
  }
  return found;
}

import type { Day } from "../../../time/day.ts";
import type { AccountHistory, HistoryDay } from "./account-history.ts";
import type { FaultName } from "./fault-names.ts";
import type { Telling } from "./telling.ts";

/** What must be believed when every file has come, in whatever order: `truth.json`. Amounts are in minor units, as text. */
export interface BankTruth {
  readonly version: 1;
  readonly seed: string;
  readonly faults: readonly FaultName[];
  readonly accounts: readonly TrueAccount[];
  readonly files: readonly TrueFile[];
}

export interface TrueAccount {
  readonly account: string;
  readonly currency: string;
  readonly days: readonly TrueDay[];
}

export interface TrueDay {
  readonly day: Day;
  /**
   * told: the whole day is known. incomplete: a page or line is missing for good. unknown: nothing with a balance came.
   * provisional: reports only.
   */
  readonly state: "told" | "incomplete" | "unknown" | "provisional";
  /** Whether the day can be proven: it and all days before it were told whole. */
  readonly proven: boolean;
  readonly opening: string;
  readonly closing: string;
  /** What must be posted on the day, as a multiset: an entry booked late stands where its statement tells it. */
  readonly entries: readonly TrueEntry[];
  /** What went wrong with what was sent of the day. */
  readonly faults: readonly FaultName[];
}

export interface TrueEntry {
  readonly bookingDay: Day;
  readonly valueDay: Day;
  readonly amount: string;
}

export interface TrueFile {
  readonly file: string;
  readonly faults: readonly FaultName[];
  /** The file whose content this one repeats. */
  readonly repeats: string | null;
  readonly statements: readonly TrueStatement[];
}

export interface TrueStatement {
  readonly account: string;
  readonly from: Day;
  readonly to: Day;
  readonly entries: number;
  /** When the files come in the order of their names: see `becoming.ts`. */
  readonly becomes: Becoming;
}

/**
 * new: some of it is posted. known: nothing of it is news. provisional: a report. either: a first version of its day was wrong, and
 * which of the two is posted first depends on details; in the end the truth stands.
 */
export type Becoming = "new" | "known" | "provisional" | "either";

export function truthOf({ teller, days, overlaps }: AccountHistory): TrueAccount {
  let proven = true;
  let begun = false;
  return {
    account: teller.account.iban ?? teller.account.number,
    currency: teller.account.currency,
    days: days.map((day) => {
      const judged = judge(day, overlaps);
      // What came before the first statement is no gap: the account begins with it.
      if (judged.state !== "unknown" && judged.state !== "provisional") begun = true;
      if (begun && judged.state !== "told") proven = false;
      return { ...judged, proven: begun && proven };
    }),
  };
}

function judge({ book, base, again }: HistoryDay, overlaps: readonly Telling[]): Omit<TrueDay, "proven"> {
  const retold = [...again, ...overlaps].filter((telling) => telling.kind === "whole" && telling.tells.some(({ day }) => day === book.day));
  const whole = retold.length > 0 || (base.came !== null && !base.broken);
  const state = whole
    ? "told"
    : base.came !== null
      ? "incomplete"
      : again.some(({ kind }) => kind === "report")
        ? "provisional"
        : "unknown";
  const posted = whole ? book.entries : (base.came ?? []);
  const sent = [...base.tellings, ...again, ...retold];
  const faults = new Set([...sent.flatMap((telling) => telling.faults), ...faultsOfBooks(book)]);
  if (base.tellings.length === 0 && state !== "provisional") faults.add("gap");
  if (base.tellings.some(({ statement }) => statement.id !== undefined)) faults.add("reused_ids");
  return {
    ...{ day: book.day, state, opening: String(book.openingMinor), closing: String(book.closingMinor) },
    entries: posted.map(({ bookingDay, valueDay, amountMinor }) => ({ bookingDay, valueDay, amount: String(amountMinor) })),
    faults: [...faults],
  };
}

/** What is odd about the day itself, however it is told. */
function faultsOfBooks({ day, entries, openingMinor, closingMinor }: HistoryDay["book"]): FaultName[] {
  const amounts = entries.map(({ amountMinor }) => amountMinor);
  return [
    ...(new Set(amounts).size < amounts.length ? (["twins"] as const) : []),
    ...(entries.length > 0 && openingMinor === closingMinor ? (["evened"] as const) : []),
    ...(entries.some(({ bookingDay }) => bookingDay !== day) ? (["late_booking"] as const) : []),
  ];
}

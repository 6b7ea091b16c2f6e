import type { Day } from "../../../time/day.ts";
import { type AccountStatement, totalsOf } from "../account-statement.ts";
import type { AccountDay, Booking } from "../booking.ts";
import type { SimulatedAccount, SimulatedBank, SimulatedEntity } from "../company.ts";
import type { TellingFormat } from "./company.ts";
import type { FaultName } from "./fault-names.ts";

/** One statement or report as the bank sends it once, and what it tells, by the identity of entries that no format shows. */
export interface Telling {
  readonly kind: "whole" | "part" | "broken" | "wrong" | "bare" | "report";
  readonly statement: AccountStatement;
  readonly format: TellingFormat | "camt.052";
  /** "latin1": what should be UTF-8 is cut to one byte a letter. */
  readonly damage: "none" | "latin1";
  readonly faults: readonly FaultName[];
  /** Bank days after the day it is of. */
  readonly delay: number;
  readonly tells: readonly ToldDay[];
}

export interface ToldDay {
  readonly day: Day;
  /** Bank references of the entries. */
  readonly entries: readonly string[];
}

/** Whose statements they are. */
export interface Teller {
  readonly account: SimulatedAccount;
  readonly owner: SimulatedEntity;
  readonly bank: SimulatedBank;
}

export interface Said {
  readonly entries: readonly Booking[];
  readonly openingMinor: bigint;
  readonly sequence: number;
  readonly more?: Partial<AccountStatement>;
}

/** A day or a part of it, closing where its entries lead. */
export function statementOf(teller: Teller, day: Day, { entries, openingMinor, sequence, more = {} }: Said): AccountStatement {
  const closingMinor = entries.reduce((sum, { amountMinor }) => sum + amountMinor, openingMinor);
  return {
    kind: "statement",
    ...teller,
    day,
    sequence,
    openingMinor,
    closingMinor,
    entries,
    pending: [],
    totals: totalsOf(entries),
    ...more,
  };
}

export function toldBy(day: Day, entries: readonly Booking[]): ToldDay {
  return { day, entries: entries.map(({ bankReference }) => bankReference) };
}

export function sumOf(entries: readonly Booking[]): bigint {
  return entries.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}

/** The same money in other words: what another system of the bank makes of it. */
export function reworded({ bankReference, payments, ...entry }: Booking): Booking {
  return {
    ...entry,
    bankReference: `X${bankReference.slice(-11)}`,
    payments: payments.map((one) => ({
      ...one,
      remittance: `REEXPORT ${one.remittance.toUpperCase()}`,
      party: one.party === null ? null : { ...one.party, name: one.party.name.toUpperCase() },
    })),
  };
}

/** What the bank's books hold of a day, when entries booked late stand where they are told. */
export type BookDay = Pick<AccountDay, "day" | "openingMinor" | "closingMinor" | "entries">;

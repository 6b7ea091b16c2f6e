import type { DaySeal } from "../../src/statements/contract.ts";

/** Why a day is not sealed, by the reason the chain gives. */
const reasons: Readonly<Record<string, string>> = {
  GAP: "Its opening is not the closing of the day before: a statement in between is missing.",
  OVERLAP: "Its period overlaps the statement before it, and the balances do not tie.",
  SEQUENCE_GAP: "The balances tie, but a statement number in between is missing.",
  BREAK: "Opening and entries do not give the closing that the bank states.",
  PAGE_MISSING: "A page of the statement is missing.",
  OPENING_MISSING: "The bank did not state an opening balance.",
  BEHIND_UNPROVEN: "It ties to the day before it, but that day is not sealed.",
};

const links: Readonly<Record<string, string>> = {
  first: "It is the account's first statement, where the chain begins.",
  statement: "It continues the same statement.",
  sequence: "Opening = closing of the day before, and the statement numbers follow each other.",
  dates: "Opening = closing of the day before, and the periods follow each other.",
  balance: "Opening = closing of the day before.",
};

export function whyUnsealed({ status, reason }: DaySeal): string {
  return (reason === null ? undefined : reasons[reason]) ?? `The day is marked ${reason ?? status}.`;
}

export function howTied({ link }: DaySeal): string | null {
  return link === null ? null : (links[link] ?? null);
}

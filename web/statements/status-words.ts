import type { StatementStatus } from "../../src/statements/contract.ts";
import type { Mark } from "../kit/state.tsx";

export const statusMarks: Readonly<Record<StatementStatus, Mark>> = {
  sealed: "sealed",
  verified: "unproven",
  unproven: "unproven",
  provisional: "provisional",
  break: "break",
  conflict: "break",
  duplicate: "stale",
  advice: "stale",
  superseded: "stale",
};

/** What it means that a statement is marked so. */
export const statusWords: Readonly<Record<StatementStatus, string>> = {
  sealed: "It adds up and ties to the day before it.",
  verified: "It adds up; whether it ties to the day before is not known yet.",
  unproven: "It adds up, with a gap or break behind it.",
  provisional: "An intraday report: the end-of-day statement will replace it.",
  break: "Opening and entries do not give the closing that the bank states.",
  conflict: "It contradicts a day that is sealed; the sealed figures stand until a person decides.",
  duplicate: "All of it was known from another file; nothing was posted again.",
  advice: "A notification of single entries, without balances.",
  superseded: "A corrected statement took its place.",
};

import { type Static, Type } from "typebox";
import { Amount, CurrencyCode, DayText, Id, Moment, nullable, record, words } from "../../http/contract.ts";

export const suspectDecisions = ["same", "different"] as const;

/** One of two entries that may be one. */
export const SuspectedEntry = record("SuspectedEntry", {
  id: Id,
  statementId: Id,
  bookingDate: DayText,
  valueDate: DayText,
  counterparty: nullable(Type.String()),
  text: nullable(Type.String()),
  format: Type.String({ description: "Of the file that told it" }),
  recordedAt: Moment,
});
export type SuspectedEntry = Static<typeof SuspectedEntry>;

export const SuspectedDuplicate = record("SuspectedDuplicate", {
  id: Id,
  accountId: Id,
  account: Type.String({ description: "Last four characters of the account's number" }),
  currency: CurrencyCode,
  amount: Amount,
  earlier: SuspectedEntry,
  later: SuspectedEntry,
  foundAt: Moment,
  decision: nullable(words(suspectDecisions, { description: "same: the later entry counts for nothing; different: both count" })),
  decidedBy: nullable(Type.String()),
  decidedAt: nullable(Moment),
});
export type SuspectedDuplicate = Static<typeof SuspectedDuplicate>;

export const SuspectedDuplicateList = record("SuspectedDuplicateList", { items: Type.Array(SuspectedDuplicate) });

export const SuspectsQuery = Type.Object(
  {
    decided: Type.Optional(Type.Boolean({ description: "Those that were decided; the open ones otherwise" })),
    accountId: Type.Optional(Id),
  },
  { additionalProperties: false },
);

export const SuspectDecision = record("SuspectDecision", {
  decision: nullable(words(suspectDecisions, { description: "null takes a decision back" })),
});
export type SuspectDecision = Static<typeof SuspectDecision>;

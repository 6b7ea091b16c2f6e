import { type Static, Type } from "typebox";
import { Amount, CurrencyCode, DayText, Id, Moment, nullable, pageOf, pageQuery, record, words } from "../http/contract.ts";

/** The certainty ladder of the flow book. */
export const certainties = {
  10: "budget",
  20: "statistical",
  30: "pipeline",
  40: "invoice",
  50: "approved",
  60: "in transit",
  70: "advised",
  80: "intraday pending",
  85: "intraday booked",
  90: "booked",
} as const;

export const CashFlow = record("CashFlow", {
  id: Id,
  accountId: Id,
  accountName: Type.String(),
  entity: nullable(Type.String()),
  day: DayText,
  valueDate: nullable(DayText),
  amount: Amount,
  currency: CurrencyCode,
  certainty: Type.Integer({ description: "10 budget … 90 booked" }),
  category: nullable(Type.String()),
  counterparty: nullable(Type.String()),
  text: nullable(Type.String()),
  source: Type.String({ examples: ["bank_transaction"] }),
  bankTransactionId: nullable(Id),
  recordedAt: Moment,
});
export type CashFlow = Static<typeof CashFlow>;
export const CashFlowPage = pageOf("CashFlowPage", CashFlow);
export type CashFlowPage = Static<typeof CashFlowPage>;

export const NewCashFlow = record("NewCashFlow", {
  accountId: Id,
  amount: Amount,
  day: DayText,
  valueDate: Type.Optional(DayText),
  certainty: Type.Optional(
    Type.Unsafe<10 | 20 | 30 | 40 | 50 | 60>({
      type: "integer",
      enum: [10, 20, 30, 40, 50, 60],
      description: "10 budget … 60 in transit; 30 by default",
    }),
  ),
  category: Type.Optional(Type.String({ maxLength: 100 })),
  counterparty: Type.Optional(Type.String({ maxLength: 200 })),
  text: Type.Optional(Type.String({ maxLength: 500 })),
});
export type NewCashFlow = Static<typeof NewCashFlow>;

export const CashFlowsQuery = Type.Object(
  {
    ...pageQuery,
    accountId: Type.Optional(Id),
    currency: Type.Optional(CurrencyCode),
    category: Type.Optional(Type.String({ maxLength: 100 })),
    direction: Type.Optional(words(["in", "out"])),
    from: Type.Optional(DayText),
    to: Type.Optional(DayText),
    minAmount: Type.Optional(Amount),
    maxAmount: Type.Optional(Amount),
    minCertainty: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
  },
  { additionalProperties: false },
);
export type CashFlowsQuery = Static<typeof CashFlowsQuery>;

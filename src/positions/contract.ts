import { type Static, Type } from "typebox";
import { Amount, CurrencyCode, DayText, Id, Moment, nullable, record, Sha256, words } from "../http/contract.ts";
import { RateKindWord, rateRules } from "../rates/contract.ts";

/** How a figure is known: sealed (proven), provisional (intraday), unproven (stated, with a gap or break behind it), empty (nothing yet). */
export const positionStates = ["sealed", "provisional", "unproven", "empty"] as const;
export const PositionState = words(positionStates, { title: "PositionState" });
export type PositionState = Static<typeof PositionState>;

export const bases = ["booking", "value"] as const;
export const groupings = ["account", "currency", "entity", "bank"] as const;
export type Basis = (typeof bases)[number];
export type Grouping = (typeof groupings)[number];

export const Composition = record(
  "Composition",
  { sealed: Amount, provisional: Amount, unproven: Amount },
  "What a figure is made of; the three add up to it",
);
export type Composition = Static<typeof Composition>;

export const PositionAccount = record("PositionAccount", {
  accountId: Id,
  name: Type.String(),
  last4: Type.String(),
  bank: Type.String(),
  entity: Type.String(),
  currency: CurrencyCode,
  amount: Amount,
  state: PositionState,
  anchorDay: nullable(DayText),
  anchorAmount: nullable(Amount),
  movedSince: Amount,
  provisional: Amount,
  sealId: nullable(Id),
  stale: Type.Boolean(),
  staleSince: nullable(DayText),
  expectedBy: nullable(Moment),
});
export type PositionAccount = Static<typeof PositionAccount>;

export const PositionGroup = record("PositionGroup", {
  key: Type.String(),
  label: Type.String(),
  currency: CurrencyCode,
  amount: Amount,
  composition: Composition,
  stale: Type.Boolean(),
  accounts: Type.Array(PositionAccount),
});
export type PositionGroup = Static<typeof PositionGroup>;

export const PositionTotal = record("PositionTotal", {
  currency: CurrencyCode,
  amount: Amount,
  sealed: Amount,
  provisional: Amount,
  unproven: Amount,
});
export type PositionTotal = Static<typeof PositionTotal>;

export const ConvertedLine = record("ConvertedLine", {
  currency: CurrencyCode,
  amount: Amount,
  converted: nullable(Amount),
  rate: nullable(Type.String({ description: "Units of the target for one of this currency, to 8 digits; reckoned with exactly" })),
  path: nullable(
    words(["same", "direct", "inverse", "cross"], { description: "The rate as it stands in the set, its inverse, or two rates" }),
  ),
  over: nullable(CurrencyCode),
});
export type ConvertedLine = Static<typeof ConvertedLine>;

export const ConvertedPosition = record(
  "ConvertedPosition",
  {
    currency: CurrencyCode,
    amount: nullable(Amount),
    missing: Type.Array(CurrencyCode, { description: "Currencies with money that the set has no rate for: then there is no total" }),
    rateSet: Type.String(),
    rateSetHash: Sha256,
    source: Type.String(),
    kind: RateKindWord,
    rateDay: DayText,
    rule: words(rateRules, { title: "RateRule", description: "named: asked for by name; same_day; day_before: the day has no rates" }),
    lines: Type.Array(ConvertedLine, {
      description: "One per currency total, each rounded once, half away from zero; they add up to the amount",
    }),
  },
  "Indicative: what all currencies together would be worth at the rates of one frozen set",
);
export type ConvertedPosition = Static<typeof ConvertedPosition>;

export const Position = record(
  "Position",
  {
    asOf: DayText,
    knownAt: Moment,
    basis: words(bases, { title: "Basis" }),
    by: words(groupings, { title: "Grouping" }),
    groups: Type.Array(PositionGroup, { description: "One per key and currency: currencies are never added up" }),
    totals: Type.Array(PositionTotal),
    converted: nullable(ConvertedPosition),
    oldestInput: nullable(DayText),
    newestInput: nullable(DayText),
    staleAccounts: Type.Integer(),
  },
  "Cash on a day, as known at a moment, and what each figure is made of",
);
export type Position = Static<typeof Position>;

export const PositionQuery = Type.Object(
  {
    asOf: Type.Optional(DayText),
    knownAt: Type.Optional(Moment),
    basis: Type.Optional(words(bases, { title: "Basis" })),
    by: Type.Optional(words(groupings, { title: "Grouping" })),
    currency: Type.Optional(
      Type.String({
        pattern: "^[A-Z]{3}$",
        description: "Also one total in this currency; the reporting currency when only rates is given",
      }),
    ),
    rates: Type.Optional(
      Type.String({
        pattern: "^[a-z0-9][a-z0-9._-]{0,99}$",
        description: "The rate set by its name, or a source: its newest set at or before the day, at most 7 days old",
      }),
    ),
  },
  { additionalProperties: false },
);
export type PositionQuery = Static<typeof PositionQuery>;

export const PositionPoint = record("PositionPoint", { day: DayText, amount: Amount, composition: Composition });
export type PositionPoint = Static<typeof PositionPoint>;

export const PositionSeries = record("PositionSeries", {
  key: Type.String(),
  label: Type.String(),
  currency: CurrencyCode,
  points: Type.Array(PositionPoint, { description: "One a day, from the first day something is known" }),
});
export type PositionSeries = Static<typeof PositionSeries>;

export const PositionHistory = record("PositionHistory", {
  from: DayText,
  to: DayText,
  knownAt: Moment,
  basis: words(bases, { title: "Basis" }),
  by: words(groupings, { title: "Grouping" }),
  series: Type.Array(PositionSeries),
});
export type PositionHistory = Static<typeof PositionHistory>;

export const PositionHistoryQuery = Type.Object(
  {
    from: DayText,
    to: DayText,
    knownAt: Type.Optional(Moment),
    basis: Type.Optional(words(bases, { title: "Basis" })),
    by: Type.Optional(words(groupings, { title: "Grouping" })),
  },
  { additionalProperties: false },
);
export type PositionHistoryQuery = Static<typeof PositionHistoryQuery>;

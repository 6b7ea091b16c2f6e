import { type Static, Type } from "typebox";
import { CurrencyCode, DayText, Id, Moment, nullable, record, Sha256, words } from "../http/contract.ts";

export const rateKinds = ["fixing", "spot", "budget"] as const;
export type RateKind = (typeof rateKinds)[number];

/** How a set was chosen: by its name; of the day itself; or, the day having none, the one of a day before. */
export const rateRules = ["named", "same_day", "day_before"] as const;
export type RateRule = (typeof rateRules)[number];

export const RateKindWord = words(rateKinds, { title: "RateKind" });
export const RateSetName = Type.String({
  title: "RateSetName",
  pattern: "^[a-z0-9][a-z0-9._-]{0,99}$",
  description: "The name of a set, such as ecb-2026-11-20",
  examples: ["ecb-2026-11-20"],
});
export const RateText = Type.String({
  title: "Rate",
  pattern: "^\\d+(\\.\\d{1,12})?$",
  description: "Exact decimal string",
  examples: ["1.1684"],
});

const summary = {
  id: Id,
  name: RateSetName,
  kind: RateKindWord,
  source: Type.String({ description: "Who published the rates, such as ecb" }),
  day: DayText,
  frozenAt: Moment,
  importedBy: nullable(Type.String()),
  contentHash: Sha256,
  rateCount: Type.Integer(),
};
export const RateSetSummary = record("RateSetSummary", summary, "Rates of one day and source: frozen, hashed, never changed");
export type RateSetSummary = Static<typeof RateSetSummary>;
export const RateSetPage = record("RateSetPage", { items: Type.Array(RateSetSummary), next: nullable(Type.String()) });

export const RateLine = record("RateLine", { base: CurrencyCode, quote: CurrencyCode, rate: RateText });
export const RateSetDetail = record("RateSetDetail", {
  ...summary,
  hashHolds: Type.Boolean({
    description: "Whether the hash, reckoned again from the rates as they are stored now, is the one it was frozen with",
  }),
  rates: Type.Array(RateLine, { description: "One unit of base is worth rate units of quote" }),
});
export type RateSetDetail = Static<typeof RateSetDetail>;

export const ImportRates = Type.Object(
  {
    text: Type.String({
      maxLength: 8_000_000,
      description: "The CSV itself: the ECB's eurofxref.csv or eurofxref-hist.csv, or columns base, quote, rate and date",
    }),
    source: Type.String({
      pattern: "^[a-z0-9][a-z0-9._-]{0,39}$",
      description: "Who published the rates; sets are called source-day",
      examples: ["ecb"],
    }),
    kind: Type.Optional(RateKindWord),
    base: Type.Optional(CurrencyCode),
    day: Type.Optional(DayText),
    from: Type.Optional(DayText),
    to: Type.Optional(DayText),
  },
  { additionalProperties: false, title: "ImportRates" },
);
export type ImportRates = Static<typeof ImportRates>;

export const ImportedRates = record("ImportedRates", {
  made: Type.Array(RateSetName, { description: "Sets that are new" }),
  unchanged: Type.Integer({ description: "Days whose newest set says the same already" }),
  waiting: Type.Array(Id, { description: "Requests that wait for another person's approval" }),
  leftOut: record(
    "DaysLeftOut",
    { count: Type.Integer(), first: nullable(DayText), last: nullable(DayText) },
    "Days of the file outside from and to",
  ),
});
export type ImportedRates = Static<typeof ImportedRates>;

import { type Static, Type } from "typebox";
import { Amount, CurrencyCode, DayText, Id, Moment, nullable, pageOf, record, words } from "../http/contract.ts";

export const CategoryCode = Type.String({ title: "CategoryCode", pattern: "^[a-z0-9][a-z0-9._-]{0,99}$", examples: ["operating.payroll"] });
export const directions = ["in", "out", "both"] as const;
const BankCode = Type.String({
  pattern: "^(\\*|[A-Z0-9]{1,4})(-(\\*|[A-Z0-9]{1,4})){0,2}$",
  description: "ISO 20022 domain-family-subfamily, with * for any part, or another bank's code",
  examples: ["PMNT-RCDT-ESCT", "*-*-CHRG", "NCHG"],
});

const category = {
  code: CategoryCode,
  name: Type.String({ minLength: 1, maxLength: 200 }),
  parent: nullable(CategoryCode),
  direction: words(directions),
  bankTransactionCodes: Type.Array(BankCode, { maxItems: 100 }),
  purposeCodes: Type.Array(Type.String({ pattern: "^[A-Z]{4}$" }), { maxItems: 100, description: "ISO 20022 external purpose codes" }),
  isActive: Type.Boolean(),
};
export const Category = record("Category", category, "A liquidity item of the tenant's own tree");
export type Category = Static<typeof Category>;
export const CategoryList = record("CategoryList", { items: Type.Array(Category) });
export const PutCategory = Type.Object(
  {
    name: category.name,
    parent: Type.Optional(nullable(CategoryCode)),
    direction: Type.Optional(category.direction),
    bankTransactionCodes: Type.Optional(category.bankTransactionCodes),
    purposeCodes: Type.Optional(category.purposeCodes),
    isActive: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, title: "PutCategory" },
);
export type PutCategory = Static<typeof PutCategory>;

export const ruleFields = [
  "text",
  "counterparty",
  "counterparty_id",
  "account",
  "currency",
  "amount",
  "direction",
  "code",
  "purpose",
  "reference",
  "mandate",
] as const;
export const ruleOps = ["contains", "starts", "is", "below", "above"] as const;
const Value = Type.String({ minLength: 1, maxLength: 200 });
export const Condition = Type.Object(
  {
    field: words(ruleFields),
    op: words(ruleOps),
    value: Type.Unsafe<string | string[]>({ anyOf: [Value, Type.Array(Value, { minItems: 1, maxItems: 100 })] }),
  },
  { additionalProperties: false, title: "Condition", description: "Several values: any of them. Letters' case and accents do not matter" },
);
export type Condition = Static<typeof Condition>;
export const Predicate = Type.Object(
  { all: Type.Array(Condition, { minItems: 1, maxItems: 20 }) },
  { additionalProperties: false, title: "Predicate", description: "All conditions hold" },
);
export type Predicate = Static<typeof Predicate>;

export const NewRule = Type.Object(
  {
    priority: Type.Integer({ minimum: 1, maximum: 1_000_000, description: "The lowest is asked first" }),
    name: Type.String({ minLength: 1, maxLength: 200 }),
    predicate: Predicate,
    category: CategoryCode,
    counterpartyId: Type.Optional(nullable(Id)),
    isActive: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, title: "NewCategoryRule" },
);
export type NewRule = Static<typeof NewRule>;
export const Rule = record(
  "CategoryRule",
  {
    id: Id,
    priority: Type.Integer(),
    name: Type.String(),
    predicate: Predicate,
    words: Type.String({ description: "The rule as it explains itself" }),
    category: CategoryCode,
    counterpartyId: nullable(Id),
    author: Type.String(),
    isActive: Type.Boolean(),
    updatedAt: Moment,
  },
  "The first rule that holds gives the category",
);
export type Rule = Static<typeof Rule>;
export const RuleList = record("CategoryRuleList", { items: Type.Array(Rule) });

export const TryRule = Type.Object(
  {
    rule: NewRule,
    replaces: Type.Optional(Id),
    from: Type.Optional(DayText),
    to: Type.Optional(DayText),
  },
  { additionalProperties: false, title: "TryRule" },
);
export type TryRule = Static<typeof TryRule>;
const CurrencySum = record("RuleSum", { currency: CurrencyCode, count: Type.Integer(), credits: Amount, debits: Amount });
export const RuleTrial = record(
  "RuleTrial",
  {
    words: Type.String(),
    from: nullable(DayText),
    to: nullable(DayText),
    examined: Type.Integer(),
    holds: Type.Integer({ description: "Entries for which the rule holds" }),
    decides: Type.Integer({ description: "Of those, where no rule before it holds and no person has decided" }),
    locked: Type.Integer({ description: "Where a person has decided: they stay" }),
    before: Type.Integer({ description: "Where a rule before it holds" }),
    changes: Type.Array(record("RuleChange", { from: nullable(CategoryCode), to: nullable(CategoryCode), count: Type.Integer() })),
    sums: Type.Array(CurrencySum, { description: "Of the entries it decides" }),
    examples: Type.Array(
      record("RuleExample", {
        id: Id,
        day: DayText,
        accountId: Id,
        amount: Amount,
        currency: CurrencyCode,
        counterparty: nullable(Type.String()),
        text: Type.String(),
        before: nullable(CategoryCode),
        after: nullable(CategoryCode),
      }),
    ),
  },
  "What a rule would do to the history, without doing it",
);
export type RuleTrial = Static<typeof RuleTrial>;

export const Run = record("CategoryRun", {
  id: Id,
  reason: words(["delivery", "rules", "asked"]),
  state: words(["waiting", "done"]),
  examined: Type.Integer(),
  changed: Type.Integer(),
  requestedBy: Type.String(),
  requestedAt: Moment,
  finishedAt: nullable(Moment),
});
export type Run = Static<typeof Run>;
export const RunList = record("CategoryRunList", { items: Type.Array(Run) });

export const Correct = Type.Object(
  {
    ids: Type.Array(Id, { minItems: 1, maxItems: 1000 }),
    category: Type.Unsafe<string | null>({
      anyOf: [CategoryCode, { type: "null" }],
      description: "Null lifts a person's decision: rules decide again",
    }),
  },
  { additionalProperties: false, title: "CorrectCategories" },
);
export const Corrected = record("CorrectedCategories", {
  changed: Type.Integer(),
  proposal: nullable(
    record("RuleProposal", { rule: NewRule, trial: RuleTrial }, "A rule that would have decided so, and what else it would change"),
  ),
});
export type Corrected = Static<typeof Corrected>;

export const counterpartyKinds = ["unknown", "customer", "supplier", "own", "bank", "employee", "authority"] as const;
export const Counterparty = record("Counterparty", {
  id: Id,
  name: Type.String(),
  kind: words(counterpartyKinds),
  country: nullable(Type.String()),
  last4: nullable(Type.String()),
});
export type Counterparty = Static<typeof Counterparty>;
export const CounterpartyPage = pageOf("CounterpartyPage", Counterparty);

export const CategoryFlow = record("CategoryFlow", {
  category: nullable(CategoryCode),
  name: nullable(Type.String()),
  parent: nullable(CategoryCode),
  currency: CurrencyCode,
  count: Type.Integer(),
  credits: Amount,
  debits: Amount,
  net: Amount,
});
export const CategoryFlows = record("CategoryFlows", {
  from: DayText,
  to: DayText,
  knownAt: nullable(Moment),
  items: Type.Array(CategoryFlow),
});
export type CategoryFlows = Static<typeof CategoryFlows>;

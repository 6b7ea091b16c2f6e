import { type Static, Type } from "typebox";
import { BankRef } from "../banks/contract.ts";
import { Amount, CurrencyCode, DayText, Id, Moment, nullable, pageOf, pageQuery, record, words } from "../http/contract.ts";
import { PositionState } from "../positions/contract.ts";
import { DaySeal, Delivery, EntryPage, Statement, StatementBalance, StatementProblem } from "../statements/contract.ts";

export const EntityRef = record("EntityRef", { id: Id, name: Type.String() });
export type EntityRef = Static<typeof EntityRef>;

export const Entity = record("Entity", {
  id: Id,
  name: Type.String(),
  country: nullable(Type.String({ description: "ISO 3166-1 alpha-2" })),
  accounts: Type.Integer(),
});
export type Entity = Static<typeof Entity>;
export const EntityPage = pageOf("EntityPage", Entity);
export type EntityPage = Static<typeof EntityPage>;

export const Account = record("Account", {
  id: Id,
  name: Type.String(),
  last4: Type.String({ description: "Last four characters of the account's number" }),
  kind: Type.String({ examples: ["bank"] }),
  currency: CurrencyCode,
  entity: nullable(EntityRef),
  bank: nullable(BankRef),
  active: Type.Boolean(),
  openedOn: nullable(DayText),
  closedOn: nullable(DayText),
  latest: nullable(
    record(
      "LatestBalance",
      { day: DayText, amount: Amount, state: PositionState, sealedThrough: nullable(DayText) },
      "The newest figure known of the account",
    ),
  ),
});
export type Account = Static<typeof Account>;
export const AccountPage = pageOf("AccountPage", Account);
export type AccountPage = Static<typeof AccountPage>;

const accountDetails = {
  iban: Type.Optional(Type.String({ maxLength: 42, description: "Kept encrypted; shown by its last four characters" })),
  number: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: "The bank's own number; needed where there is no IBAN" })),
  entityId: Type.Optional(Id),
  bankId: Type.Optional(Id),
  overdraftLimit: Type.Optional(Amount),
};

export const NewAccount = record("NewAccount", {
  name: Type.String({ minLength: 1, maxLength: 200 }),
  currency: CurrencyCode,
  ...accountDetails,
  expectedBy: Type.Optional(Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$", description: "When the day's statement is due, HH:MM" })),
  timeZone: Type.Optional(Type.String({ maxLength: 60 })),
  openedOn: Type.Optional(DayText),
});
export type NewAccount = Static<typeof NewAccount>;

export const AccountChange = record("AccountChange", {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  ...accountDetails,
  active: Type.Optional(Type.Boolean()),
  closedOn: Type.Optional(DayText),
});
export type AccountChange = Static<typeof AccountChange>;

export const AccountsQuery = Type.Object(
  {
    ...pageQuery,
    entityId: Type.Optional(Id),
    bankId: Type.Optional(Id),
    currency: Type.Optional(CurrencyCode),
    active: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type AccountsQuery = Static<typeof AccountsQuery>;

/** In a body, not in the address: addresses are kept in logs and histories. */
export const AccountNumber = Type.String({
  minLength: 3,
  maxLength: 64,
  pattern: "\\S",
  description: "A whole account number or IBAN, however it is spelled, or its last four characters",
});
export const AccountSearch = Type.Object({ number: AccountNumber }, { additionalProperties: false });
export type AccountSearch = Static<typeof AccountSearch>;
export const FoundAccounts = record("FoundAccounts", { items: Type.Array(Account) });
export type FoundAccounts = Static<typeof FoundAccounts>;

export const AccountEntriesQuery = Type.Object(
  {
    ...pageQuery,
    from: Type.Optional(DayText),
    to: Type.Optional(DayText),
    basis: Type.Optional(words(["booking", "value"])),
    minAmount: Type.Optional(Amount),
    maxAmount: Type.Optional(Amount),
    text: Type.Optional(
      Type.String({
        minLength: 2,
        maxLength: 200,
        description: "Part of counterparty, text or reference, or the last four characters of the partner's account",
      }),
    ),
  },
  { additionalProperties: false },
);
export type AccountEntriesQuery = Static<typeof AccountEntriesQuery>;

export const EntrySearch = Type.Object(
  {
    ...pageQuery,
    number: AccountNumber,
    accountId: Type.Optional(Id),
    from: Type.Optional(DayText),
    to: Type.Optional(DayText),
    minAmount: Type.Optional(Amount),
    maxAmount: Type.Optional(Amount),
  },
  { additionalProperties: false },
);
export type EntrySearch = Static<typeof EntrySearch>;

export const BalancePoint = record("BalancePoint", {
  day: DayText,
  amount: Amount,
  state: PositionState,
  credits: Amount,
  debits: Amount,
});
export type BalancePoint = Static<typeof BalancePoint>;

export const AccountBalances = record("AccountBalances", {
  accountId: Id,
  currency: CurrencyCode,
  basis: words(["booking", "value"]),
  from: DayText,
  to: DayText,
  days: Type.Array(BalancePoint, { description: "One a day, from the first day something is known" }),
});
export type AccountBalances = Static<typeof AccountBalances>;

export const AccountBalancesQuery = Type.Object(
  { from: DayText, to: DayText, basis: Type.Optional(words(["booking", "value"])) },
  { additionalProperties: false },
);
export type AccountBalancesQuery = Static<typeof AccountBalancesQuery>;

export const ProofQuery = Type.Object(
  { day: Type.Optional(DayText), knownAt: Type.Optional(Moment), basis: Type.Optional(words(["booking", "value"])) },
  { additionalProperties: false },
);
export type ProofQuery = Static<typeof ProofQuery>;

/** One line of the sum that makes the figure: the anchor, then what moved since. */
export const ProofStep = record("ProofStep", {
  label: Type.String(),
  kind: words(["anchor", "moved", "provisional", "result"]),
  day: nullable(DayText),
  amount: Amount,
});
export type ProofStep = Static<typeof ProofStep>;

export const Proof = record(
  "Proof",
  {
    accountId: Id,
    accountName: Type.String(),
    accountLast4: Type.String(),
    currency: CurrencyCode,
    day: DayText,
    knownAt: Moment,
    amount: Amount,
    state: PositionState,
    steps: Type.Array(ProofStep),
    seal: nullable(DaySeal),
    sealCheck: nullable(
      record(
        "SealCheck",
        { recomputed: Type.String(), holds: Type.Boolean() },
        "The seal's hash, computed again from the entries as they stand now",
      ),
    ),
    statement: nullable(Statement),
    balances: Type.Array(StatementBalance),
    problems: Type.Array(StatementProblem),
    delivery: nullable(Delivery),
    entries: EntryPage,
  },
  "From a figure down to the seal, the statement, its entries and the file's bytes",
);
export type Proof = Static<typeof Proof>;

import { type Static, Type } from "typebox";
import { Amount, CurrencyCode, DayText, Id, Moment, nullable, pageOf, pageQuery, record, Sha256, words } from "../http/contract.ts";
import { ReadTerms } from "./profiles/contract.ts";

/** How well a statement stands: see "How a statement becomes a position" in ARCHITECTURE.md. */
export const statementStatuses = [
  "sealed",
  "verified",
  "break",
  "unproven",
  "provisional",
  "advice",
  "duplicate",
  "conflict",
  "superseded",
] as const;
export const StatementStatus = words(statementStatuses, { title: "StatementStatus" });
export type StatementStatus = Static<typeof StatementStatus>;

export const StatementProblem = record("StatementProblem", {
  severity: words(["refusal", "break", "warning"]),
  code: Type.String({ examples: ["BALANCE_BREAK"] }),
  message: Type.String(),
  line: nullable(Type.Integer()),
});
export type StatementProblem = Static<typeof StatementProblem>;

// Uploads

export const uploadOutcomes = ["imported", "duplicate", "refused"] as const;

export const UploadedStatement = record("UploadedStatement", {
  statementId: nullable(Id),
  accountId: nullable(Id),
  account: Type.String({ description: "Last four characters of the account's number" }),
  currency: nullable(CurrencyCode),
  outcome: words(["new", "duplicate", "conflict"]),
  status: nullable(StatementStatus),
  openingDate: nullable(DayText),
  closingDate: nullable(DayText),
  opening: nullable(Amount),
  closing: nullable(Amount),
  entries: Type.Integer(),
  newEntries: Type.Integer({ description: "Entries that were not known from another file" }),
});

export const UploadedFile = record("UploadedFile", {
  file: Type.String(),
  outcome: words(uploadOutcomes, {
    description: "imported: whole; duplicate: nothing new in it, nothing changed; refused: nothing of it was kept but the problems",
  }),
  deliveryId: nullable(Id),
  sha256: nullable(Sha256),
  bytes: Type.Integer(),
  format: nullable(Type.String({ examples: ["camt.053"] })),
  variant: nullable(Type.String({ examples: ["camt.053.001.08"] })),
  statements: Type.Array(UploadedStatement),
  entries: Type.Integer(),
  newEntries: Type.Integer(),
  problems: Type.Array(StatementProblem),
});
export type UploadedFile = Static<typeof UploadedFile>;

export const UploadAnswer = record("UploadAnswer", { files: Type.Array(UploadedFile) });
export type UploadAnswer = Static<typeof UploadAnswer>;

// Deliveries

export const Delivery = record(
  "Delivery",
  {
    id: Id,
    file: Type.String(),
    sha256: Sha256,
    bytes: Type.Integer(),
    format: nullable(Type.String()),
    variant: nullable(Type.String()),
    status: words(uploadOutcomes),
    receivedAt: Moment,
    receivedBy: nullable(Type.String({ description: "person:… or key:…" })),
    statements: Type.Integer(),
    entries: Type.Integer(),
    problems: Type.Array(StatementProblem),
    readWith: nullable(ReadTerms),
  },
  "A received file, kept as it came",
);
export type Delivery = Static<typeof Delivery>;
export const DeliveryPage = pageOf("DeliveryPage", Delivery);
export type DeliveryPage = Static<typeof DeliveryPage>;

// Statements

export const Statement = record("Statement", {
  id: Id,
  deliveryId: Id,
  accountId: Id,
  accountName: Type.String(),
  accountLast4: Type.String(),
  currency: CurrencyCode,
  kind: words(["statement", "report", "notification"]),
  format: Type.String(),
  reference: nullable(Type.String({ description: "Stmt/Id, :20: or the BAI2 file id" })),
  sequence: nullable(Type.Integer()),
  page: nullable(Type.Integer()),
  openingDate: nullable(DayText),
  closingDate: nullable(DayText),
  opening: nullable(Amount),
  closing: nullable(Amount),
  credits: Amount,
  debits: Amount,
  entries: Type.Integer(),
  balanced: nullable(Type.Boolean({ description: "opening + entries = closing; null when the bank does not state both" })),
  status: StatementStatus,
  problems: Type.Integer({ description: "How many" }),
  receivedAt: Moment,
});
export type Statement = Static<typeof Statement>;
export const StatementPage = pageOf("StatementPage", Statement);
export type StatementPage = Static<typeof StatementPage>;

export const StatementBalance = record("StatementBalance", {
  type: Type.String({ description: "ISO 20022 balance type", examples: ["CLBD"] }),
  code: Type.String({ description: "As it stands in the file", examples: ["62F"] }),
  interim: Type.Boolean(),
  amount: Amount,
  currency: CurrencyCode,
  date: nullable(DayText),
  line: nullable(Type.Integer()),
});
export type StatementBalance = Static<typeof StatementBalance>;

export const DaySeal = record(
  "DaySeal",
  {
    id: Id,
    day: DayText,
    status: words(["sealed", "unproven", "gap", "break"]),
    reason: nullable(Type.String({ description: "Why it is not sealed", examples: ["GAP", "SEQUENCE_GAP", "BREAK", "BEHIND_UNPROVEN"] })),
    link: nullable(Type.String({ description: "What ties it to the day before", examples: ["sequence", "dates", "balance"] })),
    opening: nullable(Amount),
    net: Amount,
    closing: Amount,
    entries: Type.Integer(),
    hash: nullable(Sha256),
    previousHash: nullable(Sha256),
    sealedAt: Moment,
  },
  "Proof that a day of an account ties to the day before",
);
export type DaySeal = Static<typeof DaySeal>;

export const StatementDetail = record("StatementDetail", {
  statement: Statement,
  balances: Type.Array(StatementBalance),
  problems: Type.Array(StatementProblem),
  delivery: Delivery,
  seals: Type.Array(DaySeal),
});
export type StatementDetail = Static<typeof StatementDetail>;

// Entries

export const EntryDetail = record("EntryDetail", {
  amount: nullable(Amount),
  currency: nullable(CurrencyCode),
  counterparty: nullable(Type.String()),
  text: nullable(Type.String()),
  endToEndId: nullable(Type.String()),
});
export type EntryDetail = Static<typeof EntryDetail>;

export const Entry = record(
  "Entry",
  {
    id: Id,
    statementId: Id,
    accountId: Id,
    line: nullable(Type.Integer({ description: "Line of the file where it stands" })),
    bookingDate: nullable(DayText),
    valueDate: nullable(DayText),
    amount: Amount,
    currency: CurrencyCode,
    status: words(["booked", "pending", "information"]),
    reversal: Type.Boolean(),
    counterparty: nullable(Type.String()),
    counterpartyAccount: nullable(Type.String({ description: "Last four characters" })),
    text: nullable(Type.String()),
    reference: nullable(Type.String()),
    bankReference: nullable(Type.String()),
    endToEndId: nullable(Type.String()),
    transactionCode: nullable(Type.String()),
    category: nullable(Type.String()),
    categorySource: nullable(Type.String({ description: "person, rule, own_account, bank_code, memory or bank_code_family" })),
    categoryReason: nullable(Type.String({ description: "Why, in words" })),
    batchCount: nullable(Type.Integer()),
    details: Type.Array(EntryDetail, { description: "The transactions of a batch; its amount counts once" }),
  },
  "An Ntry, a :61: or a 16 record: what moves the balance once",
);
export type Entry = Static<typeof Entry>;
export const EntryPage = pageOf("EntryPage", Entry);
export type EntryPage = Static<typeof EntryPage>;

// The calendar

export const calendarStatuses = ["sealed", "provisional", "unproven", "gap", "break", "late", "none"] as const;
export const CalendarStatus = words(calendarStatuses, { title: "CalendarStatus" });
export type CalendarStatus = Static<typeof CalendarStatus>;

export const CalendarDay = record("CalendarDay", {
  day: DayText,
  status: CalendarStatus,
  closing: nullable(Amount),
  entries: Type.Integer(),
  statementId: nullable(Id),
});
export type CalendarDay = Static<typeof CalendarDay>;

export const CalendarAccount = record("CalendarAccount", {
  accountId: Id,
  name: Type.String(),
  last4: Type.String(),
  bank: Type.String(),
  entity: Type.String(),
  currency: CurrencyCode,
  days: Type.Array(CalendarDay, { description: "In order; a day that is not listed has status none" }),
});
export type CalendarAccount = Static<typeof CalendarAccount>;

export const StatementCalendar = record("StatementCalendar", {
  from: DayText,
  to: DayText,
  accounts: Type.Array(CalendarAccount),
});
export type StatementCalendar = Static<typeof StatementCalendar>;

// Queries

export const StatementsQuery = Type.Object(
  {
    ...pageQuery,
    accountId: Type.Optional(Id),
    status: Type.Optional(StatementStatus),
    from: Type.Optional(DayText),
    to: Type.Optional(DayText),
  },
  { additionalProperties: false },
);
export type StatementsQuery = Static<typeof StatementsQuery>;

export const CalendarQuery = Type.Object({ from: DayText, to: DayText, accountId: Type.Optional(Id) }, { additionalProperties: false });
export type CalendarQuery = Static<typeof CalendarQuery>;

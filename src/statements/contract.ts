import { type Static, Type } from "typebox";
import { Amount, CurrencyCode, DayText, Id, Moment, nullable, pageOf, pageQuery, record, Sha256, words } from "../http/contract.ts";
import { columnRoles, tableDelimiters, tableEncodings } from "./formats/table/choices.ts";

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

// How a file is to be read

export const TableChoices = Type.Object(
  {
    delimiter: Type.Optional(words(tableDelimiters)),
    encoding: Type.Optional(words(tableEncodings)),
    sheet: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: "Of a workbook" })),
    headerLine: Type.Optional(nullable(Type.Integer({ minimum: 1, description: "Line of the header; null: the table has none" }))),
    columns: Type.Optional(
      Type.Array(
        Type.Object(
          {
            header: Type.String({ maxLength: 500, description: "As the file names the column" }),
            position: Type.Integer({ minimum: 0, maximum: 500 }),
            role: nullable(words(columnRoles)),
            order: Type.Optional(
              Type.Integer({
                minimum: 0,
                maximum: 500,
                description: "Of several columns with one role, the lowest that is not blank counts",
              }),
            ),
          },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 200, description: "All columns of the table, with what they hold" },
      ),
    ),
    dayOrder: Type.Optional(words(["dmy", "mdy", "ymd"])),
    decimal: Type.Optional(words([".", ","])),
    inverted: Type.Optional(Type.Boolean({ description: "Positive amounts are money out, as in lists of cards" })),
  },
  {
    title: "TableChoices",
    additionalProperties: false,
    description: "How a table is to be read; what is left out is inferred from each file",
  },
);
export type TableChoices = Static<typeof TableChoices>;

export const ReadTerms = Type.Object(
  {
    profileId: Type.Optional(Id),
    accountId: Type.Optional(Id),
    account: Type.Optional(Type.String({ minLength: 4, maxLength: 40, description: "Number of the account, in place of its id" })),
    currency: Type.Optional(CurrencyCode),
    table: Type.Optional(TableChoices),
  },
  { title: "ReadTerms", additionalProperties: false, description: "What is said of a file, for where it is silent" },
);
export type ReadTerms = Static<typeof ReadTerms>;

export const StatementProfile = record(
  "StatementProfile",
  {
    id: Id,
    name: Type.String(),
    accountId: nullable(Id),
    accountName: nullable(Type.String()),
    currency: nullable(CurrencyCode),
    table: TableChoices,
    createdBy: Type.String(),
    createdAt: Moment,
    updatedAt: Moment,
  },
  "How the files of a bank or an account are read, as a person said once",
);
export type StatementProfile = Static<typeof StatementProfile>;
export const StatementProfileList = record("StatementProfileList", { items: Type.Array(StatementProfile) });
export type StatementProfileList = Static<typeof StatementProfileList>;

export const NewProfile = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, pattern: "\\S" }),
    accountId: Type.Optional(nullable(Id)),
    currency: Type.Optional(nullable(CurrencyCode)),
    table: TableChoices,
  },
  { title: "NewProfile", additionalProperties: false },
);
export type NewProfile = Static<typeof NewProfile>;

// Previews

/** As a file has it, which may be more exact than its currency; its currency may not be known. */
const ReadAmount = Type.String({ pattern: "^-?\\d+(\\.\\d+)?$", description: "Exact decimal string with the decimals of the file" });

export const PreviewColumn = record("PreviewColumn", {
  position: Type.Integer(),
  header: Type.String(),
  role: nullable(words(columnRoles)),
  order: Type.Integer(),
  examples: Type.Array(Type.String()),
});
export type PreviewColumn = Static<typeof PreviewColumn>;

export const PreviewRow = record("PreviewRow", {
  line: Type.Integer(),
  cells: Type.Array(Type.String()),
  kind: words(["preamble", "header", "entry", "continuation", "other", "withoutAmount", "blank", "unread"]),
  entry: nullable(
    record("PreviewEntry", {
      bookingDate: DayText,
      valueDate: nullable(DayText),
      amount: ReadAmount,
      currency: nullable(Type.String()),
      text: nullable(Type.String()),
      counterparty: nullable(Type.String()),
      balance: nullable(ReadAmount),
      pending: Type.Boolean(),
    }),
  ),
});
export type PreviewRow = Static<typeof PreviewRow>;

export const PreviewQuestion = record("PreviewQuestion", {
  about: words(["dayOrder", "decimal", "account", "currency"]),
  text: Type.String(),
  options: Type.Array(record("PreviewOption", { value: Type.String(), cell: Type.String(), reading: Type.String() })),
});
export type PreviewQuestion = Static<typeof PreviewQuestion>;

export const StatementPreview = record(
  "StatementPreview",
  {
    accepted: Type.Boolean(),
    format: nullable(Type.String()),
    variant: nullable(Type.String()),
    encoding: Type.String(),
    statements: Type.Array(
      record("PreviewStatement", {
        account: nullable(Type.String({ description: "Last four characters" })),
        name: nullable(Type.String()),
        currency: nullable(Type.String()),
        from: nullable(DayText),
        to: nullable(DayText),
        entries: Type.Integer(),
        credits: ReadAmount,
        debits: ReadAmount,
        opening: nullable(ReadAmount),
        closing: nullable(ReadAmount),
        balanced: nullable(Type.Boolean()),
      }),
    ),
    problems: Type.Array(StatementProblem),
    questions: Type.Array(PreviewQuestion, { description: "What must be said before the file is imported" }),
    table: nullable(
      record("PreviewTable", {
        delimiter: nullable(words(tableDelimiters)),
        sheet: nullable(Type.String()),
        sheets: Type.Array(Type.String()),
        savedProfileId: nullable(Id),
        headerLine: nullable(Type.Integer()),
        columns: Type.Array(PreviewColumn),
        choices: TableChoices,
        dayOrder: nullable(words(["dmy", "mdy", "ymd"])),
        decimal: nullable(words([".", ","])),
        inverted: Type.Boolean(),
        evidence: Type.Array(
          record("PreviewEvidence", {
            about: words(["dayOrder", "decimal"]),
            decided: Type.Boolean(),
            text: Type.String(),
            line: nullable(Type.Integer()),
          }),
        ),
        rows: Type.Array(PreviewRow, { description: "The first 200" }),
        counts: record("PreviewCounts", {
          rows: Type.Integer(),
          entries: Type.Integer(),
          continuations: Type.Integer(),
          passedOver: Type.Integer(),
        }),
      }),
    ),
  },
  "What a file would be imported as; nothing is stored",
);
export type StatementPreview = Static<typeof StatementPreview>;

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

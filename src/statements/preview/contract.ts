import { type Static, Type } from "typebox";
import { DayText, Id, nullable, record, words } from "../../http/contract.ts";
import { StatementProblem } from "../contract.ts";
import { columnRoles, tableDelimiters } from "../formats/table/choices.ts";
import { TableChoices } from "../profiles/contract.ts";

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

import { type Static, Type } from "typebox";
import { CurrencyCode, Id, Moment, nullable, record, words } from "../../http/contract.ts";
import { columnRoles, tableDelimiters, tableEncodings } from "../formats/table/choices.ts";

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

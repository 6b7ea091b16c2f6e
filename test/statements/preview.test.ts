import { describe, expect, test } from "vitest";
import type { StatementPreview } from "../../src/statements/preview/contract.ts";
import { previewStatements } from "../../src/statements/preview/preview.ts";
import type { Said } from "../../src/statements/said.ts";
import { workbook } from "./workbook.ts";

async function* bytesOf(file: string | Uint8Array) {
  yield Buffer.from(file);
}

const preview = (file: string | Uint8Array, said: Said = {}) => previewStatements(bytesOf(file), said);
const roles = ({ table }: StatementPreview) => table?.columns.map(({ role }) => role);
const asked = ({ questions }: StatementPreview) => questions.map(({ about }) => about);
const entries = ({ table }: StatementPreview) =>
  table?.rows.flatMap(({ entry }) => (entry === null ? [] : [[entry.bookingDate, entry.amount]]));

const german =
  "Kontoauszug;;;\nIBAN:;DE89 3704 0044 0532 0130 00;;\n;;;\nBuchung;Verwendungszweck;Betrag EUR;Saldo\n01.04.2026;Miete;-1.012,50;87,50\n;zweite Zeile;;\n22.04.2026;Zins;5,00;92,50\nSumme;;-1.007,50;\n";
const open = "Date,Text,Amount\n03/04/2026,Rent,1.234\n05/04/2026,Bill,2.500\n";

describe("the preview of a table", () => {
  test("marks preamble, header, entries, continued lines and totals, and says what decided the conventions", async () => {
    const seen = await preview(german);
    expect(seen).toMatchObject({
      accepted: true,
      format: "csv",
      questions: [],
      statements: [{ account: "3000", entries: 2, opening: "1100.00", closing: "92.50", balanced: true }],
    });
    expect(seen.table).toMatchObject({
      delimiter: ";",
      headerLine: 4,
      dayOrder: "dmy",
      decimal: ",",
      counts: { entries: 2, continuations: 1, passedOver: 1 },
    });
    expect(seen.table?.rows.map(({ kind }) => kind)).toEqual([
      ...["preamble", "preamble", "blank", "header", "entry", "continuation", "entry", "other"],
    ]);
    expect(roles(seen)).toEqual(["bookingDate", "text", "amount", "balance"]);
    expect(seen.table?.evidence.map(({ about, decided }) => [about, decided])).toEqual([
      ["dayOrder", true],
      ["decimal", true],
    ]);
    expect(seen.table?.evidence[1]?.text).toContain("-1.012,50");
    expect(seen.table?.rows[4]?.entry?.text).toBe("Miete\nzweite Zeile");
  });

  test("asks for what the file does not tell, with what each answer would make of it", async () => {
    const seen = await preview(open);
    expect(asked(seen)).toEqual(["dayOrder", "decimal", "account", "currency"]);
    expect(seen.questions[0]?.options).toEqual([
      { value: "dmy", cell: "03/04/2026", reading: "2026-04-03" },
      { value: "mdy", cell: "03/04/2026", reading: "2026-03-04" },
    ]);
    expect(seen.questions[1]?.options.map(({ value, reading }) => [value, reading])).toEqual([
      [".", "1.234"],
      [",", "1234"],
    ]);
    expect(seen.table?.choices).not.toHaveProperty("dayOrder");
  });

  test("shows the effect of each answer at once", async () => {
    const account = { number: "NL91ABNA0417164300", numbers: ["NL91ABNA0417164300"] };
    const seen = await preview(open, { choices: { dayOrder: "mdy", decimal: "," }, account, currency: "EUR" });
    expect(asked(seen)).toEqual([]);
    expect(entries(seen)).toEqual([
      ["2026-03-04", "1234"],
      ["2026-05-04", "2500"],
    ]);
    expect(seen.statements).toMatchObject([{ account: "4300", currency: "EUR", credits: "3734.00" }]);
  });

  test("takes columns that a person chose, whatever their names, and finds them by name where they have moved", async () => {
    const turkish = "Tarih;Aciklama;Tutar\n01.04.2026;Kira;-12,50\n22.04.2026;Faiz;5,00\n";
    expect((await preview(turkish)).accepted).toBe(false);
    const headed = await preview(turkish, { choices: { headerLine: 1 } });
    expect(headed.table?.columns.map(({ header }) => header)).toEqual(["Tarih", "Aciklama", "Tutar"]);
    // What is known of a header stays, so that only the rest is chosen by hand.
    const half = await preview("Datum;Aciklama;Tutar\n01.04.2026;Kira;-12,50\n", { choices: { headerLine: 1 } });
    expect([half.accepted, half.table?.headerLine, roles(half)]).toEqual([false, 1, ["bookingDate", null, null]]);
    const columns = [
      { header: "Tarih", position: 0, role: "bookingDate" as const },
      { header: "Aciklama", position: 1, role: "text" as const },
      { header: "Tutar", position: 2, role: "amount" as const },
    ];
    const expected = [
      ["2026-04-01", "-12.50"],
      ["2026-04-22", "5.00"],
    ];
    expect(entries(await preview(turkish, { choices: { columns } }))).toEqual(expected);
    const moved = "Banka;;\nTutar;Tarih;Aciklama\n-12,50;01.04.2026;Kira\n5,00;22.04.2026;Faiz\n";
    expect(entries(await preview(moved, { choices: { columns } }))).toEqual(expected);
    expect(
      entries(await preview(moved, { profiles: [{ id: "p", name: "Banka", choices: { columns }, account: null, currency: "TRY" }] })),
    ).toEqual(expected);
  });

  test("its own choices make the same of the file again", async () => {
    for (const file of [german, "Date,Text,Amount\n2026-04-01,Rent,12.50\n", "01.04.2026;Miete;-12,50\n22.04.2026;Zins;5,00\n"]) {
      const first = await preview(file);
      const choices = first.table?.choices;
      const again = await preview(file, choices === undefined ? {} : { choices });
      expect(again.table?.rows).toEqual(first.table?.rows);
      expect(again.statements).toEqual(first.statements);
      expect(again.table?.choices).toEqual(choices);
    }
  });

  test("of a workbook names its sheets and reads the one that was chosen", async () => {
    const file = workbook({
      Notes: [["nothing"]],
      April: [
        ["Date", "Text", "Amount"],
        ["2026-04-01", "Rent", "-12.50"],
      ],
      May: [
        ["Date", "Text", "Amount"],
        ["2026-05-01", "Rent", "-13.50"],
      ],
    });
    expect((await preview(file)).table).toMatchObject({ sheet: "April", sheets: ["Notes", "April", "May"] });
    expect(entries(await preview(file, { choices: { sheet: "May" } }))).toEqual([["2026-05-01", "-13.50"]]);
    expect((await preview(file, { choices: { sheet: "June" } })).problems).toMatchObject([{ code: "PROFILE_MISMATCH" }]);
  });

  test.each([
    ["a day the chosen order cannot read", german, { choices: { dayOrder: "mdy" as const } }, "DATE_UNREADABLE"],
    [
      "columns the table does not have",
      german,
      { choices: { columns: [{ header: "Datum", position: 0, role: "bookingDate" as const }] } },
      "PROFILE_MISMATCH",
    ],
    [
      "columns without an amount",
      german,
      { choices: { columns: [{ header: "Buchung", position: 0, role: "bookingDate" as const }] } },
      "FORMAT_UNKNOWN",
    ],
    [
      "another account than was said",
      german,
      { account: { number: "NL91ABNA0417164300", numbers: ["NL91ABNA0417164300"] } },
      "ACCOUNT_DIFFERS",
    ],
    ["another currency than was said", german, { currency: "USD" }, "CURRENCY_DIFFERS"],
    [
      "a day that the calendar does not have, beside an amount",
      "Datum;Text;Betrag\n31.02.2026;x;5,00\n01.03.2026;y;6,00\n",
      {},
      "DATE_UNREADABLE",
    ],
  ])("refuses %s", async (_, file, said, code) => {
    const seen = await preview(file, said);
    expect(seen).toMatchObject({ accepted: false, statements: [] });
    expect(seen.problems).toContainEqual(expect.objectContaining({ severity: "refusal", code }));
  });

  test("takes the bank's own number as the account of its IBAN", async () => {
    const account = { number: "DE89370400440532013000", numbers: ["DE89370400440532013000"] };
    expect(
      (await preview("Konto;0532013000;;\nDatum;Text;Betrag;Saldo\n22.04.2026;Zins;5,00;92,50\n", { account, currency: "EUR" })).accepted,
    ).toBe(true);
  });

  test("of a QIF file asks for the order of days, and takes the answer", async () => {
    const qif = "!Type:Bank\nD03/04/26\nT5.00\n^\n";
    const seen = await preview(qif);
    expect(seen).toMatchObject({ accepted: true, table: null });
    expect(asked(seen)).toContain("account");
    expect((await preview(qif, { choices: { dayOrder: "dmy" } })).statements).toMatchObject([{ from: "2026-04-03" }]);
    expect((await preview(qif, { choices: { dayOrder: "mdy" } })).statements).toMatchObject([{ from: "2026-03-04" }]);
  });
});

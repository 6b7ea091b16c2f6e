import { describe, expect, test } from "vitest";
import { codes, collect } from "../collect.ts";
import { unprovenFiles } from "../sample-files.ts";

const file = (...records: ReadonlyArray<readonly string[]>) => `!Type:Bank\n${records.map((lines) => `${lines.join("\n")}\n^\n`).join("")}`;

describe("a QIF file", () => {
  test("is a list of entries in the account's own currency, with splits under them", async () => {
    const read = await collect(unprovenFiles.get("qif") ?? "");
    expect(read).toMatchObject({ accepted: true, format: "qif", problems: [{ code: "BALANCE_MISSING" }] });
    expect(read.statements[0]?.header).toMatchObject({ account: { id: "", name: "Giro" }, currency: null });
    expect(read.statements[0]?.entries).toMatchObject([
      {
        amount: "-1250.00",
        currency: "XXX",
        bookingDate: "2026-04-13",
        counterparty: { name: "Käufer €" },
        text: "Größe",
        details: [
          { amount: "-1000.00", text: "Miete" },
          { amount: "-250.00", text: "Strom" },
        ],
      },
      { amount: "3.00", bookingDate: "2026-04-14" },
    ]);
  });

  test.each([
    ["month first", ["8/12/13", "8/15/13"], ["2013-08-12", "2013-08-15"]],
    ["day first", ["12/8/13", "15/8/13"], ["2013-08-12", "2013-08-15"]],
    ["year first, in two digits", ["13/08/12", "13/3/3"], ["2013-08-12", "2013-03-03"]],
    ["ISO 8601", ["2022-09-23", "2022-09-08"], ["2022-09-23", "2022-09-08"]],
    ["with an apostrophe", ["2/10'2020", "2/28'2020"], ["2020-02-10", "2020-02-28"]],
  ])("has its day order inferred from all of its days: %s", async (_, written, days) => {
    const read = await collect(file(...written.map((day) => [`D${day}`, "T1.00"])));
    expect(read.statements[0]?.entries.map((entry) => entry.bookingDate)).toEqual(days);
  });

  test("whose days allow two orders says which was taken", async () => {
    expect(codes(await collect(file(["D1/2/26", "T1.00"])))).toEqual(["BALANCE_MISSING", "DATE_ORDER_GUESSED"]);
    expect(codes(await collect(file(["D2/2/26", "T1.00"])))).toEqual(["BALANCE_MISSING"]);
  });

  test.each([
    ["a comma", ["1.234,50", "-7,00"], ["1234.50", "-7.00"]],
    ["a point", ["1,234.50", "1,000"], ["1234.50", "1000"]],
    ["told by other lines", ["1.234", "0,50"], ["1234", "0.50"]],
  ])("has its decimal sign inferred from all of its amounts: %s", async (_, written, amounts) => {
    const read = await collect(file(...written.map((amount) => ["D2022-09-23", `T${amount}`])));
    expect(read.statements[0]?.entries.map((entry) => entry.amount)).toEqual(amounts);
  });

  test("passes lists of categories and securities over, and says when nothing is left", async () => {
    expect(codes(await collect("!Type:Cat\nNRent\nE\n^\n!Type:Invst\nD1/2/26\nT5\n^\n"))).toEqual(["LIST_SKIPPED", "NO_STATEMENT"]);
  });

  test("reads an opening balance among the transactions as one of them, and says so", async () => {
    const read = await collect(file(["D2026-04-01", "T5.00", "POpening Balance", "L[Giro]"]));
    expect(read.statements[0]?.entries).toHaveLength(1);
    expect(codes(read)).toEqual(["BALANCE_MISSING", "OPENING_AS_ENTRY"]);
  });

  test.each([
    ["a day that is none", file(["D31/31/26", "T1.00"]), "DATE_UNREADABLE"],
    ["no day at all", file(["T1.00"]), "DATE_UNREADABLE"],
    ["words for an amount", file(["D2026-04-01", "Tmuch"]), "AMOUNT_UNREADABLE"],
    ["two kinds of decimal sign", file(["D2026-04-01", "T1.5"], ["D2026-04-01", "T1,55"]), "AMOUNT_UNREADABLE"],
  ])("with %s is refused", async (_, text, code) => {
    const read = await collect(text);
    expect(read.accepted).toBe(false);
    expect(read.problems.at(-1)).toMatchObject({ severity: "refusal", code });
  });
});

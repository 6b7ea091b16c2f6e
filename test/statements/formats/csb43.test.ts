import { describe, expect, test } from "vitest";
import { codes, collect } from "../collect.ts";
import { csb43File } from "./fixed-files.ts";

describe("a Norma 43 file", () => {
  test("is a statement with balances, totals, signed entries and their texts, and adds up", async () => {
    const file = await collect(
      csb43File(10_000, [{ cents: 2_550, texts: ["TRANSFERENCIA", "CLIENTE 17"] }, { cents: -50 }, { cents: 0 }], 12_500),
    );
    expect(file).toMatchObject({ accepted: true, format: "csb43", variant: "Norma 43", problems: [] });
    const [statement] = file.statements;
    expect(statement?.header).toMatchObject({
      account: { id: "210004180200051332", servicer: "2100", owner: "LINDENKADE SL" },
      currency: "EUR",
      periodFrom: "2026-04-01",
      periodTo: "2026-04-01",
    });
    expect(statement?.entries[0]).toMatchObject({
      amount: "25.50",
      bookingDate: "2026-04-01",
      valueDate: "2026-04-02",
      bankReference: "0000000042",
      reference: "FACTURA 17",
      transactionCode: "02040",
      text: "TRANSFERENCIA\nCLIENTE 17",
    });
    expect(statement?.declared).toMatchObject([{ credits: "25.50", creditCount: 2, debits: "0.50", debitCount: 1 }]);
    expect(statement?.sums).toMatchObject({ balanced: true, entries: 3, opening: { amount: "100.00" }, closing: { amount: "125.00" } });
  });

  test("keeps up to five texts and says the amount an entry was ordered in", async () => {
    const texts = ["UNO", "DOS", "TRES", "CUATRO", "CINCO"];
    const file = await collect(
      csb43File(0, [{ cents: 100, texts }], 100)
        .replace("\n33", "\n240184000000000000110\n33")
        .replace("000008", "000009"),
    );
    expect(file).toMatchObject({ accepted: true, problems: [] });
    expect(file.statements[0]?.entries[0]?.text).toBe([...texts, "1.10 USD"].join("\n"));
  });

  test("has no closing balance when the bank leaves it blank", async () => {
    const file = await collect(csb43File(0, [{ cents: 100 }], 100).replace(/^(33.{56}).{15}/m, `$1${" ".repeat(15)}`));
    expect(file).toMatchObject({ accepted: true });
    expect(file.statements[0]?.sums).toMatchObject({ closing: null, balanced: null });
  });

  test.each([
    ["does not add up", (file: string) => file.replace(/2(\d{13})5978/, "2$16978"), ["BALANCE_BREAK"]],
    ["declares other sums", (file: string) => file.replace(/^(33.{42})\d{14}/m, "$100000000000099"), ["TOTALS_MISMATCH"]],
    ["ends in an 88 glued to the 33", (file: string) => file.replace("978\n88", "97888"), []],
  ])("that %s is read, and it is said", async (_, change, expected) => {
    const file = await collect(change(csb43File(0, [{ cents: 5 }], 5)));
    expect(file.accepted).toBe(true);
    expect(codes(file)).toEqual(expected);
    expect(file.statements).toHaveLength(1);
  });

  test.each([
    ["without its totals", (file: string) => file.replace(/^33.*\n/m, ""), "TRUNCATED"],
    ["with a movement of nothing", (file: string) => file.replace(/^11.*\n/m, ""), "FORMAT_UNKNOWN"],
    ["in a currency without a number", (file: string) => file.replace("9783", "9993"), "CURRENCY_UNKNOWN"],
    ["with an impossible day", (file: string) => file.replace("260401260402", "269901260402"), "DATE_UNREADABLE"],
    ["with letters in an amount", (file: string) => file.replace("040200000000000005", "0402000000000000O5"), "AMOUNT_UNREADABLE"],
    ["with an unknown record", (file: string) => file.replace("\n22", "\n29"), "SYNTAX"],
  ])("%s is refused", async (_, change, code) => {
    const file = await collect(change(csb43File(0, [{ cents: 5 }], 5)));
    expect(file.accepted).toBe(false);
    expect(file.problems.at(-1)).toMatchObject({ severity: "refusal", code });
  });
});

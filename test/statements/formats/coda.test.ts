import { describe, expect, test } from "vitest";
import { codes, collect } from "../collect.ts";
import { codaFile } from "./fixed-files.ts";

describe("a CODA file", () => {
  test("is a statement with balances, signed entries and who is behind them, and adds up", async () => {
    const party = { name: "KLANT NAAM", account: "BE62510007547061", bic: "GKCCBEBB" };
    const file = await collect(
      codaFile(
        10_000,
        [{ cents: 2_550, communication: "Factuur 17", party, reference: "E2E-1", information: "KLANT" }, { cents: -50 }],
        12_500,
      ),
    );
    expect(file).toMatchObject({ accepted: true, format: "coda", variant: "CODA 2", problems: [] });
    const [statement] = file.statements;
    expect(statement?.header).toMatchObject({
      kind: "statement",
      account: { id: "BE68539007547034", scheme: "iban", servicer: "KREDBEBB", name: "Zichtrekening", owner: "LINDENKADE NV" },
      currency: "EUR",
      id: "REF0000001",
      sequence: 61,
      createdAt: "2026-04-01",
      copy: null,
    });
    expect(statement?.balances).toMatchObject([
      { type: "OPBD", amount: "100.00", date: "2026-03-31" },
      { type: "CLBD", amount: "125.00", date: "2026-04-01" },
    ]);
    expect(statement?.entries[0]).toMatchObject({
      amount: "25.50",
      bookingDate: "2026-04-01",
      valueDate: "2026-04-02",
      bankReference: "BANK0001",
      reference: "E2E-1",
      transactionCode: "0150000",
      counterparty: { name: "KLANT NAAM", account: "BE62510007547061", bic: "GKCCBEBB" },
      text: "Factuur 17\nKLANT",
    });
    expect(statement?.declared).toMatchObject([{ credits: "25.50", debits: "0.50" }]);
    expect(statement?.sums).toMatchObject({ balanced: true, entries: 2 });
  });

  test("has the details of a globalised amount under it, never beside it", async () => {
    const file = await collect(
      codaFile(0, [{ cents: 300, type: "1" }, { cents: 100, type: "5", communication: "A" }, { cents: 200, type: "5" }, { cents: 1 }], 301),
    );
    expect(file.statements[0]?.entries.map(({ amount, details }) => [amount, details.map((detail) => detail.amount)])).toEqual([
      ["3.00", ["1.00", "2.00"]],
      ["0.01", []],
    ]);
    expect(file.statements[0]?.sums?.balanced).toBe(true);
  });

  test.each([
    ["101", true, "101091033312345"],
    ["quoted in text", false, "betaling +++091/0333/12345+++ dank"],
  ])("carries a structured communication, %s", async (_, structured, communication) => {
    const file = await collect(codaFile(0, [{ cents: 1, structured, communication }], 1));
    expect(file.statements[0]?.entries[0]?.structuredReference).toBe("+++091/0333/12345+++");
  });

  test("names the mandate of a SEPA direct debit", async () => {
    const communication = `127010426110${"BE69ZZZ0123456789".padEnd(35)}${"MANDATE-7".padEnd(35)}HUUR APRIL`;
    const file = await collect(codaFile(0, [{ cents: -1, structured: true, communication, party: { name: "X", account: "" } }], -1));
    expect(file.statements[0]?.entries[0]).toMatchObject({ mandateId: "MANDATE-7", text: "HUUR APRIL" });
  });

  test("in Belgian account structure 0 has its twelve digits and its currency", async () => {
    const iban = "12061BE68539007547034                  EUR";
    const file = await collect(codaFile(0, [], 0).replace(iban, "10061539007547034 USD0BE".padEnd(iban.length)));
    expect(file.statements[0]?.header).toMatchObject({ account: { id: "539007547034", scheme: "other" }, currency: "USD" });
  });

  test("that does not add up is read, and the difference is named", async () => {
    expect(codes(await collect(codaFile(0, [{ cents: 1 }], 2)))).toEqual(["BALANCE_BREAK"]);
  });

  test("whose trailer sums other entries says so", async () => {
    const file = codaFile(0, [{ cents: 100 }], 100);
    expect(codes(await collect(file.replace(/(9 {15}\d{6}\d{15})\d{15}/, "$1000000000002000")))).toEqual(["TOTALS_MISMATCH"]);
  });

  test.each([
    ["without its trailer", (file: string) => file.slice(0, -130), "TRUNCATED"],
    ["without its new balance", (file: string) => file.replace(/^8.*\r\n/m, ""), "TRUNCATED"],
    ["of a version nobody knows", (file: string) => file.replace(/2\r\n12061/, "7\r\n12061"), "VERSION_UNKNOWN"],
    ["with letters in an amount", (file: string) => file.replace("0000000000000010", "00000000000O0010"), "AMOUNT_UNREADABLE"],
    ["with an unknown record", (file: string) => file.replace(/^22/m, "29"), "SYNTAX"],
  ])("%s is refused", async (_, change, code) => {
    const file = await collect(change(codaFile(0, [{ cents: 1 }], 1)));
    expect(file.accepted).toBe(false);
    expect(file.problems.at(-1)).toMatchObject({ severity: "refusal", code });
  });
});

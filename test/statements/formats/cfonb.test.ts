import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { overpunched } from "../../../src/statements/formats/fixed.ts";
import { codes, collect } from "../collect.ts";
import { cfonbFile, overpunch } from "./fixed-files.ts";

describe("a CFONB 120 file", () => {
  const more = [
    ["LIB", "FACTURE 17"],
    ["NPY", "CLIENT NOM"],
    ["RCN", `${"E2E-1".padEnd(35)}SALA`],
    ["RUM", "MANDAT-7"],
    ["LCC", "REMISE"],
    ["LC2", "SUITE"],
  ] as const;

  test("is a statement with balances, signed entries and what their complements say, and adds up", async () => {
    const file = await collect(cfonbFile(-19_040, [{ cents: 22_500, more }, { cents: -10 }], 3_450));
    expect(file).toMatchObject({ accepted: true, format: "cfonb120", variant: "CFONB 120", problems: [] });
    const [statement] = file.statements;
    expect(statement?.header).toMatchObject({ account: { id: "300040081300012345678", servicer: "30004" }, currency: "EUR" });
    expect(statement?.balances).toMatchObject([
      { type: "OPBD", amount: "-190.40", date: "2026-03-31" },
      { type: "CLBD", amount: "34.50", date: "2026-04-01" },
    ]);
    expect(statement?.entries[0]).toMatchObject({
      amount: "225.00",
      bookingDate: "2026-04-01",
      valueDate: "2026-04-02",
      bankReference: "0000042",
      reference: "REF-1",
      transactionCode: "05",
      text: "VIREMENT\nFACTURE 17\nREMISE SUITE",
      counterparty: { name: "CLIENT NOM" },
      endToEndId: "E2E-1",
      purpose: "SALA",
      mandateId: "MANDAT-7",
    });
    expect(statement?.sums?.balanced).toBe(true);
  });

  test("reads the same with line breaks, without, and in records of 240", async () => {
    const file = cfonbFile(0, [{ cents: 5, more }, { cents: -7 }], -2);
    const withLines = await collect(file);
    const amounts = (read: Awaited<ReturnType<typeof collect>>) => read.statements[0]?.entries.map(({ amount, text }) => [amount, text]);
    for (const other of [file.replaceAll("\n", ""), file.replaceAll("\n", `${" ".repeat(120)}\r\n`)]) {
      const read = await collect(other);
      expect(read).toMatchObject({ accepted: true, problems: [] });
      expect(amounts(read)).toEqual(amounts(withLines));
    }
  });

  test("may hold several accounts", async () => {
    const file = await collect(cfonbFile(0, [{ cents: 1 }], 1) + cfonbFile(5, [], 5, "00099999999"));
    expect(file.statements.map((one) => [one.header.account.id.slice(-8), one.sums?.closing?.amount])).toEqual([
      ["12345678", "0.01"],
      ["99999999", "0.05"],
    ]);
  });

  test("that does not add up is read, and the difference is named", async () => {
    expect(codes(await collect(cfonbFile(0, [{ cents: 1 }], 2)))).toEqual(["BALANCE_BREAK"]);
  });

  test.each([
    ["without its new balance", (file: string) => file.slice(0, 242), "TRUNCATED"],
    ["with a new balance of nothing", (file: string) => file.slice(121), "SYNTAX"],
    ["with a complement of nothing", (file: string) => file.replace(/^04.*\n/m, ""), "SYNTAX"],
    ["with an impossible day", (file: string) => file.replace("05010426", "05459926"), "DATE_UNREADABLE"],
    ["of another account in the middle", (file: string) => file.replace(/^(04.{19})00012345678/m, "$100012345679"), "SYNTAX"],
    ["with letters in an amount", (file: string) => file.replace("0000000000005{", "0000000000X05{"), "AMOUNT_UNREADABLE"],
  ])("%s is refused", async (_, change, code) => {
    const file = await collect(change(cfonbFile(0, [{ cents: 50, more: [["LIB", "X"]] }], 50)));
    expect(file.accepted).toBe(false);
    expect(file.problems.at(-1)).toMatchObject({ severity: "refusal", code });
  });
});

test("an overpunched amount is its digits and its sign", () => {
  expect(overpunched("0000000000322J", 2)).toBe("-32.21");
  expect(overpunched("0000000166956E", 2)).toBe("16695.65");
  expect(overpunched("       166956E", 2)).toBe("16695.65");
  expect(overpunched("00000000000005", 3)).toBe("0.005");
  expect(overpunched("0000000000000}", 2)).toBe("0.00");
  for (const wrong of ["", "12", "1S", "J1", "1-2{"].filter((text) => text !== "12")) expect(overpunched(wrong, 2)).toBeNull();
  fc.assert(
    fc.property(fc.integer({ min: -9_999_999, max: 9_999_999 }), (cents) => {
      const text = overpunched(overpunch(cents), 2) ?? "";
      expect(Number(text.replace(".", ""))).toBe(cents === 0 ? 0 : cents);
    }),
  );
});

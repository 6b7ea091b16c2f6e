import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { tellingFormats } from "../../../src/banks/simulator/unreliable/company.ts";
import { allFaults, type FaultName } from "../../../src/banks/simulator/unreliable/fault-names.ts";
import { type UnreliableBank, unreliableBank } from "../../../src/banks/simulator/unreliable/unreliable-bank.ts";

const bankOf = (seed: string, faults: readonly FaultName[], accounts = 12) =>
  unreliableBank({ seed, accounts, days: 8, formats: tellingFormats, faults });

function digestOf({ files, truth }: UnreliableBank): string {
  const hash = createHash("sha256").update(JSON.stringify(truth));
  for (const { name, bytes } of files) hash.update(name).update(bytes);
  return hash.digest("hex").slice(0, 16);
}

const worst = bankOf("digest", allFaults);

describe("unreliable banks", () => {
  test("the same seed gives the same bytes, on every machine and version of Node.js; another seed gives others", () => {
    expect(digestOf(worst)).toMatchInlineSnapshot(`"a7e3dd5b32d3fbfb"`);
    expect(digestOf(bankOf("digest", allFaults))).toBe(digestOf(worst));
    expect(digestOf(bankOf("other", allFaults))).not.toBe(digestOf(worst));
  });

  test("without faults every day is told once, whole and provable, and nothing repeats", () => {
    const { files, truth } = bankOf("calm", []);
    expect(new Set(truth.accounts.flatMap(({ days }) => days.map(({ state, proven }) => `${state} ${proven}`)))).toEqual(
      new Set(["told true"]),
    );
    expect(new Set(truth.files.flatMap(({ statements }) => statements.map(({ becomes }) => becomes)))).toEqual(new Set(["new"]));
    expect(truth.files.flatMap(({ statements }) => statements)).toHaveLength(12 * 8);
    expect(files.map(({ name }) => name)).toEqual(files.map(({ name }) => name).sort());
  });

  test("the truth adds up: each day opens where the day before closed, and its entries lead to its closing", () => {
    for (const { days } of bankOf("sums", ["overlap", "twins", "late_booking", "repeat"]).truth.accounts)
      for (const [index, day] of days.entries()) {
        expect(day.opening).toBe(days[index - 1]?.closing ?? day.opening);
        const sum = day.entries.reduce((total, { amount }) => total + BigInt(amount), BigInt(day.opening));
        expect(String(sum)).toBe(day.closing);
      }
  });

  // Those that show in no single file or day are left out here.
  test.each(allFaults.filter((fault) => fault !== "out_of_order"))("%s is planted when it is asked for, and only then", (fault) => {
    const companions: readonly FaultName[] = fault === "pending" ? ["intraday"] : [];
    const planted = ({ truth }: UnreliableBank) =>
      new Set([
        ...truth.accounts.flatMap(({ days }) => days.flatMap(({ faults }) => faults)),
        ...truth.files.flatMap(({ faults }) => faults),
      ]);
    expect(planted(bankOf("each", [fault, ...companions], 24))).toContain(fault);
    expect(
      planted(
        bankOf(
          "each",
          allFaults.filter((other) => other !== fault),
          4,
        ),
      ),
    ).not.toContain(fault);
  });

  test("without a format that tells empty days there is no bank", () => {
    expect(() => unreliableBank({ seed: "1", accounts: 1, days: 1, formats: ["csv"], faults: [] })).toThrow("a table alone");
  });
});

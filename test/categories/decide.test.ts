import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Condition } from "../../src/categories/contract.ts";
import { decide, type Knowledge } from "../../src/categories/decide.ts";
import { folded, nameKey } from "../../src/categories/fold.ts";
import { compile, describePredicate, type SortableEntry } from "../../src/categories/rule.ts";

const entry: SortableEntry = {
  id: "e",
  accountId: "a",
  day: "2026-03-02",
  amountMinor: -250_000n,
  currency: "EUR",
  code: "PMNT-ICDT-ESCT",
  purpose: null,
  counterparty: "Müller & Söhne GmbH",
  counterpartyId: "c",
  text: "Müller & Söhne GmbH  Payroll März",
  reference: "RF18 5390",
  mandate: null,
  accountIndex: "other",
};
const categories: Knowledge["categories"] = [
  { code: "internal", direction: "both", bankTransactionCodes: [], purposeCodes: [] },
  { code: "fees", direction: "out", bankTransactionCodes: ["*-*-CHRG", "NCHG"], purposeCodes: [] },
  { code: "customers", direction: "in", bankTransactionCodes: ["PMNT-RCDT"], purposeCodes: ["SUPP"] },
  { code: "payroll", direction: "out", bankTransactionCodes: [], purposeCodes: ["SALA"] },
  { code: "suppliers", direction: "out", bankTransactionCodes: ["PMNT-ICDT"], purposeCodes: ["SUPP"] },
];
const nothing: Knowledge = { rules: [], categories, ownAccounts: new Set(), memory: new Map() };
const rule = (priority: number, category: string, ...all: Condition[]): Knowledge["rules"][number] => ({
  ...{ id: `r${priority}`, priority, name: `R${priority}`, category, counterpartyId: null },
  words: describePredicate({ all }),
  test: compile({ all }),
});
const holds = (...all: Condition[]) => compile({ all })(entry);

describe("a rule", () => {
  test("explains itself as it decides", () => {
    const payroll = rule(12, "payroll", { field: "text", op: "contains", value: "PAYROLL" }, { field: "amount", op: "below", value: "0" });
    expect(decide(entry, { ...nothing, rules: [payroll] })).toMatchObject({
      category: "payroll",
      source: "rule",
      ruleId: "r12",
      reason: `rule 12 "R12": text contains 'PAYROLL' and amount below 0`,
    });
  });

  test("minds neither case nor accents nor blanks", () => {
    expect(holds({ field: "text", op: "contains", value: "muller & sohne gmbh payroll MARZ" })).toBe(true);
    expect(holds({ field: "counterparty", op: "starts", value: "müller" })).toBe(true);
    expect(holds({ field: "reference", op: "is", value: "rf18 5390" })).toBe(true);
    expect(holds({ field: "text", op: "contains", value: ["rent", "payroll"] })).toBe(true);
    expect(holds({ field: "mandate", op: "contains", value: "x" })).toBe(false);
  });

  test("compares amounts exactly, in the unit of their currency", () => {
    expect(holds({ field: "amount", op: "is", value: "-2500.00" })).toBe(true);
    expect(holds({ field: "amount", op: "below", value: "-2500" })).toBe(false);
    expect(holds({ field: "amount", op: "above", value: "-2500.001" })).toBe(true);
    const yen = compile({ all: [{ field: "amount", op: "below", value: "-249999" }] });
    expect(yen({ ...entry, currency: "JPY" })).toBe(true);
  });

  test.each<[Condition]>([
    [{ field: "amount", op: "contains", value: "1" }],
    [{ field: "amount", op: "below", value: "much" }],
    [{ field: "amount", op: "below", value: ["1", "2"] }],
    [{ field: "text", op: "below", value: "1" }],
    [{ field: "text", op: "contains", value: "  " }],
  ])("%j cannot be meant and is refused", (condition) => {
    expect(() => compile({ all: [condition] })).toThrow(expect.objectContaining({ code: "invalid_input" }));
  });
});

describe("the order of deciding", () => {
  const memory = new Map([["c out", { category: "fees", day: "2026-01-05" }]]);
  const any: Condition = { field: "direction", op: "is", value: "out" };

  test("the first rule, then what is certain, then memory, then what is usual, then nothing", () => {
    const all = { ...nothing, memory, ownAccounts: new Set(["other"]), rules: [rule(1, "payroll", any), rule(2, "fees", any)] };
    expect(decide(entry, all)).toMatchObject({ category: "payroll", source: "rule" });
    expect(decide(entry, { ...all, rules: [] })).toMatchObject({ category: "internal", source: "own_account" });
    const others = { ...all, rules: [], ownAccounts: new Set<string>() };
    expect(decide({ ...entry, purpose: "SALA" }, others)).toMatchObject({ category: "payroll", source: "bank_code" });
    expect(decide({ ...entry, code: "PMNT-ICDT-CHRG" }, others)).toMatchObject({ category: "fees", source: "bank_code" });
    expect(decide(entry, others)).toMatchObject({ source: "memory", reason: "as a person decided for this counterparty on 2026-01-05" });
    expect(decide(entry, { ...others, memory: new Map() })).toMatchObject({ category: "suppliers", source: "bank_code_family" });
    expect(decide({ ...entry, code: null }, nothing)).toBeNull();
  });

  test("a category that is only for the other direction is never given by a code", () => {
    expect(decide({ ...entry, code: "PMNT-RCDT-ESCT" }, nothing)).toBeNull();
    expect(decide({ ...entry, amountMinor: 5n, code: "PMNT-RCDT-ESCT" }, nothing)).toMatchObject({ category: "customers" });
    expect(decide({ ...entry, amountMinor: 5n, purpose: "SUPP" }, nothing)).toMatchObject({ category: "customers" });
  });

  test("a code of another bank's list is as good as a subfamily", () => {
    expect(decide({ ...entry, code: "NCHG" }, nothing)).toMatchObject({ category: "fees", source: "bank_code" });
  });
});

describe("names", () => {
  test.each([
    ["Müller & Söhne GmbH", "MULLER SOHNE"],
    ["MULLER  &  SOHNE GMBH & CO. KG", "MULLER SOHNE"],
    ["Stadtwerke Straße AG", "STADTWERKE STRASSE"],
    ["S.A. Dupont S.A.R.L.", "SA DUPONT"],
    ["SE", "SE"],
    ["!!!", ""],
  ])("%s is known as %s", (name, key) => {
    expect(nameKey(name)).toBe(key);
  });

  test("folding twice is folding once, and a key is a key of itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(folded(folded(text))).toBe(folded(text));
        expect(nameKey(nameKey(text))).toBe(nameKey(text));
      }),
    );
  });
});

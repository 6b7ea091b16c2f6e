import { expect, test } from "vitest";
import { typedAmount } from "../../../web/accounts/entry-filter.tsx";
import { csvCell } from "../../../web/kit/export.ts";

test("an amount goes into CSV as it is, negative or not", () => {
  expect(csvCell("-1250.00")).toBe("-1250.00");
  expect(csvCell("98000")).toBe("98000");
});

test("a text that a spreadsheet would run as a formula is disarmed", () => {
  expect(csvCell('=HYPERLINK("http://x")')).toBe(`"'=HYPERLINK(""http://x"")"`);
  expect(csvCell("-2+3")).toBe("'-2+3");
  expect(csvCell("@SUM(A1)")).toBe("'@SUM(A1)");
});

test("commas, quotes and line breaks stay inside their cell", () => {
  expect(csvCell('Müller, "Bau"\nGmbH')).toBe('"Müller, ""Bau""\nGmbH"');
});

test("amounts are understood as treasurers type them", () => {
  expect(typedAmount("1,250.00")).toBe("1250.00");
  expect(typedAmount("(310)")).toBe("-310");
  expect(typedAmount(" -310.5 ")).toBe("-310.5");
});

test("what is no amount is refused, not guessed", () => {
  for (const text of ["", "12.34.5", "1e5", "abc", "(-5)", "1.23456"]) expect(typedAmount(text)).toBeNull();
});

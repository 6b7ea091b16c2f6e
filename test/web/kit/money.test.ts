import fc from "fast-check";
import { expect, test } from "vitest";
import { addDecimals, decimalOrNull, decimalText } from "../../../src/money/decimal.ts";
import { minorText } from "../../../src/money/money.ts";
import {
  addAmounts,
  compareAmounts,
  isNegative,
  isZero,
  negated,
  shareForDrawing,
  subtractAmounts,
  sumAmounts,
} from "../../../web/kit/decimal.ts";
import { axisLabel, formatAmount, formatChange, spokenAmount } from "../../../web/kit/money.ts";

const minor = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const amount = fc.tuple(minor, fc.integer({ min: 0, max: 4 })).map(([units, scale]) => decimalText({ units, scale }));

test("figures are grouped by thousands and negatives stand in parentheses", () => {
  expect(formatAmount("1234567.50")).toBe("1,234,567.50");
  expect(formatAmount("-1234567.50")).toBe("(1,234,567.50)");
  expect(formatAmount("-98000")).toBe("(98,000)");
  expect(formatAmount("12.345")).toBe("12.345");
  expect(formatAmount("-0.00")).toBe("0.00");
});

test("a change says its direction, and no change says nothing", () => {
  expect(formatChange("1250.00")).toBe("+1,250.00");
  expect(formatChange("-310.00")).toBe("(310.00)");
  expect(formatChange("0.00")).toBe("0.00");
});

test("a screen reader hears minus, not a parenthesis", () => {
  expect(spokenAmount("-1234.50", "EUR")).toBe("minus 1,234.50 EUR");
});

test("an amount larger than a double can hold keeps every digit", () => {
  expect(formatAmount("-92233720368547758.08")).toBe("(92,233,720,368,547,758.08)");
});

test("formatting loses no digit of any amount the database can hold", () => {
  fc.assert(
    fc.property(minor, fc.integer({ min: 0, max: 4 }), (units, exponent) => {
      const text = minorText(units, exponent);
      const shown = formatAmount(text);
      const read = shown.replaceAll(",", "").replace(/^\((.*)\)$/, "-$1");
      expect(read).toBe(text);
    }),
  );
});

test("sums on the page are those of the server's own exact arithmetic", () => {
  fc.assert(
    fc.property(amount, amount, (a, b) => {
      const [left, right] = [decimalOrNull(a), decimalOrNull(b)];
      if (left === null || right === null) throw new Error("not an amount");
      expect(decimalOrNull(addAmounts(a, b))).toEqual(decimalOrNull(decimalText(addDecimals(left, right))));
    }),
  );
});

test("subtracting what was added gives back the amount, and an amount less itself is zero", () => {
  fc.assert(
    fc.property(amount, amount, (a, b) => {
      expect(compareAmounts(subtractAmounts(addAmounts(a, b), b), a)).toBe(0);
      expect(isZero(subtractAmounts(a, a))).toBe(true);
      expect(isZero(a) || isNegative(a) !== isNegative(negated(a))).toBe(true);
    }),
  );
});

test("the sum of nothing is zero", () => {
  expect(sumAmounts([])).toBe("0");
});

test("a share of nothing draws no bar instead of dividing by zero", () => {
  expect(shareForDrawing("5.00", "0.00")).toBe(0);
  expect(shareForDrawing("-25.00", "100.00")).toBe(25);
});

test("an axis is labelled shortly, negatives in parentheses", () => {
  expect(axisLabel(1_200_000)).toBe("1.2 m");
  expect(axisLabel(-340_000)).toBe("(340 k)");
  expect(axisLabel(0)).toBe("0");
});

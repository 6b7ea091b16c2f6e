import fc from "fast-check";
import { expect, test } from "vitest";
import { addDecimals, decimalOrNull, decimalsEqual, zero } from "../../src/money/decimal.ts";
import { ExactSum, isNegative, negated, summand } from "../../src/statements/exact-sum.ts";

const amount = fc
  .tuple(
    fc.constantFrom("", "-"),
    fc.bigInt({ min: 0n, max: 10n ** 18n }),
    fc.constantFrom("", "0", "00", "05", "5", "123", "1000", "0000000000001"),
  )
  .map(([sign, whole, fraction]) => `${sign}${whole}${fraction === "" ? "" : `.${fraction}`}`);

test("a sum is exact, whatever the sizes and decimals, and in whatever order", () => {
  fc.assert(
    fc.property(fc.array(amount, { maxLength: 200 }), (amounts) => {
      const sum = new ExactSum();
      let expected = zero;
      for (const text of amounts) {
        const part = summand(text);
        if (part === null) throw new Error(`${text} was not read`);
        sum.add(part);
        expected = addDecimals(expected, decimalOrNull(text) ?? zero);
      }
      expect(decimalsEqual(sum.value, expected)).toBe(true);
    }),
  );
});

test("many amounts near the limit of a double stay exact", () => {
  const sum = new ExactSum();
  for (let times = 0; times < 100_000; times += 1) sum.add(summand("9999999999999.99") ?? zero);
  expect(sum.value.units).toBe(999_999_999_999_999n * 100_000n);
});

test.each(["", "-", ".", "-.", "1e5", "1 0", "NaN", "1.2.3"])("%j is no amount", (text) => {
  expect(summand(text)).toBeNull();
});

test("a sign is taken off and put on", () => {
  for (const text of ["-1.50", "-99999999999999999999.99"]) {
    const part = summand(text) ?? zero;
    expect(isNegative(part)).toBe(true);
    expect(isNegative(negated(part))).toBe(false);
  }
});

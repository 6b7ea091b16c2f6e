import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inverse, ratioOf, scaled, shownRatio, times } from "../../src/money/ratio.ts";
import { convertLines } from "../../src/positions/converted.ts";
import { Converter } from "../../src/rates/convert.ts";

const ecb = [
  { base: "EUR", quote: "USD", rate: "1.1684" },
  { base: "EUR", quote: "JPY", rate: "186.75" },
  { base: "EUR", quote: "KWD", rate: "0.3581" },
];
const converter = new Converter(ecb);
const currencies = fc.constantFrom("EUR", "USD", "JPY", "KWD");
const minor = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });

describe("a conversion", () => {
  test("takes a rate as it stands, its inverse, or two over the currency that most rates are about", () => {
    expect(converter.minor(100_00n, "EUR", "USD")).toBe(116_84n);
    expect(converter.minor(116_84n, "USD", "EUR")).toBe(100_00n);
    expect(converter.conversion("USD", "JPY")).toMatchObject({ path: "cross", over: "EUR" });
    // 1 USD = 186.75 / 1.1684 JPY = 159.8339…; 100.00 USD and no yen of rounding on the way.
    expect(converter.minor(100_00n, "USD", "JPY")).toBe(15_983n);
    // Three decimals and none: 1.000 KWD = 186.75 / 0.3581 JPY = 521.5024…
    expect(converter.minor(1_000n, "KWD", "JPY")).toBe(522n);
    expect(converter.minor(522n, "JPY", "KWD")).toBe(1_001n);
  });

  test("of nought is nought, in every currency, also in one without a rate", () => {
    for (const code of ["EUR", "USD", "JPY", "CHF"]) expect(converter.minor(0n, code, "EUR")).toBe(0n);
  });

  test("without a rate there is none: not nought, not the amount itself", () => {
    expect(converter.minor(1n, "CHF", "EUR")).toBeNull();
    expect(converter.conversion("EUR", "CHF")).toBeNull();
  });

  test("a set that states both directions is taken at its word in each", () => {
    const both = new Converter([
      { base: "EUR", quote: "USD", rate: "1.25" },
      { base: "USD", quote: "EUR", rate: "0.79" },
    ]);
    expect([both.minor(100n, "EUR", "USD"), both.minor(100n, "USD", "EUR")]).toEqual([125n, 79n]);
  });

  test("is exact until its one rounding: half away from zero, odd in the amount, monotonous, at most half a unit off", () => {
    fc.assert(
      fc.property(minor, minor, currencies, currencies, (a, b, from, to) => {
        const [x, y] = [converter.minor(a, from, to) as bigint, converter.minor(b, from, to) as bigint];
        expect(converter.minor(-a, from, to)).toBe(-x);
        expect(a <= b ? x <= y : x >= y).toBe(true);
        const there = converter.conversion(from, to)?.ratio;
        const back = converter.conversion(to, from)?.ratio;
        if (there === undefined || back === undefined) throw new Error("no conversion");
        // The way back is the exact inverse, so a ratio times its own way back is one.
        const round = times(there, back);
        expect(round.numerator).toBe(round.denominator);
      }),
    );
  });

  test("each line of a position is rounded once, and the lines add up to the total to the cent", () => {
    const lines = convertLines(
      converter,
      [
        { currency: "EUR", amount: "0.01" },
        { currency: "JPY", amount: "1" },
        { currency: "KWD", amount: "-0.001" },
        { currency: "CHF", amount: "0.00" },
      ],
      "USD",
    );
    expect(lines.map(({ converted, path, over }) => [converted, path, over])).toEqual([
      ["0.01", "direct", null],
      ["0.01", "cross", "EUR"],
      ["0.00", "cross", "EUR"],
      ["0.00", null, null],
    ]);
  });
});

describe("a ratio", () => {
  test.each([
    [5n, 1n, 2n, 3n],
    [-5n, 1n, 2n, -3n],
    [1n, 1n, 3n, 0n],
    [2n, 1n, 3n, 1n],
    [7n, 1n, 1n, 7n],
  ])("%s x %s/%s is rounded to %s", (units, numerator, denominator, rounded) => {
    expect(scaled(units, { numerator, denominator })).toBe(rounded);
  });

  test("is shown to eight digits, and reckoned with whole", () => {
    const usd = ratioOf("1.1684");
    if (usd === null) throw new Error("no ratio");
    expect(shownRatio(usd)).toBe("1.1684");
    expect(shownRatio(inverse(usd))).toBe("0.85587128");
    expect(shownRatio({ numerator: 2008205n, denominator: 100n })).toBe("20082.05");
    expect(ratioOf("1e3")).toBeNull();
    expect(() => inverse({ numerator: 0n, denominator: 1n })).toThrow(RangeError);
  });
});

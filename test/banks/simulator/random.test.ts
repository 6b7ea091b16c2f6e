import { expect, test } from "vitest";
import { exponential, randomFrom } from "../../../src/banks/simulator/random.ts";

test("a seed gives the numbers it gave when this was written, on every engine", () => {
  const random = randomFrom("demo/receipts/2026-03-31");
  expect([random.integer(0, 999_999), random.digits(8), random.count(12), random.amount(1_420_000, 1)]).toMatchInlineSnapshot(`
    [
      109438,
      "03790318",
      13,
      596494n,
    ]
  `);
});

test("streams of neighbouring days have nothing in common", () => {
  const [first, second] = [randomFrom("seed/2026-03-30"), randomFrom("seed/2026-03-31")];
  const equal = Array.from({ length: 1000 }, () => first.integer(0, 9) === second.integer(0, 9)).filter(Boolean).length;
  expect(equal).toBeGreaterThan(50);
  expect(equal).toBeLessThan(150);
});

test("e to the x is that of the mathematics, without Math.exp", () => {
  for (const x of [-30, -1, -0.001, 0, 0.5, 3, 12]) expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThan(1e-11);
});

test("amounts have the median they were asked for and counts their mean", () => {
  const random = randomFrom("moments");
  const amounts = Array.from({ length: 4001 }, () => Number(random.amount(10_000, 0.9))).sort((a, b) => a - b);
  expect(amounts[2000]).toBeGreaterThan(9_400);
  expect(amounts[2000]).toBeLessThan(10_600);
  const mean = Array.from({ length: 4000 }, () => random.count(7)).reduce((sum, count) => sum + count, 0) / 4000;
  expect(mean).toBeGreaterThan(6.8);
  expect(mean).toBeLessThan(7.2);
});

test("picking from nothing is refused", () => {
  expect(() => randomFrom("x").pick([])).toThrow("empty list");
});

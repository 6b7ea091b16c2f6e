import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BlindIndex, lastFour, masked, normalise } from "../../src/keys/blind-index.ts";

const root = randomBytes(32);
const acme = new BlindIndex(root, "acme", "account");

describe("a blind index", () => {
  test("invariant 30: is equal exactly when tenant and normalised value are", () => {
    const numbers = fc.string({ unit: fc.constantFrom("D", "d", "E", "e", "1", "2", " ", "\t"), maxLength: 8 });
    const globex = new BlindIndex(root, "globex", "account");
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expect(acme.of(a) === acme.of(b)).toBe(normalise(a) === normalise(b));
        expect(acme.of(a)).not.toBe(globex.of(a));
      }),
    );
  });

  test("does not mind how an IBAN is written", () => {
    expect(acme.of("de89 3704 0044 0532 0130 00")).toBe(acme.of("DE89370400440532013000"));
    expect(acme.of("DE89370400440532013000")).toMatch(/^[\w-]{43}$/);
  });

  test("of another kind, or with another key, is another one", () => {
    expect(new BlindIndex(root, "acme", "file").of("1")).not.toBe(acme.of("1"));
    expect(new BlindIndex(randomBytes(32), "acme", "account").of("1")).not.toBe(acme.of("1"));
  });

  test("stays the same when more values were indexed than are remembered", () => {
    const before = acme.of("DE1");
    for (let number = 0; number < 6000; number += 1) acme.of(String(number));
    expect(acme.of("DE1")).toBe(before);
  });
});

test("the last four characters are shown, of short numbers no more than half", () => {
  expect(lastFour("DE89 3704 0044 0532 0130 00")).toBe("3000");
  expect(lastFour("12345678")).toBe("5678");
  expect(lastFour("12345")).toBe("345");
  expect(lastFour("12")).toBe("2");
  expect(lastFour("")).toBe("");
});

test("masks show country and last four of an IBAN, the last four of other numbers, nothing of short ones", () => {
  expect(masked("DE89370400440532013000")).toBe("DE•• … 3000");
  expect(masked("0532013000")).toBe("•• … 3000");
  expect(masked("4711")).toBe("••");
});

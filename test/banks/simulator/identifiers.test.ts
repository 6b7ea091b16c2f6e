import { expect, test } from "vitest";
import { creditorIdentifier, creditorReference, iban, mod97, uetr } from "../../../src/banks/simulator/identifiers.ts";
import { randomFrom } from "../../../src/banks/simulator/random.ts";

test("check digits are those of the registries' own examples", () => {
  expect(iban("DE", "370400440532013000")).toBe("DE89370400440532013000");
  expect(iban("GB", "NWBK60161331926819")).toBe("GB29NWBK60161331926819");
  expect(iban("KW", "CBKU0000000000001234560101")).toBe("KW81CBKU0000000000001234560101");
  expect(creditorReference("539007547034")).toBe("RF18539007547034");
  expect(creditorIdentifier("DE", "09999999999")).toBe("DE98ZZZ09999999999");
});

test("one digit changed no longer checks", () => {
  const changed = "DE89370400440532013001";
  expect(mod97(changed.slice(4) + changed.slice(0, 4))).not.toBe(1);
});

test("a UETR is a version 4 UUID", () => {
  expect(uetr(randomFrom("uetr"))).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

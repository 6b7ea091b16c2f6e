import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formsOf, Needles, secret } from "./needles.ts";

const secrets = [secret("key", randomBytes(32)), secret("password", "Kanarie-dx5J0vq7"), secret("account number", "7304519826")];
const needles = new Needles(secrets);
const hay = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));

test("each secret is found in each of its forms, wherever it stands", () => {
  fc.assert(
    fc.property(hay, hay, fc.constantFrom(...secrets), fc.nat({ max: 20 }), (before, after, { name, bytes }, which) => {
      const forms = formsOf(bytes);
      const form = forms[which % forms.length] as Buffer;
      expect(needles.foundIn(Buffer.concat([before, form, after]))).toEqual([name]);
    }),
    { numRuns: 2_000 },
  );
});

test("a secret is found in the base64 and the hexadecimal of something longer", () => {
  fc.assert(
    fc.property(hay, hay, fc.constantFrom(...secrets), fc.constantFrom("base64", "base64url", "hex"), (before, after, one, encoding) => {
      const longer = Buffer.concat([before, one.bytes, after]).toString(encoding as "hex");
      expect(needles.foundIn(Buffer.from(`{"a":"${longer}"}`))).toEqual([one.name]);
    }),
    { numRuns: 2_000 },
  );
});

test("nothing is found where there is nothing, nor in a secret of which a letter is missing", () => {
  expect(needles.foundIn(randomBytes(3_000_000))).toEqual([]);
  for (const { bytes } of secrets)
    for (const form of formsOf(bytes)) {
      expect(needles.foundIn(form.subarray(1))).toEqual([]);
      expect(needles.foundIn(form.subarray(0, -1))).toEqual([]);
    }
});

test("several are found in one place, each once", () => {
  const all = Buffer.concat([...secrets, ...secrets].flatMap(({ bytes }) => [bytes, Buffer.from(",")]));
  expect(needles.foundIn(all)).toEqual(["account number", "key", "password"]);
});

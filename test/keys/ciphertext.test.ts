import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Problem } from "../../src/errors/problem.ts";
import { dataKey, decryptValue, encryptValue } from "../../src/keys/ciphertext.ts";
import { places } from "../../src/keys/places.ts";
import { TenantKeys } from "../../src/keys/tenant-keys.ts";

const place = { table: "cm_cash_accounts", column: "account_number" };
const key = dataKey(1, randomBytes(32));
const root = randomBytes(32);
const keys = new TenantKeys("acme", new Map([[1, key]]), key, root);
const text = "DE89370400440532013000";
const sealed = () => encryptValue(key, "acme", place, "row-1", Buffer.from(text));

function codeOf(work: () => unknown): string {
  try {
    return `opened: ${String(work())}`;
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

describe("what was encrypted", () => {
  test("invariant 28: comes back as it was, for all byte strings, empty, 1 MB, zero bytes and Unicode too", () => {
    const roundTrip = (bytes: Uint8Array) => keys.decrypt(place, "row-1", keys.encrypt(place, "row-1", bytes));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => roundTrip(bytes).equals(Buffer.from(bytes))));
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(1), randomBytes(1 << 20)]) expect(roundTrip(bytes).equals(bytes)).toBe(true);
  });

  test("invariant 28: texts come back letter by letter and null stays null", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.uuid(), (value, row) => {
        expect(keys.decryptText(place, row, keys.encryptText(place, row, value))).toBe(value);
      }),
    );
    expect(keys.encryptText(place, "row-1", null)).toBeNull();
    expect(keys.decryptText(place, "row-1", null)).toBeNull();
  });

  test("invariant 30: looks different each time and shows nothing of the value", () => {
    const many = Array.from({ length: 500 }, () => sealed().toString("base64"));
    expect(new Set(many).size).toBe(500);
    expect(sealed().includes("DE89")).toBe(false);
    expect(sealed().includes(key.bytes.subarray(0, 8))).toBe(false);
  });
});

describe("what does not open says why", () => {
  test("invariant 29: another tenant, table, column, row or key each has its own error, which names the place a value comes from", () => {
    const blob = sealed();
    expect(codeOf(() => decryptValue(key, "globex", place, "row-1", blob))).toBe("ciphertext_of_other_tenant");
    expect(codeOf(() => decryptValue(key, "acme", { ...place, column: "iban" }, "row-1", blob))).toBe("ciphertext_of_other_column");
    const { counterpartyIban, deliveryFileName, deliveryDigest } = places;
    expect(codeOf(() => decryptValue(key, "acme", counterpartyIban, "row-1", blob))).toBe("ciphertext_of_other_table");
    const name = encryptValue(key, "acme", deliveryFileName, "row-1", Buffer.from(text));
    expect(codeOf(() => decryptValue(key, "acme", deliveryDigest, "row-1", name))).toBe("ciphertext_of_other_column");
    expect(() => decryptValue(key, "acme", deliveryDigest, "row-1", name)).toThrow(
      "sha256 of cm_deliveries row-1 belongs to file_name of cm_deliveries",
    );
    expect(codeOf(() => decryptValue(key, "acme", place, "row-2", blob))).toBe("ciphertext_of_other_row");
    expect(codeOf(() => decryptValue(dataKey(1, randomBytes(32)), "acme", place, "row-1", blob))).toBe("ciphertext_of_other_key");
    expect(codeOf(() => decryptValue(key, "acme", place, "row-1", blob))).toBe(`opened: ${text}`);
  });

  test("invariant 29: cut off anywhere is cut off", () => {
    const blob = sealed();
    for (let length = 3; length < blob.byteLength; length += 1)
      expect(
        codeOf(() => keys.decrypt(place, "row-1", blob.subarray(0, length))),
        `${length} bytes`,
      ).toBe("ciphertext_truncated");
  });

  test("invariant 29: any one bit turned is found, and never opens", () => {
    const blob = sealed();
    for (let bit = 0; bit < blob.byteLength * 8; bit += 1) {
      const turned = Buffer.from(blob);
      turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7));
      const code = codeOf(() => keys.decrypt(place, "row-1", turned));
      // Three letters say whose format it is; the length, when larger, speaks of bytes that are not there.
      const expected = bit < 24 ? /foreign/ : bit >= 64 && bit < 96 ? /altered|truncated/ : /altered/;
      expect(code, `bit ${bit}`).toMatch(expected);
    }
  });

  test("invariant 29: a format of another version is named, and so is something else altogether", () => {
    const later = sealed();
    later[3] = 2;
    later.writeUInt32BE(crc32(later.subarray(0, -4)), later.byteLength - 4);
    expect(codeOf(() => keys.decrypt(place, "row-1", later))).toBe("ciphertext_version_unknown");
    expect(codeOf(() => keys.decrypt(place, "row-1", Buffer.from(text)))).toBe("ciphertext_foreign");
    expect(codeOf(() => keys.decrypt(place, "row-1", Buffer.alloc(200)))).toBe("ciphertext_foreign");
  });

  test("invariant 29: bytes changed with the checksum put right are still found by the tag", () => {
    const forged = sealed();
    forged[45] = (forged[45] as number) ^ 1;
    forged.writeUInt32BE(crc32(forged.subarray(0, -4)), forged.byteLength - 4);
    expect(codeOf(() => keys.decrypt(place, "row-1", forged))).toBe("ciphertext_altered");
  });

  test("invariant 30: a header rewritten for another row, tenant or column does not make it open there", () => {
    const globex = new TenantKeys("globex", new Map([[1, key]]), key, root);
    for (const [at, value, open] of [
      [16, crc32("globex"), (blob: Buffer) => globex.decrypt(place, "row-1", blob)],
      [20, crc32("cm_cash_accounts.iban"), (blob: Buffer) => keys.decrypt({ ...place, column: "iban" }, "row-1", blob)],
      [24, crc32("row-2"), (blob: Buffer) => keys.decrypt(place, "row-2", blob)],
    ] as const) {
      const forged = sealed();
      forged.writeUInt32BE(value, at);
      forged.writeUInt32BE(crc32(forged.subarray(0, -4)), forged.byteLength - 4);
      expect(codeOf(() => open(forged))).toBe("ciphertext_altered");
    }
  });

  test("places are told apart by their checksums", () => {
    const checks = Object.values(places).map(({ table, column }) => crc32(`${table}.${column}`));
    expect(new Set(checks).size).toBe(checks.length);
  });

  test("a version of the data key that the tenant does not have is missing, unless the value is of another place", () => {
    const later = dataKey(7, randomBytes(32));
    expect(codeOf(() => keys.decrypt(place, "row-1", encryptValue(later, "acme", place, "row-1", Buffer.from(text))))).toBe(
      "data_key_missing",
    );
    expect(codeOf(() => keys.decrypt(place, "row-1", encryptValue(later, "globex", place, "row-1", Buffer.from(text))))).toBe(
      "ciphertext_of_other_tenant",
    );
  });
});

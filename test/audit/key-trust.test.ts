import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type KeyStatement, readStatement, signStatement } from "../../src/audit/seals/key-statement.ts";
import { covers, trustOf } from "../../src/audit/seals/key-trust.ts";
import { keyId } from "../../src/audit/seals/signing-key.ts";

const chain = "0b9d0b5e-5b8a-4a0e-9a53-6f3f0a4d2c11";
const keys = Array.from({ length: 6 }, () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return { id: keyId(publicKey), privateKey, publicKey };
});
const key = (index: number) => keys[index] as (typeof keys)[number];

function statement(from: number, to: number, after: number, changes: Partial<KeyStatement> = {}): KeyStatement {
  return {
    ...{ chain, key: { id: key(to).id, publicKey: key(to).publicKey }, replaces: key(from).id, endorsed: true },
    ...{
      after: { number: BigInt(after), hash: "ab".repeat(32) },
      by: 'command:"ada"\n',
      reason: "planned\nblock 9",
      at: "2026-01-01T00:00:00.000Z",
    },
    ...changes,
  };
}
const endorsed = (from: number, to: number, after: number) => signStatement(statement(from, to, after), key(from));
const lost = (from: number, to: number, after: number) => signStatement(statement(from, to, after, { endorsed: false }), key(to));

test("a statement reads as it was written, line breaks in its reason and all", () => {
  const read = readStatement(endorsed(0, 1, 7));
  expect(read).toMatchObject({ replaces: key(0).id, by: 'command:"ada"\n', reason: "planned\nblock 9", after: { number: 7n } });
  expect(read?.key.id).toBe(key(1).id);
});

test("the first key leads to the last, in whatever order statements come, and each key has its own blocks", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5, maxLength: 5 }), (order) => {
      const { keys: trusted, rejected } = trustOf(
        [key(0)],
        order.map((at) => endorsed(at, at + 1, (at + 1) * 10)),
        chain,
      );
      expect(rejected).toEqual([]);
      expect([...trusted.keys()].sort()).toEqual(keys.map(({ id }) => id).sort());
      for (const [at, { id }] of keys.entries()) {
        const inForce = trusted.get(id);
        for (let block = 1n; block <= 70n; block += 1n)
          expect(inForce !== undefined && covers(inForce, block), `key ${at}, block ${block}`).toBe(
            block > BigInt(at * 10) && (at === 5 || block <= BigInt((at + 1) * 10)),
          );
      }
    }),
    { numRuns: 20 },
  );
});

describe("nothing is trusted that no trusted key signed", () => {
  test("an endorsement by a key that is not trusted is not followed", () => {
    const trust = trustOf([key(0)], [endorsed(2, 3, 5)]);
    expect([...trust.keys.keys()]).toEqual([key(0).id]);
    expect(trust.unfollowed).toHaveLength(1);
  });

  test("one that names a trusted key and is signed by another is rejected", () => {
    const forged = signStatement(statement(0, 3, 5), key(3));
    expect(trustOf([key(0)], [forged])).toMatchObject({ rejected: [forged], taken: [] });
  });

  test("an old key that is stolen later names no second successor", () => {
    const trust = trustOf([key(0)], [endorsed(0, 1, 5), endorsed(0, 4, 9)]);
    expect(trust.keys.has(key(4).id)).toBe(false);
    expect(trust.rejected).toHaveLength(1);
  });

  test("of another trail it is no statement", () => {
    const other = signStatement(statement(0, 1, 5, { chain: chain.replace("0b", "1b") }), key(0));
    expect(trustOf([key(0)], [other], chain)).toMatchObject({ taken: [], rejected: [other] });
  });

  test("a changed character anywhere leaves nothing to trust", () => {
    const { statement: text, signature } = endorsed(0, 1, 5);
    for (let at = 0; at < text.length; at += 1) {
      const changed = `${text.slice(0, at)}${text[at] === "1" ? "2" : "1"}${text.slice(at + 1)}`;
      if (changed === text) continue;
      expect(trustOf([key(0)], [{ statement: changed, signature }]).taken, `character ${at}`).toEqual([]);
    }
  });
});

describe("a lost key is a break", () => {
  test("it leads nowhere: the new key must be given", () => {
    const trust = trustOf([key(0)], [lost(0, 1, 5)]);
    expect(trust.keys.has(key(1).id)).toBe(false);
    expect(trust.unfollowed).toMatchObject([{ replaces: key(0).id, endorsed: false }]);
  });

  test("given, it is taken, and the lost key signs nothing behind it", () => {
    const trust = trustOf([key(0), key(1)], [lost(0, 1, 5), endorsed(1, 2, 8)]);
    expect(trust.taken.map((one) => one.endorsed)).toEqual([false, true]);
    expect(trust.keys.get(key(0).id)).toMatchObject({ until: 5n });
    expect(trust.keys.get(key(2).id)).toMatchObject({ from: 9n, until: null });
  });

  test("who holds neither key cannot make one: it is signed by the new key", () => {
    const forged = signStatement(statement(0, 1, 5, { endorsed: false }), key(3));
    expect(trustOf([key(0), key(1)], [forged]).rejected).toEqual([forged]);
  });
});

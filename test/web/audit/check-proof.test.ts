import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { headerText, signBlock } from "../../../src/audit/seals/block.ts";
import { leafHash, pathOf, rootOf, sha256 } from "../../../src/audit/seals/merkle.ts";
import { digestOfValue } from "../../../src/audit/seals/personal-values.ts";
import { digestOfRow, idBytes, saltOfRow } from "../../../src/audit/seals/row.ts";
import { checkHere, type Proof } from "../../../web/audit/check-proof.ts";

const blockSalt = Buffer.alloc(32, 7);
const nameSalt = sha256("a salt");

function proofOf(at: number, count: number): Proof {
  const texts = Array.from({ length: count }, (_, index) => {
    const image = { "name#": digestOfValue(nameSalt, '"Ada"'), role: "x" };
    const columns = [`${index + 41}`, "acme", "2026-03-02T09:00:00.000001Z", "812", "cash_management", "cm_people", "INSERT", "p", "1"];
    return JSON.stringify([...columns, null, null, image, "person:ada", null, "apg_user", null]);
  });
  const ids = texts.map((_, index) => BigInt(index + 41));
  const leaves = texts.map((text, index) => {
    const id = ids[index] as bigint;
    return leafHash(Buffer.concat([idBytes(id), digestOfRow(saltOfRow(blockSalt, id), Buffer.from(text))]));
  });
  const block = signBlock(
    {
      ...{ number: 9n, kind: "seal", chain: "0b9d0b5e-5b8a-4a0e-9a53-6f3f0a4d2c11", cluster: "1", timeline: 1, snapshot: "815:815:" },
      ...{ floor: 0n, ceiling: null, after: { transaction: 0n, id: 0n }, upto: { transaction: 814n, id: 99n }, rows: count },
      ...{ root: rootOf(leaves), saltCommitment: sha256(blockSalt), previous: sha256("x"), lost: null, reason: null },
      ...{ sealedAt: "2026-03-02T09:00:02.000Z", keyId: "0123456789abcdef" },
    },
    generateKeyPairSync("ed25519").privateKey,
  );
  return {
    ...{ format: "apg-audit-proof-2", row: texts[at] ?? "", salt: saltOfRow(blockSalt, ids[at] ?? 0n).toString("hex") },
    ...{ leaf: (leaves[at] ?? Buffer.alloc(0)).toString("hex"), index: at, path: pathOf(leaves, at).map((hash) => hash.toString("hex")) },
    ...{ block: headerText(block), blockHash: block.hash.toString("hex"), signature: block.signature.toString("hex"), keys: [] },
    people: [{ side: "new", column: "name", salt: nameSalt.toString("hex"), value: '"Ada"' }],
  };
}

test("a row leads to its block's root in a browser as it does offline, for trees of every shape", async () => {
  for (const count of [1, 2, 3, 5, 8, 13])
    for (let at = 0; at < count; at += 1)
      expect(await checkHere(proofOf(at, count)), `${at} of ${count}`).toMatchObject({
        holds: true,
        fault: null,
        block: "9",
        rows: `${count}`,
      });
});

describe("what was changed is told", () => {
  const proof = proofOf(3, 7);
  const [person] = proof.people;
  test.each<[string, Partial<Proof>, RegExp]>([
    ["the row", { row: proof.row.replace("acme", "acmf") }, /row is not that of the leaf/],
    ["its salt", { salt: "ab".repeat(32) }, /row is not that of the leaf/],
    ["the path", { path: proof.path.with(1, "ab".repeat(32)) }, /does not lead to the block's root/],
    ["a step less", { path: proof.path.slice(1) }, /does not lead to the block's root/],
    ["the place", { index: proof.index + 1 }, /does not lead to the block's root/],
    ["the block", { block: proof.block.replace("812", "813").replace("number 9", "number 8") }, /block is not that of its hash/],
    ["a name", { people: person === undefined ? [] : [{ ...person, value: '"Eve"' }] }, /name is not that of its digest/],
  ])("%s", async (_what, changed, fault) => {
    expect(await checkHere({ ...proof, ...changed })).toMatchObject({ holds: false, fault: expect.stringMatching(fault) });
  });
});

import { expect, test } from "vitest";
import { type BlockHeader, headerText } from "../../src/audit/seals/block.ts";
import { leafHash, rootOf, sha256 } from "../../src/audit/seals/merkle.ts";
import { digestOfRow, idBytes, readRow, rowColumns, saltOfRow } from "../../src/audit/seals/row.ts";
import { read } from "../house/tree.ts";

const page = read("docs/reference/audit-seals.md");
const block = (name: string) => new RegExp(`\`\`\`${name}\n([^\`]*)\n\`\`\``).exec(page)?.[1] ?? "";
const rows = block("rows").split("\n");
const salt = Buffer.alloc(32, 7);
const leaves = rows.map((text) => {
  const id = BigInt(readRow(text)?.id ?? 0);
  return leafHash(Buffer.concat([idBytes(id), digestOfRow(saltOfRow(salt, id), Buffer.from(text, "utf8"))]));
});
const header: BlockHeader = {
  ...{ number: 1n, kind: "seal", chain: "0b9d0b5e-5b8a-4a0e-9a53-6f3f0a4d2c11", cluster: "7380000000000000001", timeline: 1 },
  ...{ snapshot: "815:815:", floor: 0n, ceiling: null, after: { transaction: 0n, id: 0n } },
  ...{ upto: { transaction: 814n, id: 9223372036854775807n }, rows: 2, root: rootOf(leaves), saltCommitment: sha256(salt) },
  ...{ previous: null, lost: null, reason: null, sealedAt: "2026-03-02T09:00:02.000Z", keyId: "0123456789abcdef" },
};

test("the leaves and the root of docs/reference/audit-seals.md are those of the program, and those of their bytes", () => {
  expect(block("leaves").split("\n")).toEqual(leaves.map((leaf) => leaf.toString("hex")));
  expect(block("root")).toBe(rootOf(leaves).toString("hex"));
  const byHand = rows.map((text, index) => {
    const id = Buffer.from([0, 0, 0, 0, 0, 0, 0, 41 + index]);
    const digest = sha256(Buffer.concat([sha256(Buffer.concat([salt, id])), Buffer.from(text)]));
    return sha256(Buffer.concat([Buffer.from([0]), id, digest]));
  });
  expect(block("root")).toBe(sha256(Buffer.concat([Buffer.from([1]), ...byHand])).toString("hex"));
});

test("the block of docs/reference/audit-seals.md is that of the program, and its hash that of its bytes", () => {
  expect(block("block")).toBe(headerText(header));
  expect(/Its hash: `([0-9a-f]{64})`/.exec(page)?.[1]).toBe(sha256(block("block")).toString("hex"));
});

test("every column of a row is named in the page, in its order", () => {
  const named = [...(/in this order[^:]*:\n\n([\s\S]*?)\n\n/.exec(page)?.[1] ?? "").matchAll(/`([a-z_]+)`/g)].map((match) => match[1]);
  expect(named).toEqual([...rowColumns]);
});

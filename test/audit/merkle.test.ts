import fc from "fast-check";
import { expect, test } from "vitest";
import { leafHash, nodeHash, pathOf, rootOf, rootOfPath, sha256 } from "../../src/audit/seals/merkle.ts";

const leaves = (count: number) => Array.from({ length: count }, (_, index) => leafHash(Buffer.from([index & 255, index >> 8])));

/** RFC 6962, section 2.1, word for word. */
function merkleTreeHash(list: readonly Buffer[]): Buffer {
  if (list.length === 0) return sha256("");
  if (list.length === 1) return list[0] as Buffer;
  let k = 1;
  while (k * 2 < list.length) k *= 2;
  return nodeHash(merkleTreeHash(list.slice(0, k)), merkleTreeHash(list.slice(k)));
}

test("the root is the Merkle tree hash of RFC 6962, for every number of leaves", () => {
  for (let count = 0; count <= 70; count += 1) expect(rootOf(leaves(count))).toEqual(merkleTreeHash(leaves(count)));
});

test("every leaf's path leads to the root", () => {
  for (let count = 1; count <= 40; count += 1)
    for (const [index, leaf] of leaves(count).entries())
      expect(rootOfPath(leaf, index, count, pathOf(leaves(count), index))).toEqual(rootOf(leaves(count)));
});

test("a path leads nowhere else: another leaf, place, count or hash gives another root, or none", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 200 }), fc.nat(), fc.nat(), (count, at, what) => {
      const all = leaves(count);
      const index = at % count;
      const path = pathOf(all, index);
      const root = rootOf(all);
      const same = (found: Buffer | null) => found?.equals(root) === true;
      expect(same(rootOfPath(leafHash(Buffer.from("other")), index, count, path))).toBe(false);
      expect(same(rootOfPath(all[index] as Buffer, (index + 1) % count, count, path))).toBe(false);
      expect(same(rootOfPath(all[index] as Buffer, index, count, path.slice(1)))).toBe(false);
      expect(same(rootOfPath(all[index] as Buffer, index, count, [...path, root]))).toBe(false);
      const changed = path.map((hash, place) => (place === what % path.length ? sha256(hash) : hash));
      expect(same(rootOfPath(all[index] as Buffer, index, count, changed))).toBe(false);
    }),
  );
});

test("a node cannot pass for a leaf: they are hashed apart", () => {
  const [one, two] = leaves(2) as [Buffer, Buffer];
  expect(leafHash(Buffer.concat([one, two]))).not.toEqual(nodeHash(one, two));
});

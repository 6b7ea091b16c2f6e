import { hash } from "node:crypto";

/**
 * A Merkle tree as RFC 6962 (section 2.1) shapes it: leaves and nodes are hashed apart (0x00, 0x01), a tree of n leaves is split at the
 * largest power of two below n.
 */
export function sha256(bytes: Uint8Array | string): Buffer {
  return hash("sha256", bytes, "buffer");
}

const leafMark = Buffer.from([0]);
const nodeMark = Buffer.from([1]);

/** Of a row's id (8 bytes) and digest (32 bytes), written one behind the other. */
export function leafHash(entry: Uint8Array): Buffer {
  return sha256(Buffer.concat([leafMark, entry]));
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(Buffer.concat([nodeMark, left, right]));
}

/** The root over leaf hashes; of no leaves, the hash of nothing. */
export function rootOf(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return sha256("");
  // Pairing neighbours level by level, an odd last one carried up, is the same tree.
  let level = [...leaves];
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let index = 0; index < level.length; index += 2) {
      const [left, right] = [level[index] as Uint8Array, level[index + 1]];
      above.push(right === undefined ? left : nodeHash(left, right));
    }
    level = above;
  }
  return Buffer.from(level[0] as Uint8Array);
}

/** The hashes that lead from a leaf to the root, the lowest first. */
export function pathOf(leaves: readonly Uint8Array[], index: number): Buffer[] {
  const path: Buffer[] = [];
  let level = [...leaves];
  for (let place = index; level.length > 1; place >>= 1) {
    const sibling = level[place ^ 1];
    if (sibling !== undefined) path.push(Buffer.from(sibling));
    const above: Uint8Array[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at] as Uint8Array, level[at + 1]];
      above.push(right === undefined ? left : nodeHash(left, right));
    }
    level = above;
  }
  return path;
}

/** The root that a leaf, its place among `count` and its path lead to; null when a path of this length cannot be. */
export function rootOfPath(leaf: Uint8Array, index: number, count: number, path: readonly Uint8Array[]): Buffer | null {
  if (index < 0 || index >= count) return null;
  let node: Buffer = Buffer.from(leaf);
  let used = 0;
  for (let place = index, width = count; width > 1; place >>= 1, width = (width + 1) >> 1) {
    if (place % 2 === 0 && place === width - 1) continue;
    const sibling = path[used];
    if (sibling === undefined) return null;
    node = place % 2 === 0 ? nodeHash(node, sibling) : nodeHash(sibling, node);
    used += 1;
  }
  return used === path.length ? node : null;
}

import type { Static } from "typebox";
import type { AuditProofBody } from "../../src/audit/contract.ts";

export type Proof = Static<typeof AuditProofBody>;

export interface CheckedProof {
  readonly holds: boolean;
  /** What does not lead to what; null when all of it does. */
  readonly fault: string | null;
  readonly block: string;
  readonly rows: string;
  readonly key: string;
  readonly steps: number;
}

/**
 * Follows a proof in this browser, by the form of docs/reference/audit-seals.md: from the row to its leaf, up the path to the block's
 * root, and from the block's lines to its hash; each value that names people against its digest. Null where a browser computes no
 * digests (a page that came over plain http). That the block was signed is checked apart from here, with a public key of one's own.
 */
export async function checkHere(proof: Proof): Promise<CheckedProof | null> {
  if (globalThis.crypto?.subtle === undefined) return null;
  const line = (pattern: RegExp) => pattern.exec(proof.block)?.[1] ?? "";
  const told = {
    block: line(/^number (\d+)$/m),
    rows: line(/^rows (\d+)$/m),
    key: line(/^key ([0-9a-f]{16})$/m),
    steps: proof.path.length,
  };
  const fault = await firstFault(proof, line(/^root ([0-9a-f]{64})$/m), Number(told.rows));
  return { ...told, holds: fault === null, fault };
}

async function firstFault(proof: Proof, root: string, rows: number): Promise<string | null> {
  const values = JSON.parse(proof.row) as unknown[];
  const digest = await sha256(joined(bytesOf(proof.salt), utf8(proof.row)));
  const leaf = await sha256(joined(new Uint8Array([0]), idBytes(String(values[0])), digest));
  if (hexOf(leaf) !== proof.leaf) return "the row is not that of the leaf";
  if ((await rootOfPath(leaf, proof.index, rows, proof.path.map(bytesOf))) !== root) return "the leaf does not lead to the block's root";
  if (hexOf(await sha256(utf8(proof.block))) !== proof.blockHash) return "the block is not that of its hash";
  for (const { side, column, salt, value } of proof.people) {
    const image = values[side === "old" ? 10 : 11] as Readonly<Record<string, unknown>> | null;
    if (image?.[`${column}#`] !== hexOf(await sha256(joined(bytesOf(salt), utf8(value))))) return `${column} is not that of its digest`;
  }
  return null;
}

async function rootOfPath(leaf: Bytes, index: number, count: number, path: readonly Bytes[]): Promise<string | null> {
  let node = leaf;
  let used = 0;
  for (let place = index, width = count; width > 1; place >>= 1, width = (width + 1) >> 1) {
    if (place % 2 === 0 && place === width - 1) continue;
    const sibling = path[used];
    if (sibling === undefined) return null;
    node = await sha256(place % 2 === 0 ? joined(new Uint8Array([1]), node, sibling) : joined(new Uint8Array([1]), sibling, node));
    used += 1;
  }
  return used === path.length ? hexOf(node) : null;
}

type Bytes = Uint8Array<ArrayBuffer>;

async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function joined(...parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function idBytes(id: string): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(id));
  return bytes;
}

function utf8(text: string): Bytes {
  return new TextEncoder().encode(text) as Bytes;
}

function bytesOf(hex: string): Bytes {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

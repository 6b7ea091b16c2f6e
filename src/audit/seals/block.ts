import { type KeyObject, sign, verify } from "node:crypto";
import { sha256 } from "./merkle.ts";

/** Where a row stands in the order of sealing: by its transaction, then by its id. */
export interface Position {
  readonly transaction: bigint;
  readonly id: bigint;
}

/** A seal over the rows between two positions, or the record of a fork. Everything here is signed. */
export interface BlockHeader {
  readonly number: bigint;
  readonly kind: "seal" | "fork";
  /** One id for all blocks of a database, drawn with the first. */
  readonly chain: string;
  /** The cluster's system identifier and timeline, and pg_current_snapshot(), when it was made. */
  readonly cluster: string;
  readonly timeline: number;
  readonly snapshot: string;
  /** Rows of its epoch have ids above `floor`, and up to `ceiling` once a fork has closed the epoch. */
  readonly floor: bigint;
  readonly ceiling: bigint | null;
  readonly after: Position;
  readonly upto: Position;
  readonly rows: number;
  readonly root: Buffer;
  /** SHA-256 of the block's salt. */
  readonly saltCommitment: Buffer;
  /** Hash of the block before; null for the first. */
  readonly previous: Buffer | null;
  /** Of a fork: the head that was known and is gone; null when nothing was lost. */
  readonly lost: { readonly number: bigint; readonly hash: Buffer } | null;
  readonly reason: string | null;
  /** ISO 8601, UTC, milliseconds; by the database's clock. */
  readonly sealedAt: string;
  readonly keyId: string;
}

export interface Block extends BlockHeader {
  readonly hash: Buffer;
  readonly signature: Buffer;
}

/** Behind every row there is. */
export const lastPosition: Position = { transaction: 2n ** 63n - 1n, id: 2n ** 63n - 1n };
export const firstPosition: Position = { transaction: 0n, id: 0n };

export function isBehind(one: Position, other: Position): boolean {
  return one.transaction === other.transaction ? one.id > other.id : one.transaction > other.transaction;
}

/** The bytes that are hashed and signed, as docs/reference/audit-seals.md has them. */
export function headerText(header: BlockHeader): string {
  return [
    "apg-audit-block-1",
    `number ${header.number}`,
    `kind ${header.kind}`,
    `chain ${header.chain}`,
    `cluster ${header.cluster}`,
    `timeline ${header.timeline}`,
    `snapshot ${header.snapshot}`,
    `ids above ${header.floor}`,
    `ids up to ${header.ceiling ?? "open"}`,
    `after ${header.after.transaction} ${header.after.id}`,
    `up to ${header.upto.transaction} ${header.upto.id}`,
    `rows ${header.rows}`,
    `root ${header.root.toString("hex")}`,
    `salt ${header.saltCommitment.toString("hex")}`,
    `previous ${header.previous?.toString("hex") ?? "none"}`,
    `lost ${header.lost === null ? "none" : `${header.lost.number} ${header.lost.hash.toString("hex")}`}`,
    `reason ${header.reason === null ? "none" : JSON.stringify(header.reason)}`,
    `sealed at ${header.sealedAt}`,
    `key ${header.keyId}`,
  ].join("\n");
}

export function hashOfHeader(header: BlockHeader): Buffer {
  return sha256(headerText(header));
}

export function signBlock(header: BlockHeader, privateKey: KeyObject): Block {
  const bytes = Buffer.from(headerText(header), "utf8");
  return { ...header, hash: sha256(bytes), signature: sign(null, bytes, privateKey) };
}

export function isSignedBy(block: Block, publicKey: KeyObject): boolean {
  return verify(null, Buffer.from(headerText(block), "utf8"), publicKey, block.signature);
}

import { randomBytes, randomUUID } from "node:crypto";
import { Problem } from "../../errors/problem.ts";
import type { Client } from "../../postgres/connect.ts";
import * as queries from "../queries.ts";
import { type Block, type BlockHeader, firstPosition, lastPosition, type Position, signBlock } from "./block.ts";
import { type Fork, forkOf } from "./fork.ts";
import { forgetRestore, readHead, readRestore, writeHead } from "./head-file.ts";
import { readStatement } from "./key-statement.ts";
import { leafHash, rootOf, sha256 } from "./merkle.ts";
import { entryBytes } from "./row.ts";
import { type KeyPlace, openSigningKey, type SigningKey, takeNextKey } from "./signing-key.ts";
import { rememberedStatements } from "./statement-file.ts";

export interface SealOptions {
  /** The key, or where it lies: then one that replaces it is taken up while sealing goes on. */
  readonly key: SigningKey | KeyPlace;
  /** Where the sealer keeps what it knows outside the database. */
  readonly dataDir: string;
  /** Rows of a block at most, so that neither memory nor a proof grows with a burst. */
  readonly maxRows?: number;
}

export type Sealed =
  /** Another sealer is at work. */
  | { readonly outcome: "busy" }
  /** Everything that can be sealed is. */
  | { readonly outcome: "nothing" }
  /** `more`: the block is full, others wait. */
  | { readonly outcome: "sealed"; readonly block: Block; readonly more: boolean };

const defaultMaxRows = 65_536;

/**
 * Makes the next block, in one transaction: killed at any moment, the block is there whole or not at all. Rows of transactions
 * that may still run are left for later, so that no late commit slips in below a seal.
 * @throws Problem `audit_chain_went_back`, `audit_key_replaced`, `audit_key_unusable`
 */
export async function sealNext(client: Client, options: SealOptions): Promise<Sealed> {
  await client.query("begin");
  try {
    // What is remembered outside must not be lost by a crash of the server.
    await client.query("set local synchronous_commit = on");
    const sealed = (await queries.becomeSealer(client)) ? await sealHere(client, options) : ({ outcome: "busy" } as const);
    await client.query(sealed.outcome === "sealed" ? "commit" : "rollback");
    if (sealed.outcome === "sealed") remember(options.dataDir, sealed.block);
    return sealed;
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  }
}

async function sealHere(client: Client, options: SealOptions): Promise<Sealed> {
  const head = await queries.lastBlock(client);
  const known = readHead(options.dataDir);
  const place = await queries.sealPlace(client);
  const hashAtKnown = known === null ? null : await queries.hashOfBlock(client, known.number);
  const fork = forkOf({ head, known, hashAtKnown, place, restore: readRestore(options.dataDir) });
  // The sealer was killed between its commit and its memory: the chain is ahead of what it knew.
  if (head !== null && (known === null || head.number > known.number) && fork === null) writeHead(options.dataDir, head);
  return fork === null ? sealRows(client, head, place, options) : recordFork(client, head, fork, place, options);
}

async function sealRows(client: Client, head: Block | null, place: queries.SealPlace, options: SealOptions): Promise<Sealed> {
  const maxRows = options.maxRows ?? defaultMaxRows;
  const { floor, after } = behind(head);
  const salt = randomBytes(32);
  const found = await queries.unsealedLeaves(client, { floor, after, below: place.below }, salt, maxRows);
  if (found.rows === 0) return { outcome: "nothing" };
  const full = found.rows === maxRows;
  // A full block ends at its last row, another one where the finished transactions end.
  const upto: Position = full ? found.last : { transaction: place.below - 1n, id: lastPosition.id };
  const block = await append(client, head, place, options, found, salt, {
    ...{ kind: "seal", floor, ceiling: null, after, upto, lost: null, reason: null },
  });
  return { outcome: "sealed", block, more: full };
}

/** What was written before and is not sealed goes into the fork's own block; then transactions may count anew. */
async function recordFork(client: Client, head: Block | null, fork: Fork, place: queries.SealPlace, options: SealOptions): Promise<Sealed> {
  await recordLostRotations(client, head, options.dataDir);
  const ceiling = await queries.closeEpoch(client);
  const { floor, after } = behind(head);
  const salt = randomBytes(32);
  const found = await queries.unsealedLeaves(client, { floor, after, below: lastPosition.transaction }, salt, 2 ** 31 - 1);
  const block = await append(client, head, place, options, found, salt, {
    ...{ kind: "fork", floor, ceiling, after, upto: lastPosition, ...fork },
  });
  return { outcome: "sealed", block, more: true };
}

/**
 * The key to sign with now. A rotation that was interrupted between the database and the file is completed here.
 * @throws Problem `audit_key_replaced`
 */
async function keyInForce(client: Client, given: SigningKey | KeyPlace): Promise<SigningKey> {
  const open = () => ("privateKey" in given ? given : openSigningKey(given));
  const key = open();
  const next = await queries.replacementOfKey(client, key.id);
  if (next === null) return key;
  if (!("privateKey" in given) && takeNextKey(given, next)) return keyInForce(client, given);
  throw new Problem("audit_key_replaced", `the audit key ${key.id} was replaced by ${next}: it signs no more`, {
    detail: { key: key.id, replacedBy: next },
    hint: "Put the new key file in its place, from the machine where apg audit keys rotate ran.",
  });
}

/** Which key follows which is told by signatures, so what the restored database has forgotten can be told to it again. */
async function recordLostRotations(client: Client, head: Block | null, dataDir: string): Promise<void> {
  const known = new Set((await queries.keyStatements(client)).map(({ statement }) => statement));
  for (const signed of rememberedStatements(dataDir)) {
    const statement = readStatement(signed);
    if (statement === null || known.has(signed.statement) || statement.chain !== head?.chain) continue;
    // Of a time that this database still has: somebody took it away, and verification says so.
    if (statement.after.number < head.number) continue;
    const publicPem = statement.key.publicKey.export({ type: "spki", format: "pem" }).toString();
    await queries.recordRotation(client, publicPem, statement, signed);
  }
}

type Coverage = Pick<BlockHeader, "kind" | "floor" | "ceiling" | "after" | "upto" | "lost" | "reason">;

async function append(
  client: Client,
  head: Block | null,
  place: queries.SealPlace,
  options: SealOptions,
  found: queries.UnsealedLeaves,
  salt: Buffer,
  coverage: Coverage,
): Promise<Block> {
  const key = await keyInForce(client, options.key);
  const block = signBlock(
    {
      ...coverage,
      number: (head?.number ?? 0n) + 1n,
      chain: head?.chain ?? randomUUID(),
      cluster: place.cluster,
      timeline: place.timeline,
      snapshot: place.snapshot,
      rows: found.rows,
      root: rootOf(leafHashes(found.leaves)),
      saltCommitment: sha256(salt),
      previous: head?.hash ?? null,
      sealedAt: place.now,
      keyId: key.id,
    },
    key.privateKey,
  );
  await queries.registerKey(client, key);
  await queries.appendBlock(client, block, salt, found.leaves);
  return block;
}

/** Of a list of entries, 40 bytes each. */
export function leafHashes(entries: Buffer): Buffer[] {
  return Array.from({ length: entries.length / entryBytes }, (_, index) =>
    leafHash(entries.subarray(index * entryBytes, (index + 1) * entryBytes)),
  );
}

/** Where the rows begin that follow a block. */
export function behind(head: Pick<Block, "floor" | "ceiling" | "upto"> | null): { floor: bigint; after: Position } {
  if (head === null) return { floor: 0n, after: firstPosition };
  return head.ceiling === null ? { floor: head.floor, after: head.upto } : { floor: head.ceiling, after: firstPosition };
}

function remember(dataDir: string, block: Block): void {
  writeHead(dataDir, block);
  if (block.kind === "fork") forgetRestore(dataDir);
}

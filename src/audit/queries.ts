import type { TenantTransaction } from "../postgres/transaction.ts";
import { type Block, firstPosition, type Position } from "./seals/block.ts";
import type { KeyStatement, SignedStatement } from "./seals/key-statement.ts";
import type { SigningKey } from "./seals/signing-key.ts";

/** Of a transaction, a connection or a pool. */
export type Connection = Pick<TenantTransaction, "query">;

/** Columns of audit.blocks in the table's order. */
const blockColumns = `number, kind, chain, system_identifier, timeline, snapshot, floor_id, ceiling_id, after_transaction::text as after_transaction,
  after_id, upto_transaction::text as upto_transaction, upto_id, row_count, root, salt_commitment, previous_hash, lost_number, lost_hash,
  reason, sealed_at, key_id, hash, signature`;

interface BlockRow {
  number: bigint;
  kind: "seal" | "fork";
  chain: string;
  system_identifier: string;
  timeline: number;
  snapshot: string;
  floor_id: bigint;
  ceiling_id: bigint | null;
  after_transaction: string;
  after_id: bigint;
  upto_transaction: string;
  upto_id: bigint;
  row_count: bigint;
  root: Buffer;
  salt_commitment: Buffer;
  previous_hash: Buffer | null;
  lost_number: bigint | null;
  lost_hash: Buffer | null;
  reason: string | null;
  sealed_at: string;
  key_id: string;
  hash: Buffer;
  signature: Buffer;
}

/** One sealer at a time, also through a pooler: the lock ends with the transaction. */
export async function becomeSealer(connection: Connection): Promise<boolean> {
  const result = await connection.query<{ mine: boolean }>("select pg_try_advisory_xact_lock(7306021) as mine");
  return result.rows[0]?.mine === true;
}

export async function lastBlock(connection: Connection): Promise<Block | null> {
  const result = await connection.query<BlockRow>(`select ${blockColumns} from audit.seal_head()`);
  return result.rows[0] === undefined ? null : blockOf(result.rows[0]);
}

export async function hashOfBlock(connection: Connection, number: bigint): Promise<Buffer | null> {
  const result = await connection.query<{ hash: Buffer | null }>("select audit.block_hash($1) as hash", [number]);
  return result.rows[0]?.hash ?? null;
}

/** Where and when the sealing happens; nothing runs any more below `below`. */
export interface SealPlace {
  readonly cluster: string;
  readonly timeline: number;
  readonly snapshot: string;
  readonly below: bigint;
  readonly now: string;
}

export async function sealPlace(connection: Connection): Promise<SealPlace> {
  const result = await connection.query<{ system_identifier: string; timeline: number; snapshot: string; below: string; now: string }>(
    "select system_identifier, timeline, snapshot, below::text as below, now from audit.seal_place()",
  );
  const row = result.rows[0];
  if (row === undefined) throw new Error("audit.seal_place() answered nothing");
  const { system_identifier: cluster, timeline, snapshot } = row;
  return { cluster, timeline, snapshot, below: BigInt(row.below), now: new Date(row.now).toISOString() };
}

export interface UnsealedLeaves {
  readonly rows: number;
  readonly last: Position;
  /** 40 bytes a row: id and digest. */
  readonly leaves: Buffer;
}

export async function unsealedLeaves(
  connection: Connection,
  from: { readonly floor: bigint; readonly after: Position; readonly below: bigint },
  salt: Buffer,
  limit: number,
): Promise<UnsealedLeaves> {
  const result = await connection.query<{ row_count: bigint; last_transaction: string | null; leaves: Buffer | null }>(
    `select row_count, last_transaction::text as last_transaction, leaves
     from audit.unsealed_leaves($1, $2::text::xid8, $3, $4::text::xid8, $5, $6)`,
    [from.floor, from.after.transaction.toString(), from.after.id, from.below.toString(), salt, limit],
  );
  const row = result.rows[0];
  if (row?.leaves == null || row.last_transaction === null) return { rows: 0, last: firstPosition, leaves: Buffer.alloc(0) };
  const last = { transaction: BigInt(row.last_transaction), id: row.leaves.readBigInt64BE(row.leaves.length - 40) };
  return { rows: Number(row.row_count), last, leaves: row.leaves };
}

/** Waits for writers and keeps new ones out until the transaction ends; the last id that belongs to the epoch. */
export async function closeEpoch(connection: Connection): Promise<bigint> {
  const result = await connection.query<{ ceiling_id: bigint }>("select ceiling_id from audit.close_epoch()");
  return result.rows[0]?.ceiling_id ?? 0n;
}

export async function registerKey(connection: Connection, key: SigningKey): Promise<void> {
  await connection.query("select audit.register_key($1, $2)", [key.id, key.publicPem]);
}

/** Which key replaced this one; null while it signs. */
export async function replacementOfKey(connection: Connection, keyId: string): Promise<string | null> {
  const result = await connection.query<{ key_id: string }>("select key_id from audit.key_statements() where replaces = $1", [keyId]);
  return result.rows[0]?.key_id ?? null;
}

/** The statements of all rotations, the oldest first. */
export async function keyStatements(connection: Connection): Promise<SignedStatement[]> {
  const result = await connection.query<{ statement: string; signature: Buffer }>(
    "select statement, signature from audit.key_statements()",
  );
  return result.rows.map(({ statement, signature }) => ({ statement, signature: signature.toString("hex") }));
}

export async function recordRotation(
  connection: Connection,
  publicPem: string,
  made: KeyStatement,
  signed: SignedStatement,
): Promise<void> {
  await connection.query("select audit.rotate_key($1, $2, $3, $4, $5, $6, $7)", [
    ...[made.key.id, publicPem, made.replaces, made.after.number, made.endorsed, signed.statement, Buffer.from(signed.signature, "hex")],
  ]);
}

export async function appendBlock(connection: Connection, block: Block, salt: Buffer, leaves: Buffer): Promise<void> {
  await connection.query(
    `select audit.append_block(
       row($1::bigint, $2::text, $3::uuid, $4::text, $5::integer, $6::text, $7::bigint, $8::bigint, $9::text::xid8, $10::bigint,
         $11::text::xid8, $12::bigint, $13::bigint, $14::bytea, $15::bytea, $16::bytea, $17::bigint, $18::bytea, $19::text,
         $20::timestamptz, $21::text, $22::bytea, $23::bytea)::audit.blocks,
       $24::bytea, $25::bytea)`,
    [
      ...[block.number, block.kind, block.chain, block.cluster, block.timeline, block.snapshot, block.floor, block.ceiling],
      ...[block.after.transaction.toString(), block.after.id, block.upto.transaction.toString(), block.upto.id, block.rows],
      ...[block.root, block.saltCommitment, block.previous, block.lost?.number ?? null, block.lost?.hash ?? null, block.reason],
      ...[block.sealedAt, block.keyId, block.hash, block.signature, salt, leaves],
    ],
  );
}

export interface Inclusion {
  readonly text: string;
  /** Null while it waits for its seal. */
  readonly sealed: { readonly number: bigint; readonly salt: Buffer; readonly place: number; readonly leaves: Buffer[] } | null;
}

export async function inclusionOf(connection: Connection, tenantId: string, id: bigint): Promise<Inclusion | null> {
  const result = await connection.query<{
    row_text: string;
    number: bigint | null;
    salt: Buffer | null;
    place: number | null;
    leaf_hashes: Buffer | null;
  }>("select row_text, number, salt, place, leaf_hashes from audit.inclusion($1, $2)", [tenantId, id]);
  const row = result.rows[0];
  if (row === undefined) return null;
  const { number, salt, leaf_hashes: hashes } = row;
  if (number === null || salt === null || hashes === null) return { text: row.row_text, sealed: null };
  const leaves = Array.from({ length: hashes.length / 32 }, (_, index) => hashes.subarray(index * 32, (index + 1) * 32));
  return { text: row.row_text, sealed: { number, salt, place: row.place ?? -1, leaves } };
}

export async function blockByNumber(connection: Connection, number: bigint): Promise<Block | null> {
  const result = await connection.query<BlockRow>(`select ${blockColumns} from audit.signed_block($1)`, [number]);
  return result.rows[0] === undefined ? null : blockOf(result.rows[0]);
}

export interface StoredBlock extends Block {
  readonly salt: Buffer | null;
  readonly leaves: Buffer | null;
}

/**
 * The next blocks from a number on, with what belongs to them, for whoever may read them (apg_admin): so many that they hold some
 * hundred thousand rows, and none behind a fork, where another epoch begins.
 */
export async function storedBlocks(connection: Connection, from: bigint, to: bigint): Promise<StoredBlock[]> {
  const result = await connection.query<BlockRow & { salt: Buffer | null; leaves: Buffer | null }>(
    `select block.*, leaves.salt, leaves.leaves
     from (
       select ${blockColumns},
         sum(row_count) over (order by number) - row_count as rows_before,
         count(*) filter (where kind = 'fork') over (order by number) - (kind = 'fork')::integer as forks_before
       from (select * from audit.blocks where number between $1 and $2 order by number limit 2000) as next_blocks
     ) as block
     left join audit.block_leaves as leaves on leaves.number = block.number
     where rows_before < 131072 and forks_before = 0
     order by block.number`,
    [from, to],
  );
  return result.rows.map((row) => ({ ...blockOf(row), salt: row.salt, leaves: row.leaves }));
}

function blockOf(row: BlockRow): Block {
  const lost = row.lost_number === null || row.lost_hash === null ? null : { number: row.lost_number, hash: row.lost_hash };
  return {
    number: row.number,
    kind: row.kind,
    chain: row.chain,
    cluster: row.system_identifier,
    timeline: row.timeline,
    snapshot: row.snapshot,
    floor: row.floor_id,
    ceiling: row.ceiling_id,
    after: { transaction: BigInt(row.after_transaction), id: row.after_id },
    upto: { transaction: BigInt(row.upto_transaction), id: row.upto_id },
    rows: Number(row.row_count),
    root: row.root,
    saltCommitment: row.salt_commitment,
    previous: row.previous_hash,
    lost,
    reason: row.reason,
    sealedAt: new Date(row.sealed_at).toISOString(),
    keyId: row.key_id,
    hash: row.hash,
    signature: row.signature,
  };
}

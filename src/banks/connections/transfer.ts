import { createHash } from "node:crypto";
import { tenantKeys } from "../../keys/key-ring.ts";
import { places } from "../../keys/places.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Channel, ListedFile, OpenFile } from "./channels/channel.ts";

export const pieceBytes = 1 << 20;

/** Runs a transaction that first says that the job is still ours. */
export type InTransaction = <T>(work: (tx: TenantTransaction) => Promise<T>) => Promise<T>;

/**
 * Brings a file here, piece by piece, each stored in a transaction of its own before the next is asked for: killed at any moment, it
 * goes on behind the last one stored, here or on another server.
 * @returns false when the file is no longer the version that was listed: then what came of it is thrown away
 */
export async function fetchFile(inTransaction: InTransaction, channel: Channel, id: string, file: ListedFile): Promise<boolean> {
  let stored = await inTransaction((tx) => storedBytes(tx, id));
  if (stored < file.bytes) {
    const open = await channel.open(file);
    try {
      while (stored < file.bytes) {
        const piece = await nextPiece(open, stored, file.bytes);
        if (piece === null) return replaced(inTransaction, id);
        stored = await inTransaction((tx) => storePiece(tx, id, stored, piece));
      }
    } finally {
      await open.close();
    }
  }
  const now = await channel.stat(file);
  // Gone after the last byte is no harm: its bytes are here. Changed is: they may be of two versions.
  if (now !== null && (now.bytes !== file.bytes || now.modifiedAt.getTime() !== file.modifiedAt.getTime()))
    return replaced(inTransaction, id);
  await inTransaction((tx) => finishTransfer(tx, id));
  return true;
}

/** The bytes as they came, piece by piece. */
export async function* storedPieces(tx: TenantTransaction, id: string): AsyncGenerator<Buffer> {
  const keys = await tenantKeys(tx);
  for (let ordinal = 1; ; ordinal += 1) {
    const [row] = await rows<{ content: Buffer }>(
      tx,
      "select content_encrypted as content from cash_management.cm_bank_file_pieces where tenant_id = $1 and file_id = $2 and ordinal = $3",
      [tx.tenantId, id, ordinal],
    );
    if (row === undefined) return;
    yield keys.decrypt(places.bankFilePiece, `${id}/${ordinal}`, row.content);
  }
}

export async function dropPieces(tx: TenantTransaction, id: string): Promise<void> {
  await tx.query("delete from cash_management.cm_bank_file_pieces where tenant_id = $1 and file_id = $2", [tx.tenantId, id]);
}

async function nextPiece(open: OpenFile, offset: number, bytes: number): Promise<Buffer | null> {
  const length = Math.min(pieceBytes, bytes - offset);
  const piece = await open.read(offset, length);
  return piece.byteLength === length ? piece : null;
}

async function storedBytes(tx: TenantTransaction, id: string): Promise<number> {
  const [row] = await rows<{ stored: string | bigint }>(
    tx,
    "select stored_bytes as stored from cash_management.cm_bank_files where tenant_id = $1 and id = $2 for update",
    [tx.tenantId, id],
  );
  return Number(row?.stored ?? 0);
}

async function storePiece(tx: TenantTransaction, id: string, offset: number, piece: Buffer): Promise<number> {
  const keys = await tenantKeys(tx);
  const ordinal = offset / pieceBytes + 1;
  const stored = offset + piece.byteLength;
  await tx.query(
    "insert into cash_management.cm_bank_file_pieces (tenant_id, file_id, ordinal, content_encrypted) values ($1, $2, $3, $4)",
    [tx.tenantId, id, ordinal, keys.encrypt(places.bankFilePiece, `${id}/${ordinal}`, piece)],
  );
  await tx.query("update cash_management.cm_bank_files set stored_bytes = $3 where tenant_id = $1 and id = $2 and stored_bytes = $4", [
    tx.tenantId,
    id,
    stored,
    offset,
  ]);
  return stored;
}

/** The digest is taken of what is stored, not of what came: so it is what stands here that is known to be whole. */
async function finishTransfer(tx: TenantTransaction, id: string): Promise<void> {
  const hash = createHash("sha256");
  for await (const piece of storedPieces(tx, id)) hash.update(piece);
  const keys = await tenantKeys(tx);
  await tx.query(
    `update cash_management.cm_bank_files
     set sync_status = 'stored', sha256_encrypted = $3, problem = null
     where tenant_id = $1 and id = $2 and stored_bytes = byte_count`,
    [tx.tenantId, id, keys.encrypt(places.bankFileDigest, id, hash.digest())],
  );
}

async function replaced(inTransaction: InTransaction, id: string): Promise<false> {
  await inTransaction(async (tx) => {
    await dropPieces(tx, id);
    await tx.query(
      `update cash_management.cm_bank_files
       set sync_status = 'replaced', stored_bytes = 0, ended_at = now(), ended_by = $3
       where tenant_id = $1 and id = $2`,
      [tx.tenantId, id, tx.actor],
    );
  });
  return false;
}

import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Problem } from "../errors/problem.ts";
import { knownKeys, tenantKeys } from "../keys/key-ring.ts";
import { places } from "../keys/places.ts";
import type { TenantKeys } from "../keys/tenant-keys.ts";
import type { Pool } from "../postgres/connect.ts";
import { rows } from "../postgres/rows.ts";
import { type TenantContext, type TenantTransaction, tenantRead } from "../postgres/transaction.ts";
import type { Delivery, StatementProblem } from "./contract.ts";
import type { PageRequest } from "./entries.ts";
import type { FileSource } from "./posting/deliveries.ts";
import type { Listed } from "./windows.ts";

const decompress = promisify(gunzip);

/** Received files, newest first. Keys: received at, id. */
export async function listDeliveries(tx: TenantTransaction, page: PageRequest): Promise<Listed<Delivery>[]> {
  const found = await rows<DeliveryRow>(
    tx,
    `${selectDeliveries}
     where tenant_id = $1 and ($2::timestamptz is null or (received_at, id) < ($2::timestamptz, $3::uuid))
     order by received_at desc, id desc
     limit $4`,
    [tx.tenantId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );
  const keys = await knownKeys(tx);
  return keys === null ? [] : found.map((row) => ({ item: deliveryOf(keys, row), key: [row.received_exactly, row.id] }));
}

export async function deliveryById(tx: TenantTransaction, id: string): Promise<Delivery | null> {
  const [row] = await rows<DeliveryRow>(tx, `${selectDeliveries} where tenant_id = $1 and id = $2`, [tx.tenantId, id]);
  return row === undefined ? null : deliveryOf(await tenantKeys(tx), row);
}

/** The file as it came, in pieces of at most 1 MiB that count from 1; null behind the last. */
export async function deliveryPiece(tx: TenantTransaction, id: string, ordinal: number): Promise<Buffer | null> {
  const [chunk] = await rows<{ content: Buffer }>(
    tx,
    "select content_encrypted as content from cash_management.cm_delivery_chunks where tenant_id = $1 and delivery_id = $2 and ordinal = $3",
    [tx.tenantId, id, ordinal],
  );
  if (chunk === undefined) return null;
  return decompress((await tenantKeys(tx)).decrypt(places.deliveryBytes, `${id}/${ordinal}`, chunk.content));
}

/**
 * The whole file, piece by piece.
 * @throws Problem `not_found`
 */
export async function* deliveryBytes(tx: TenantTransaction, id: string): AsyncGenerator<Buffer> {
  if ((await deliveryById(tx, id)) === null)
    throw new Problem("not_found", `there is no delivery ${id}`, { hint: "List them: GET /api/v1/deliveries" });
  for (let ordinal = 1; ; ordinal += 1) {
    const piece = await deliveryPiece(tx, id, ordinal);
    if (piece === null) return;
    yield piece;
  }
}

interface DeliveryRow {
  id: string;
  file_name: Buffer;
  sha256: Buffer;
  byte_count: string | bigint;
  format: string | null;
  variant: string | null;
  status: "imported" | "refused";
  received_at: Date | string;
  received_exactly: string;
  received_by: string;
  statement_count: number;
  entry_count: number;
  problems: StatementProblem[];
  read_with: Delivery["readWith"];
}

const selectDeliveries = `select id, file_name_encrypted as file_name, sha256_encrypted as sha256, byte_count, format, variant, status, received_at,
       received_at::text as received_exactly, received_by, statement_count, entry_count, problems, read_with
     from cash_management.cm_deliveries`;

function deliveryOf(keys: TenantKeys, row: DeliveryRow): Delivery {
  return {
    id: row.id,
    file: keys.decryptText(places.deliveryFileName, row.id, row.file_name),
    sha256: keys.decrypt(places.deliveryDigest, row.id, row.sha256).toString("hex"),
    bytes: Number(row.byte_count),
    format: row.format,
    variant: row.variant,
    status: row.status,
    receivedAt: new Date(row.received_at).toISOString(),
    receivedBy: row.received_by,
    statements: row.statement_count,
    entries: row.entry_count,
    problems: row.problems,
    readWith: row.read_with,
  };
}

/** A delivery as a file to read. @throws Problem `not_found` */
export async function deliverySource(pool: Pool, context: TenantContext, id: string): Promise<FileSource> {
  const delivery = await tenantRead(pool, context, (tx) => deliveryById(tx, id));
  if (delivery === null) throw new Problem("not_found", `there is no delivery ${id}`, { hint: "List them: GET /api/v1/deliveries" });
  return { name: delivery.file, open: () => deliveryPieces(pool, context, id) };
}

/** A transaction a piece: evidence does not change, and a slow reader must not hold a connection of the pool. */
export async function* deliveryPieces(pool: Pool, context: TenantContext, id: string): AsyncGenerator<Buffer> {
  for (let ordinal = 1; ; ordinal += 1) {
    const piece = await tenantRead(pool, context, (tx) => deliveryPiece(tx, id, ordinal));
    if (piece === null) return;
    yield piece;
  }
}

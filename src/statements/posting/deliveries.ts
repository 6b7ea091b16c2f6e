import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { places } from "../../keys/places.ts";
import type { TenantKeys } from "../../keys/tenant-keys.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { StatementProblem } from "../statement.ts";

const compress = promisify(gzip);
const chunkBytes = 1 << 20;

/** A file to import: read twice, once for its digest and once for its statements. */
export interface FileSource {
  readonly name: string;
  open(): AsyncIterable<Uint8Array>;
}

export async function digestOf(source: FileSource): Promise<{ sha256: Buffer; bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of source.open()) {
    hash.update(piece);
    bytes += piece.byteLength;
  }
  return { sha256: hash.digest(), bytes };
}

/** The file again in pieces of 1 MiB, as they are kept. */
export async function* pieces(source: FileSource): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const piece of source.open()) {
    for (let start = 0; start < piece.byteLength; ) {
      const part = piece.subarray(start, start + chunkBytes - size);
      held.push(part);
      size += part.byteLength;
      start += part.byteLength;
      if (size === chunkBytes) {
        yield Buffer.concat(held);
        held = [];
        size = 0;
      }
    }
  }
  if (size > 0) yield Buffer.concat(held);
}

export function compressed(piece: Buffer): Promise<Buffer> {
  return compress(piece, { level: 1 });
}

export async function insertChunk(
  tx: TenantTransaction,
  keys: TenantKeys,
  deliveryId: string,
  ordinal: number,
  zipped: Buffer,
): Promise<void> {
  await tx.query(
    `insert into cash_management.cm_delivery_chunks (tenant_id, delivery_id, ordinal, content_encrypted)
     values ($1, $2, $3, $4)
     on conflict (tenant_id, delivery_id, ordinal) do nothing`,
    [tx.tenantId, deliveryId, ordinal, keys.encrypt(places.deliveryBytes, `${deliveryId}/${ordinal}`, zipped)],
  );
}

export interface KnownDelivery {
  id: string;
  status: "imported" | "refused";
  format: string | null;
  variant: string | null;
  problems: StatementProblem[];
}

/** The delivery of the same bytes, with a lock so that two uploads of one file at once become one import. */
export async function knownDelivery(tx: TenantTransaction, keys: TenantKeys, sha256: Buffer): Promise<KnownDelivery | null> {
  const content = keys.index("file", sha256.toString("hex"));
  await tx.query("select pg_advisory_xact_lock(hashtextextended('delivery ' || $1 || ' ' || $2, 0))", [tx.tenantId, content]);
  const [row] = await rows<KnownDelivery>(
    tx,
    "select id, status, format, variant, problems from cash_management.cm_deliveries where tenant_id = $1 and content_index = $2",
    [tx.tenantId, content],
  );
  return row ?? null;
}

export interface DeliveryFacts {
  readonly id: string;
  readonly name: string;
  readonly sha256: Buffer;
  readonly bytes: number;
  readonly channel: string;
  readonly readerVersion: string;
}

/** Writes the delivery before its pieces; `finishDelivery` says at the end what it was. A file refused before may come right. */
export async function startDelivery(tx: TenantTransaction, keys: TenantKeys, facts: DeliveryFacts): Promise<void> {
  const { id, sha256 } = facts;
  await tx.query(
    `insert into cash_management.cm_deliveries (tenant_id, id, content_index, sha256_encrypted, file_name_encrypted, byte_count, channel, status,
       reader_version, received_by, received_at)
     values ($1, $2, $3, $4, $5, $6, $7, 'imported', $8, $9, clock_timestamp())
     on conflict (tenant_id, content_index) do update
     set reader_version = excluded.reader_version, received_by = excluded.received_by, received_at = excluded.received_at`,
    [
      ...[tx.tenantId, id, keys.index("file", sha256.toString("hex")), keys.encrypt(places.deliveryDigest, id, sha256)],
      ...[
        keys.encryptText(places.deliveryFileName, id, facts.name.slice(0, 500)),
        facts.bytes,
        facts.channel,
        facts.readerVersion,
        tx.actor,
      ],
    ],
  );
}

export async function finishDelivery(
  tx: TenantTransaction,
  id: string,
  end: {
    status: "imported" | "refused";
    format: string | null;
    variant: string | null;
    statements: number;
    entries: number;
    problems: readonly StatementProblem[];
    /** What was said of the file; null: nothing. */
    readWith: Readonly<Record<string, unknown>> | null;
  },
): Promise<void> {
  await tx.query(
    `update cash_management.cm_deliveries
     set status = $3, format = $4, variant = $5, statement_count = $6, entry_count = $7, problems = $8, read_with = $9
     where tenant_id = $1 and id = $2`,
    [
      ...[tx.tenantId, id, end.status, end.format, end.variant, end.statements, end.entries, JSON.stringify(end.problems.slice(0, 1000))],
      end.readWith === null ? null : JSON.stringify(end.readWith),
    ],
  );
}

import { sha256 } from "./merkle.ts";

/** Bytes of an entry of a block's leaf list: the row's id, 8 bytes with the highest first, then its digest. */
export const entryBytes = 40;

/**
 * The salt of one row, made of its block's. A proof shows it for its own row alone: without it the digests of other tenants' rows,
 * which stand in the path, cannot be tried out.
 */
export function saltOfRow(blockSalt: Uint8Array, id: bigint): Buffer {
  return sha256(Buffer.concat([blockSalt, idBytes(id)]));
}

/** The digest of a row: over its salt and its text as `audit.row_text` writes it. */
export function digestOfRow(rowSalt: Uint8Array, text: Uint8Array): Buffer {
  return sha256(Buffer.concat([rowSalt, text]));
}

export function idBytes(id: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(id);
  return bytes;
}

/** The columns of a row's text, in their order. */
export const rowColumns = [
  ...["id", "tenant_id", "occurred_at", "transaction_id", "schema_name", "table_name", "operation", "row_key"],
  ...["row_count", "digest", "old_values", "new_values", "actor", "request_id", "user_name", "client_address"],
] as const;

export interface ReadRow {
  readonly id: string;
  readonly tenant: string;
  readonly table: string;
  readonly operation: string;
  readonly key: string | null;
}

/** What a row says of itself, for people; null when its text is not one. */
export function readRow(text: string): ReadRow | null {
  try {
    const parts: unknown = JSON.parse(text);
    if (!Array.isArray(parts) || parts.length !== rowColumns.length) return null;
    const [id, tenant, , , schema, table, operation, key] = parts.map((part: unknown) => (typeof part === "string" ? part : null));
    if (id == null || tenant == null || schema == null || table == null || operation == null) return null;
    return { id, tenant, table: `${schema}.${table}`, operation, key: key ?? null };
  } catch {
    return null;
  }
}

import type { Pool } from "../postgres/connect.ts";
import type { PlatformScope } from "./contract.ts";

export interface FoundPlatformKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly PlatformScope[];
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

/** Through the gatekeeper's function: no role that serves tenants reads the table. */
export async function findPlatformKey(pool: Pool, hash: Buffer): Promise<FoundPlatformKey | null> {
  const result = await pool.query<FoundPlatformKey>(
    "select id, name, scopes, expires_at, revoked_at from cash_management.find_platform_key($1)",
    [hash],
  );
  return result.rows[0] ?? null;
}

export interface PlatformKeyRow {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly PlatformScope[];
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
  readonly revokedBy: string | null;
}

const columns = `id, name, prefix, scopes, created_by as "createdBy", created_at as "createdAt", expires_at as "expiresAt",
  last_used_at as "lastUsedAt", revoked_at as "revokedAt", revoked_by as "revokedBy"`;

export async function insertPlatformKey(
  admin: Pool,
  key: {
    readonly name: string;
    readonly hash: Buffer;
    readonly prefix: string;
    readonly scopes: readonly string[];
    readonly expiresAt: string | null;
    readonly createdBy: string;
  },
): Promise<PlatformKeyRow> {
  const result = await admin.query<PlatformKeyRow>(
    `insert into cash_management.cm_platform_keys (name, key_hash, prefix, scopes, expires_at, created_by)
     values ($1, $2, $3, $4, $5, $6)
     returning ${columns}`,
    [key.name, key.hash, key.prefix, key.scopes, key.expiresAt, key.createdBy],
  );
  return result.rows[0] as PlatformKeyRow;
}

export async function selectPlatformKeys(admin: Pool): Promise<PlatformKeyRow[]> {
  const result = await admin.query<PlatformKeyRow>(`select ${columns} from cash_management.cm_platform_keys order by name`);
  return result.rows;
}

export async function revokePlatformKey(admin: Pool, name: string, actor: string): Promise<PlatformKeyRow | null> {
  const result = await admin.query<PlatformKeyRow>(
    `update cash_management.cm_platform_keys
     set revoked_at = coalesce(revoked_at, clock_timestamp()), revoked_by = coalesce(revoked_by, $2)
     where name = $1
     returning ${columns}`,
    [name, actor],
  );
  return result.rows[0] ?? null;
}

import type { TenantTransaction } from "../postgres/transaction.ts";
import type { ApiKey } from "./contract.ts";

const apiKeyColumns = `id, name, prefix, scopes, created_at as "createdAt", expires_at as "expiresAt",
  revoked_at as "revokedAt", last_used_at as "lastUsedAt"`;

export interface ApiKeyInsert {
  readonly id: string;
  readonly name: string;
  readonly hash: Buffer;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly createdBy: string | null;
  readonly expiresAt: string | null;
}

export async function insertApiKey(tx: TenantTransaction, key: ApiKeyInsert): Promise<ApiKey> {
  const result = await tx.query<ApiKey>(
    `insert into cash_management.cm_api_keys (tenant_id, id, name, key_hash, prefix, scopes, created_by, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     returning ${apiKeyColumns}`,
    [tx.tenantId, key.id, key.name, key.hash, key.prefix, key.scopes, key.createdBy, key.expiresAt],
  );
  return result.rows[0] as ApiKey;
}

export async function selectApiKeys(tx: TenantTransaction): Promise<ApiKey[]> {
  const result = await tx.query<ApiKey>(
    `select ${apiKeyColumns}
     from cash_management.cm_api_keys
     where tenant_id = $1
     order by created_at desc, id`,
    [tx.tenantId],
  );
  return result.rows;
}

export async function revokeApiKey(tx: TenantTransaction, id: string): Promise<ApiKey | null> {
  const result = await tx.query<ApiKey>(
    `update cash_management.cm_api_keys
     set revoked_at = coalesce(revoked_at, clock_timestamp())
     where tenant_id = $1 and id = $2
     returning ${apiKeyColumns}`,
    [tx.tenantId, id],
  );
  return result.rows[0] ?? null;
}

export async function markKeyUsed(tx: TenantTransaction, id: string): Promise<void> {
  await tx.query("update cash_management.cm_api_keys set last_used_at = now() where tenant_id = $1 and id = $2", [tx.tenantId, id]);
}

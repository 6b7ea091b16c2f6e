import type { Pool } from "../postgres/connect.ts";

// Before the tenant is known: the gatekeeper's functions (0003_tenants_and_access.sql), through apg_gate alone.

export interface SignInRow {
  readonly tenant_id: string;
  readonly tenant_name: string;
  readonly tenant_status: string;
  readonly person_id: string;
  readonly password_hash: string | null;
  readonly disabled_at: string | null;
}

export async function findSignIn(pool: Pool, email: string, tenant: string | null): Promise<SignInRow[]> {
  const result = await pool.query<SignInRow>(
    `select tenant_id, tenant_name, tenant_status, person_id, password_hash, disabled_at
     from cash_management.find_sign_in($1, $2)`,
    [email, tenant],
  );
  return result.rows;
}

export interface SessionRow {
  readonly tenant_id: string;
  readonly tenant_name: string;
  readonly tenant_status: string;
  readonly person_id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly disabled_at: string | null;
  readonly expires_at: string;
}

export async function findSession(pool: Pool, hash: Buffer): Promise<SessionRow | null> {
  const result = await pool.query<SessionRow>(
    `select tenant_id, tenant_name, tenant_status, person_id, email, name, role, disabled_at, expires_at
     from cash_management.find_session($1)`,
    [hash],
  );
  return result.rows[0] ?? null;
}

export interface ApiKeyRow {
  readonly tenant_id: string;
  readonly tenant_name: string;
  readonly tenant_status: string;
  readonly api_key_id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}

export async function findApiKey(pool: Pool, hash: Buffer): Promise<ApiKeyRow | null> {
  const result = await pool.query<ApiKeyRow>(
    `select tenant_id, tenant_name, tenant_status, api_key_id, name, scopes, expires_at, revoked_at, last_used_at
     from cash_management.find_api_key($1)`,
    [hash],
  );
  return result.rows[0] ?? null;
}

export interface UsedLink {
  readonly tenant_id: string;
  readonly person_id: string;
  readonly outcome: "in" | "code_needed" | "code_wrong";
}

export async function consumeSignInLink(pool: Pool, hash: Buffer, codeHash: Buffer | null): Promise<UsedLink | null> {
  const result = await pool.query<UsedLink>("select tenant_id, person_id, outcome from cash_management.consume_sign_in_link($1, $2)", [
    hash,
    codeHash,
  ]);
  return result.rows[0] ?? null;
}

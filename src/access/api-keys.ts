import { randomUUID } from "node:crypto";
import { Problem } from "../errors/problem.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { type Guarded, withApproval } from "./approvals/approvals.ts";
import type { ApiKey, Scope } from "./contract.ts";
import * as queries from "./key-queries.ts";
import { permissionsOfScope } from "./permissions.ts";
import { apiKeyPrefix, newToken, shownPrefix, tokenHash } from "./secrets.ts";

export interface NewApiKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** ISO 8601; a key without an end lives until it is revoked. */
  readonly expiresAt?: string | undefined;
  /** The person who makes it, when one does. */
  readonly createdBy?: string | undefined;
}

/** Makes a key and shows it this once: only its hash is kept. */
export async function createApiKey(tx: TenantTransaction, wanted: NewApiKey): Promise<{ readonly key: string; readonly apiKey: ApiKey }> {
  if (wanted.expiresAt !== undefined && Date.parse(wanted.expiresAt) <= Date.now())
    throw new Problem("invalid_input", "the key would have expired already", { hint: "Give a moment to come, or none." });
  const key = newToken(apiKeyPrefix);
  const apiKey = await queries.insertApiKey(tx, {
    id: randomUUID(),
    name: wanted.name,
    hash: tokenHash(key),
    prefix: shownPrefix(key),
    scopes: wanted.scopes,
    createdBy: wanted.createdBy ?? null,
    expiresAt: wanted.expiresAt ?? null,
  });
  return { key, apiKey };
}

/** As `createApiKey`, where a four-eyes rule may want another person for a key that writes. */
export async function requestApiKey(
  tx: TenantTransaction,
  wanted: NewApiKey,
): Promise<Guarded<{ readonly key: string; readonly apiKey: ApiKey }>> {
  const writes = wanted.scopes.some((scope) => permissionsOfScope[scope].some((permission) => permission.endsWith(":write")));
  if (!writes) return { done: await createApiKey(tx, wanted) };
  const deed = { subject: wanted.name, payload: { scopes: [...new Set(wanted.scopes)].sort() } };
  return withApproval(tx, "api_key", deed, () => createApiKey(tx, wanted));
}

export function listApiKeys(tx: TenantTransaction): Promise<ApiKey[]> {
  return queries.selectApiKeys(tx);
}

/** A revoked key is refused from the next request on; revoking twice changes nothing. @throws Problem `not_found` */
export async function revokeApiKey(tx: TenantTransaction, id: string): Promise<ApiKey> {
  const revoked = await queries.revokeApiKey(tx, id);
  if (revoked === null) throw new Problem("not_found", `no API key ${id} in tenant ${tx.tenantId}`);
  return revoked;
}

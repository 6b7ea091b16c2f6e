import { randomUUID } from "node:crypto";
import { Problem } from "../errors/problem.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { ApiKey, scopes } from "./contract.ts";
import * as queries from "./queries.ts";
import { apiKeyPrefix, newToken, shownPrefix, tokenHash } from "./secrets.ts";

export interface NewApiKey {
  readonly name: string;
  readonly scopes: readonly (typeof scopes)[number][];
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

export function listApiKeys(tx: TenantTransaction): Promise<ApiKey[]> {
  return queries.selectApiKeys(tx);
}

/** A revoked key is refused from the next request on; revoking twice changes nothing. @throws Problem `not_found` */
export async function revokeApiKey(tx: TenantTransaction, id: string): Promise<ApiKey> {
  const revoked = await queries.revokeApiKey(tx, id);
  if (revoked === null) throw new Problem("not_found", `no API key ${id} in tenant ${tx.tenantId}`);
  return revoked;
}

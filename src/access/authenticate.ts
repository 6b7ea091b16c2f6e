import { Problem } from "../errors/problem.ts";
import { tenantTransaction } from "../postgres/transaction.ts";
import type { AccessPools } from "./access-pools.ts";
import { findApiKey } from "./gate-queries.ts";
import { actorOf, type Identity } from "./identity.ts";
import { markKeyUsed } from "./key-queries.ts";
import { permissionsOfScope } from "./permissions.ts";
import { apiKeyPrefix, tokenHash } from "./secrets.ts";
import { tenantClosed } from "./sign-in.ts";

/**
 * Who holds this key; null when there is no such key.
 * @throws Problem `unauthenticated` for a key that was revoked or has expired: its holder may know; `tenant_closed`
 */
export async function identityOfKey(pools: AccessPools, key: string): Promise<Identity | null> {
  if (!key.startsWith(apiKeyPrefix)) return null;
  const row = await findApiKey(pools.gate, tokenHash(key));
  if (row === null) return null;
  if (row.revoked_at !== null) throw refused(`the API key "${row.name}" was revoked`);
  if (row.expires_at !== null && Date.parse(row.expires_at) <= Date.now())
    throw refused(`the API key "${row.name}" expired at ${row.expires_at}`);
  if (row.tenant_status !== "active") throw tenantClosed(row.tenant_name);
  const identity: Identity = {
    kind: "key",
    id: row.api_key_id,
    name: row.name,
    email: null,
    tenant: { id: row.tenant_id, name: row.tenant_name },
    role: null,
    permissions: row.scopes.flatMap((scope) => permissionsOfScope[scope as keyof typeof permissionsOfScope] ?? []),
    expiresAt: row.expires_at,
  };
  if (isLongAgo(row.last_used_at))
    await tenantTransaction(pools.app, { tenantId: row.tenant_id, actor: actorOf(identity) }, (tx) => markKeyUsed(tx, row.api_key_id));
  return identity;
}

/** A write per request would be too much for what it tells. */
function isLongAgo(moment: string | null): boolean {
  return moment === null || Date.now() - Date.parse(moment) > 5 * 60_000;
}

function refused(fact: string): Problem {
  return new Problem("unauthenticated", fact, { hint: "Make a new one: apg access key create." });
}

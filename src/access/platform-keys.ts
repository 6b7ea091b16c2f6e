import { Problem } from "../errors/problem.ts";
import type { Pool } from "../postgres/connect.ts";
import type { PlatformScope } from "./contract.ts";
import * as queries from "./platform-queries.ts";
import { newToken, tokenHash } from "./secrets.ts";

/** Another beginning than a tenant's key, so that neither is ever taken for the other. */
export const platformKeyPrefix = "apgp_";

/** A program of those who run this installation: it opens and closes tenants and sees nothing of what is in them. */
export interface PlatformIdentity {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly PlatformScope[];
}

export type PlatformKey = queries.PlatformKeyRow;

/**
 * Who holds this key; null when there is no such key.
 * @throws Problem `unauthenticated` for one that was revoked or has expired
 */
export async function platformIdentityOfKey(pool: Pool, key: string): Promise<PlatformIdentity | null> {
  if (!key.startsWith(platformKeyPrefix)) return null;
  const row = await queries.findPlatformKey(pool, tokenHash(key));
  if (row === null) return null;
  if (row.revoked_at !== null) throw refused(`the platform key "${row.name}" was revoked`);
  if (row.expires_at !== null && Date.parse(row.expires_at) <= Date.now())
    throw refused(`the platform key "${row.name}" expired at ${row.expires_at}`);
  return { id: row.id, name: row.name, scopes: row.scopes };
}

/** As transactions and the audit trail name who acts. */
export function platformActor(identity: Pick<PlatformIdentity, "name">): string {
  return `platform:${identity.name}`;
}

export interface NewPlatformKey {
  /** Used once for good: the audit trail names who acts by it. */
  readonly name: string;
  readonly scopes: readonly PlatformScope[];
  readonly expiresAt?: string | undefined;
}

/** Makes a key and shows it this once: only its hash is kept. @throws Problem `conflict` when the name was used, `invalid_input` */
export async function createPlatformKey(
  admin: Pool,
  wanted: NewPlatformKey,
  actor: string,
): Promise<{ readonly key: string; readonly platformKey: PlatformKey }> {
  if (wanted.expiresAt !== undefined && Date.parse(wanted.expiresAt) <= Date.now())
    throw new Problem("invalid_input", "the key would have expired already", { hint: "Give a moment to come, or none." });
  const key = newToken(platformKeyPrefix);
  const platformKey = await queries.insertPlatformKey(admin, {
    ...wanted,
    hash: tokenHash(key),
    prefix: key.slice(0, platformKeyPrefix.length + 8),
    expiresAt: wanted.expiresAt ?? null,
    createdBy: actor,
  });
  return { key, platformKey };
}

export function listPlatformKeys(admin: Pool): Promise<PlatformKey[]> {
  return queries.selectPlatformKeys(admin);
}

/** Refused from the next request on; revoking twice changes nothing. @throws Problem `not_found` */
export async function revokePlatformKey(admin: Pool, name: string, actor: string): Promise<PlatformKey> {
  const revoked = await queries.revokePlatformKey(admin, name, actor);
  if (revoked === null) throw new Problem("not_found", `no platform key is called ${name}`, { hint: "See apg access platform-key list." });
  return revoked;
}

function refused(fact: string): Problem {
  return new Problem("unauthenticated", fact, { hint: "Make a new one: apg access platform-key create." });
}

import { Problem } from "../errors/problem.ts";
import { type TenantTransaction, tenantTransaction } from "../postgres/transaction.ts";
import type { AccessPools } from "./access-pools.ts";
import type { OwnSession, Role } from "./contract.ts";
import { findSession } from "./gate-queries.ts";
import { actorOf, type Identity } from "./identity.ts";
import { permissionsOfRole } from "./permissions.ts";
import * as queries from "./queries.ts";
import { getRules } from "./rules.ts";
import { newToken, tokenHash } from "./secrets.ts";

/** How a person came in. Whoever just proved their present password needs no proof more: that is "own password". */
export type SignInMethod = "password" | "link" | "oidc" | "own password";

export interface StartedSession {
  /** The secret for the cookie; only its hash is kept. */
  readonly token: string;
  readonly identity: Identity;
}

export interface SessionSubject {
  readonly tenantId: string;
  readonly personId: string;
  readonly userAgent: string | null;
  readonly requestId?: string | undefined;
  readonly method: SignInMethod;
}

/** @throws Problem `forbidden` when the person or the tenant is closed */
export async function startSession(pools: AccessPools, subject: SessionSubject): Promise<StartedSession> {
  const token = newToken();
  const actor = actorOf({ kind: "person", id: subject.personId });
  await tenantTransaction(pools.app, { tenantId: subject.tenantId, actor, requestId: subject.requestId }, async (tx) => {
    const rules = await getRules(tx);
    if (subject.method === "password" && !rules.passwordSignIn)
      throw new Problem("sign_in_refused", `the tenant ${subject.tenantId} lets nobody in by password`, {
        hint: "Use the identity provider's button on the sign-in page.",
      });
    await queries.insertSession(tx, {
      hash: tokenHash(token),
      personId: subject.personId,
      hours: rules.sessionHours,
      userAgent: subject.userAgent,
      method: subject.method === "own password" ? "password" : subject.method,
    });
    await queries.markSignedIn(tx, subject.personId);
  });
  const identity = await identityOfSession(pools, token);
  if (identity === null)
    throw new Problem("forbidden", `this person may no longer come in to the tenant ${subject.tenantId}`, {
      hint: "Ask an administrator of the tenant.",
    });
  return { token, identity };
}

/** When each session was last written down as seen by this process: once a minute is enough, and costs no write a request. */
const seen = new Map<string, number>();

async function noteSeen(pools: AccessPools, identity: Identity, token: string): Promise<void> {
  const hash = tokenHash(token);
  const name = hash.toString("base64");
  const now = Date.now();
  if (now - (seen.get(name) ?? 0) < 60_000) return;
  if (seen.size > 50_000) seen.clear();
  seen.set(name, now);
  const context = { tenantId: identity.tenant.id, actor: actorOf(identity) };
  await tenantTransaction(pools.app, context, (tx) => queries.markSessionSeen(tx, hash));
}

/** As `identityOfSession`, for a request: the session was used now. */
export async function identityOfRequest(pools: AccessPools, token: string): Promise<Identity | null> {
  const identity = await identityOfSession(pools, token);
  if (identity !== null) await noteSeen(pools, identity, token);
  return identity;
}

/** Who this session belongs to; null when it ended, expired, never was, or its person or tenant may no longer come in. */
export async function identityOfSession({ gate }: Pick<AccessPools, "gate">, token: string): Promise<Identity | null> {
  const row = await findSession(gate, tokenHash(token));
  if (row === null || row.disabled_at !== null || row.tenant_status !== "active") return null;
  return {
    kind: "person",
    id: row.person_id,
    name: row.name,
    email: row.email,
    tenant: { id: row.tenant_id, name: row.tenant_name },
    role: row.role as Role,
    permissions: permissionsOfRole[row.role as Role] ?? [],
    expiresAt: row.expires_at,
  };
}

/** Ends it for good; a token that is no session changes nothing. Answers whose it was, and how they had come in. */
export async function endSession(
  pools: AccessPools,
  token: string,
  requestId?: string,
): Promise<{ readonly tenantId: string; readonly method: string } | null> {
  const identity = await identityOfSession(pools, token);
  if (identity === null) return null;
  const context = { tenantId: identity.tenant.id, actor: actorOf(identity), requestId };
  const method = await tenantTransaction(pools.app, context, (tx) => queries.endSession(tx, tokenHash(token)));
  return method === null ? null : { tenantId: identity.tenant.id, method };
}

/** The running sessions of a person; `current` is the hash of the token that asks. */
export function ownSessions(tx: TenantTransaction, personId: string, current: Buffer): Promise<OwnSession[]> {
  return queries.selectSessions(tx, personId, current);
}

/** Answers how many ended: none when it is not theirs, or has ended. */
export function endOwnSession(tx: TenantTransaction, personId: string, id: string): Promise<number> {
  return queries.endSessionById(tx, personId, id);
}

/** Answers how many ended; `current` is the hash of the token that goes on. */
export function endOtherSessions(tx: TenantTransaction, personId: string, current: Buffer): Promise<number> {
  return queries.endSessionsExcept(tx, personId, current);
}

/** Everybody of the tenant is out; answers how many sessions that ended. */
export function endSessionsOfTenant(tx: TenantTransaction): Promise<number> {
  return queries.endAllSessions(tx);
}

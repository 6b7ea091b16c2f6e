import { Problem } from "../errors/problem.ts";
import { type TenantTransaction, tenantTransaction } from "../postgres/transaction.ts";
import type { AccessPools } from "./access-pools.ts";
import type { Role } from "./contract.ts";
import { actorOf, type Identity } from "./identity.ts";
import { permissionsOfRole } from "./permissions.ts";
import * as queries from "./queries.ts";
import { newToken, tokenHash } from "./secrets.ts";

/** A working day; after that the person signs in again. */
export const sessionHours = 12;

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
}

/** @throws Problem `forbidden` when the person or the tenant is closed */
export async function startSession(pools: AccessPools, subject: SessionSubject): Promise<StartedSession> {
  const token = newToken();
  const actor = actorOf({ kind: "person", id: subject.personId });
  await tenantTransaction(pools.app, { tenantId: subject.tenantId, actor, requestId: subject.requestId }, async (tx) => {
    await queries.insertSession(tx, {
      hash: tokenHash(token),
      personId: subject.personId,
      hours: sessionHours,
      userAgent: subject.userAgent,
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

/** Who this session belongs to; null when it ended, expired, never was, or its person or tenant may no longer come in. */
export async function identityOfSession({ gate }: Pick<AccessPools, "gate">, token: string): Promise<Identity | null> {
  const row = await queries.findSession(gate, tokenHash(token));
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

/** Ends it for good; a token that is no session changes nothing. */
export async function endSession(pools: AccessPools, token: string, requestId?: string): Promise<void> {
  const identity = await identityOfSession(pools, token);
  if (identity === null) return;
  const context = { tenantId: identity.tenant.id, actor: actorOf(identity), requestId };
  await tenantTransaction(pools.app, context, (tx) => queries.endSession(tx, tokenHash(token)));
}

/** Everybody of the tenant is out; answers how many sessions that ended. */
export function endSessionsOfTenant(tx: TenantTransaction): Promise<number> {
  return queries.endAllSessions(tx);
}

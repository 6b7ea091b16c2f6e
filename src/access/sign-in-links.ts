import { Problem } from "../errors/problem.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { AccessPools } from "./access-pools.ts";
import * as queries from "./queries.ts";
import { newToken, tokenHash } from "./secrets.ts";
import { type StartedSession, startSession } from "./sessions.ts";

export const linkMinutes = 60;
/** Somebody who is invited may be away for some days; the database lets no link live longer than a week. */
export const invitationMinutes = 3 * 24 * 60;

/**
 * A token that signs the person in once. Show it as `<address>/sign-in?token=…` to that person alone: it is as good as a password.
 * @throws Problem `not_found`
 */
export async function createSignInLink(
  tx: TenantTransaction,
  personId: string,
  minutes = linkMinutes,
): Promise<{ readonly token: string }> {
  const token = newToken();
  const made = await queries.insertSignInLink(tx, { hash: tokenHash(token), personId, minutes });
  if (made === 0) throw new Problem("not_found", `no person ${personId} in tenant ${tx.tenantId} who may sign in`);
  return { token };
}

/**
 * Uses the link up. Of two that come at once one gets in.
 * @throws Problem `link_spent`
 */
export async function signInByLink(
  pools: AccessPools,
  token: string,
  request: { readonly userAgent: string | null; readonly requestId?: string | undefined },
): Promise<StartedSession> {
  const link = await queries.consumeSignInLink(pools.gate, tokenHash(token));
  if (link === null)
    throw new Problem("link_spent", "the sign-in link was used before, is too old, or never was", {
      hint: "Make another one: apg access link.",
    });
  return startSession(pools, { tenantId: link.tenant_id, personId: link.person_id, ...request, method: "link" });
}

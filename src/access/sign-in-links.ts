import { Problem } from "../errors/problem.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { AccessPools } from "./access-pools.ts";
import { codeHash } from "./approvals/link-codes.ts";
import type { SignInByLink } from "./contract.ts";
import { consumeSignInLink } from "./gate-queries.ts";
import * as queries from "./queries.ts";
import { newToken, tokenHash } from "./secrets.ts";
import { type StartedSession, startSession } from "./sessions.ts";

export const linkMinutes = 60;
/** Somebody who is invited may be away for some days; the database lets no link live longer than a week. */
export const invitationMinutes = 3 * 24 * 60;

export interface MadeLink {
  readonly token: string;
  /** Whether a code has to come with it, which who approved the person's role has told them: see approvals/link-codes.ts. */
  readonly codeNeeded: boolean;
}

/**
 * A token that signs the person in once. Show it as `<address>/sign-in?token=…` to that person alone: it is as good as a password.
 * Where a four-eyes rule stands before the role, the database refuses it unless it was approved (`guardedWrite` then asks).
 * @throws Problem `not_found`
 */
export async function createSignInLink(tx: TenantTransaction, personId: string, minutes = linkMinutes): Promise<MadeLink> {
  const token = newToken();
  const made = await queries.insertSignInLink(tx, { hash: tokenHash(token), personId, minutes });
  if (made === null) throw new Problem("not_found", `no person ${personId} in tenant ${tx.tenantId} who may sign in`);
  return { token, codeNeeded: made.codeNeeded };
}

/**
 * Uses the link up. Of two that come at once one gets in.
 * @throws Problem `link_spent`, `code_needed`, `code_wrong`: the fifth wrong code ends the link
 */
export async function signInByLink(
  pools: AccessPools,
  { token, code }: SignInByLink,
  request: { readonly userAgent: string | null; readonly requestId?: string | undefined },
): Promise<StartedSession> {
  const link = await consumeSignInLink(pools.gate, tokenHash(token), code === undefined ? null : codeHash(code));
  if (link === null)
    throw new Problem("link_spent", "the sign-in link was used before, is too old, or never was", {
      hint: "Make another one: apg access link.",
    });
  if (link.outcome === "code_needed")
    throw new Problem("code_needed", "a code goes with this link", { hint: "Ask who approved your role: they tell it to you themselves." });
  if (link.outcome === "code_wrong")
    throw new Problem("code_wrong", "the code does not fit this link", { hint: "After five wrong codes the link is of no use any more." });
  return startSession(pools, { tenantId: link.tenant_id, personId: link.person_id, ...request, method: "link" });
}

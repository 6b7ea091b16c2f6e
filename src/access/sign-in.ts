import { Problem } from "../errors/problem.ts";
import type { Pool } from "../postgres/connect.ts";
import { tenantTransaction } from "../postgres/transaction.ts";
import type { AccessPools } from "./access-pools.ts";
import type { TenantRef } from "./contract.ts";
import { findSignIn, type SignInRow } from "./gate-queries.ts";
import { actorOf } from "./identity.ts";
import { passwordFits } from "./passwords.ts";
import * as queries from "./queries.ts";
import { type StartedSession, startSession } from "./sessions.ts";
import { locked, Throttle } from "./throttle.ts";

export interface SignInAttempt {
  readonly email: string;
  readonly password: string;
  readonly tenant?: string | undefined;
  readonly userAgent: string | null;
  readonly requestId?: string | undefined;
}

/** A session, or the tenants to choose from: the password fits in each of them. */
export type SignedIn = { readonly session: StartedSession } | { readonly choose: readonly TenantRef[] };

/** Takes the place of a person where there is none, so that the database is asked as much: the time of an answer must not tell either. */
const nobody = { tenant_id: "nobody", person_id: "00000000-0000-4000-8000-000000000000" };

// Addresses that nobody has are slowed down as well, or the pace of the answers would tell which exist.
const strangers = new Throttle();

/**
 * Signs a person in by password. One answer for a wrong password, an unknown address and a disabled person, after the same work.
 * @throws Problem `tenant_closed` for the right password of a suspended tenant, `sign_in_refused`, `too_many_requests` after five wrong passwords in a row (30 s, doubling up to 16 min)
 */
export async function signIn(pools: AccessPools, attempt: SignInAttempt): Promise<SignedIn> {
  const candidates = await findSignIn(pools.gate, attempt.email.trim(), attempt.tenant ?? null);
  const enabled = candidates.filter((row) => row.disabled_at === null);
  const open = enabled.filter((row) => row.tenant_status === "active");
  if (open.length === 0) {
    strangers.attempt(attempt.email.trim().toLowerCase());
    await countAttempt(pools.app, nobody, attempt.requestId);
    // Nothing of a closed tenant is written, so its people are slowed down as strangers are. Who knows the password may know why.
    const closed = enabled[0];
    if (await passwordFits(attempt.password, closed?.password_hash ?? null)) throw tenantClosed(closed?.tenant_name ?? "");
    throw refused();
  }
  const fitting: SignInRow[] = [];
  let lockedSeconds = 0;
  for (const row of open) {
    const seconds = await countAttempt(pools.app, row, attempt.requestId);
    if (seconds > 0) lockedSeconds = Math.max(lockedSeconds, seconds);
    else if (await passwordFits(attempt.password, row.password_hash)) fitting.push(row);
  }
  const [first] = fitting;
  if (first === undefined) {
    if (lockedSeconds > 0) throw locked(lockedSeconds);
    throw refused();
  }
  for (const row of fitting) await forgiveAttempts(pools.app, row, attempt.requestId);
  if (fitting.length > 1) return { choose: fitting.map((row) => ({ id: row.tenant_id, name: row.tenant_name })) };
  const subject = {
    tenantId: first.tenant_id,
    personId: first.person_id,
    userAgent: attempt.userAgent,
    requestId: attempt.requestId,
    method: "password" as const,
  };
  return { session: await startSession(pools, subject) };
}

/** Counted before the password is looked at, so that guesses sent all at once are counted too. Answers how long it is locked. */
function countAttempt(pool: Pool, row: Pick<SignInRow, "tenant_id" | "person_id">, requestId?: string): Promise<number> {
  const context = { tenantId: row.tenant_id, actor: actorOf({ kind: "person", id: row.person_id }), requestId };
  return tenantTransaction(pool, context, (tx) => queries.countSignInAttempt(tx, row.person_id));
}

async function forgiveAttempts(pool: Pool, row: SignInRow, requestId?: string): Promise<void> {
  const context = { tenantId: row.tenant_id, actor: actorOf({ kind: "person", id: row.person_id }), requestId };
  await tenantTransaction(pool, context, (tx) => queries.forgiveSignInAttempts(tx, row.person_id));
}

/** What people and programs of a suspended tenant are told: one text, so that pages can show it. */
export function tenantClosed(name: string): Problem {
  return new Problem("tenant_closed", `${name} is suspended: nobody signs in there until it is opened again`, {
    hint: "Its data is kept. Ask who runs this installation.",
  });
}

function refused(): Problem {
  return new Problem("sign_in_refused", "the e-mail address or the password is wrong", {
    hint: "Who runs this installation can make a sign-in link: apg access link.",
  });
}

import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import { tokenHash } from "../secrets.ts";
import type { Journey } from "./relying-party.ts";

export const attemptMinutes = 10;

/** Remembers a journey that begins, for the browser that begins it. Old ones go. */
export async function rememberAttempt(tx: TenantTransaction, journey: Journey, browser: string): Promise<void> {
  await tx.query("delete from cash_management.cm_sign_in_attempts where tenant_id = $1 and expires_at < now() - interval '1 day'", [
    tx.tenantId,
  ]);
  await tx.query(
    `insert into cash_management.cm_sign_in_attempts (tenant_id, state_hash, browser_hash, nonce, code_verifier, expires_at)
     values ($1, $2, $3, $4, $5, now() + make_interval(mins => $6))`,
    [tx.tenantId, tokenHash(journey.state), tokenHash(browser), journey.nonce, journey.codeVerifier, attemptMinutes],
  );
}

/** The journey that comes back, once: not for another browser, not twice, not late. Of two at once one gets it. */
export async function takeAttempt(tx: TenantTransaction, state: string, browser: string): Promise<Journey | null> {
  const [found] = await rows<{ nonce: string; code_verifier: string }>(
    tx,
    `update cash_management.cm_sign_in_attempts
     set used_at = clock_timestamp()
     where tenant_id = $1 and state_hash = $2 and browser_hash = $3 and used_at is null and expires_at > now()
     returning nonce, code_verifier`,
    [tx.tenantId, tokenHash(state), tokenHash(browser)],
  );
  return found === undefined ? null : { state, nonce: found.nonce, codeVerifier: found.code_verifier };
}

import { setTimeout as delay } from "node:timers/promises";
import { endSessionsOfTenant } from "../access/sessions.ts";
import { Problem } from "../errors/problem.ts";
import type { Pool } from "../postgres/connect.ts";
import { type TenantContext, type TenantTransaction, tenantTransaction } from "../postgres/transaction.ts";
import { requireName } from "./confirm.ts";
import type { SuspendedTenant, TenantState } from "./contract.ts";
import * as queries from "./queries.ts";

/**
 * What the status of a tenant means. `active`: all works. `suspended`: nobody signs in, keys are refused, and the database refuses
 * the program's writes (0022_tenants_life.sql); the data stays and can be exported. `erasing`: the same, until nothing is left.
 * All of this is for an administrator: `admin` must belong to apg_admin. Each change stands in the audit trail with its reason.
 */

/**
 * Closes the tenant. Sessions end at once; a write that had begun before may still end, for which this waits up to `waitMs`.
 * @throws Problem `tenant_not_found`, `not_confirmed`, `invalid_input` without a reason, `conflict` while it is being erased
 */
export async function suspendTenant(
  admin: Pool,
  context: TenantContext,
  order: { readonly confirm: string | undefined; readonly reason: string },
  waitMs = 5_000,
): Promise<SuspendedTenant> {
  const reason = readReason(order.reason);
  const { tenant, sessionsEnded } = await tenantTransaction(admin, context, async (tx) => {
    const found = await lockTenant(tx);
    requireName(found, order.confirm);
    if (found.status === "erasing") throw erasing(found);
    if (found.status === "suspended") return { tenant: found, sessionsEnded: 0 };
    const suspended = await queries.updateStatus(tx, "suspended", reason);
    return { tenant: suspended, sessionsEnded: await endSessionsOfTenant(tx) };
  });
  return { tenant, sessionsEnded, settled: await settled(admin, waitMs) };
}

/**
 * Opens it again; people sign in anew.
 * @throws Problem `tenant_not_found`, `conflict` while it is being erased
 */
export function resumeTenant(admin: Pool, context: TenantContext): Promise<TenantState> {
  return tenantTransaction(admin, context, async (tx) => {
    const found = await lockTenant(tx);
    if (found.status === "erasing") throw erasing(found);
    return found.status === "active" ? found : queries.updateStatus(tx, "active", null);
  });
}

/**
 * Nothing of the tenant is retired or erased from now on.
 * @throws Problem `tenant_not_found`, `invalid_input` without a reason, `legal_hold` when it is being erased already
 */
export function holdTenant(admin: Pool, context: TenantContext, reason: string): Promise<TenantState> {
  return changeHold(admin, context, true, reason);
}

/** Ends a hold. @throws Problem `tenant_not_found`, `invalid_input` without a reason */
export function releaseTenant(admin: Pool, context: TenantContext, reason: string): Promise<TenantState> {
  return changeHold(admin, context, false, reason);
}

function changeHold(admin: Pool, context: TenantContext, hold: boolean, given: string): Promise<TenantState> {
  const reason = readReason(given);
  return tenantTransaction(admin, context, async (tx) => {
    await lockTenant(tx);
    return queries.updateHold(tx, hold, reason);
  });
}

/** @throws Problem `tenant_not_found` */
export async function lockTenant(tx: TenantTransaction): Promise<TenantState> {
  const found = await queries.lockTenant(tx);
  if (found === null) throw noTenant(tx.tenantId);
  return found;
}

export function noTenant(id: string): Problem {
  return new Problem("tenant_not_found", `there is no tenant ${id}`, { hint: "apg tenant list shows them; apg tenant create makes one." });
}

/** Waits until every transaction that began before now has ended; false when one still runs after `waitMs`. */
export async function settled(admin: Pool, waitMs: number): Promise<boolean> {
  const moment = await queries.serverTime(admin);
  const until = Date.now() + waitMs;
  while ((await queries.transactionsSince(admin, moment)) > 0) {
    if (Date.now() >= until) return false;
    await delay(100);
  }
  return true;
}

export function readReason(given: string): string {
  const reason = given.trim();
  if (reason !== "" && reason.length <= 500) return reason;
  throw new Problem("invalid_input", "this wants a reason of 1 to 500 characters", { hint: "Give one with --reason: it is kept." });
}

function erasing(tenant: TenantState): Problem {
  return new Problem("conflict", `${tenant.name} is being erased`, {
    hint: `apg tenant erase ${tenant.id} --cancel, if it has not begun.`,
  });
}

import { v7 as uuidv7 } from "uuid";
import { requireApproval } from "../../access/approvals/approvals.ts";
import type { ApprovalRequest } from "../../access/approvals/contract.ts";
import { endSessionsOfTenant } from "../../access/sessions.ts";
import { Problem } from "../../errors/problem.ts";
import type { Pool } from "../../postgres/connect.ts";
import { type TenantContext, tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import { requireName } from "../confirm.ts";
import type { Erasure } from "../contract.ts";
import * as tenantQueries from "../queries.ts";
import { lockTenant, noTenant, readReason } from "../status.ts";
import * as queries from "./queries.ts";

/** Either asked for, or first to be approved by people of the tenant: then nothing has changed but that they are asked. */
export type Requested = { readonly erasure: Erasure } | { readonly waiting: ApprovalRequest };

/**
 * The first of two steps: closes the tenant and writes down that it is to be erased, by whom and why. Can be cancelled until the second.
 * @throws Problem `tenant_not_found`, `not_confirmed`, `invalid_input` without a reason, `legal_hold`
 */
export function requestErasure(
  admin: Pool,
  context: TenantContext,
  order: { readonly confirm: string | undefined; readonly reason: string },
): Promise<Requested> {
  const reason = readReason(order.reason);
  return tenantTransaction(admin, context, async (tx) => {
    const found = await lockTenant(tx);
    requireName(found, order.confirm);
    if (found.legalHold)
      throw new Problem("legal_hold", `${found.name} is on legal hold: ${found.legalHoldReason}`, {
        hint: `apg tenant release ${found.id}`,
      });
    const known = await queries.openErasure(tx);
    if (known !== null) return { erasure: known };
    const waiting = await requireApproval(tx, "tenant_erasure", { subject: found.name, payload: { tenant: found.id } }, reason);
    if (waiting !== null) return { waiting };
    await tenantQueries.updateStatus(tx, "erasing", reason);
    await endSessionsOfTenant(tx);
    return { erasure: await queries.insertErasure(tx, { id: uuidv7(), name: found.name, reason }) };
  });
}

/**
 * Takes a request back; the tenant is suspended then, and can be resumed.
 * @throws Problem `conflict` when there is none, or when it has begun
 */
export function cancelErasure(admin: Pool, context: TenantContext): Promise<void> {
  return tenantTransaction(admin, context, async (tx) => {
    const erasure = await queries.openErasure(tx, true);
    if (erasure === null) throw notRequested(context.tenantId);
    if (erasure.state !== "requested")
      throw new Problem("conflict", `the erasure of ${erasure.tenantName} ${erasure.state === "done" ? "is done" : "has begun"}`, {
        hint: "It cannot be taken back.",
      });
    await queries.cancelErasure(tx, erasure.id);
    await tenantQueries.updateStatus(tx, "suspended", `erasure cancelled: ${erasure.reason}`.slice(0, 500));
  });
}

/** What is known of a tenant's erasure, also long after. @throws Problem `tenant_not_found`, `not_found` when nobody asked for one */
export async function erasureOf(admin: Pool, context: TenantContext): Promise<Erasure> {
  const { erasure, exists } = await tenantRead(admin, context, async (tx) => ({
    erasure: await queries.openErasure(tx),
    exists: await tenantQueries.tenantExists(tx),
  }));
  if (erasure !== null) return erasure;
  if (!exists) throw noTenant(context.tenantId);
  throw new Problem("not_found", `nobody has asked for the erasure of ${context.tenantId}`, {
    hint: `apg tenant erase ${context.tenantId} --request`,
  });
}

export function notRequested(tenantId: string): Problem {
  return new Problem("conflict", `the erasure of ${tenantId} was not requested`, {
    hint: `Erasing takes two steps: apg tenant erase ${tenantId} --request --reason TEXT comes first.`,
  });
}

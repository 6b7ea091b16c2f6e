import { v7 as uuidv7 } from "uuid";
import { Problem } from "../../errors/problem.ts";
import { parseMoney } from "../../money/money.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { ApprovalKind, ApprovalPolicy, ApprovalRequest, NewApprovalPolicy } from "./contract.ts";
import * as queries from "./queries.ts";

/** What somebody wants to do, exactly: an approval is good for nothing else. */
export interface Deed {
  /** Whom or what it is about: an address, an id, a name. */
  readonly subject: string;
  /** In minor units, with its currency; for kinds that have amounts. */
  readonly amount?: bigint | undefined;
  readonly currency?: string | undefined;
  /** What will be done, without secrets: the approver reads it. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Either done, or asked for: then the caller answers with the request, and the transaction commits so that it stands. */
export type Guarded<T> = { readonly done: T } | { readonly waiting: ApprovalRequest };

/** Kinds that no trigger of a table uses up: here the approval is used up as soon as it is found. */
const usedUpByCall: ReadonlySet<ApprovalKind> = new Set<ApprovalKind>(["tenant_erasure", "transfer", "payment"]);

/**
 * Whether a four-eyes rule of the tenant stands before a deed. Null: go ahead in this same transaction; no rule holds, or exactly
 * this was approved by others (and may be done once: the guarded table uses the approval up, for kinds without one this call does).
 * Otherwise the request that now waits, made by this call or before: stop, commit, and answer with it.
 */
export async function requireApproval(
  tx: TenantTransaction,
  kind: ApprovalKind,
  deed: Deed,
  reason?: string,
): Promise<ApprovalRequest | null> {
  const asked = deedOf(kind, deed);
  const found = await queries.askApproval(tx, uuidv7(), asked, reason ?? null);
  if (found === null) return null;
  if (found.state !== "approved") return getApproval(tx, found.id);
  if (usedUpByCall.has(kind)) await queries.spendApproval(tx, asked);
  return null;
}

/** `work` if no rule stands before it, or others approved exactly this. */
export async function withApproval<T>(tx: TenantTransaction, kind: ApprovalKind, deed: Deed, work: () => Promise<T>): Promise<Guarded<T>> {
  const waiting = await requireApproval(tx, kind, deed);
  return waiting === null ? { done: await work() } : { waiting };
}

export function listApprovals(
  tx: TenantTransaction,
  filter: { readonly state?: "open" | "closed" | undefined; readonly limit?: number | undefined } = {},
): Promise<ApprovalRequest[]> {
  return queries.selectRequests(tx, { state: filter.state, limit: filter.limit ?? 100 });
}

/** @throws Problem `not_found` */
export async function getApproval(tx: TenantTransaction, id: string): Promise<ApprovalRequest> {
  const [found] = await queries.selectRequests(tx, { id, limit: 1 });
  if (found === undefined) throw new Problem("not_found", `there is no approval request ${id} in tenant ${tx.tenantId}`);
  return found;
}

/**
 * A decision of the person of the transaction. Who may decide is held by the database: never who asked, each once, of the rule's role.
 * @throws what the database refuses, as `forbidden`, `conflict`, `not_found`
 */
export async function decide(
  tx: TenantTransaction,
  id: string,
  decision: "approved" | "rejected",
  reason?: string,
): Promise<ApprovalRequest> {
  await queries.decideApproval(tx, id, decision, reason ?? null);
  return getApproval(tx, id);
}

export async function withdraw(tx: TenantTransaction, id: string): Promise<ApprovalRequest> {
  await queries.withdrawApproval(tx, id);
  return getApproval(tx, id);
}

export function listPolicies(tx: TenantTransaction): Promise<ApprovalPolicy[]> {
  return queries.selectPolicies(tx, null);
}

/** A rule more is stricter, so it needs nobody; but enough people must be there who could approve. @throws Problem `conflict` */
export async function addPolicy(tx: TenantTransaction, wanted: NewApprovalPolicy): Promise<ApprovalPolicy> {
  if ((wanted.above === undefined) !== (wanted.currency === undefined))
    throw new Problem("invalid_input", "a limit is an amount of a currency", { hint: "Give above and currency, or neither." });
  const id = uuidv7();
  await queries.insertPolicy(tx, {
    id,
    kind: wanted.kind,
    aboveMinor:
      wanted.above === undefined || wanted.currency === undefined ? null : absolute(parseMoney(wanted.above, wanted.currency).minor),
    currency: wanted.currency ?? null,
    approvalsNeeded: wanted.approvalsNeeded ?? 1,
    approverRole: wanted.approverRole ?? "approver",
    expiresAfterHours: wanted.expiresAfterHours ?? 72,
  });
  return getPolicy(tx, id);
}

/** Ends a rule, with the approvals that the rule itself asks for. @throws Problem `not_found`, `conflict` */
export async function endPolicy(tx: TenantTransaction, id: string): Promise<Guarded<ApprovalPolicy>> {
  const policy = await getPolicy(tx, id);
  if (policy.endedAt !== null) throw new Problem("conflict", `the rule ${id} has ended at ${policy.endedAt}`);
  return withApproval(tx, "approval_policy", { subject: id, payload: {} }, async () => {
    await queries.endPolicy(tx, id);
    return getPolicy(tx, id);
  });
}

/** Ends a rule without its approvals: `tx` must be a database administrator's, whose login the trail shows. */
export async function breakGlass(tx: TenantTransaction, id: string): Promise<ApprovalPolicy> {
  await queries.endPolicy(tx, id);
  return getPolicy(tx, id);
}

async function getPolicy(tx: TenantTransaction, id: string): Promise<ApprovalPolicy> {
  const [found] = await queries.selectPolicies(tx, id);
  if (found === undefined) throw new Problem("not_found", `there is no four-eyes rule ${id} in tenant ${tx.tenantId}`);
  return found;
}

function deedOf(kind: ApprovalKind, deed: Deed): queries.Deed {
  return {
    kind,
    subject: deed.subject,
    amountMinor: deed.amount ?? null,
    currency: deed.currency ?? null,
    payload: deed.payload,
  };
}

function absolute(minor: bigint): bigint {
  return minor < 0n ? -minor : minor;
}

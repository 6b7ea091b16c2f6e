import { problemOfDatabase } from "../../errors/database.ts";
import { Problem } from "../../errors/problem.ts";
import type { Pool } from "../../postgres/connect.ts";
import { type TenantContext, type TenantTransaction, tenantTransaction } from "../../postgres/transaction.ts";
import { decide, endPolicy, getApproval } from "./approvals.ts";
import type { ApprovalKind, ApprovalRequest, DecidedApproval } from "./contract.ts";
import { inputOf } from "./guarded-write.ts";
import { makeLinkCode, opensAWayIn } from "./link-codes.ts";

/**
 * Does what was approved, in the transaction of who approved last. `input` is what `guardedWrite` kept, null when nothing was.
 * A kind without one is done by who asked, by asking again: what a key or a link shows is for them alone.
 */
export type Executor = (tx: TenantTransaction, request: ApprovalRequest, input: unknown) => Promise<unknown>;
export type Executors = Readonly<Partial<Record<ApprovalKind, Executor>>>;

export const ownExecutors: Executors = { approval_policy: (tx, request) => endPolicy(tx, request.subject) };

/**
 * Decides, and with the last approval carries out what was approved, in a transaction of its own: a deed that has become impossible
 * meanwhile does not undo the decision; the request then stays approved until it expires.
 */
export async function decideAndCarryOut(
  pool: Pool,
  context: TenantContext,
  executors: Executors,
  id: string,
  decision: "approved" | "rejected",
  reason?: string,
): Promise<DecidedApproval> {
  const decided = await tenantTransaction(pool, context, (tx) => decide(tx, id, decision, reason));
  const execute = decided.state === "approved" ? executors[decided.kind] : undefined;
  if (execute !== undefined) {
    try {
      await tenantTransaction(pool, context, async (tx) => execute(tx, decided, await inputOf(tx, id)));
    } catch (error) {
      if (!(error instanceof Problem) && problemOfDatabase(error) === null) throw error;
    }
  }
  if (decided.state !== "approved") return { ...decided, code: null };
  return tenantTransaction(pool, context, async (tx) => {
    const code = (await opensAWayIn(tx, decided)) ? await makeLinkCode(tx, id) : null;
    return { ...(await getApproval(tx, id)), code };
  });
}

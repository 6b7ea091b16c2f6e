import { tenantKeys } from "../../keys/key-ring.ts";
import { places } from "../../keys/places.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import { type Guarded, getApproval, requireApproval } from "./approvals.ts";
import type { ApprovalKind } from "./contract.ts";

export interface GuardedWrite {
  /**
   * What an executor needs to do the write again once it is approved: kept encrypted with the request, so account numbers and credentials
   * may stand in it. Something JSON can hold.
   */
  readonly input: unknown;
  /** Why, for who decides. */
  readonly reason?: string | undefined;
  /** What comes with the row in other tables, without secrets: the request shows it as "with", and the approval covers it. */
  readonly adds?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Runs a write of rows that a four-eyes rule may hold (docs/why/four-eyes.md lists the tables). If the database refuses it for want of an
 * approval, the write is undone and asked for instead: by what the database would have written, so that nothing else can be approved.
 * The transaction goes on and must commit, for the request to stand.
 * @throws what `write` throws for any other reason
 */
export async function guardedWrite<T>(
  tx: TenantTransaction,
  { input, reason, adds }: GuardedWrite,
  write: () => Promise<T>,
): Promise<Guarded<T>> {
  await tx.query("savepoint guarded_write");
  try {
    if (adds !== undefined) await announce(tx, JSON.stringify(adds));
    const done = await write();
    if (adds !== undefined) await announce(tx, "");
    await tx.query("release savepoint guarded_write");
    return { done };
  } catch (error) {
    const held = heldDeed(error);
    if (held === null) throw error;
    await tx.query("rollback to savepoint guarded_write");
    const { kind, subject, amountMinor, currency, payload } = held;
    const amount = amountMinor === null ? undefined : BigInt(amountMinor);
    const waiting = await requireApproval(tx, kind, { subject, amount, currency: currency ?? undefined, payload }, reason);
    // Approved meanwhile, by exactly this deed: the same write goes through now.
    if (waiting === null) return { done: await write() };
    if (waiting.mine && waiting.state === "waiting") await keepInput(tx, waiting.id, input);
    return { waiting: await getApproval(tx, waiting.id) };
  }
}

/** What was asked, for the executor that carries it out; null when the request has kept nothing. */
export async function inputOf(tx: TenantTransaction, requestId: string): Promise<unknown> {
  const [row] = await rows<{ input: Buffer | null }>(
    tx,
    "select input_encrypted as input from cash_management.cm_approval_requests where tenant_id = $1 and id = $2",
    [tx.tenantId, requestId],
  );
  if (row === undefined || row.input === null) return null;
  const text = (await tenantKeys(tx)).decryptText(places.approvalInput, requestId, row.input);
  return JSON.parse(text) as unknown;
}

/** Read by guard_row() (migration four_eyes_on_rows). */
async function announce(tx: TenantTransaction, adds: string): Promise<void> {
  await tx.query("select set_config('app.deed_adds', $1, true)", [adds]);
}

/** Who asks the same again has said it already: only the first is kept. */
async function keepInput(tx: TenantTransaction, requestId: string, input: unknown): Promise<void> {
  const [row] = await rows<{ kept: boolean }>(
    tx,
    "select input_encrypted is not null as kept from cash_management.cm_approval_requests where tenant_id = $1 and id = $2",
    [tx.tenantId, requestId],
  );
  if (row?.kept !== false) return;
  const encrypted = (await tenantKeys(tx)).encryptText(places.approvalInput, requestId, JSON.stringify(input));
  await tx.query("select cash_management.keep_approval_input($1, $2)", [requestId, encrypted]);
}

interface HeldDeed {
  readonly kind: ApprovalKind;
  readonly subject: string;
  readonly amountMinor: string | null;
  readonly currency: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The deed that use_approval() refused (migration four_eyes_on_rows), null for any other error. */
function heldDeed(error: unknown): HeldDeed | null {
  const { constraint, detail } = error as { constraint?: unknown; detail?: unknown };
  if (!(error instanceof Error) || constraint !== "approved_by_another_person" || typeof detail !== "string") return null;
  return JSON.parse(detail) as HeldDeed;
}

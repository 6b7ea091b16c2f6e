import { exponentOf, minorText } from "../../money/money.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { ApprovalKind, ApprovalPolicy, ApprovalRequest } from "./contract.ts";

export interface Deed {
  readonly kind: ApprovalKind;
  readonly subject: string;
  readonly amountMinor: bigint | null;
  readonly currency: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

const wire = (deed: Deed) => [
  deed.kind,
  deed.subject,
  deed.amountMinor === null ? null : deed.amountMinor.toString(),
  deed.currency,
  JSON.stringify(deed.payload),
];

export async function askApproval(
  tx: TenantTransaction,
  id: string,
  deed: Deed,
  reason: string | null,
): Promise<{ id: string; state: string } | null> {
  const [row] = await rows<{ id: string; state: string }>(
    tx,
    "select id, state from cash_management.ask_approval($1, $2, $3, $4, $5, $6, $7)",
    [id, ...wire(deed), reason],
  );
  return row ?? null;
}

export async function spendApproval(tx: TenantTransaction, deed: Deed): Promise<string | null> {
  const [row] = await rows<{ used: string | null }>(tx, "select cash_management.use_approval($1, $2, $3, $4, $5) as used", wire(deed));
  return row?.used ?? null;
}

export async function decideApproval(tx: TenantTransaction, id: string, decision: string, reason: string | null): Promise<string> {
  const [row] = await rows<{ state: string }>(tx, "select cash_management.decide_approval($1, $2, $3) as state", [id, decision, reason]);
  return (row as { state: string }).state;
}

export async function keepApprovalCode(tx: TenantTransaction, id: string, hash: Buffer): Promise<void> {
  await tx.query("select cash_management.keep_approval_code($1, $2)", [id, hash]);
}

export async function withdrawApproval(tx: TenantTransaction, id: string): Promise<void> {
  await tx.query("select cash_management.withdraw_approval($1)", [id]);
}

interface RequestRow extends Omit<ApprovalRequest, "amount"> {
  readonly amount: string | null;
}

const requestRows = `
  select request.id, request.kind, request.subject, request.amount_minor::text as amount, request.currency, request.payload,
    encode(request.payload_hash, 'hex') as "payloadHash", request.reason,
    request.requested_by as "requestedBy", coalesce(maker.name, maker_key.name) as "requestedByName",
    request.requested_at as "requestedAt", request.expires_at as "expiresAt",
    request.approvals_needed as "approvalsNeeded", request.approver_role as "approverRole",
    case when request.state in ('waiting', 'approved') and request.expires_at <= now() then 'expired' else request.state end as state,
    request.executed_at as "executedAt",
    coalesce(request.requested_by = $2 or 'person:' || maker_key.created_by = $2, false) as mine,
    request.state = 'waiting' and request.expires_at > now()
      and exists (
        select
        from cash_management.cm_people as me
        where me.tenant_id = $1
          and 'person:' || me.id = $2
          and me.disabled_at is null
          and me.role = request.approver_role
          and not (request.kind in ('person_role', 'person_recovery') and me.email = request.subject)
      )
      and request.requested_by <> $2
      and coalesce('person:' || maker_key.created_by <> $2, true)
      and not exists (
        select
        from cash_management.cm_approvals as own
        where own.tenant_id = $1 and own.subject_id = request.id and own.decided_by = $2
      ) as "mayDecide",
    coalesce((
      select jsonb_agg(
        jsonb_build_object(
          'by', decided_by, 'name', person.name, 'decision', decision, 'reason', decision_row.reason,
          'at', to_char(decided_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
        )
        order by decided_at, decided_by
      )
      from cash_management.cm_approvals as decision_row
      left join cash_management.cm_people as person on person.tenant_id = $1 and 'person:' || person.id = decided_by
      where decision_row.tenant_id = $1 and decision_row.subject_id = request.id
    ), '[]') as decisions
  from cash_management.cm_approval_requests as request
  left join cash_management.cm_people as maker on maker.tenant_id = $1 and 'person:' || maker.id = request.requested_by
  left join cash_management.cm_api_keys as maker_key on maker_key.tenant_id = $1 and 'key:' || maker_key.id = request.requested_by
  where request.tenant_id = $1`;

export async function selectRequests(
  tx: TenantTransaction,
  filter: { readonly id?: string; readonly state?: "open" | "closed" | undefined; readonly limit: number },
): Promise<ApprovalRequest[]> {
  const open = "request.state in ('waiting', 'approved') and request.expires_at > now()";
  const condition = filter.state === undefined ? "true" : filter.state === "open" ? open : `not (${open})`;
  const found = await rows<RequestRow>(
    tx,
    `${requestRows} and ($3::uuid is null or request.id = $3) and ${condition}
     order by request.requested_at desc, request.id
     limit $4`,
    [tx.tenantId, tx.actor, filter.id ?? null, filter.limit],
  );
  return found.map((row) => ({ ...row, amount: amountText(row.amount, row.currency) }));
}

interface PolicyRow extends Omit<ApprovalPolicy, "above"> {
  readonly above: string | null;
}

const policyColumns = `id, kind, above_minor::text as above, currency, approvals_needed as "approvalsNeeded",
  approver_role as "approverRole", expires_after_hours as "expiresAfterHours", created_by as "createdBy", created_at as "createdAt",
  ended_at as "endedAt"`;

export async function selectPolicies(tx: TenantTransaction, id: string | null): Promise<ApprovalPolicy[]> {
  const found = await rows<PolicyRow>(
    tx,
    `select ${policyColumns}
     from cash_management.cm_approval_policies
     where tenant_id = $1 and ($2::uuid is null or id = $2)
     order by ended_at nulls first, kind, above_minor nulls first, created_at`,
    [tx.tenantId, id],
  );
  return found.map((row) => ({ ...row, above: amountText(row.above, row.currency) }));
}

export interface PolicyInsert {
  readonly id: string;
  readonly kind: string;
  readonly aboveMinor: bigint | null;
  readonly currency: string | null;
  readonly approvalsNeeded: number;
  readonly approverRole: string;
  readonly expiresAfterHours: number;
}

export async function insertPolicy(tx: TenantTransaction, policy: PolicyInsert): Promise<void> {
  await tx.query(
    `insert into cash_management.cm_approval_policies
       (tenant_id, id, kind, above_minor, currency, approvals_needed, approver_role, expires_after_hours)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      tx.tenantId,
      policy.id,
      policy.kind,
      policy.aboveMinor?.toString() ?? null,
      policy.currency,
      policy.approvalsNeeded,
      policy.approverRole,
      policy.expiresAfterHours,
    ],
  );
}

export async function endPolicy(tx: TenantTransaction, id: string): Promise<void> {
  await tx.query("update cash_management.cm_approval_policies set ended_at = clock_timestamp() where tenant_id = $1 and id = $2", [
    tx.tenantId,
    id,
  ]);
}

function amountText(minor: string | null, currency: string | null): string | null {
  return minor === null || currency === null ? null : minorText(BigInt(minor), exponentOf(currency));
}

import { v7 as uuidv7 } from "uuid";
import { Problem } from "../../errors/problem.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Alert } from "./contract.ts";

/** What of bank connections is told to people: each a rule of its own, so that who is told can differ. */
const rules = {
  late: { name: "Bank deliveries that are late", kind: "statement_late", severity: "warning" },
  broken: { name: "Bank deliveries that cannot be read", kind: "statement_break", severity: "critical" },
  connection: { name: "Bank connections that fail", kind: "connection", severity: "critical" },
} as const;
export type AlertRule = keyof typeof rules;

export interface Found {
  readonly rule: AlertRule;
  /** What it is about: while an alert on it is open, no second is raised. */
  readonly subject: string;
  readonly message: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

export const subjectOfConnection = (id: string) => `bank connection ${id}`;
export const subjectOfFile = (id: string) => `bank file ${id}`;

/** Raises an alert; one that is open already stays as it was raised. @returns whether it is new */
export async function raiseAlert(tx: TenantTransaction, found: Found): Promise<boolean> {
  const { name, kind, severity } = rules[found.rule];
  await tx.query(
    `insert into cash_management.cm_alert_rules (tenant_id, id, name, kind, condition, severity)
     values ($1, $2, $3, $4, '{}', $5)
     on conflict (tenant_id, name) do nothing`,
    [tx.tenantId, uuidv7(), name, kind, severity],
  );
  const { rowCount } = await tx.query(
    `insert into cash_management.cm_alerts (tenant_id, id, rule_id, subject, severity, message, detail)
     select $1::text, $2::uuid, rule.id, $4, rule.severity, $5, $6::jsonb
     from cash_management.cm_alert_rules as rule
     where rule.tenant_id = $1 and rule.name = $3 and rule.is_active
     on conflict (tenant_id, rule_id, subject) where resolved_at is null do nothing`,
    [tx.tenantId, uuidv7(), name, found.subject, found.message, JSON.stringify(found.detail ?? {})],
  );
  return rowCount === 1;
}

/** What was found is so no longer. @returns how many were open */
export async function resolveAlert(tx: TenantTransaction, rule: AlertRule, subject: string): Promise<number> {
  const { rowCount } = await tx.query(
    `update cash_management.cm_alerts as alert
     set resolved_at = now()
     from cash_management.cm_alert_rules as rule
     where alert.tenant_id = $1 and alert.subject = $3 and alert.resolved_at is null
       and rule.tenant_id = $1 and rule.id = alert.rule_id and rule.name = $2`,
    [tx.tenantId, rules[rule].name, subject],
  );
  return rowCount ?? 0;
}

const columns = `alert.id, rule.kind, rule.name as rule, alert.subject, alert.severity, alert.message, alert.detail, alert.raised_at as "raisedAt",
  alert.acknowledged_at as "acknowledgedAt", alert.acknowledged_by as "acknowledgedBy", alert.resolved_at as "resolvedAt"`;

type AlertRow = Omit<Alert, "raisedAt" | "acknowledgedAt" | "resolvedAt"> & {
  raisedAt: Date;
  acknowledgedAt: Date | null;
  resolvedAt: Date | null;
};

/** Newest first. */
export async function listAlerts(
  tx: TenantTransaction,
  filter: { readonly state?: "open" | "resolved" | undefined; readonly limit?: number | undefined } = {},
): Promise<Alert[]> {
  const found = await rows<AlertRow>(
    tx,
    `select ${columns}
     from cash_management.cm_alerts as alert
     join cash_management.cm_alert_rules as rule on rule.tenant_id = alert.tenant_id and rule.id = alert.rule_id
     where alert.tenant_id = $1 and ($2::text is null or (alert.resolved_at is null) = ($2 = 'open'))
     order by alert.raised_at desc, alert.id desc
     limit $3`,
    [tx.tenantId, filter.state ?? null, filter.limit ?? 100],
  );
  return found.map(alertOf);
}

/** Somebody has seen it. It stays open until it is no longer so. @throws Problem `not_found` */
export async function acknowledgeAlert(tx: TenantTransaction, id: string): Promise<Alert> {
  await tx.query(
    `update cash_management.cm_alerts
     set acknowledged_at = now(), acknowledged_by = $3
     where tenant_id = $1 and id = $2 and acknowledged_at is null`,
    [tx.tenantId, id, tx.actor],
  );
  const [found] = await rows<AlertRow>(
    tx,
    `select ${columns}
     from cash_management.cm_alerts as alert
     join cash_management.cm_alert_rules as rule on rule.tenant_id = alert.tenant_id and rule.id = alert.rule_id
     where alert.tenant_id = $1 and alert.id = $2`,
    [tx.tenantId, id],
  );
  if (found === undefined) throw new Problem("not_found", `there is no alert ${id}`, { hint: "See GET /api/v1/alerts." });
  return alertOf(found);
}

function alertOf(row: AlertRow): Alert {
  const text = (moment: Date | null) => (moment === null ? null : new Date(moment).toISOString());
  return {
    ...row,
    raisedAt: text(row.raisedAt) as string,
    acknowledgedAt: text(row.acknowledgedAt),
    resolvedAt: text(row.resolvedAt),
  };
}

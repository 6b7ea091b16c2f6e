import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { type Guarded, withApproval } from "./approvals/approvals.ts";
import type { AccessRules } from "./contract.ts";

/** What holds where a tenant has set nothing; the database has the same defaults (0032). */
export const defaultRules: AccessRules = {
  sessionHours: 12,
  sessionIdleMinutes: 120,
  keyDefaultDays: 90,
  keyMaxDays: 365,
  passwordSignIn: true,
};

/** What an approval request calls them. */
export const rulesSubject = "session and key rules";

export async function getRules(tx: TenantTransaction): Promise<AccessRules> {
  const [found] = await rows<AccessRules>(
    tx,
    `select session_hours as "sessionHours", session_idle_minutes as "sessionIdleMinutes", key_default_days as "keyDefaultDays",
       key_max_days as "keyMaxDays", password_sign_in as "passwordSignIn"
     from cash_management.cm_access_rules
     where tenant_id = $1`,
    [tx.tenantId],
  );
  return found ?? defaultRules;
}

/** Changes what is given; the rest stays. A four-eyes rule on sign_in may want another person. */
export async function setRules(tx: TenantTransaction, change: Partial<AccessRules>): Promise<Guarded<AccessRules>> {
  const next = { ...(await getRules(tx)), ...change };
  return withApproval(tx, "sign_in", { subject: rulesSubject, payload: columnsOf(next) }, () => storeRules(tx, next));
}

/** Carries out what was approved. */
export async function storeRules(tx: TenantTransaction, next: AccessRules): Promise<AccessRules> {
  await tx.query(
    `insert into cash_management.cm_access_rules
       (tenant_id, session_hours, session_idle_minutes, key_default_days, key_max_days, password_sign_in)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id) do update
     set session_hours = excluded.session_hours,
       session_idle_minutes = excluded.session_idle_minutes,
       key_default_days = excluded.key_default_days,
       key_max_days = excluded.key_max_days,
       password_sign_in = excluded.password_sign_in`,
    [tx.tenantId, next.sessionHours, next.sessionIdleMinutes, next.keyDefaultDays, next.keyMaxDays, next.passwordSignIn],
  );
  return next;
}

/** As the guarded row has it: the database holds an approval against this. */
function columnsOf(rules: AccessRules): Readonly<Record<string, unknown>> {
  return {
    session_hours: rules.sessionHours,
    session_idle_minutes: rules.sessionIdleMinutes,
    key_default_days: rules.keyDefaultDays,
    key_max_days: rules.keyMaxDays,
    password_sign_in: rules.passwordSignIn,
  };
}

export function rulesOfColumns(columns: Readonly<Record<string, unknown>>): AccessRules {
  return {
    sessionHours: Number(columns["session_hours"]),
    sessionIdleMinutes: Number(columns["session_idle_minutes"]),
    keyDefaultDays: Number(columns["key_default_days"]),
    keyMaxDays: Number(columns["key_max_days"]),
    passwordSignIn: columns["password_sign_in"] === true,
  };
}

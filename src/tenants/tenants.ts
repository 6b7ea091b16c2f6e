import { Problem } from "../errors/problem.ts";
import { exponentOf } from "../money/money.ts";
import type { Pool } from "../postgres/connect.ts";
import { requireTenantId, type TenantContext, type TenantTransaction, tenantRead, tenantTransaction } from "../postgres/transaction.ts";
import { type Day, today } from "../time/day.ts";
import * as queries from "./queries.ts";
import type { Tenant } from "./tenant.ts";

export interface NewTenant {
  readonly id: string;
  readonly name: string;
  /** What reports convert to; EUR when not given. */
  readonly reportingCurrency?: string;
  /** IANA name; when a business day begins and ends. */
  readonly timeZone?: string;
}

/**
 * The bare row of a tenant; openTenant (open-tenant.ts) brings along what it needs to work. `admin` must belong to apg_admin: opening one is not within reach of the program's own role.
 * @throws Problem `conflict` when the id is taken, `invalid_input`, `unknown_currency`
 */
export async function createTenant(admin: Pool, tenant: NewTenant, actor: string): Promise<Tenant> {
  const wanted = readNewTenant(tenant);
  return tenantTransaction(admin, { tenantId: tenant.id, actor }, (tx) => queries.insertTenant(tx, wanted));
}

/** What was asked for, complete. @throws Problem as `createTenant` */
export function readNewTenant(tenant: NewTenant): Required<NewTenant> {
  requireTenantId(tenant.id);
  const reportingCurrency = tenant.reportingCurrency ?? "EUR";
  exponentOf(reportingCurrency);
  const timeZone = tenant.timeZone ?? "Europe/Berlin";
  if (!isTimeZone(timeZone))
    throw new Problem("invalid_input", `"${timeZone}" is not a time zone`, { hint: "Use an IANA name, such as Europe/Berlin." });
  return { id: tenant.id, name: tenant.name.trim(), reportingCurrency, timeZone };
}

/** All of them, for an administrator: `admin` as above. */
export function listTenants(admin: Pool): Promise<Tenant[]> {
  return queries.selectTenants(admin);
}

/** @throws Problem `tenant_not_found` */
export async function requireTenant(pool: Pool, context: TenantContext): Promise<void> {
  if (await tenantRead(pool, context, queries.tenantExists)) return;
  throw new Problem("tenant_not_found", `there is no tenant ${context.tenantId}`, {
    hint: "apg tenant list shows them; apg tenant create makes one.",
  });
}

/** The day it is where the tenant is: what "today" means to its people. */
export async function todayOfTenant(tx: TenantTransaction, now = new Date()): Promise<Day> {
  return today((await queries.timeZoneOfTenant(tx)) ?? "UTC", now);
}

/** The currency that the tenant reports in. */
export async function reportingCurrencyOfTenant(tx: TenantTransaction): Promise<string> {
  return (await queries.reportingCurrencyOfTenant(tx)) ?? "EUR";
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

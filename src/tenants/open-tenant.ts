import { createPerson } from "../access/people.ts";
import { createSignInLink } from "../access/sign-in-links.ts";
import { Problem } from "../errors/problem.ts";
import type { Pool } from "../postgres/connect.ts";
import { requireTenantId, type TenantTransaction, tenantTransaction } from "../postgres/transaction.ts";
import type { NewTenant, OpenedTenant, TenantState } from "./contract.ts";
import { registerMasters } from "./masters.ts";
import * as queries from "./queries.ts";
import { readNewTenant } from "./tenants.ts";

/** The first administrator has a day to come in: whoever opens a tenant rarely sits beside them. */
const firstLinkMinutes = 24 * 60;

/**
 * Opens a tenant whole or not at all: registry, calendar, company, categories, and its first administrator with a link that signs
 * them in once. Opening it again is refused and changes nothing.
 * @throws Problem `conflict` when the id or the name is taken, `invalid_input`, `unknown_currency`
 */
export async function openTenant(
  admin: Pool,
  wanted: NewTenant,
  who: { readonly actor: string; readonly requestId?: string | undefined },
): Promise<OpenedTenant> {
  requireTenantId(wanted.id);
  const tenant = readNewTenant(wanted);
  return tenantTransaction(admin, { tenantId: tenant.id, ...who }, async (tx) => {
    await queries.lockRegistry(tx);
    await requireFreeName(tx, tenant);
    await queries.insertTenant(tx, tenant);
    await registerMasters(tx, { ...tenant, country: wanted.country ?? countryOf(tenant.timeZone) });
    const administrator = wanted.administrator === undefined ? null : await letIn(tx, wanted.administrator);
    return { tenant: (await queries.selectTenantState(tx)) as TenantState, administrator };
  });
}

/** Names are what confirmations are typed by, so no two tenants share one. */
async function requireFreeName(tx: TenantTransaction, tenant: { readonly id: string; readonly name: string }): Promise<void> {
  const holder = await queries.tenantNamed(tx, tenant.name);
  if (holder === null || holder === tenant.id) return;
  throw new Problem("conflict", `the tenant ${holder} is called ${tenant.name} already`, {
    hint: "Give another name, or use that tenant.",
  });
}

async function letIn(
  tx: TenantTransaction,
  person: { readonly email: string; readonly name: string },
): Promise<OpenedTenant["administrator"]> {
  const { id } = await createPerson(tx, { ...person, role: "administrator" });
  const { token } = await createSignInLink(tx, id, firstLinkMinutes);
  return { id, email: person.email.trim().toLowerCase(), token, expiresAt: new Date(Date.now() + firstLinkMinutes * 60_000).toISOString() };
}

/** Where no country is given, the one of the time zone's place as far as our readers' countries go; Germany otherwise. */
function countryOf(timeZone: string): string {
  return countriesByZone[timeZone] ?? "DE";
}

const countriesByZone: Readonly<Record<string, string>> = {
  "Europe/Amsterdam": "NL",
  "Europe/Brussels": "BE",
  "Europe/Dublin": "IE",
  "Europe/London": "GB",
  "Europe/Madrid": "ES",
  "Europe/Paris": "FR",
  "Europe/Rome": "IT",
  "Europe/Vienna": "AT",
  "Europe/Warsaw": "PL",
  "Europe/Zurich": "CH",
  "America/New_York": "US",
  "America/Chicago": "US",
  "America/Los_Angeles": "US",
  "Asia/Dubai": "AE",
  "Asia/Riyadh": "SA",
  "Asia/Singapore": "SG",
  "Asia/Tokyo": "JP",
};

import type { Pool } from "../postgres/connect.ts";
import { type TenantContext, type TenantTransaction, tenantRead } from "../postgres/transaction.ts";
import type { TenantOverview } from "./contract.ts";
import { openErasure } from "./erasure/queries.ts";
import * as queries from "./queries.ts";
import { noTenant } from "./status.ts";
import { listTenants } from "./tenants.ts";

/** How much each tenant has. One short transaction a tenant: nobody, not even an administrator, reads across tenants. */
export async function tenantOverviews(admin: Pool, who: Omit<TenantContext, "tenantId">): Promise<TenantOverview[]> {
  const overviews: TenantOverview[] = [];
  for (const { id } of await listTenants(admin)) overviews.push(await tenantOverview(admin, { ...who, tenantId: id }));
  return overviews;
}

/** @throws Problem `tenant_not_found` */
export function tenantOverview(admin: Pool, context: TenantContext): Promise<TenantOverview> {
  return tenantRead(admin, context, async (tx) => {
    const tenant = await queries.selectTenantState(tx);
    if (tenant === null) throw noTenant(context.tenantId);
    return { tenant, ...(await queries.selectFigures(tx)), erasure: await progressOf(tx) };
  });
}

async function progressOf(tx: TenantTransaction): Promise<TenantOverview["erasure"]> {
  const erasure = await openErasure(tx);
  if (erasure === null) return null;
  const { state, attempts, atWork, interruptedAt, interruption } = erasure;
  return { state, attempts, atWork, interruptedAt, interruption };
}

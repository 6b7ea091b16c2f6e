import type { Pool } from "../postgres/connect.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { Tenant } from "./tenant.ts";

const columns = `tenant_id as id, name, status, reporting_currency as "reportingCurrency", time_zone as "timeZone", created_at as "createdAt"`;

export async function insertTenant(
  tx: TenantTransaction,
  tenant: { readonly id: string; readonly name: string; readonly reportingCurrency: string; readonly timeZone: string },
): Promise<Tenant> {
  const result = await tx.query<Tenant>(
    `insert into cash_management.cm_tenants (tenant_id, name, reporting_currency, time_zone)
     values ($1, $2, $3, $4)
     returning ${columns}`,
    [tx.tenantId, tenant.name, tenant.reportingCurrency, tenant.timeZone],
  );
  return result.rows[0] as Tenant;
}

/** Through a function of the gatekeeper: row-level security shows an administrator no tenant but the chosen one. */
export async function selectTenants(admin: Pool): Promise<Tenant[]> {
  const result = await admin.query<Tenant>(`select ${columns} from cash_management.list_tenants()`);
  return result.rows;
}

export async function tenantExists(tx: TenantTransaction): Promise<boolean> {
  const result = await tx.query("select 1 from cash_management.cm_tenants where tenant_id = $1", [tx.tenantId]);
  return result.rowCount === 1;
}

export async function timeZoneOfTenant(tx: TenantTransaction): Promise<string | undefined> {
  const result = await tx.query<{ time_zone: string }>("select time_zone from cash_management.cm_tenants where tenant_id = $1", [
    tx.tenantId,
  ]);
  return result.rows[0]?.time_zone;
}

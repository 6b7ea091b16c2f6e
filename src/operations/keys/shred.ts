import { Problem } from "../../errors/problem.ts";
import { shredKeys } from "../../keys/changing-keys.ts";
import type { Pool } from "../../postgres/connect.ts";
import { type TenantContext, tenantTransaction } from "../../postgres/transaction.ts";
import { requireName } from "../../tenants/confirm.ts";
import { lockTenant } from "../../tenants/status.ts";

/**
 * Destroys the tenant's keys: its encrypted values can never be read again. The rows stay, and the audit trail tells who did it and when.
 * @returns how many keys there were
 * @throws Problem `tenant_not_found`, `not_confirmed`, `legal_hold`, `key_missing` for a tenant that has none, `key_shredded` when they are
 * gone already, `database_busy`
 */
export function shredTenantKeys(
  admin: Pool,
  context: TenantContext,
  options: { readonly confirm: string | undefined; readonly waitMs?: number },
): Promise<number> {
  return tenantTransaction(admin, context, async (tx) => {
    const tenant = await lockTenant(tx);
    requireName(tenant, options.confirm);
    if (tenant.legalHold)
      throw new Problem("legal_hold", `${tenant.name} is on legal hold: ${tenant.legalHoldReason}`, {
        hint: `apg tenant release ${tenant.id}`,
      });
    const keys = await shredKeys(tx, options.waitMs);
    if (keys > 0) return keys;
    const { rowCount } = await tx.query("select from cash_management.cm_data_keys where tenant_id = $1", [tx.tenantId]);
    if (rowCount === 0) throw new Problem("key_missing", `${tenant.name} has no keys`, { hint: "Nothing of it is encrypted." });
    throw new Problem("key_shredded", `the keys of ${tenant.name} were shredded before`, { hint: `apg keys status --tenant ${tenant.id}` });
  });
}

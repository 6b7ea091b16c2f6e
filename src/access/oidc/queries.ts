import type { Pool } from "../../postgres/connect.ts";

/** Through the gate: no tenant is known yet. */
export async function findProviders(gate: Pool, domain: string): Promise<{ tenant: { id: string; name: string }; name: string }[]> {
  const found = await gate.query<{ tenant_id: string; tenant_name: string; provider: string }>(
    "select tenant_id, tenant_name, provider from cash_management.find_identity_providers($1)",
    [domain],
  );
  return found.rows.map((row) => ({ tenant: { id: row.tenant_id, name: row.tenant_name }, name: row.provider }));
}

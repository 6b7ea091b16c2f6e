import { tenantTransaction } from "../../src/postgres/transaction.ts";
import type { TestDatabase } from "../helpers/postgres.ts";

/** Two tenants that must never see each other. */
export const tenants = ["alpha", "beta"] as const;

/** One account, one person and one flow for each tenant; made by the superuser, as an administrator would. */
export async function seedTwoTenants(database: TestDatabase): Promise<void> {
  for (const tenant of tenants) {
    const values = [tenant];
    await database.admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ($1, $2)", [tenant, tenant.toUpperCase()]);
    await database.admin.query(
      `insert into cash_management.cm_people (tenant_id, id, email, name, role, password_hash)
       values ($1, gen_random_uuid(), 'ada@example.com', 'Ada', 'treasurer', '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA')`,
      values,
    );
    // An account writes its key through a trigger that sees one tenant only, even when the superuser inserts it.
    await tenantTransaction(database.admin, { tenantId: tenant, actor: "test" }, (tx) =>
      tx.query(
        `insert into cash_management.cm_cash_accounts (tenant_id, id, name, account_number_encrypted, account_number_index, last_four, currency)
         values ($1, $2, 'Main', 'APG', $3, right($3, 4), 'EUR')`,
        [tenant, accountOf(tenant), `${tenant.toUpperCase()}1`],
      ),
    );
    await database.admin.query(newFlow, [tenant, flowId("2026-03-02", 1), accountOf(tenant), "2026-03-02", 1000]);
  }
}

export const newFlow = `insert into cash_management.cm_cash_flows
  (tenant_id, id, account_id, amount_minor, currency, transaction_date, value_date, certainty, source)
  values ($1, $2, $3, $5, 'EUR', $4, $4, 90, 'statement')`;

export function accountOf(tenant: string): string {
  return tenant === "alpha" ? "a0000000-0000-4000-8000-000000000001" : "b0000000-0000-4000-8000-000000000001";
}

/** An id that carries its day, as the program makes them: 24 bits of days since 2000-01-01, then anything. */
export function flowId(day: string, ordinal: number): string {
  const days = (Date.parse(day) - Date.parse("2000-01-01")) / 86_400_000;
  const hex = days.toString(16).padStart(6, "0") + ordinal.toString(16).padStart(26, "0");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

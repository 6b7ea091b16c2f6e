import type { Pool } from "../../src/postgres/connect.ts";

/** Rows of a tenant in every table that holds tenants, by table, those without rows left out; read as the superuser. */
export async function rowCounts(admin: Pool, tenantId: string): Promise<Record<string, number>> {
  const { rows: tables } = await admin.query<{ name: string }>(
    `select c.oid::regclass::text as name
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
     where n.nspname in ('cash_management', 'analytics', 'audit', 'ml_models', 'monitoring', 'maintenance')
       and c.relkind in ('r', 'p') and not c.relispartition
     order by 1`,
  );
  const counts = tables.map(({ name }) => `select '${name}' as name, count(*)::int as count from ${name} where tenant_id = $1`);
  const { rows } = await admin.query<{ name: string; count: number }>(counts.join("\nunion all\n"), [tenantId]);
  return Object.fromEntries(rows.filter(({ count }) => count > 0).map(({ name, count }) => [name, count]));
}

/** What is believed of a tenant's accounts, without ids and moments: equal for two tenants that were told the same. */
export async function beliefs(admin: Pool, tenantId: string): Promise<{ entries: string[]; closings: string[] }> {
  const lines = async (sql: string) => (await admin.query<{ line: string }>(sql, [tenantId])).rows.map((row) => row.line);
  return {
    entries: await lines(
      `select concat_ws(' ', a.last_four, t.currency, t.booking_date, t.value_date, t.ledger_day, t.amount_minor, t.state, t.fingerprint, t.occurrence) as line
       from cash_management.cm_bank_transactions t
       join cash_management.cm_cash_accounts a on a.tenant_id = t.tenant_id and a.id = t.account_id
       where t.tenant_id = $1 and t.superseded_at is null
       order by line`,
    ),
    closings: await lines(
      `select concat_ws(' ', a.last_four, c.day, c.state, c.reason, c.link, c.opening_minor, c.closing_minor, c.entry_count, encode(c.seal_hash, 'hex')) as line
       from cash_management.cm_day_closings c
       join cash_management.cm_cash_accounts a on a.tenant_id = c.tenant_id and a.id = c.account_id
       where c.tenant_id = $1 and c.superseded_at is null
       order by line`,
    ),
  };
}

import type { Pool } from "../postgres/connect.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { TenantOverview, TenantState } from "./contract.ts";
import type { Tenant } from "./tenant.ts";

const columns = `tenant_id as id, name, status, legal_hold as "legalHold", reporting_currency as "reportingCurrency", time_zone as "timeZone", created_at as "createdAt"`;

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

export async function reportingCurrencyOfTenant(tx: TenantTransaction): Promise<string | undefined> {
  const { rows } = await tx.query<{ currency: string }>(
    "select reporting_currency as currency from cash_management.cm_tenants where tenant_id = $1",
    [tx.tenantId],
  );
  return rows[0]?.currency;
}

export async function timeZoneOfTenant(tx: TenantTransaction): Promise<string | undefined> {
  const result = await tx.query<{ time_zone: string }>("select time_zone from cash_management.cm_tenants where tenant_id = $1", [
    tx.tenantId,
  ]);
  return result.rows[0]?.time_zone;
}

// Life ------------------------------------------------------------------------------------------------------------------------

const stateColumns = `${columns}, status_reason as "statusReason", status_since as "statusSince", legal_hold_reason as "legalHoldReason"`;

/** Locks the row: of two who change its status at once the second sees what the first made of it. */
export async function lockTenant(tx: TenantTransaction): Promise<TenantState | null> {
  const result = await tx.query<TenantState>(`select ${stateColumns} from cash_management.cm_tenants where tenant_id = $1 for update`, [
    tx.tenantId,
  ]);
  return result.rows[0] ?? null;
}

export async function selectTenantState(tx: TenantTransaction): Promise<TenantState | null> {
  const result = await tx.query<TenantState>(`select ${stateColumns} from cash_management.cm_tenants where tenant_id = $1`, [tx.tenantId]);
  return result.rows[0] ?? null;
}

export async function updateStatus(tx: TenantTransaction, status: Tenant["status"], reason: string | null): Promise<TenantState> {
  const result = await tx.query<TenantState>(
    `update cash_management.cm_tenants
     set status = $2, status_reason = $3
     where tenant_id = $1
     returning ${stateColumns}`,
    [tx.tenantId, status, reason],
  );
  return result.rows[0] as TenantState;
}

export async function updateHold(tx: TenantTransaction, hold: boolean, reason: string): Promise<TenantState> {
  const result = await tx.query<TenantState>(
    `update cash_management.cm_tenants
     set legal_hold = $2, legal_hold_reason = $3
     where tenant_id = $1
     returning ${stateColumns}`,
    [tx.tenantId, hold, reason],
  );
  return result.rows[0] as TenantState;
}

/** How much there is. Counts, so that a list of a thousand tenants stays cheap: deliveries know what they brought. */
export async function selectFigures(tx: TenantTransaction): Promise<Omit<TenantOverview, "tenant">> {
  const result = await tx.query<Omit<TenantOverview, "tenant">>(
    `select
       (select count(*)::integer from cash_management.cm_people where tenant_id = $1 and disabled_at is null) as people,
       (select count(*)::integer from cash_management.cm_cash_accounts where tenant_id = $1) as accounts,
       count(*)::integer as deliveries,
       coalesce(sum(entry_count), 0)::integer as entries,
       coalesce(sum(byte_count), 0)::float8 as "receivedBytes",
       max(received_at) as "lastImportAt"
     from cash_management.cm_deliveries
     where tenant_id = $1`,
    [tx.tenantId],
  );
  return result.rows[0] as Omit<TenantOverview, "tenant">;
}

/** One opener at a time in this database, until its transaction ends: a name is looked for and then taken. */
export async function lockRegistry(tx: TenantTransaction): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtext('cash_management.cm_tenants'))");
}

export async function tenantNamed(tx: TenantTransaction, name: string): Promise<string | null> {
  const result = await tx.query<{ id: string }>(
    `select tenant_id as id
     from cash_management.list_tenants()
     where lower(name) = lower($1)
     limit 1`,
    [name],
  );
  return result.rows[0]?.id ?? null;
}

export interface DefaultCategory {
  readonly code: string;
  readonly name: string;
  readonly parent: string | null;
  readonly direction: string;
  readonly bankCodes: readonly string[];
  readonly purposes: readonly string[];
}

/** Adds those that are missing, and codes to those that have none; whatever somebody has said about one stays. @returns how many changed */
export async function insertCategories(tx: TenantTransaction, categories: readonly DefaultCategory[]): Promise<number> {
  const { rowCount } = await tx.query(
    `insert into cash_management.cm_categories as known (tenant_id, code, name, parent_code, direction, bank_transaction_codes, purpose_codes)
     select $1::text, n.code, n.name, n.parent, n.direction, n."bankCodes", n.purposes
     from jsonb_to_recordset($2::jsonb) as n (code text, name text, parent text, direction text, "bankCodes" text[], purposes text[])
     on conflict (tenant_id, code) do update
     set bank_transaction_codes = excluded.bank_transaction_codes, purpose_codes = excluded.purpose_codes
     where known.bank_transaction_codes = '{}' and known.purpose_codes = '{}'
       and (excluded.bank_transaction_codes <> '{}' or excluded.purpose_codes <> '{}')`,
    [tx.tenantId, JSON.stringify(categories)],
  );
  return rowCount ?? 0;
}

export async function serverTime(admin: Pool): Promise<string> {
  const result = await admin.query<{ now: string }>("select clock_timestamp() as now");
  return result.rows[0]?.now as string;
}

/** Transactions of this database that began before the moment and still run; a connection pool's idle ones have none. */
export async function transactionsSince(admin: Pool, moment: string): Promise<number> {
  const result = await admin.query<{ running: number }>(
    `select count(*)::integer as running
     from pg_catalog.pg_stat_activity
     where datname = current_database()
       and backend_type = 'client backend'
       and pid <> pg_backend_pid()
       and xact_start < $1::timestamptz`,
    [moment],
  );
  return result.rows[0]?.running ?? 0;
}

// Export ----------------------------------------------------------------------------------------------------------------------

export async function startExport(tx: TenantTransaction, id: string): Promise<void> {
  await tx.query("insert into cash_management.cm_tenant_exports (tenant_id, id, asked_by) values ($1, $2, $3)", [
    tx.tenantId,
    id,
    tx.actor,
  ]);
}

export async function finishExport(
  tx: TenantTransaction,
  id: string,
  end: { readonly rows: number; readonly bytes: number; readonly manifestSha256: string },
): Promise<void> {
  await tx.query(
    `update cash_management.cm_tenant_exports
     set finished_at = clock_timestamp(), row_count = $3, byte_count = $4, manifest_sha256 = decode($5, 'hex')
     where tenant_id = $1 and id = $2`,
    [tx.tenantId, id, end.rows, end.bytes, end.manifestSha256],
  );
}

/** The moment of the snapshot, which this very statement takes, and the schema it is of. */
export async function exportMoment(tx: TenantTransaction): Promise<{ readonly snapshotAt: string; readonly schema: string }> {
  const result = await tx.query<{ snapshotAt: string; schema: string }>(
    `select statement_timestamp() as "snapshotAt", cash_management.schema_version() as schema`,
  );
  return result.rows[0] as { snapshotAt: string; schema: string };
}

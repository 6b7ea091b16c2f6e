import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { BankConnection, ConnectionSettings } from "./contract.ts";

type Stored = Omit<BankConnection, "bank" | "files" | "missingSince"> & {
  bankId: string;
  bankName: string;
  bankBic: string | null;
  imported: number;
  waiting: number;
  error: number;
  missingSince: string | null;
};

const moment = (column: string) => `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Connections that are not removed, by bank and name; one alone when `id` is given. */
export async function selectConnections(tx: TenantTransaction, id: string | null): Promise<BankConnection[]> {
  const found = await rows<Stored>(
    tx,
    `select connection.id, bank.id as "bankId", bank.name as "bankName", bank.bic as "bankBic", connection.kind, connection.name,
       connection.settings, connection.schedule, to_char(connection.expected_by, 'HH24:MI') as "expectedBy",
       coalesce(connection.expected_by_time_zone, bank.time_zone) as "timeZone", connection.sla_minutes as "slaMinutes",
       connection.api_key_id as "apiKeyId", connection.profile_id as "profileId", connection.connection_status as status, connection.host_key as "hostKey",
       connection.credentials is not null as "hasCredentials", ${moment("connection.last_test_date")} as "lastTestAt",
       ${moment("connection.last_success_at")} as "lastSuccessAt", connection.last_error as "lastError", connection.failures,
       connection.covered_through::text as "coveredThrough",
       (
         select alert.detail ->> 'missingSince'
         from cash_management.cm_alerts as alert
         join cash_management.cm_alert_rules as rule on rule.tenant_id = alert.tenant_id and rule.id = alert.rule_id
         where alert.tenant_id = $1 and alert.subject = 'bank connection ' || connection.id and alert.resolved_at is null
           and rule.kind = 'statement_late'
       ) as "missingSince",
       ${moment("job.run_at")} as "nextSyncAt", job.attempt as "nextAttempt", coalesce(job.state = 'running', false) as "isSyncing",
       files.imported, files.waiting, files.error
     from cash_management.cm_bank_connections as connection
     join cash_management.cm_banks as bank on bank.tenant_id = connection.tenant_id and bank.id = connection.bank_id
     left join cash_management.cm_bank_jobs as job on job.tenant_id = connection.tenant_id and job.connection_id = connection.id
       and job.kind = 'sync' and job.state in ('waiting', 'running')
     cross join lateral (
       select
         count(*) filter (where file.sync_status = 'imported')::int as imported,
         count(*) filter (where file.sync_status in ('settling', 'pending', 'stored', 'failed'))::int as waiting,
         count(*) filter (where file.sync_status = 'error')::int as error
       from cash_management.cm_bank_files as file
       where file.tenant_id = $1 and file.connection_id = connection.id
     ) as files
     where connection.tenant_id = $1 and connection.is_active and ($2::uuid is null or connection.id = $2)
     order by bank.name, connection.name, connection.id`,
    [tx.tenantId, id],
  );
  return found.map(({ bankId, bankName, bankBic, imported, waiting, error, ...connection }) => ({
    ...connection,
    bank: { id: bankId, name: bankName, bic: bankBic },
    files: { imported, waiting, error },
  })) as BankConnection[];
}

export interface ConnectionRow {
  readonly id: string;
  readonly bankId: string;
  readonly kind: string;
  readonly name: string;
  readonly settings: ConnectionSettings;
  readonly hostKey: string | null;
  readonly schedule: string | null;
  readonly expectedBy: string | null;
  readonly timeZone: string | null;
  readonly slaMinutes: number;
  readonly apiKeyId: string | null;
  readonly profileId: string | null;
  readonly isActive: boolean;
}

export async function connectionRow(tx: TenantTransaction, id: string): Promise<ConnectionRow | null> {
  const [found] = await rows<ConnectionRow>(
    tx,
    `select id, bank_id as "bankId", kind, name, settings, host_key as "hostKey", schedule, to_char(expected_by, 'HH24:MI') as "expectedBy",
       expected_by_time_zone as "timeZone", sla_minutes as "slaMinutes", api_key_id as "apiKeyId", profile_id as "profileId", is_active as "isActive"
     from cash_management.cm_bank_connections
     where tenant_id = $1 and id = $2 and is_active
     for update`,
    [tx.tenantId, id],
  );
  return found ?? null;
}

const values = (tx: TenantTransaction, row: ConnectionRow) => [
  tx.tenantId,
  row.id,
  row.name,
  JSON.stringify(row.settings),
  row.hostKey,
  row.schedule,
  row.expectedBy,
  row.timeZone,
  row.slaMinutes,
  row.apiKeyId,
  row.isActive,
  row.profileId,
];

/** Credentials, and the blind index that a four-eyes rule holds a change of them against. */
export interface Secret {
  readonly encrypted: Buffer | null;
  readonly index: string | null;
}

export async function insertConnection(tx: TenantTransaction, row: ConnectionRow, secret: Secret): Promise<void> {
  await tx.query(
    `insert into cash_management.cm_bank_connections
       (tenant_id, id, name, settings, host_key, schedule, expected_by, expected_by_time_zone, sla_minutes, api_key_id, is_active,
        profile_id, bank_id, kind, credentials, credentials_index)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [...values(tx, row), row.bankId, row.kind, secret.encrypted, secret.index],
  );
}

/** `secret`: undefined leaves those that are there. Whoever changes how it is reached must test it again. */
export async function updateConnection(
  tx: TenantTransaction,
  row: ConnectionRow,
  secret: Secret | undefined,
  untested: boolean,
): Promise<void> {
  await tx.query(
    `update cash_management.cm_bank_connections
     set name = $3, settings = $4, host_key = $5, schedule = $6, expected_by = $7, expected_by_time_zone = $8, sla_minutes = $9,
       api_key_id = $10, is_active = $11, profile_id = $12, credentials = case when $13 then $14 else credentials end,
       credentials_index = case when $13 then $16 else credentials_index end,
       connection_status = case when $15 then 'untested' else connection_status end
     where tenant_id = $1 and id = $2`,
    [...values(tx, row), secret !== undefined, secret?.encrypted ?? null, untested, secret?.index ?? null],
  );
}

export interface BankFound {
  readonly id: string;
  readonly timeZone: string;
}

export async function bankById(tx: TenantTransaction, id: string): Promise<BankFound | null> {
  const [found] = await rows<BankFound>(
    tx,
    `select id, time_zone as "timeZone" from cash_management.cm_banks where tenant_id = $1 and id = $2`,
    [tx.tenantId, id],
  );
  return found ?? null;
}

export async function bankByName(tx: TenantTransaction, name: string, bic: string | null): Promise<BankFound | null> {
  const [found] = await rows<BankFound>(
    tx,
    `select id, time_zone as "timeZone"
     from cash_management.cm_banks
     where tenant_id = $1 and (bic = $3 or ($3::text is null and (bic = upper($2) or lower(name) = lower($2))))
     order by name, id
     limit 1`,
    [tx.tenantId, name, bic],
  );
  return found ?? null;
}

export async function insertBank(
  tx: TenantTransaction,
  bank: { readonly name: string; readonly bic: string | null; readonly country: string | null; readonly timeZone: string },
): Promise<BankFound> {
  const [made] = await rows<BankFound>(
    tx,
    `insert into cash_management.cm_banks (tenant_id, name, bic, country, time_zone)
     values ($1, $2, $3, $4, $5)
     returning id, time_zone as "timeZone"`,
    [tx.tenantId, bank.name, bank.bic, bank.country, bank.timeZone],
  );
  return made as BankFound;
}

export async function apiKeyExists(tx: TenantTransaction, id: string): Promise<boolean> {
  const { rowCount } = await tx.query("select from cash_management.cm_api_keys where tenant_id = $1 and id = $2 and revoked_at is null", [
    tx.tenantId,
    id,
  ]);
  return rowCount === 1;
}

/** How the connection fares. Written only where something changed: each write is an entry of the trail. */
export async function noteHealth(
  tx: TenantTransaction,
  id: string,
  health: { readonly status: string; readonly error: string | null; readonly failures: number; readonly success: boolean },
): Promise<void> {
  await tx.query(
    `update cash_management.cm_bank_connections
     set connection_status = $3, last_error = $4, failures = $5, last_success_at = case when $6 then now() else last_success_at end
     where tenant_id = $1 and id = $2
       and (
         (connection_status, failures) is distinct from ($3, $5)
         or last_error is distinct from $4
         or ($6 and (last_success_at is null or last_success_at < now() - interval '1 hour'))
       )`,
    [tx.tenantId, id, health.status, health.error, health.failures, health.success],
  );
}

export async function noteTest(tx: TenantTransaction, id: string, ok: boolean, error: string | null): Promise<void> {
  await tx.query(
    `update cash_management.cm_bank_connections
     set last_test_date = now(), connection_status = case when $3 then 'connected' else 'failed' end, last_error = $4,
       failures = case when $3 then 0 else failures end
     where tenant_id = $1 and id = $2`,
    [tx.tenantId, id, ok, error],
  );
}

/** The days that the deliveries are about count as covered. */
export async function noteCovered(tx: TenantTransaction, id: string, deliveries: readonly string[]): Promise<void> {
  await tx.query(
    `update cash_management.cm_bank_connections as connection
     set covered_through = covered.through, last_success_at = now()
     from (
       select max(statement.period_to) as through
       from cash_management.cm_statements as statement
       where statement.tenant_id = $1 and statement.delivery_id = any ($3::uuid[])
     ) as covered
     where connection.tenant_id = $1 and connection.id = $2 and covered.through is not null
       and covered.through > coalesce(connection.covered_through, '-infinity')`,
    [tx.tenantId, id, deliveries],
  );
}

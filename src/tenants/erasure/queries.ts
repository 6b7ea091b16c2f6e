import type { Pool } from "../../postgres/connect.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Erasure } from "../contract.ts";

const columns = `id, tenant_id as "tenantId", tenant_name as "tenantName", reason, state, requested_by as "requestedBy", requested_at as "requestedAt",
  begun_by as "begunBy", begun_at as "begunAt", rows_before as "rowsBefore", finished_at as "finishedAt",
  attempts, interrupted_at as "interruptedAt", interruption,
  exists (
    select from pg_catalog.pg_locks
    where locktype = 'advisory' and granted and objsubid = 2
      and database = (select oid from pg_catalog.pg_database where datname = current_database())
      and classid::bigint = hashtext('tenant erasure')::bigint & 4294967295 and objid::bigint = hashtext(tenant_id)::bigint & 4294967295
  ) as "atWork",
  certificate, encode(certificate_sha256, 'hex') as "certificateSha256"`;

/** The erasure of the tenant that is not cancelled; locked, so that of two who carry on with it one waits for the other. */
export async function openErasure(tx: TenantTransaction, lock = false): Promise<Erasure | null> {
  const result = await tx.query<Erasure>(
    `select ${columns} from audit.tenant_erasures where tenant_id = $1 and state <> 'cancelled'${lock ? " for update" : ""}`,
    [tx.tenantId],
  );
  return result.rows[0] ?? null;
}

export async function insertErasure(
  tx: TenantTransaction,
  wanted: { readonly id: string; readonly name: string; readonly reason: string },
): Promise<Erasure> {
  const result = await tx.query<Erasure>(
    `insert into audit.tenant_erasures (tenant_id, id, tenant_name, reason, requested_by)
     values ($1, $2, $3, $4, $5)
     returning ${columns}`,
    [tx.tenantId, wanted.id, wanted.name, wanted.reason, tx.actor],
  );
  return result.rows[0] as Erasure;
}

export async function cancelErasure(tx: TenantTransaction, id: string): Promise<void> {
  await tx.query(
    `update audit.tenant_erasures
     set state = 'cancelled', cancelled_by = $3, cancelled_at = clock_timestamp()
     where tenant_id = $1 and id = $2`,
    [tx.tenantId, id, tx.actor],
  );
}

export async function beginErasure(tx: TenantTransaction, id: string, rowsBefore: Readonly<Record<string, number>>): Promise<Erasure> {
  const result = await tx.query<Erasure>(
    `update audit.tenant_erasures
     set state = 'running', begun_by = $3, begun_at = clock_timestamp(), rows_before = $4
     where tenant_id = $1 and id = $2
     returning ${columns}`,
    [tx.tenantId, id, tx.actor, JSON.stringify(rowsBefore)],
  );
  return result.rows[0] as Erasure;
}

/** Another attempt: what stopped the one before is no longer the last word. */
export async function beginAttempt(tx: TenantTransaction, id: string): Promise<void> {
  await tx.query(
    `update audit.tenant_erasures
     set attempts = attempts + 1, interrupted_at = null, interruption = null
     where tenant_id = $1 and id = $2`,
    [tx.tenantId, id],
  );
}

/** Why the attempt stopped, for whoever looks at the tenant next. */
export async function noteInterruption(tx: TenantTransaction, reason: string): Promise<void> {
  await tx.query(
    `update audit.tenant_erasures
     set interrupted_at = clock_timestamp(), interruption = $2
     where tenant_id = $1 and state in ('requested', 'running') and attempts > 0`,
    [tx.tenantId, reason],
  );
}

export async function finishErasure(tx: TenantTransaction, id: string, certificate: string): Promise<Erasure> {
  const result = await tx.query<Erasure>(
    `update audit.tenant_erasures
     set state = 'done', finished_at = clock_timestamp(), certificate = $3, certificate_sha256 = sha256(convert_to($3, 'UTF8'))
     where tenant_id = $1 and id = $2
     returning ${columns}`,
    [tx.tenantId, id, certificate],
  );
  return result.rows[0] as Erasure;
}

/** One carrier of an erasure at a time, for as long as this connection holds it. */
export async function lockErasure(client: { query: Pool["query"] }, tenantId: string): Promise<boolean> {
  const result = await client.query<{ locked: boolean }>(
    "select pg_try_advisory_lock(hashtext('tenant erasure'), hashtext($1)) as locked",
    [tenantId],
  );
  return result.rows[0]?.locked === true;
}

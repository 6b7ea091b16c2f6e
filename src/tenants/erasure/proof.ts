import pg from "pg";
import { Problem } from "../../errors/problem.ts";
import type { Client, Pool } from "../../postgres/connect.ts";
import { adminTransaction, tenantRead } from "../../postgres/transaction.ts";
import { type Leaf, tenantLeaves } from "./plan.ts";

/** Rows of a tenant, read past every policy. */
export interface RowsFound {
  readonly readAt: string;
  /** The login that read them. */
  readonly readBy: string;
  /** Tables and partitions that were read. */
  readonly tablesRead: number;
  /** By table; those without rows are left out. */
  readonly rows: Readonly<Record<string, number>>;
  /** What stays by intent: the audit trail and the record of the erasure. */
  readonly records: Readonly<Record<string, number>>;
}

/**
 * Reads every table and partition of the database for rows of a tenant: with row-level security off, where the administrator may; else as each
 * table's owner inside the tenant, whom its policy shows exactly the tenant's rows, after looking that this is the policy.
 * @throws Problem `forbidden` where neither would show every row, so that nothing is proven by not looking
 */
export async function readEverywhere(admin: Pool, tenantId: string): Promise<RowsFound> {
  const { rows } = await admin.query<{ past: boolean }>(
    "select rolsuper or rolbypassrls as past from pg_catalog.pg_roles where rolname = current_user",
  );
  if (rows[0]?.past !== true)
    return tenantRead(admin, { tenantId, actor: "apg tenant erase" }, (tx) => readLeaves(tx.client, tenantId, countAsOwner));
  return adminTransaction(admin, async (client) => {
    await client.query("set transaction isolation level repeatable read read only");
    await client.query("set local row_security = off");
    return readLeaves(client, tenantId, count);
  });
}

type Count = (client: Client, leaf: Leaf, tenantId: string) => Promise<number>;

async function readLeaves(client: Client, tenantId: string, countRows: Count): Promise<RowsFound> {
  const rows: Record<string, number> = {};
  const records: Record<string, number> = {};
  const leaves = await tenantLeaves(client);
  for (const leaf of leaves) {
    const found = await countRows(client, leaf, tenantId);
    const sums = leaf.keptAsRecord ? records : rows;
    if (found > 0) sums[leaf.root] = (sums[leaf.root] ?? 0) + found;
  }
  const moment = await client.query<{ now: string; who: string }>("select clock_timestamp() as now, session_user::text as who");
  const { now, who } = moment.rows[0] as { now: string; who: string };
  const readBy = countRows === count ? who : `${who}, as the owner of each table, its policy checked`;
  return { readAt: now, readBy, tablesRead: leaves.length, rows, records };
}

/** A table without row-level security shows everything; one with it must have the policy that shows the tenant's rows, and no stricter one. */
async function countAsOwner(client: Client, leaf: Leaf, tenantId: string): Promise<number> {
  const { rows } = await client.query<{ shows: boolean }>(
    `select not c.relrowsecurity or (
       exists (
         select from pg_catalog.pg_policy as p
         where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('*', 'r') and p.polroles = '{0}'
           and replace(pg_get_expr(p.polqual, p.polrelid), '(tenant_id)::text', 'tenant_id') ~ $2)
       and not exists (select from pg_catalog.pg_policy as p where p.polrelid = c.oid and not p.polpermissive)
     ) as shows
     from pg_catalog.pg_class as c
     where c.oid = $1::regclass`,
    [leaf.table, tenantPolicy],
  );
  if (rows[0]?.shows !== true) throw unseen(leaf.table);
  await client.query(`set local role ${pg.escapeIdentifier(leaf.owner)}`);
  try {
    return await count(client, leaf, tenantId);
  } finally {
    await client.query("reset role").catch(() => {});
  }
}

/** As PostgreSQL prints `tenant_id = (select cash_management.current_tenant())`. */
const tenantPolicy = "^\\(tenant_id = \\( ?SELECT cash_management\\.current_tenant\\(\\) AS current_tenant\\)\\)$";

async function count(client: Client, { table }: Pick<Leaf, "table">, tenantId: string): Promise<number> {
  try {
    const { rows } = await client.query<{ count: bigint }>(`select count(*) as count from ${table} where tenant_id = $1`, [tenantId]);
    return Number(rows[0]?.count ?? 0n);
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== "42501") throw cause;
    throw unseen(table, cause);
  }
}

function unseen(table: string, cause?: unknown): Problem {
  return new Problem("forbidden", `this administrator does not see all rows of ${table}`, {
    cause,
    hint: "An erasure is proven by a superuser, a role with BYPASSRLS, or a member of the tables' owners: give its address in --database-url (DATABASE_URL).",
  });
}

import { Problem } from "../../errors/problem.ts";
import type { Client, Pool } from "../../postgres/connect.ts";
import { adminTransaction } from "../../postgres/transaction.ts";
import { tenantLeaves } from "./plan.ts";

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
 * Reads every table and partition of the database for rows of a tenant, with row-level security off: a login that would be shown only a
 * part is refused by the server, so that nothing is proven by not looking.
 * @throws Problem `forbidden` for an administrator who does not see past policies
 */
export async function readEverywhere(admin: Pool, tenantId: string): Promise<RowsFound> {
  return adminTransaction(admin, async (client) => {
    await client.query("set transaction isolation level repeatable read read only");
    await client.query("set local row_security = off");
    const rows: Record<string, number> = {};
    const records: Record<string, number> = {};
    const leaves = await tenantLeaves(client);
    for (const { table, root, keptAsRecord } of leaves) {
      const found = await count(client, table, tenantId);
      const sums = keptAsRecord ? records : rows;
      if (found > 0) sums[root] = (sums[root] ?? 0) + found;
    }
    const moment = await client.query<{ now: string; who: string }>("select clock_timestamp() as now, session_user::text as who");
    const { now, who } = moment.rows[0] as { now: string; who: string };
    return { readAt: now, readBy: who, tablesRead: leaves.length, rows, records };
  });
}

async function count(client: Client, table: string, tenantId: string): Promise<number> {
  try {
    const { rows } = await client.query<{ count: bigint }>(`select count(*) as count from ${table} where tenant_id = $1`, [tenantId]);
    return Number(rows[0]?.count ?? 0n);
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== "42501") throw cause;
    throw new Problem("forbidden", `this administrator does not see all rows of ${table}`, {
      cause,
      hint: "An erasure is proven by a superuser, or a role with BYPASSRLS: give its address in --database-url (DATABASE_URL).",
    });
  }
}

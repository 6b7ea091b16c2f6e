import { Problem } from "../../errors/problem.ts";
import { shredKeys } from "../../keys/changing-keys.ts";
import { type Pool, withClient } from "../../postgres/connect.ts";
import { type TenantContext, tenantTransaction } from "../../postgres/transaction.ts";
import { requireName } from "../confirm.ts";
import type { Erasure } from "../contract.ts";
import * as tenantQueries from "../queries.ts";
import { settled } from "../status.ts";
import { eraseStep } from "./batches.ts";
import { certificateOf, certificateText } from "./certificate.ts";
import { erasurePlan } from "./plan.ts";
import { readEverywhere } from "./proof.ts";
import * as queries from "./queries.ts";
import { notRequested } from "./request.ts";

export interface ErasureOptions {
  /** The tenant's name, again: this is the step that cannot be taken back. */
  readonly confirm: string | undefined;
  /** Called after each batch with the rows that are gone, of all, and the table at work. */
  readonly progress?: (done: number, total: number, table: string) => void;
  /** How long to wait for transactions that began before; default a minute. */
  readonly waitMs?: number;
  readonly batchRows?: number;
}

/**
 * The second step: shreds the tenant's keys, deletes every row of it in every table, proves by reading everything that none is left, and
 * leaves a certificate. Killed at any moment it is simply given again and goes on; done, it answers with the certificate.
 * @throws Problem `conflict` when it was not requested or is being carried out elsewhere, `not_confirmed`, `legal_hold`, `erasure_unproven`
 */
export async function eraseTenant(admin: Pool, context: TenantContext, options: ErasureOptions): Promise<Erasure> {
  return withClient(admin, async (guard) => {
    // Held by the connection, so it ends with this process: two never work on one tenant.
    if (!(await queries.lockErasure(guard, context.tenantId)))
      throw new Problem("conflict", `${context.tenantId} is being erased by another process`, { hint: "Wait for it, or end it." });
    try {
      return { ...(await carryOut(admin, context, options)), atWork: false };
    } catch (error) {
      await tenantTransaction(admin, context, (tx) => queries.noteInterruption(tx, reasonOf(error))).catch(() => {});
      throw error;
    } finally {
      await guard.query("select pg_advisory_unlock_all()");
    }
  });
}

async function carryOut(admin: Pool, context: TenantContext, options: ErasureOptions): Promise<Erasure> {
  const erasure = await begin(admin, context, options);
  if (erasure.state === "done") return erasure;
  await eraseRows(admin, context, erasure, options);
  await forgetStatistics(admin, erasure);
  const found = await readEverywhere(admin, context.tenantId);
  const left = Object.entries(found.rows);
  if (left.length > 0)
    throw new Problem(
      "erasure_unproven",
      `rows of ${erasure.tenantName} are left: ${left.map(([table, rows]) => `${rows} in ${table}`).join(", ")}`,
      {
        detail: { rows: found.rows },
        hint: "Something wrote while the tenant was being erased. Give the command again.",
      },
    );
  const certificate = certificateText(certificateOf(erasure, found, context.actor));
  return tenantTransaction(admin, context, (tx) => queries.finishErasure(tx, erasure.id, certificate));
}

/** Without the details of the database, which may quote a row. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return `${typeof code === "string" ? code : "defect"}: ${typeof message === "string" ? message : "unknown"}`.slice(0, 1_000);
}

/** From here on there is no way back. What an earlier process has begun is taken up as it stands. */
async function begin(admin: Pool, context: TenantContext, options: ErasureOptions): Promise<Erasure> {
  const known = await tenantTransaction(admin, context, (tx) => queries.openErasure(tx));
  if (known === null) throw notRequested(context.tenantId);
  if (known.state === "done") return known;
  requireName({ id: known.tenantId, name: known.tenantName }, options.confirm);
  await tenantTransaction(admin, context, (tx) => queries.beginAttempt(tx, known.id));
  if (known.state === "running") return known;
  if (!(await settled(admin, options.waitMs ?? 60_000)))
    throw new Problem("database_busy", "a transaction that began before the tenant was closed is still running", {
      hint: "Wait for it or end it (pg_stat_activity shows it), then give the command again.",
    });
  const { rows } = await readEverywhere(admin, context.tenantId);
  return tenantTransaction(admin, context, async (tx) => {
    const erasure = await queries.openErasure(tx, true);
    if (erasure?.state !== "requested") throw notRequested(context.tenantId);
    const tenant = await tenantQueries.lockTenant(tx);
    if (tenant?.status !== "erasing") throw notRequested(context.tenantId);
    // Before any row goes: from here on what they encrypted is unreadable.
    await shredKeys(tx);
    return queries.beginErasure(tx, erasure.id, rows);
  });
}

async function eraseRows(admin: Pool, context: TenantContext, erasure: Erasure, options: ErasureOptions): Promise<void> {
  const total = Object.values(erasure.rowsBefore ?? {}).reduce((left, right) => left + right, 0);
  const left = Object.values((await readEverywhere(admin, context.tenantId)).rows).reduce((sum, rows) => sum + rows, 0);
  let done = Math.max(0, total - left);
  for (const step of await withClient(admin, erasurePlan)) {
    const erased = (rows: number) => {
      done += rows;
      options.progress?.(done, total, step.root);
    };
    await eraseStep(admin, context, step, erased, options.batchRows);
  }
}

/**
 * The planner's statistics keep the commonest values of a table, a tenant's among them, and deleted rows lie in the files until somebody
 * cleans up: both are done for the tables that had rows of it.
 */
async function forgetStatistics(admin: Pool, erasure: Erasure): Promise<void> {
  const tables = Object.keys(erasure.rowsBefore ?? {});
  await withClient(admin, async (client) => {
    const { rows } = await client.query<{ table: string }>(
      `select format('%I.%I', n.nspname, c.relname) as "table"
       from pg_catalog.pg_class as c
       join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
       where format('%s.%s', n.nspname, c.relname) = any ($1)`,
      [tables],
    );
    for (const { table } of rows) await client.query(`vacuum (analyze, skip_locked) ${table}`);
  });
}

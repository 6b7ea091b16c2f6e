import pg from "pg";
import type { Pool } from "../../postgres/connect.ts";
import { type TenantContext, type TenantTransaction, tenantTransaction } from "../../postgres/transaction.ts";
import type { ErasureStep } from "./plan.ts";

/** Rows of a transaction: short enough that nobody waits for its locks, long enough that commits do not dominate. */
export const batchRows = 5_000;

/**
 * Deletes what a step's table still has of the tenant, a transaction a batch, as the table's owner under row-level security: the policy
 * stands behind the condition, so that a mistake here could not reach another tenant's rows.
 */
export async function eraseStep(
  admin: Pool,
  context: TenantContext,
  step: ErasureStep,
  erased: (rows: number) => void,
  batch = batchRows,
): Promise<void> {
  for (;;) {
    const deleted = await tenantTransaction(admin, context, async (tx) => {
      await tx.query(`set local role ${pg.escapeIdentifier(step.owner)}`);
      return deleteBatch(tx, step, batch);
    });
    if (deleted === 0) return;
    erased(deleted);
  }
}

async function deleteBatch(tx: TenantTransaction, step: ErasureStep, batch: number): Promise<number> {
  const leafRows = step.selfReferences.map((pairs) => {
    const same = pairs.map(({ from, to }) => `child.${pg.escapeIdentifier(from)} = one.${pg.escapeIdentifier(to)}`).join(" and ");
    return ` and not exists (select from ${step.table} as child where child.tenant_id = $1 and ${same} and child.ctid <> one.ctid)`;
  });
  const deleted = await deleteWhere(tx, step, leafRows.join(""), batch);
  if (deleted > 0 || leafRows.length === 0) return deleted;
  // What is left refers to itself in a circle: it goes at once, and references are checked at the end of the statement.
  const circle = await tx.query(`delete from ${step.table} where tenant_id = $1`, [tx.tenantId]);
  return circle.rowCount ?? 0;
}

async function deleteWhere(tx: TenantTransaction, step: ErasureStep, condition: string, batch: number): Promise<number> {
  const result = await tx.query(
    `delete from ${step.table}
     where tenant_id = $1
       and ctid = any (array(select one.ctid from ${step.table} as one where one.tenant_id = $1${condition} limit $2))`,
    [tx.tenantId, batch],
  );
  return result.rowCount ?? 0;
}

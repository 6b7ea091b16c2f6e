import type { QueryResultRow } from "pg";
import type { TenantTransaction } from "./transaction.ts";

/** The rows of a statement: what most callers want of a result. */
export async function rows<Row extends QueryResultRow>(
  tx: Pick<TenantTransaction, "query">,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return (await tx.query<Row>(text, values)).rows;
}

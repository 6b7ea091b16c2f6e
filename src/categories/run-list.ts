import type { TenantTransaction } from "../postgres/transaction.ts";
import type { Run } from "./contract.ts";
import * as runQueries from "./run-queries.ts";

export function listRuns(tx: TenantTransaction, limit: number): Promise<Run[]> {
  return runQueries.selectRuns(tx, limit);
}

export async function requestRun(tx: TenantTransaction): Promise<void> {
  await runQueries.insertRun(tx, "asked");
}

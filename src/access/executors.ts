import type { TenantTransaction } from "../postgres/transaction.ts";
import { type Executors, ownExecutors } from "./approvals/carry-out.ts";
import type { ApprovalRequest } from "./approvals/contract.ts";
import { carryOutRole } from "./manage-people.ts";
import { rulesOfColumns, rulesSubject, storeRules } from "./rules.ts";

/** How access carries out what was approved. Keys and links are not among it: what they show is for who asked. */
export const accessExecutors: Executors = { ...ownExecutors, person_role: carryOutRole, sign_in: carryOutSignIn };

/** Rules are carried out by the last approval; a provider by who asked, since its secret is in nobody's request. */
async function carryOutSignIn(tx: TenantTransaction, request: ApprovalRequest): Promise<void> {
  if (request.subject === rulesSubject) await storeRules(tx, rulesOfColumns(request.payload));
}

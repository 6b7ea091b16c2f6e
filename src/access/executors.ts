import type { TenantTransaction } from "../postgres/transaction.ts";
import { type Executors, ownExecutors } from "./approvals/carry-out.ts";
import type { ApprovalRequest } from "./approvals/contract.ts";
import { carryOutRole } from "./manage-people.ts";
import { carryOutProvider } from "./oidc/provider.ts";
import { rulesOfColumns, rulesSubject, storeRules } from "./rules.ts";

/** How access carries out what was approved. Keys and links are not among it: what they show is for who asked. */
export const accessExecutors: Executors = { ...ownExecutors, person_role: carryOutRole, sign_in: carryOutSignIn };

async function carryOutSignIn(tx: TenantTransaction, request: ApprovalRequest, input: unknown): Promise<void> {
  if (request.subject === rulesSubject) await storeRules(tx, rulesOfColumns(request.payload));
  else await carryOutProvider(tx, input);
}

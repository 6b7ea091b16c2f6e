import type { Executors } from "../access/approvals/carry-out.ts";
import { accessExecutors } from "../access/executors.ts";
import { carryOutAccount } from "../accounts/keep-accounts.ts";
import { carryOutConnection } from "../banks/connections/connections.ts";
import { carryOutFlow } from "../cash-flows/keep-flows.ts";
import { freezeApproved } from "../rates/rate-sets.ts";

/** How every domain carries out what was approved (docs/why/four-eyes.md); the server and `apg access approvals approve` share it. */
export const executors: Executors = {
  ...accessExecutors,
  account_master: carryOutAccount,
  bank_connection: carryOutConnection,
  cash_flow: carryOutFlow,
  rate_set: freezeApproved,
};

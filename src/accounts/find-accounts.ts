import { normalise } from "../keys/blind-index.ts";
import { knownKeys } from "../keys/key-ring.ts";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { listAccounts } from "./accounts.ts";
import type { Account } from "./contract.ts";

/** More accounts than this of one number, or with the same last characters, nobody reads. */
const mostFound = 50;

/**
 * The accounts that are known under this number, however it is spelled, or that end with these characters when there are four or fewer of them.
 * The number itself goes no further than this process: the database compares its blind index.
 */
export async function findAccounts(tx: TenantTransaction, number: string): Promise<Account[]> {
  const keys = await knownKeys(tx);
  if (keys === null) return [];
  const normal = normalise(number);
  const found = await rows<{ id: string }>(
    tx,
    `select account_id as id
     from cash_management.cm_account_identifiers
     where tenant_id = $1 and identifier_index = $2
     union
     select id
     from cash_management.cm_cash_accounts
     where tenant_id = $1 and last_four = $3 and is_active
     limit ${mostFound}`,
    [tx.tenantId, keys.index("account", normal), normal],
  );
  if (found.length === 0) return [];
  const accounts = await listAccounts(tx, { ids: found.map(({ id }) => id) }, { limit: mostFound, after: null });
  return accounts.map(({ item }) => item);
}

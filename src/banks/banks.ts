import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { PageRequest } from "../statements/entries.ts";
import type { Listed } from "../statements/windows.ts";
import type { Bank } from "./contract.ts";

/** Banks by name, with how many open accounts are held there. Keys: name, id. */
export async function listBanks(tx: TenantTransaction, page: PageRequest): Promise<Listed<Bank>[]> {
  const found = await rows<Bank & { accounts: number }>(
    tx,
    `select b.id, b.name, b.bic, b.country,
       (select count(*)::int from cash_management.cm_cash_accounts a where a.tenant_id = $1 and a.bank_id = b.id and a.is_active) as accounts
     from cash_management.cm_banks b
     where b.tenant_id = $1 and ($2::text is null or (b.name, b.id) > ($2, $3::uuid))
     order by b.name, b.id
     limit $4`,
    [tx.tenantId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );
  return found.map((item) => ({ item, key: [item.name, item.id] }));
}

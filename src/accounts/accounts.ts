import { Problem } from "../errors/problem.ts";
import { exponentOf, minorText } from "../money/money.ts";
import { courseOfAccounts } from "../positions/course.ts";
import { total } from "../positions/figure.ts";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { PageRequest } from "../statements/entries.ts";
import type { Listed } from "../statements/windows.ts";
import type { Day } from "../time/day.ts";
import type { Account, AccountBalances, Entity } from "./contract.ts";

export interface AccountFilter {
  readonly ids?: readonly string[] | undefined;
  readonly entityId?: string | undefined;
  readonly bankId?: string | undefined;
  readonly currency?: string | undefined;
  readonly active?: boolean | undefined;
}

/** Accounts by name. Keys: name, id. */
export async function listAccounts(tx: TenantTransaction, filter: AccountFilter, page: PageRequest): Promise<Listed<Account>[]> {
  const found = await rows<AccountRow>(
    tx,
    `select a.id, a.name, a.last_four as last4, a.kind, a.currency, a.entity_id, e.name as entity, a.bank_id, b.name as bank, b.bic,
       a.is_active, a.opened_on, a.closed_on, a.current_balance_minor::text as balance, a.balance_day, a.sealed_through
     from cash_management.cm_cash_accounts a
     left join cash_management.cm_entities e on e.tenant_id = $1 and e.id = a.entity_id
     left join cash_management.cm_banks b on b.tenant_id = $1 and b.id = a.bank_id
     where a.tenant_id = $1
       and ($2::uuid[] is null or a.id = any($2))
       and ($3::uuid is null or a.entity_id = $3)
       and ($4::uuid is null or a.bank_id = $4)
       and ($5::text is null or a.currency = $5)
       and ($6::boolean is null or a.is_active = $6)
       and ($7::text is null or (a.name, a.id) > ($7, $8::uuid))
     order by a.name, a.id
     limit $9`,
    [
      tx.tenantId,
      filter.ids ?? null,
      filter.entityId ?? null,
      filter.bankId ?? null,
      filter.currency ?? null,
      filter.active ?? null,
      page.after?.[0] ?? null,
      page.after?.[1] ?? null,
      page.limit,
    ],
  );
  return found.map((row) => ({ item: accountOf(row), key: [row.name, row.id] }));
}

/** @throws Problem `not_found` */
export async function getAccount(tx: TenantTransaction, id: string): Promise<Account> {
  const [found] = await listAccounts(tx, { ids: [id] }, { limit: 1, after: null });
  if (found === undefined) throw new Problem("not_found", `there is no account ${id}`, { hint: "List them: GET /api/v1/accounts" });
  return found.item;
}

/** The balance of an account on each day of a span. */
export async function accountBalances(
  tx: TenantTransaction,
  accountId: string,
  options: { from: Day; to: Day; basis?: "booking" | "value" | undefined; knownAt?: string | undefined },
): Promise<AccountBalances> {
  const [course] = await courseOfAccounts(tx, { ...options, accountId });
  if (course === undefined) throw new Problem("not_found", `there is no account ${accountId}`, { hint: "List them: GET /api/v1/accounts" });
  const { currency } = course.account;
  const text = (minor: bigint) => minorText(minor, exponentOf(currency));
  return {
    accountId,
    currency,
    basis: options.basis ?? "booking",
    from: options.from,
    to: options.to,
    days: course.points.map((point) => ({
      day: point.day,
      amount: text(total(point.figure)),
      state: point.state,
      credits: text(point.credits),
      debits: text(point.debits),
    })),
  };
}

/** Entities by name, with how many accounts each has. Keys: name, id. */
export async function listEntities(tx: TenantTransaction, page: PageRequest): Promise<Listed<Entity>[]> {
  const found = await rows<Entity & { accounts: number }>(
    tx,
    `select e.id, e.name, e.country,
       (select count(*)::int from cash_management.cm_cash_accounts a where a.tenant_id = $1 and a.entity_id = e.id) as accounts
     from cash_management.cm_entities e
     where e.tenant_id = $1 and ($2::text is null or (e.name, e.id) > ($2, $3::uuid))
     order by e.name, e.id
     limit $4`,
    [tx.tenantId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );
  return found.map((item) => ({ item, key: [item.name, item.id] }));
}

interface AccountRow {
  id: string;
  name: string;
  last4: string;
  kind: string;
  currency: string;
  entity_id: string | null;
  entity: string | null;
  bank_id: string | null;
  bank: string | null;
  bic: string | null;
  is_active: boolean;
  opened_on: Day | null;
  closed_on: Day | null;
  balance: string;
  balance_day: Day | null;
  sealed_through: Day | null;
}

function accountOf(row: AccountRow): Account {
  const latest =
    row.balance_day === null
      ? null
      : {
          day: row.balance_day,
          amount: minorText(BigInt(row.balance), exponentOf(row.currency)),
          state: row.sealed_through === row.balance_day ? ("sealed" as const) : ("unproven" as const),
          sealedThrough: row.sealed_through,
        };
  return {
    id: row.id,
    name: row.name,
    last4: row.last4,
    kind: row.kind,
    currency: row.currency,
    entity: row.entity_id === null ? null : { id: row.entity_id, name: row.entity ?? "" },
    bank: row.bank_id === null ? null : { id: row.bank_id, name: row.bank ?? "", bic: row.bic },
    active: row.is_active,
    openedOn: row.opened_on,
    closedOn: row.closed_on,
    latest,
  };
}

import { v7 as uuidv7 } from "uuid";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { StatementTerms } from "./terms.ts";

export interface PostingAccount {
  readonly id: string;
  readonly accountNumber: string;
  readonly currency: string;
  readonly sequenceChecked: boolean;
}

/**
 * The accounts that statements speak of, found by any identifier, or opened as discovered: a first file needs no set-up form.
 * @returns accounts by `${identifier}|${currency}`, and how many were opened
 */
export async function resolveAccounts(
  tx: TenantTransaction,
  all: readonly StatementTerms[],
): Promise<{ accounts: Map<string, PostingAccount>; opened: number }> {
  const wanted = new Map(all.map((terms) => [accountKey(terms), terms]));
  const accounts = await findAccounts(tx, [...wanted.values()]);
  const missing = [...wanted].filter(([key]) => !accounts.has(key)).map(([, terms]) => terms);
  if (missing.length === 0) return { accounts, opened: 0 };
  await openAccounts(tx, missing);
  return { accounts: await findAccounts(tx, [...wanted.values()]), opened: missing.length };
}

export function accountKey(terms: StatementTerms): string {
  return `${terms.draft.header.account.id}|${terms.currency}`;
}

async function findAccounts(tx: TenantTransaction, terms: readonly StatementTerms[]): Promise<Map<string, PostingAccount>> {
  const found = await rows<{ identifier: string; id: string; account_number: string; currency: string; sequence_checked: boolean }>(
    tx,
    `select i.identifier, a.id, a.account_number, a.currency, a.sequence_checked
     from unnest($2::text[], $3::text[]) as wanted (identifier, currency)
     join cash_management.cm_account_identifiers i on i.tenant_id = $1 and i.identifier = wanted.identifier and i.currency = wanted.currency
     join cash_management.cm_cash_accounts a on a.tenant_id = $1 and a.id = i.account_id`,
    [tx.tenantId, terms.map((one) => one.draft.header.account.id), terms.map((one) => one.currency)],
  );
  return new Map(
    found.map((row) => [
      `${row.identifier}|${row.currency}`,
      { id: row.id, accountNumber: row.account_number, currency: row.currency, sequenceChecked: row.sequence_checked },
    ]),
  );
}

async function openAccounts(tx: TenantTransaction, all: readonly StatementTerms[]): Promise<void> {
  const rows = all.map((terms) => {
    const { account } = terms.draft.header;
    const name = account.name ?? account.owner ?? `Account …${account.id.slice(-4)}`;
    return {
      id: uuidv7(),
      number: account.id,
      scheme: account.scheme,
      servicer: account.servicer,
      name: name.slice(0, 200),
      currency: terms.currency,
    };
  });
  const values = [tx.tenantId, JSON.stringify(rows)];
  const source = "jsonb_to_recordset($2::jsonb) as n (id uuid, number text, scheme text, servicer text, name text, currency text)";
  await tx.query(
    `insert into cash_management.cm_cash_accounts (tenant_id, id, name, account_number, account_scheme, servicer, currency, bank_id, discovered)
     select $1::text, n.id, n.name, n.number, n.scheme, n.servicer, n.currency, b.id, true
     from ${source}
     left join cash_management.cm_banks b on b.tenant_id = $1 and b.bic is not null and b.bic = n.servicer
     on conflict (tenant_id, account_number, currency) do nothing`,
    values,
  );
  await tx.query(
    `insert into cash_management.cm_account_identifiers (tenant_id, identifier, currency, account_id)
     select $1::text, n.number, n.currency, a.id
     from ${source}
     join cash_management.cm_cash_accounts a on a.tenant_id = $1 and a.account_number = n.number and a.currency = n.currency
     on conflict (tenant_id, identifier, currency) do nothing`,
    values,
  );
}

/** One import at a time for an account: taken in one order, so that two files cannot wait for each other. */
export async function lockAccounts(tx: TenantTransaction, accountIds: readonly string[]): Promise<void> {
  await tx.query(
    "select pg_advisory_xact_lock(hashtextextended('account ' || $1 || ' ' || id, 0)) from (select unnest($2::text[]) as id order by 1) as sorted",
    [tx.tenantId, [...accountIds].sort()],
  );
}

/** Taken under the accounts' locks, so that what is known of an account grows in the order of its moments. */
export async function momentOfKnowledge(tx: TenantTransaction): Promise<string> {
  const [row] = await rows<{ now: string }>(tx, "select clock_timestamp()::text as now");
  return (row as { now: string }).now;
}

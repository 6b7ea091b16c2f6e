import { v7 as uuidv7 } from "uuid";
import { lastFour } from "../../keys/blind-index.ts";
import { places } from "../../keys/places.ts";
import type { TenantKeys } from "../../keys/tenant-keys.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { StatementTerms } from "./terms.ts";

export interface PostingAccount {
  readonly id: string;
  readonly lastFour: string;
  readonly currency: string;
  readonly sequenceChecked: boolean;
}

/**
 * The accounts that statements speak of, found by any identifier, or opened as discovered: a first file needs no set-up form.
 * @returns accounts by `${identifier}|${currency}`, and how many were opened
 */
export async function resolveAccounts(
  tx: TenantTransaction,
  keys: TenantKeys,
  all: readonly StatementTerms[],
): Promise<{ accounts: Map<string, PostingAccount>; opened: number }> {
  const wanted = new Map(all.map((terms) => [accountKey(terms), terms]));
  const accounts = await findAccounts(tx, keys, [...wanted.values()]);
  const missing = [...wanted].filter(([key]) => !accounts.has(key)).map(([, terms]) => terms);
  if (missing.length === 0) return { accounts, opened: 0 };
  await openAccounts(tx, keys, missing);
  return { accounts: await findAccounts(tx, keys, [...wanted.values()]), opened: missing.length };
}

export function accountKey(terms: StatementTerms): string {
  return `${terms.draft.header.account.id}|${terms.currency}`;
}

/** Only blind indexes go to the server, all of them in one question. */
async function findAccounts(
  tx: TenantTransaction,
  keys: TenantKeys,
  terms: readonly StatementTerms[],
): Promise<Map<string, PostingAccount>> {
  const indexes = terms.map((one) => keys.index("account", one.draft.header.account.id));
  const found = await rows<{ identifier_index: string; id: string; last_four: string; currency: string; sequence_checked: boolean }>(
    tx,
    `select i.identifier_index, a.id, a.last_four, a.currency, a.sequence_checked
     from unnest($2::text[], $3::text[]) as wanted (identifier_index, currency)
     join cash_management.cm_account_identifiers i
       on i.tenant_id = $1 and i.identifier_index = wanted.identifier_index and i.currency = wanted.currency
     join cash_management.cm_cash_accounts a on a.tenant_id = $1 and a.id = i.account_id`,
    [tx.tenantId, indexes, terms.map((one) => one.currency)],
  );
  const byIndex = new Map(found.map((row) => [`${row.identifier_index}|${row.currency}`, row]));
  const accounts = new Map<string, PostingAccount>();
  for (const [at, one] of terms.entries()) {
    const row = byIndex.get(`${indexes[at]}|${one.currency}`);
    if (row === undefined) continue;
    const { id, currency, last_four: last, sequence_checked: sequenceChecked } = row;
    accounts.set(accountKey(one), { id, lastFour: last, currency, sequenceChecked });
  }
  return accounts;
}

async function openAccounts(tx: TenantTransaction, keys: TenantKeys, all: readonly StatementTerms[]): Promise<void> {
  const rows = all.map((terms) => {
    const { account } = terms.draft.header;
    const name = account.name ?? account.owner ?? `Account …${lastFour(account.id)}`;
    const id = uuidv7();
    const index = keys.index("account", account.id);
    return {
      id,
      number: keys.encryptText(places.accountNumber, id, account.id).toString("base64"),
      identifier: keys.encryptText(places.accountIdentifier, `${index}/${terms.currency}`, account.id).toString("base64"),
      index,
      last: lastFour(account.id),
      scheme: account.scheme,
      servicer: account.servicer,
      name: name.slice(0, 200),
      currency: terms.currency,
    };
  });
  const values = [tx.tenantId, JSON.stringify(rows)];
  const source = `jsonb_to_recordset($2::jsonb) as n (
    id uuid, number text, identifier text, index text, last text, scheme text, servicer text, name text, currency text)`;
  await tx.query(
    `insert into cash_management.cm_cash_accounts (
       tenant_id, id, name, account_number_encrypted, account_number_index, last_four, account_scheme, servicer, currency, bank_id, discovered)
     select $1::text, n.id, n.name, decode(n.number, 'base64'), n.index, n.last, n.scheme, n.servicer, n.currency, b.id, true
     from ${source}
     left join cash_management.cm_banks b on b.tenant_id = $1 and b.bic is not null and b.bic = n.servicer
     on conflict (tenant_id, account_number_index, currency) do nothing`,
    values,
  );
  await tx.query(
    `insert into cash_management.cm_account_identifiers (tenant_id, identifier_index, identifier_encrypted, currency, account_id)
     select $1::text, n.index, decode(n.identifier, 'base64'), n.currency, a.id
     from ${source}
     join cash_management.cm_cash_accounts a on a.tenant_id = $1 and a.account_number_index = n.index and a.currency = n.currency
     on conflict (tenant_id, identifier_index, currency) do nothing`,
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

import { v7 as uuidv7 } from "uuid";
import { lastFour, normalise } from "../keys/blind-index.ts";
import { tenantKeys } from "../keys/key-ring.ts";
import { places } from "../keys/places.ts";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { Day } from "../time/day.ts";

export interface NewEntity {
  /** Short and used once in the tenant. */
  readonly code: string;
  readonly name: string;
  readonly country: string;
  readonly functionalCurrency: string;
}

export interface NewAccount {
  readonly entityId: string | null;
  readonly bankId: string | null;
  /** As the treasurer calls it. */
  readonly name: string;
  readonly iban: string | null;
  /** The bank's own number; statements may speak of the account by either. */
  readonly number: string;
  readonly currency: string;
  /** When the day's statement is due on the next business day, in the zone: `HH:MM`. */
  readonly expectedBy: string;
  readonly timeZone: string;
  readonly overdraftLimitMinor: bigint;
  readonly openedOn: Day | null;
}

/**
 * Adds entities that are not there yet by their code.
 * @returns ids by code
 */
export async function registerEntities(tx: TenantTransaction, entities: readonly NewEntity[]): Promise<ReadonlyMap<string, string>> {
  await tx.query(
    `insert into cash_management.cm_entities (tenant_id, code, name, country, functional_currency)
     select $1::text, n.code, n.name, n.country, n."functionalCurrency"
     from jsonb_to_recordset($2::jsonb) as n (code text, name text, country text, "functionalCurrency" text)
     on conflict (tenant_id, code) do nothing`,
    [tx.tenantId, JSON.stringify(entities)],
  );
  const found = await rows<{ id: string; code: string }>(
    tx,
    `select e.id, e.code
     from cash_management.cm_entities e
     where e.tenant_id = $1 and e.code = any ($2::text[])`,
    [tx.tenantId, entities.map(({ code }) => code)],
  );
  return new Map(found.map(({ id, code }) => [code, id]));
}

/**
 * Adds accounts that are not there yet by their number and currency, under every name a statement may give them. An account that
 * a statement has already opened by itself is left as it is.
 */
export async function registerAccounts(tx: TenantTransaction, accounts: readonly NewAccount[]): Promise<void> {
  const keys = await tenantKeys(tx);
  const identifiers = ({ iban, number }: NewAccount) => [
    ...new Map([iban ?? number, number].map((name) => [normalise(name), name])).values(),
  ];
  const source = accounts.map(({ overdraftLimitMinor, iban, number, ...account }) => {
    const id = uuidv7();
    const accountNumber = iban ?? number;
    return {
      ...account,
      id,
      number: keys.encryptText(places.accountNumber, id, accountNumber).toString("base64"),
      index: keys.index("account", accountNumber),
      last: lastFour(accountNumber),
      scheme: iban === null ? "other" : "iban",
      overdraftLimit: String(overdraftLimitMinor),
    };
  });
  await tx.query(
    `insert into cash_management.cm_cash_accounts (tenant_id, id, entity_id, bank_id, name, account_number_encrypted, account_number_index,
       last_four, account_scheme, servicer, currency, expected_by, expected_time_zone, overdraft_limit_minor, opened_on)
     select $1::text, n.id, n."entityId", n."bankId", n.name, decode(n.number, 'base64'), n.index, n.last, n.scheme, b.bic,
       n.currency, n."expectedBy"::time, n."timeZone", n."overdraftLimit", n."openedOn"
     from jsonb_to_recordset($2::jsonb) as n (id uuid, "entityId" uuid, "bankId" uuid, name text, number text, index text, last text,
       scheme text, currency text, "expectedBy" text, "timeZone" text, "overdraftLimit" bigint, "openedOn" date)
     left join cash_management.cm_banks b on b.tenant_id = $1 and b.id = n."bankId"
     on conflict (tenant_id, account_number_index, currency) do nothing`,
    [tx.tenantId, JSON.stringify(source)],
  );
  const names = accounts.flatMap((account) =>
    identifiers(account).map((name) => {
      const index = keys.index("account", name);
      const identifier = keys.encryptText(places.accountIdentifier, `${index}/${account.currency}`, name).toString("base64");
      return { of: keys.index("account", account.iban ?? account.number), currency: account.currency, index, identifier };
    }),
  );
  await tx.query(
    `insert into cash_management.cm_account_identifiers (tenant_id, identifier_index, identifier_encrypted, currency, account_id)
     select $1::text, n.index, decode(n.identifier, 'base64'), n.currency, a.id
     from jsonb_to_recordset($2::jsonb) as n ("of" text, currency text, index text, identifier text)
     join cash_management.cm_cash_accounts a on a.tenant_id = $1 and a.account_number_index = n."of" and a.currency = n.currency
     on conflict (tenant_id, identifier_index, currency) do nothing`,
    [tx.tenantId, JSON.stringify(names)],
  );
}

/** The first day on which an account of the tenant was opened, null when none says. */
export async function firstOpeningDay(tx: TenantTransaction): Promise<Day | null> {
  const [row] = await rows<{ day: Day | null }>(
    tx,
    `select min(a.opened_on) as day
     from cash_management.cm_cash_accounts a
     where a.tenant_id = $1`,
    [tx.tenantId],
  );
  return row?.day ?? null;
}

import { v7 as uuidv7 } from "uuid";
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
  readonly openedOn: Day;
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
  const source = accounts.map(({ overdraftLimitMinor, iban, ...account }) => ({
    ...account,
    id: uuidv7(),
    accountNumber: iban ?? account.number,
    scheme: iban === null ? "other" : "iban",
    overdraftLimit: String(overdraftLimitMinor),
  }));
  const values = [tx.tenantId, JSON.stringify(source)];
  await tx.query(
    `insert into cash_management.cm_cash_accounts (tenant_id, id, entity_id, bank_id, name, account_number, account_scheme, servicer,
       currency, expected_by, expected_time_zone, overdraft_limit_minor, opened_on)
     select $1::text, n.id, n."entityId", n."bankId", n.name, n."accountNumber", n.scheme, b.bic,
       n.currency, n."expectedBy"::time, n."timeZone", n."overdraftLimit", n."openedOn"
     from jsonb_to_recordset($2::jsonb) as n (id uuid, "entityId" uuid, "bankId" uuid, name text, "accountNumber" text, scheme text,
       currency text, "expectedBy" text, "timeZone" text, "overdraftLimit" bigint, "openedOn" date)
     left join cash_management.cm_banks b on b.tenant_id = $1 and b.id = n."bankId"
     on conflict (tenant_id, account_number, currency) do nothing`,
    values,
  );
  await tx.query(
    `insert into cash_management.cm_account_identifiers (tenant_id, identifier, currency, account_id)
     select distinct $1::text, i.identifier, n.currency, a.id
     from jsonb_to_recordset($2::jsonb) as n ("accountNumber" text, number text, currency text)
     join cash_management.cm_cash_accounts a
       on a.tenant_id = $1 and a.account_number = n."accountNumber" and a.currency = n.currency
     cross join lateral (values (n."accountNumber"), (n.number)) as i (identifier)
     on conflict (tenant_id, identifier, currency) do nothing`,
    values,
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

import { knownKeys } from "../../keys/key-ring.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Day } from "../../time/day.ts";

/** What the tenant's tables hold of one account: what is believed now. */
export interface HeldAccount {
  /** Booked entries by booking day, as "booking day value day amount". */
  readonly entries: ReadonlyMap<Day, readonly string[]>;
  readonly closings: ReadonlyMap<Day, HeldClosing>;
  /** Days with announced or provisional entries that are still believed. */
  readonly unsettled: readonly Day[];
  /** Flows from statements, which must say the same as the entries. */
  readonly flows: readonly string[];
}

export interface HeldClosing {
  readonly state: string;
  readonly closing: string;
}

export async function heldOf(tx: TenantTransaction, account: string, currency: string): Promise<HeldAccount> {
  // A tenant that never stored a value has no key, and this only looks.
  const keys = await knownKeys(tx);
  if (keys === null) return { entries: new Map(), closings: new Map(), unsettled: [], flows: [] };
  const index = keys.index("account", account);
  const values = [tx.tenantId, index, currency];
  const found = await rows<{ day: Day; state: string; line: string }>(tx, entriesSql, values);
  const closings = await rows<{ day: Day; state: string; closing: string }>(tx, closingsSql, values);
  const flows = await rows<{ line: string }>(tx, flowsSql, values);
  const entries = new Map<Day, string[]>();
  for (const { day, line } of found.filter(({ state }) => state === "booked")) entries.set(day, [...(entries.get(day) ?? []), line]);
  return {
    entries,
    closings: new Map(closings.map(({ day, ...closing }) => [day, closing])),
    unsettled: found.filter(({ state }) => state === "pending" || state === "provisional").map(({ day }) => day),
    flows: flows.map(({ line }) => line),
  };
}

const ofAccount = "a.tenant_id = $1 and a.account_number_index = $2 and a.currency = $3";

const entriesSql = `
  select case t.state when 'booked' then t.booking_date else t.ledger_day end as day, t.state, concat_ws(' ', t.booking_date, t.value_date, t.amount_minor) as line
  from cash_management.cm_cash_accounts a
  join cash_management.cm_bank_transactions t on t.tenant_id = a.tenant_id and t.account_id = a.id
  where ${ofAccount} and t.tenant_id = $1 and t.superseded_at is null
  order by t.booking_date, t.value_date, t.amount_minor`;

const closingsSql = `
  select c.day, c.state, c.closing_minor::text as closing
  from cash_management.cm_cash_accounts a
  join cash_management.cm_day_closings c on c.tenant_id = a.tenant_id and c.account_id = a.id
  where ${ofAccount} and c.tenant_id = $1 and c.superseded_at is null`;

const flowsSql = `
  select concat_ws(' ', f.transaction_date, f.value_date, f.amount_minor) as line
  from cash_management.cm_cash_accounts a
  join cash_management.cm_cash_flows f on f.tenant_id = a.tenant_id and f.account_id = a.id
  where ${ofAccount} and f.tenant_id = $1 and f.superseded_at is null and f.source = 'statement'
  order by line`;

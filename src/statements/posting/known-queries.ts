import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Day } from "../../time/day.ts";

/** SQL that asks what is known already of the accounts a file speaks of. Every statement names its tenant beside the policy that does too. */

export interface KnownDayRow {
  statement_id: string;
  account_id: string;
  day: Day;
  state: "verified" | "break" | "unproven" | "provisional";
  opening: string | null;
  closing: string | null;
  net: string;
  entries: number;
  amounts_hash: string;
  format: string;
  sequence: string | null;
  page: number | null;
  reckoned: boolean;
  created_at: string | null;
  opening_stated: boolean;
}

/** The live days of accounts between two days, and a fortnight on, for the ties of what follows. */
export function knownDays(tx: TenantTransaction, accounts: readonly string[], from: Day, to: Day): Promise<KnownDayRow[]> {
  return rows<KnownDayRow>(
    tx,
    `select
       d.statement_id, d.account_id, d.day, d.state,
       d.opening_minor::text as opening, d.closing_minor::text as closing, d.net_minor::text as net,
       d.entry_count as entries, encode(d.amounts_hash, 'hex') as amounts_hash,
       s.format, s.sequence::text as sequence, s.page, not (d.first_day and d.last_day) as reckoned,
       s.created_by_bank_at as created_at, s.opening_minor is not null as opening_stated
     from cash_management.cm_statement_days d
     join cash_management.cm_statements s on s.tenant_id = d.tenant_id and s.id = d.statement_id
     where d.tenant_id = $1
       and d.account_id = any($2::uuid[])
       and d.day between $3 and $4::date + 14
       and d.superseded_at is null
     order by d.account_id, d.day, s.sequence, s.page, d.statement_id`,
    [tx.tenantId, accounts, from, to],
  );
}

/** The last closed day of each account. */
export async function lastClosings(tx: TenantTransaction, accounts: readonly string[]): Promise<Map<string, Day>> {
  const found = await rows<{ account_id: string; day: Day }>(
    tx,
    `select a.id as account_id, c.day
     from unnest($2::uuid[]) as a (id)
     cross join lateral (
       select day
       from cash_management.cm_day_closings
       where tenant_id = $1 and account_id = a.id and superseded_at is null
       order by day desc
       limit 1
     ) c`,
    [tx.tenantId, accounts],
  );
  return new Map(found.map((row) => [row.account_id, row.day]));
}

/** How often each amount stands among a known day's live entries and a staged day's. */
export function amountsOfDay(
  tx: TenantTransaction,
  day: { accountId: string; statementId: string; day: Day },
): Promise<{ amount: string; count: number }[]> {
  return rows(
    tx,
    `select amount_minor::text as amount, count(*)::int as count
     from cash_management.cm_bank_transactions
     where tenant_id = $1 and account_id = $2 and statement_id = $3 and ledger_day = $4 and booking_date between $4::date - 62 and $4::date + 62
       and state = 'booked' and superseded_at is null
     group by amount_minor`,
    [tx.tenantId, day.accountId, day.statementId, day.day],
  );
}

/** The last booking date of an account's entries in a span: behind it no entry can have a twin that is known. */
export async function entriesThrough(tx: TenantTransaction, accounts: readonly string[], from: Day, to: Day): Promise<Day | null> {
  const [row] = await rows<{ day: Day | null }>(
    tx,
    `select max(t.booking_date) as day
     from unnest($2::uuid[]) as a (id)
     cross join lateral (
       select booking_date
       from cash_management.cm_bank_transactions
       where tenant_id = $1 and account_id = a.id and booking_date between $3 and $4
       order by booking_date desc
       limit 1
     ) t`,
    [tx.tenantId, accounts, from, to],
  );
  return row?.day ?? null;
}

import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Day } from "../../time/day.ts";
import { maxInteger, type PostedDay, type StagedDay } from "./staged-queries.ts";
import { sumsOfDay } from "./sums-of-day.ts";

/** SQL that posts and supersedes. Every statement names its tenant beside the policy that does too. */

/**
 * Posts the entries of days that are news, as bank transactions and as flows of the same id.
 * @returns how many were posted
 */
export async function postEntries(
  tx: TenantTransaction,
  days: readonly PostedDay[],
  knownThrough: Day | null,
  from: Day,
  to: Day,
  recordedAt: string,
): Promise<number> {
  const [row] = await rows<{ posted: number }>(
    tx,
    `with day as (
       select * from unnest($2::int[], $3::date[], $4::uuid[], $5::uuid[], $6::date[], $7::boolean[], $12::int[], $13::int[], $14::date[])
         as d (stmt, day, statement_id, account_id, period_to, proven, after, until, period_from)
     ),
     news as (
       select
         e.*, d.day, d.statement_id, d.account_id, d.proven,
         -- Asked for the few days only that have entries already.
         case
           when e.booking_date <= $8::date then (
             select max(t.occurrence)
             from cash_management.cm_bank_transactions t
             where t.tenant_id = $1 and t.account_id = d.account_id and t.booking_date = e.booking_date and t.fingerprint = e.fingerprint
               and t.booking_date between $9 and $10
           )
         end as known
       from pg_temp.staged_entries e
       join day d on d.stmt = e.stmt and d.day = least(greatest(e.booking_date, d.period_from), d.period_to) and e.ordinal > d.after and e.ordinal <= d.until
     ),
     posted as (
       insert into cash_management.cm_bank_transactions (
         tenant_id, id, account_id, statement_id, ordinal, booking_date, value_date, ledger_day, amount_minor, currency, state, reversal,
         bank_reference, reference, end_to_end_id, transaction_reference, mandate_id, uetr, transaction_code, counterparty_name,
         counterparty_account_encrypted, counterparty_account_index, counterparty_account_last_four, counterparty_bic, remittance,
         structured_reference, purpose, batch_count, detail_count, line, fingerprint, occurrence, recorded_at)
       select
         (select $1::cash_management.tenant_key), n.id, n.account_id, n.statement_id, n.ordinal, n.booking_date, n.value_date, n.day, n.amount_minor, n.currency, n.state, n.reversal,
         n.bank_reference, n.reference, n.end_to_end_id, n.transaction_reference, n.mandate_id, n.uetr, n.transaction_code, n.counterparty_name,
         n.counterparty_account_encrypted, n.counterparty_account_index, n.counterparty_account_last_four, n.counterparty_bic, n.remittance, n.structured_reference, n.purpose, n.batch_count,
         coalesce(jsonb_array_length(n.details), 0), n.line, n.fingerprint,
         n.occurrence + case when n.proven then coalesce(n.known, 0) else 0 end, $11
       from news n
       where n.proven or n.known is null or n.occurrence > n.known
       returning id, account_id, booking_date, value_date, amount_minor, currency, state, counterparty_name, remittance
     ),
     flows as (
       insert into cash_management.cm_cash_flows (
         tenant_id, id, account_id, amount_minor, currency, transaction_date, value_date, certainty, counterparty, description, source, created_at)
       select
         (select $1::cash_management.tenant_key), id, account_id, amount_minor, currency, booking_date, value_date,
         case state when 'booked' then 90 when 'provisional' then 85 else 80 end,
         left(counterparty_name, 200), left(remittance, 500), case state when 'booked' then 'statement' else 'report' end, $11
       from posted
       where state <> 'information'
     )
     select count(*)::int as posted from posted`,
    [
      tx.tenantId,
      days.map((day) => day.stmt),
      days.map((day) => day.day),
      days.map((day) => day.statementId),
      days.map((day) => day.accountId),
      days.map((day) => day.periodTo),
      days.map((day) => day.proven),
      knownThrough,
      from,
      to,
      recordedAt,
      days.map((day) => day.after ?? 0),
      days.map((day) => day.until ?? maxInteger),
      days.map((day) => day.periodFrom),
    ],
  );
  return row?.posted ?? 0;
}

/** The transactions of batches, for entries that were posted. */
export async function postDetails(tx: TenantTransaction, stmt: number | null = null, after = 0): Promise<void> {
  await tx.query(
    `insert into cash_management.cm_bank_transaction_details (
       tenant_id, transaction_id, ordinal, booking_date, amount_minor, currency, end_to_end_id, transaction_reference, mandate_id, uetr,
       counterparty_name, counterparty_account_encrypted, counterparty_account_index, counterparty_account_last_four, counterparty_bic, remittance,
       structured_reference, purpose)
     select
       $1::text, e.id, x.ordinal, e.booking_date, (x.value ->> 'amount_minor')::bigint, x.value ->> 'currency', x.value ->> 'end_to_end_id',
       x.value ->> 'transaction_reference', x.value ->> 'mandate_id', x.value ->> 'uetr', x.value ->> 'counterparty_name',
       decode(x.value ->> 'counterparty_account', 'base64'), x.value ->> 'counterparty_account_index',
       x.value ->> 'counterparty_account_last_four', x.value ->> 'counterparty_bic', x.value ->> 'remittance', x.value ->> 'structured_reference',
       x.value ->> 'purpose'
     from pg_temp.staged_entries e
     cross join lateral jsonb_array_elements(e.details) with ordinality as x (value, ordinal)
     where e.details is not null and ($2::int is null or e.stmt = $2) and (e.ordinal > $3 or $2::int is null)
       and not exists (
         select from cash_management.cm_bank_transaction_details d
         where d.tenant_id = $1 and d.transaction_id = e.id and d.booking_date = e.booking_date
       )
       and exists (
         select from cash_management.cm_bank_transactions t
         where t.tenant_id = $1 and t.id = e.id and t.booking_date = e.booking_date
       )`,
    [tx.tenantId, stmt, after],
  );
}

export interface NewStatementDay {
  accountId: string;
  day: Day;
  statementId: string;
  state: string;
  opening: bigint | null;
  closing: bigint | null;
  net: bigint;
  pending: bigint;
  credits: bigint;
  debits: bigint;
  entries: number;
  amountsHash: string;
  entriesHash: string;
  firstDay: boolean;
  lastDay: boolean;
}

export async function insertStatementDays(tx: TenantTransaction, days: readonly NewStatementDay[], recordedAt: string): Promise<void> {
  if (days.length === 0) return;
  await tx.query(
    `insert into cash_management.cm_statement_days (
       tenant_id, account_id, day, statement_id, state, opening_minor, closing_minor, net_minor, pending_minor, credits_minor, debits_minor,
       entry_count, amounts_hash, entries_hash, first_day, last_day, recorded_at)
     select $1::text, account_id, day, statement_id, state, opening, closing, net, pending, credits, debits, entries, decode(amounts_hash, 'hex'),
       decode(entries_hash, 'hex'), first_day, last_day, $2
     from jsonb_to_recordset($3::jsonb) as d (
       account_id uuid, day date, statement_id uuid, state text, opening bigint, closing bigint, net bigint, pending bigint, credits bigint,
       debits bigint, entries integer, amounts_hash text, entries_hash text, first_day boolean, last_day boolean)`,
    [
      tx.tenantId,
      recordedAt,
      JSON.stringify(
        days.map((day) => ({
          account_id: day.accountId,
          day: day.day,
          statement_id: day.statementId,
          state: day.state,
          opening: day.opening?.toString() ?? null,
          closing: day.closing?.toString() ?? null,
          net: day.net.toString(),
          pending: day.pending.toString(),
          credits: day.credits.toString(),
          debits: day.debits.toString(),
          entries: day.entries,
          amounts_hash: day.amountsHash,
          entries_hash: day.entriesHash,
          first_day: day.firstDay,
          last_day: day.lastDay,
        })),
      ),
    ],
  );
}

/** What was really posted of statements without an oracle, where single entries may have been known. */
export function postedDays(
  tx: TenantTransaction,
  statements: readonly string[],
  accounts: readonly string[],
  from: Day,
  to: Day,
): Promise<(Omit<StagedDay, "stmt"> & { statement_id: string })[]> {
  return rows(
    tx,
    `select
       statement_id,
       ledger_day as day,${sumsOfDay}
     from cash_management.cm_bank_transactions
     where tenant_id = $1 and account_id = any($2::uuid[]) and booking_date between $3 and $4 and statement_id = any($5::uuid[])
     group by statement_id, ledger_day`,
    [tx.tenantId, accounts, from, to, statements],
  );
}

export async function insertValueShifts(
  tx: TenantTransaction,
  statements: readonly string[],
  accounts: readonly string[],
  from: Day,
  to: Day,
  recordedAt: string,
): Promise<void> {
  await tx.query(
    `insert into cash_management.cm_value_shifts (tenant_id, account_id, until_day, from_day, statement_id, back_valued, net_minor, recorded_at)
     select $1::text, account_id, greatest(ledger_day, value_date), least(ledger_day, value_date), statement_id, value_date < ledger_day, sum(amount_minor), $6
     from cash_management.cm_bank_transactions
     where tenant_id = $1 and account_id = any($2::uuid[]) and booking_date between $3 and $4 and statement_id = any($5::uuid[])
       and state in ('booked', 'provisional') and value_date <> ledger_day
     group by account_id, greatest(ledger_day, value_date), least(ledger_day, value_date), statement_id, value_date < ledger_day`,
    [tx.tenantId, accounts, from, to, statements, recordedAt],
  );
}

/** Ends days of statements that something better replaces: their rows stay, with the moment until which they were believed. */
export async function supersedeDays(
  tx: TenantTransaction,
  days: readonly { accountId: string; statementId: string; day: Day }[],
  at: string,
): Promise<void> {
  if (days.length === 0) return;
  const values = [tx.tenantId, days.map((day) => day.accountId), days.map((day) => day.statementId), days.map((day) => day.day), at];
  const gone = "unnest($2::uuid[], $3::uuid[], $4::date[]) as gone (account_id, statement_id, day)";
  await tx.query(
    `update cash_management.cm_statement_days d
     set superseded_at = $5
     from ${gone}
     where d.tenant_id = $1 and d.account_id = gone.account_id and d.statement_id = gone.statement_id and d.day = gone.day and d.superseded_at is null`,
    values,
  );
  await tx.query(
    `update cash_management.cm_value_shifts v
     set superseded_at = $5
     from ${gone}
     where v.tenant_id = $1 and v.account_id = gone.account_id and v.statement_id = gone.statement_id and v.superseded_at is null
       and case when v.back_valued then v.until_day else v.from_day end = gone.day`,
    values,
  );
  const firstDay = days.reduce((least, day) => (day.day < least ? day.day : least), days[0]?.day as Day);
  const lastDay = days.reduce((most, day) => (day.day > most ? day.day : most), firstDay);
  await tx.query(
    `with ended as (
       update cash_management.cm_bank_transactions t
       set superseded_at = $5
       from ${gone}
       where t.tenant_id = $1 and t.account_id = gone.account_id and t.statement_id = gone.statement_id and t.ledger_day = gone.day
         and t.booking_date between $6::date - 62 and $7::date + 62 and t.superseded_at is null
       returning t.id, t.booking_date
     )
     update cash_management.cm_cash_flows f
     set superseded_at = $5
     from ended
     where f.tenant_id = $1 and f.id = ended.id and f.transaction_date = ended.booking_date`,
    [...values, firstDay, lastDay],
  );
}

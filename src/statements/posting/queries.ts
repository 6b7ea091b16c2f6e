import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Day } from "../../time/day.ts";

/** SQL of the import. Every statement names its tenant beside the policy that does too. */

const maxInteger = 2_147_483_647;

export interface StagedDay {
  stmt: number;
  day: Day;
  net: string;
  pending: string;
  credits: string;
  debits: string;
  entries: number;
  amounts_hash: string;
  entries_hash: string;
}

/** What was staged, by statement and ledger day (the booking date, inside the statement's period). */
export function stagedDays(
  tx: TenantTransaction,
  statements: readonly { stmt: number; periodFrom: Day; periodTo: Day }[],
): Promise<StagedDay[]> {
  return rows<StagedDay>(
    tx,
    `with statement as (select * from unnest($1::int[], $2::date[], $3::date[]) as s (stmt, period_from, period_to))
     select
       e.stmt,
       least(greatest(e.booking_date, s.period_from), s.period_to) as day,
       coalesce(sum(e.amount_minor) filter (where e.state in ('booked', 'provisional')), 0)::text as net,
       coalesce(sum(e.amount_minor) filter (where e.state = 'pending'), 0)::text as pending,
       coalesce(sum(e.amount_minor) filter (where e.state in ('booked', 'provisional') and e.amount_minor > 0), 0)::text as credits,
       coalesce(-sum(e.amount_minor) filter (where e.state in ('booked', 'provisional') and e.amount_minor < 0), 0)::text as debits,
       (count(*) filter (where e.state in ('booked', 'provisional')))::int as entries,
       encode(sha256(convert_to(coalesce(string_agg(e.amount_minor::text, ',' order by e.amount_minor) filter (where e.state in ('booked', 'provisional')), ''), 'UTF8')), 'hex') as amounts_hash,
       encode(sha256(convert_to(coalesce(string_agg(e.fingerprint::text, ',' order by e.fingerprint) filter (where e.state in ('booked', 'provisional')), ''), 'UTF8')), 'hex') as entries_hash
     from (
       select stmt, booking_date, amount_minor, state, fingerprint from pg_temp.staged_entries
       union all
       select stmt, booking_date, amount_minor, state, fingerprint from pg_temp.staged_sums
     ) e
     join statement s on s.stmt = e.stmt
     group by e.stmt, least(greatest(e.booking_date, s.period_from), s.period_to)
     order by e.stmt, day`,
    [
      statements.map((statement) => statement.stmt),
      statements.map((statement) => statement.periodFrom),
      statements.map((statement) => statement.periodTo),
    ],
  );
}

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
}

/** The live days of accounts between two days, and a fortnight on, for the ties of what follows. */
export function knownDays(tx: TenantTransaction, accounts: readonly string[], from: Day, to: Day): Promise<KnownDayRow[]> {
  return rows<KnownDayRow>(
    tx,
    `select
       d.statement_id, d.account_id, d.day, d.state,
       d.opening_minor::text as opening, d.closing_minor::text as closing, d.net_minor::text as net,
       d.entry_count as entries, encode(d.amounts_hash, 'hex') as amounts_hash,
       s.format, s.sequence::text as sequence, s.page, not (d.first_day and d.last_day) as reckoned
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

export function amountsOfStagedDay(
  tx: TenantTransaction,
  stmt: number,
  day: Day,
  period: { readonly periodFrom: Day; readonly periodTo: Day },
): Promise<{ amount: string; count: number }[]> {
  return rows(
    tx,
    `select amount_minor::text as amount, count(*)::int as count
     from (
       select stmt, booking_date, amount_minor, state from pg_temp.staged_entries
       union all
       select stmt, booking_date, amount_minor, state from pg_temp.staged_sums
     ) e
     where stmt = $1 and least(greatest(booking_date, $3::date), $4::date) = $2 and state = 'booked'
     group by amount_minor`,
    [stmt, day, period.periodFrom, period.periodTo],
  );
}

export interface PostedDay {
  stmt: number;
  day: Day;
  statementId: string;
  accountId: string;
  periodFrom: Day;
  periodTo: Day;
  /** Entries up to this ordinal of the statement are posted already (early.ts). */
  after?: number;
  /** And no further than this one. */
  until?: number;
  /** The balance oracle has said that the day is news: equal entries beside known ones are twins, not repeats. */
  proven: boolean;
}

/**
 * Numbers the twins among staged entries: equal entries of an account and day count on from 1, over all statements of the file that
 * the oracle has proven, else inside each. Most entries have no twin and are not touched.
 */
export async function numberTwins(tx: TenantTransaction, days: readonly PostedDay[]): Promise<void> {
  const statements = [...new Map(days.map((day) => [day.stmt, day])).values()];
  await tx.query(
    `with statement as (
       select * from unnest($1::int[], $2::uuid[], $3::boolean[], $4::int[], $5::int[]) as s (stmt, account_id, proven, after, until)
     ),
     keyed as (
       select e.id, e.stmt, e.ordinal, s.account_id, case when s.proven then 0 else e.stmt end as scope, e.booking_date, e.fingerprint
       from pg_temp.staged_entries e
       join statement s on s.stmt = e.stmt and e.ordinal > s.after and e.ordinal <= s.until
     ),
     twins as (
       select account_id, scope, booking_date, fingerprint
       from keyed
       group by account_id, scope, booking_date, fingerprint
       having count(*) > 1
     ),
     numbered as (
       select k.id, row_number() over (partition by k.account_id, k.scope, k.booking_date, k.fingerprint order by k.stmt, k.ordinal) as number
       from keyed k
       join twins t on t.account_id = k.account_id and t.scope = k.scope and t.booking_date = k.booking_date and t.fingerprint = k.fingerprint
     )
     update pg_temp.staged_entries e
     set occurrence = n.number
     from numbered n
     where e.id = n.id and n.number > 1`,
    [
      statements.map((one) => one.stmt),
      statements.map((one) => one.accountId),
      statements.map((one) => one.proven),
      statements.map((one) => one.after ?? 0),
      statements.map((one) => one.until ?? maxInteger),
    ],
  );
}

/** What several statements without an oracle tell alike in one file (reports during a day, each with all so far) stays once. */
export async function dropRepeats(tx: TenantTransaction, days: readonly PostedDay[]): Promise<void> {
  const statements = [...new Map(days.filter((day) => !day.proven).map((day) => [day.stmt, day])).values()];
  if (statements.length < 2) return;
  await tx.query(
    `delete from pg_temp.staged_entries e
     using (
       select e.id, row_number() over (partition by s.account_id, e.booking_date, e.fingerprint, e.occurrence order by e.stmt) as telling
       from pg_temp.staged_entries e
       join unnest($1::int[], $2::uuid[]) as s (stmt, account_id) on s.stmt = e.stmt
     ) told
     where e.id = told.id and told.telling > 1`,
    [statements.map((one) => one.stmt), statements.map((one) => one.accountId)],
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
       ledger_day as day,
       coalesce(sum(amount_minor) filter (where state in ('booked', 'provisional')), 0)::text as net,
       coalesce(sum(amount_minor) filter (where state = 'pending'), 0)::text as pending,
       coalesce(sum(amount_minor) filter (where state in ('booked', 'provisional') and amount_minor > 0), 0)::text as credits,
       coalesce(-sum(amount_minor) filter (where state in ('booked', 'provisional') and amount_minor < 0), 0)::text as debits,
       (count(*) filter (where state in ('booked', 'provisional')))::int as entries,
       encode(sha256(convert_to(coalesce(string_agg(amount_minor::text, ',' order by amount_minor) filter (where state in ('booked', 'provisional')), ''), 'UTF8')), 'hex') as amounts_hash,
       encode(sha256(convert_to(coalesce(string_agg(fingerprint::text, ',' order by fingerprint) filter (where state in ('booked', 'provisional')), ''), 'UTF8')), 'hex') as entries_hash
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

import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Day } from "../../time/day.ts";
import type { ChainLink, Closing, ClosingState, SeenNumber } from "./chain.ts";
import { openingStated } from "./opening-stated.ts";

interface LinkRow {
  statement_id: string;
  day: Day;
  period_from: Day;
  period_to: Day;
  opening: string;
  opening_stated: boolean;
  closing: string;
  credits: string;
  debits: string;
  entries: number;
  entries_hash: string;
  sequence: string | null;
  page: number | null;
  last_page: boolean | null;
  first_day: boolean;
  last_day: boolean;
  format: string;
  broken: boolean;
}

/** Live days, with balances, of the statements of an account that reach `from` or beyond. */
export async function linksFrom(tx: TenantTransaction, accountId: string, from: Day): Promise<ChainLink[]> {
  const found = await rows<LinkRow>(
    tx,
    `select
       d.statement_id, d.day, s.period_from, s.period_to,
       d.opening_minor::text as opening, ${openingStated} as opening_stated, d.closing_minor::text as closing,
       d.credits_minor::text as credits, d.debits_minor::text as debits, d.entry_count as entries, encode(d.entries_hash, 'hex') as entries_hash,
       s.sequence::text as sequence, s.page, s.last_page, d.first_day, d.last_day,
       s.format, s.status = 'break' as broken
     from cash_management.cm_statements s
     join cash_management.cm_statement_days d on d.tenant_id = s.tenant_id and d.account_id = s.account_id and d.statement_id = s.id
     where s.tenant_id = $1
       and s.account_id = $2
       and s.period_to >= $3
       and s.status in ('verified', 'break')
       and d.tenant_id = $1
       and d.account_id = $2
       and d.superseded_at is null
       and d.closing_minor is not null`,
    [tx.tenantId, accountId, from],
  );
  return found.map(toLink);
}

/** The numbers of all statements of an account that reach a day or beyond, and of the month before. */
export async function numbersSeen(tx: TenantTransaction, accountId: string, from: Day): Promise<SeenNumber[]> {
  const found = await rows<{ format: string; sequence: string; period_from: Day; period_to: Day }>(
    tx,
    `select format, sequence::text as sequence, period_from, period_to
     from cash_management.cm_statements
     where tenant_id = $1 and account_id = $2 and period_to >= $3::date - 31 and kind = 'statement' and sequence > 0`,
    [tx.tenantId, accountId, from],
  );
  return found.map((row) => ({
    format: row.format,
    sequence: Number(row.sequence),
    periodFrom: row.period_from,
    periodTo: row.period_to,
  }));
}

/** The live closing before a day, with the link that made it. */
export async function closingBefore(
  tx: TenantTransaction,
  accountId: string,
  day: Day,
): Promise<{ closing: Closing; link: ChainLink } | null> {
  const [row] = await rows<ClosingRow & LinkRow>(
    tx,
    `select
       c.day as closing_day, c.statement_id as closing_statement_id, c.state, c.reason, c.link, c.opening_minor::text as closing_opening,
       c.closing_minor::text as closing_closing, c.difference_minor::text as difference, c.credits_minor::text as closing_credits,
       c.debits_minor::text as closing_debits, c.entry_count as closing_entries, encode(c.entries_hash, 'hex') as closing_entries_hash,
       encode(c.previous_hash, 'hex') as previous_hash, encode(c.seal_hash, 'hex') as seal_hash,
       d.statement_id, d.day, s.period_from, s.period_to, d.opening_minor::text as opening,
       ${openingStated} as opening_stated, d.closing_minor::text as closing, d.credits_minor::text as credits,
       d.debits_minor::text as debits, d.entry_count as entries, encode(d.entries_hash, 'hex') as entries_hash,
       s.sequence::text as sequence, s.page, s.last_page, d.first_day, d.last_day,
       s.format, s.status = 'break' as broken
     from cash_management.cm_day_closings c
     join cash_management.cm_statements s on s.tenant_id = c.tenant_id and s.id = c.statement_id
     join cash_management.cm_statement_days d on d.tenant_id = c.tenant_id and d.account_id = c.account_id and d.statement_id = c.statement_id
     where c.tenant_id = $1
       and c.account_id = $2
       and c.day < $3
       and c.superseded_at is null
       and d.superseded_at is null
       and d.day <= c.day
     order by c.day desc, d.day desc
     limit 1`,
    [tx.tenantId, accountId, day],
  );
  return row === undefined ? null : { closing: toClosing(row), link: toLink(row) };
}

export async function closingsFrom(tx: TenantTransaction, accountId: string, from: Day): Promise<(Closing & { id: string })[]> {
  const found = await rows<ClosingRow & { id: string }>(
    tx,
    `select
       id, day as closing_day, statement_id as closing_statement_id, state, reason, link, opening_minor::text as closing_opening,
       closing_minor::text as closing_closing, difference_minor::text as difference, credits_minor::text as closing_credits,
       debits_minor::text as closing_debits, entry_count as closing_entries, encode(entries_hash, 'hex') as closing_entries_hash,
       encode(previous_hash, 'hex') as previous_hash, encode(seal_hash, 'hex') as seal_hash
     from cash_management.cm_day_closings
     where tenant_id = $1 and account_id = $2 and day >= $3 and superseded_at is null`,
    [tx.tenantId, accountId, from],
  );
  return found.map((row) => ({ ...toClosing(row), id: row.id }));
}

export async function supersedeClosings(tx: TenantTransaction, ids: readonly string[], at: string): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    "update cash_management.cm_day_closings set superseded_at = $2 where tenant_id = $1 and id = any($3::uuid[]) and superseded_at is null",
    [tx.tenantId, at, ids],
  );
}

export async function insertClosings(
  tx: TenantTransaction,
  accountId: string,
  closings: readonly (Closing & { id: string })[],
  at: string,
): Promise<void> {
  if (closings.length === 0) return;
  await tx.query(
    `insert into cash_management.cm_day_closings (
       tenant_id, id, account_id, day, statement_id, state, reason, link, opening_minor, closing_minor, difference_minor, credits_minor,
       debits_minor, entry_count, entries_hash, previous_hash, seal_hash, recorded_at)
     select $1::text, id, $2, day, statement_id, state, reason, link, opening, closing, difference, credits, debits, entries,
       decode(entries_hash, 'hex'), decode(previous_hash, 'hex'), decode(seal_hash, 'hex'), $3
     from jsonb_to_recordset($4::jsonb) as c (
       id uuid, day date, statement_id uuid, state text, reason text, link text, opening bigint, closing bigint, difference bigint,
       credits bigint, debits bigint, entries integer, entries_hash text, previous_hash text, seal_hash text)`,
    [
      tx.tenantId,
      accountId,
      at,
      JSON.stringify(
        closings.map((closing) => ({
          id: closing.id,
          day: closing.day,
          statement_id: closing.statementId,
          state: closing.state,
          reason: closing.reason,
          link: closing.link,
          opening: closing.opening.toString(),
          closing: closing.closing.toString(),
          difference: closing.difference.toString(),
          credits: closing.credits.toString(),
          debits: closing.debits.toString(),
          entries: closing.entries,
          entries_hash: closing.entriesHash,
          previous_hash: closing.previousHash,
          seal_hash: closing.sealHash,
        })),
      ),
    ],
  );
}

/** Brings the account's cached balance up to its last closing. */
export async function projectBalance(tx: TenantTransaction, accountId: string): Promise<void> {
  await tx.query(
    `update cash_management.cm_cash_accounts a
     set current_balance_minor = c.closing_minor, balance_day = c.day, sealed_through = sealed.day
     from (
       select closing_minor, day
       from cash_management.cm_day_closings
       where tenant_id = $1 and account_id = $2 and superseded_at is null
       order by day desc
       limit 1
     ) c
     left join lateral (
       select day
       from cash_management.cm_day_closings
       where tenant_id = $1 and account_id = $2 and superseded_at is null and state = 'sealed'
       order by day desc
       limit 1
     ) sealed on true
     where a.tenant_id = $1
       and a.id = $2
       and (a.current_balance_minor, a.balance_day, a.sealed_through) is distinct from (c.closing_minor, c.day, sealed.day)`,
    [tx.tenantId, accountId],
  );
}

interface ClosingRow {
  closing_day: Day;
  closing_statement_id: string;
  state: ClosingState;
  reason: string | null;
  link: Closing["link"];
  closing_opening: string;
  closing_closing: string;
  difference: string;
  closing_credits: string;
  closing_debits: string;
  closing_entries: number;
  closing_entries_hash: string;
  previous_hash: string | null;
  seal_hash: string | null;
}

function toClosing(row: ClosingRow): Closing {
  return {
    day: row.closing_day,
    statementId: row.closing_statement_id,
    state: row.state,
    reason: row.reason,
    link: row.link,
    opening: BigInt(row.closing_opening),
    closing: BigInt(row.closing_closing),
    difference: BigInt(row.difference),
    credits: BigInt(row.closing_credits),
    debits: BigInt(row.closing_debits),
    entries: row.closing_entries,
    entriesHash: row.closing_entries_hash,
    previousHash: row.previous_hash,
    sealHash: row.seal_hash,
  };
}

function toLink(row: LinkRow): ChainLink {
  return {
    statementId: row.statement_id,
    day: row.day,
    periodFrom: row.period_from,
    periodTo: row.period_to,
    opening: BigInt(row.opening),
    openingStated: row.opening_stated,
    closing: BigInt(row.closing),
    credits: BigInt(row.credits),
    debits: BigInt(row.debits),
    entries: row.entries,
    entriesHash: row.entries_hash,
    sequence: row.sequence === null ? null : Number(row.sequence),
    page: row.page,
    lastPage: row.last_page,
    firstDay: row.first_day,
    lastDay: row.last_day,
    format: row.format,
    broken: row.broken,
  };
}

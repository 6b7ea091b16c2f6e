import { Problem } from "../errors/problem.ts";
import { currencyExponent } from "../money/currencies.ts";
import { minorText } from "../money/money.ts";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { Day } from "../time/day.ts";
import type { DaySeal, Delivery, Statement, StatementBalance, StatementDetail, StatementProblem, StatementStatus } from "./contract.ts";
import { deliveryById } from "./deliveries.ts";
import type { PageRequest } from "./entries.ts";
import type { Listed } from "./windows.ts";

export interface StatementFilter {
  readonly accountId?: string | undefined;
  readonly status?: StatementStatus | undefined;
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
}

/** Statements by the moment they were recorded, newest first. Keys: recorded at, id. */
export async function listStatements(tx: TenantTransaction, filter: StatementFilter, page: PageRequest): Promise<Listed<Statement>[]> {
  const found = await rows<StatementRow>(
    tx,
    `select * from (${selectStatements}) as s
     where ($2::uuid is null or account_id = $2)
       and ($3::text is null or status = $3)
       and ($4::date is null or period_to >= $4)
       and ($5::date is null or period_to <= $5)
       and ($6::timestamptz is null or (recorded_at, id) < ($6::timestamptz, $7::uuid))
     order by recorded_at desc, id desc
     limit $8`,
    [
      tx.tenantId,
      filter.accountId ?? null,
      filter.status ?? null,
      filter.from ?? null,
      filter.to ?? null,
      page.after?.[0] ?? null,
      page.after?.[1] ?? null,
      page.limit,
    ],
  );
  return found.map((row) => ({ item: statementOf(row), key: [row.recorded_exactly, row.id] }));
}

/** @throws Problem `not_found` */
export async function getStatement(tx: TenantTransaction, id: string): Promise<StatementDetail> {
  const statement = await statementById(tx, id);
  if (statement === null) throw new Problem("not_found", `there is no statement ${id}`, { hint: "List them: GET /api/v1/statements" });
  const problems = await rows<{ problems: StatementProblem[] }>(
    tx,
    "select problems from cash_management.cm_statements where tenant_id = $1 and id = $2",
    [tx.tenantId, id],
  );
  return {
    statement,
    balances: await balancesOf(tx, id),
    problems: problems[0]?.problems ?? [],
    delivery: (await deliveryById(tx, statement.deliveryId)) as Delivery,
    seals: await closingsOf(tx, statement),
  };
}

export async function statementById(tx: TenantTransaction, id: string): Promise<Statement | null> {
  const [row] = await rows<StatementRow>(tx, `select * from (${selectStatements}) as s where id = $2`, [tx.tenantId, id]);
  return row === undefined ? null : statementOf(row);
}

export async function balancesOf(tx: TenantTransaction, statementId: string): Promise<StatementBalance[]> {
  const found = await rows<{ type: string; code: string; interim: boolean; amount: string; currency: string; day: Day | null }>(
    tx,
    `select type, code, interim, amount_minor::text as amount, currency, day
     from cash_management.cm_statement_balances
     where tenant_id = $1 and statement_id = $2
     order by ordinal`,
    [tx.tenantId, statementId],
  );
  return found.map(({ amount, day, ...row }) => ({
    ...row,
    amount: minorText(BigInt(amount), currencyExponent(row.currency) ?? 2),
    date: day,
    line: null,
  }));
}

async function closingsOf(tx: TenantTransaction, statement: Statement): Promise<DaySeal[]> {
  const found = await rows<DaySealRow>(
    tx,
    `${selectClosings}
     where c.tenant_id = $1 and c.account_id = $2 and c.day between $3 and $4 and c.superseded_at is null
     order by c.day desc
     limit 400`,
    [tx.tenantId, statement.accountId, statement.openingDate, statement.closingDate],
  );
  return found.map((row) => daySealOf(row, statement.currency));
}

export interface DaySealRow {
  id: string;
  day: Day;
  state: "sealed" | "unproven" | "gap" | "break";
  reason: string | null;
  link: string | null;
  opening: string;
  closing: string;
  net: string;
  entries: number;
  hash: string | null;
  previous_hash: string | null;
  recorded_at: Date | string;
}

export const selectClosings = `select c.id, c.day, c.state, c.reason, c.link, c.opening_minor::text as opening, c.closing_minor::text as closing,
       (c.credits_minor - c.debits_minor)::text as net, c.entry_count as entries, encode(c.seal_hash, 'hex') as hash,
       encode(c.previous_hash, 'hex') as previous_hash, c.recorded_at
     from cash_management.cm_day_closings c`;

export function daySealOf(row: DaySealRow, currency: string): DaySeal {
  const amount = (minor: string) => minorText(BigInt(minor), currencyExponent(currency) ?? 2);
  return {
    id: row.id,
    day: row.day,
    status: row.state,
    reason: row.reason,
    link: row.link,
    opening: amount(row.opening),
    net: amount(row.net),
    closing: amount(row.closing),
    entries: row.entries,
    hash: row.hash,
    previousHash: row.previous_hash,
    sealedAt: new Date(row.recorded_at).toISOString(),
  };
}

interface StatementRow {
  id: string;
  delivery_id: string;
  account_id: string;
  account_name: string;
  last4: string;
  currency: string;
  kind: Statement["kind"];
  format: string;
  statement_number: string | null;
  sequence: string | null;
  page: number | null;
  period_from: Day;
  period_to: Day;
  opening: string | null;
  closing: string | null;
  credits: string;
  debits: string;
  entries: number;
  status: StatementStatus;
  stored_status: string;
  problems: number;
  recorded_at: Date | string;
  recorded_exactly: string;
}

// What a statement is worth now: sealed when the chain says so, superseded when nothing of it is believed any more.
const selectStatements = `select
       s.id, s.delivery_id, s.account_id, a.name as account_name, a.last_four as last4, s.currency, s.kind, s.format,
       s.statement_number, s.sequence::text as sequence, s.page, s.period_from, s.period_to, s.opening_minor::text as opening,
       s.closing_minor::text as closing, s.credits_minor::text as credits, s.debits_minor::text as debits, s.entry_count as entries,
       s.status as stored_status, jsonb_array_length(s.problems) as problems, s.recorded_at, s.recorded_at::text as recorded_exactly,
       case
         when s.status = 'verified' and exists (
           select from cash_management.cm_day_closings c
           where c.tenant_id = $1 and c.account_id = s.account_id and c.day = s.period_to and c.superseded_at is null and c.state = 'sealed'
         ) then 'sealed'
         when s.status in ('verified', 'break', 'unproven', 'provisional') and exists (
           select from cash_management.cm_statement_days d where d.tenant_id = $1 and d.statement_id = s.id
         ) and not exists (
           select from cash_management.cm_statement_days d where d.tenant_id = $1 and d.statement_id = s.id and d.superseded_at is null
         ) then 'superseded'
         else s.status
       end as status
     from cash_management.cm_statements s
     join cash_management.cm_cash_accounts a on a.tenant_id = $1 and a.id = s.account_id
     where s.tenant_id = $1`;

function statementOf(row: StatementRow): Statement {
  const amount = (minor: string) => minorText(BigInt(minor), currencyExponent(row.currency) ?? 2);
  const balanced =
    row.opening === null || row.closing === null
      ? null
      : BigInt(row.opening) + BigInt(row.credits) - BigInt(row.debits) === BigInt(row.closing);
  return {
    id: row.id,
    deliveryId: row.delivery_id,
    accountId: row.account_id,
    accountName: row.account_name,
    accountLast4: row.last4,
    currency: row.currency,
    kind: row.kind,
    format: row.format,
    reference: row.statement_number,
    sequence: row.sequence === null ? null : Number(row.sequence),
    page: row.page,
    openingDate: row.period_from,
    closingDate: row.period_to,
    opening: row.opening === null ? null : amount(row.opening),
    closing: row.closing === null ? null : amount(row.closing),
    credits: amount(row.credits),
    debits: amount(row.debits),
    entries: row.entries,
    balanced,
    status: row.status,
    problems: row.problems,
    receivedAt: new Date(row.recorded_at).toISOString(),
  };
}

/** The first and the last day that entries of any statement are of; null before the first. */
export async function spanOfStatements(tx: TenantTransaction): Promise<{ readonly from: Day; readonly to: Day } | null> {
  const [span] = await rows<{ from: Day | null; to: Day | null }>(
    tx,
    'select min(entries_from) as "from", max(entries_to) as "to" from cash_management.cm_statements where tenant_id = $1',
    [tx.tenantId],
  );
  return span === undefined || span.from === null || span.to === null ? null : { from: span.from, to: span.to };
}

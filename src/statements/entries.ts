import { Problem } from "../errors/problem.ts";
import { normalise } from "../keys/blind-index.ts";
import { knownKeys } from "../keys/key-ring.ts";
import { currencyExponent } from "../money/currencies.ts";
import { minorText } from "../money/money.ts";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { addDays, type Day } from "../time/day.ts";
import type { Entry, EntryDetail } from "./contract.ts";
import { inAnyCase } from "./in-any-case.ts";
import { type Listed, walkBack } from "./windows.ts";

export interface EntryFilter {
  readonly accountId?: string | undefined;
  readonly statementId?: string | undefined;
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
  readonly basis?: "booking" | "value" | undefined;
  readonly minMinor?: bigint | undefined;
  readonly maxMinor?: bigint | undefined;
  /** Part of counterparty, text or reference, whatever its case; or the last four characters of the partner's account. */
  readonly text?: string | undefined;
  /** Blind index of the partner's account, of the entry or of a transaction in its batch. */
  readonly partner?: string | undefined;
}

export interface PageRequest {
  /** Rows to read: one more than shown says whether there is a next page. */
  readonly limit: number;
  readonly after: readonly (string | null)[] | null;
}

/** Entries of an account, newest first. Keys: booking date, id. */
export async function entriesOfAccount(
  tx: TenantTransaction,
  accountId: string,
  filter: EntryFilter,
  page: PageRequest,
): Promise<Listed<Entry>[]> {
  const span = await spanOfAccount(tx, accountId);
  return span === null ? [] : walkEntries(tx, span, { ...filter, accountId }, page);
}

/**
 * Entries with a partner, by the number of its account, newest first: of all accounts, or of one, and then those whose text has the number too.
 * Four or fewer characters are the last of the number. Keys: booking date, id.
 * @throws Problem `invalid_input` for last characters without an account: no index serves them
 */
export async function entriesOfPartner(
  tx: TenantTransaction,
  number: string,
  filter: Pick<EntryFilter, "accountId" | "from" | "to" | "minMinor" | "maxMinor">,
  page: PageRequest,
): Promise<Listed<Entry>[]> {
  const normal = normalise(number);
  const whole = normal.length > 4;
  if (!whole && filter.accountId === undefined)
    throw new Problem("invalid_input", "the last characters of a partner's account are looked for in one account only", {
      hint: "Give the whole number, or accountId.",
    });
  const keys = await knownKeys(tx);
  const span = await spanOfAccount(tx, filter.accountId ?? null);
  if (span === null || keys === null) return [];
  const partner = whole ? keys.index("account", normal) : undefined;
  // Within an account its own index serves, and a text that holds the number is welcome too.
  const text = filter.accountId === undefined ? undefined : number.trim();
  return walkEntries(tx, span, { ...filter, partner, text }, page);
}

/** Entries of a statement as it stands in the file, newest day first. Keys: booking date, id. */
export async function entriesOfStatement(tx: TenantTransaction, statementId: string, page: PageRequest): Promise<Listed<Entry>[]> {
  const [statement] = await rows<{ account_id: string; entries_from: Day | null; entries_to: Day | null; original: string }>(
    tx,
    "select account_id, entries_from, entries_to, coalesce(duplicate_of, id) as original from cash_management.cm_statements where tenant_id = $1 and id = $2",
    [tx.tenantId, statementId],
  );
  if (statement === undefined || statement.entries_from === null || statement.entries_to === null) return [];
  const span = { earliest: statement.entries_from, latest: statement.entries_to };
  return walkEntries(tx, span, { accountId: statement.account_id, statementId: statement.original }, page);
}

type Span = { readonly earliest: Day; readonly latest: Day };

async function walkEntries(tx: TenantTransaction, span: Span, filter: EntryFilter, page: PageRequest): Promise<Listed<Entry>[]> {
  const limits = limitsOf(span, filter, page);
  const found = await walkBack(limits, 3, page.limit, (from, to, limit) => readWindow(tx, from, to, limit, filter, page.after));
  const details = await detailsOf(tx, found);
  return found.map((row) => ({ item: entryOf(row, details.get(row.id) ?? []), key: [row.booking_date, row.id] }));
}

/** Value dates lie near booking dates: the window is wider for them. */
const valueDateReach = 62;

function limitsOf(span: Span, filter: EntryFilter, page: PageRequest): Span {
  const reach = filter.basis === "value" ? valueDateReach : 0;
  const latest = [
    span.latest,
    ...(filter.to === undefined ? [] : [addDays(filter.to, reach)]),
    ...(page.after === null ? [] : [page.after[0] as Day]),
  ];
  const earliest = [span.earliest, ...(filter.from === undefined ? [] : [addDays(filter.from, -reach)])];
  return { latest: latest.sort()[0] as Day, earliest: earliest.sort().at(-1) as Day };
}

/** Null: of all accounts. */
async function spanOfAccount(tx: TenantTransaction, accountId: string | null): Promise<Span | null> {
  const [row] = await rows<{ earliest: Day | null; latest: Day | null }>(
    tx,
    `select min(entries_from) as earliest, max(entries_to) as latest from cash_management.cm_statements where tenant_id = $1${accountId === null ? "" : " and account_id = $2"}`,
    accountId === null ? [tx.tenantId] : [tx.tenantId, accountId],
  );
  return row === undefined || row.earliest === null || row.latest === null ? null : { earliest: row.earliest, latest: row.latest };
}

interface EntryRow {
  id: string;
  statement_id: string;
  account_id: string;
  line: number;
  booking_date: Day;
  value_date: Day;
  amount: string;
  currency: string;
  state: "booked" | "provisional" | "pending" | "information";
  reversal: boolean;
  counterparty_name: string | null;
  counterparty_last_four: string | null;
  remittance: string | null;
  reference: string | null;
  bank_reference: string | null;
  end_to_end_id: string | null;
  transaction_code: string | null;
  category: string | null;
  category_source: string | null;
  category_reason: string | null;
  batch_count: number | null;
  detail_count: number;
}

function readWindow(
  tx: TenantTransaction,
  from: Day,
  to: Day,
  limit: number,
  filter: EntryFilter,
  after: PageRequest["after"],
): Promise<EntryRow[]> {
  const values: unknown[] = [tx.tenantId, from, to, limit];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const conditions = ["tenant_id = $1", "booking_date between $2 and $3", "superseded_at is null"];
  if (filter.accountId !== undefined) conditions.push(`account_id = ${bind(filter.accountId)}`);
  if (filter.statementId !== undefined) conditions.push(`statement_id = ${bind(filter.statementId)}`);
  if (filter.basis === "value" && filter.from !== undefined) conditions.push(`value_date >= ${bind(filter.from)}`);
  if (filter.basis === "value" && filter.to !== undefined) conditions.push(`value_date <= ${bind(filter.to)}`);
  if (filter.minMinor !== undefined) conditions.push(`amount_minor >= ${bind(filter.minMinor.toString())}`);
  if (filter.maxMinor !== undefined) conditions.push(`amount_minor <= ${bind(filter.maxMinor.toString())}`);
  const wanted = [...textConditions(filter.text, bind), ...partnerConditions(filter.partner, bind)];
  if (wanted.length > 0) conditions.push(`(${wanted.join(" or ")})`);
  if (after !== null) conditions.push(`(booking_date, id) < (${bind(after[0])}::date, ${bind(after[1])}::uuid)`);
  // The category by a look-up for each row of the page (limit 1): as a plain join, a generic plan would read all flows of these days.
  return rows<EntryRow>(
    tx,
    `with entry as (
       select id, statement_id, account_id, line, booking_date, value_date, amount_minor::text as amount, currency, state, reversal,
         counterparty_name, counterparty_account_last_four as counterparty_last_four, remittance, reference, bank_reference, end_to_end_id,
         transaction_code, batch_count, detail_count
       from cash_management.cm_bank_transactions
       where ${conditions.join(" and ")}
       order by booking_date desc, id desc limit $4
     )
     select entry.*, f.category, f.category_source, f.category_reason from entry
     left join lateral (
       select category, category_source, category_reason
       from cash_management.cm_cash_flows
       where tenant_id = $1 and id = entry.id and transaction_date = entry.booking_date and transaction_date between $2 and $3
       limit 1
     ) f on true
     order by entry.booking_date desc, entry.id desc`,
    values,
  );
}

function textConditions(text: string | undefined, bind: (value: unknown) => string): string[] {
  if (text === undefined) return [];
  const inText = `concat_ws(' ', counterparty_name, remittance, reference, bank_reference, end_to_end_id) ~ ${bind(inAnyCase(text))}`;
  const end = normalise(text);
  return end.length > 4 ? [inText] : [inText, `counterparty_account_last_four = ${bind(end)}`];
}

/** Of the entry or of a transaction in its batch: as an array, so that both are conditions of an index. */
function partnerConditions(index: string | undefined, bind: (value: unknown) => string): string[] {
  if (index === undefined) return [];
  const partner = bind(index);
  return [
    `counterparty_account_index = ${partner}`,
    `id = any(array(
       select transaction_id
       from cash_management.cm_bank_transaction_details
       where tenant_id = $1 and booking_date between $2 and $3 and counterparty_account_index = ${partner}))`,
  ];
}

async function detailsOf(tx: TenantTransaction, entries: readonly EntryRow[]): Promise<Map<string, EntryDetail[]>> {
  const batches = entries.filter((entry) => entry.detail_count > 0);
  const details = new Map<string, EntryDetail[]>();
  if (batches.length === 0) return details;
  const days = batches.map((entry) => entry.booking_date).sort();
  const found = await rows<{
    transaction_id: string;
    amount: string | null;
    currency: string | null;
    counterparty: string | null;
    text: string | null;
    end_to_end_id: string | null;
  }>(
    tx,
    `select transaction_id, amount_minor::text as amount, currency, counterparty_name as counterparty, remittance as text, end_to_end_id
     from cash_management.cm_bank_transaction_details
     where tenant_id = $1 and transaction_id = any($2::uuid[]) and booking_date between $3 and $4
     order by transaction_id, ordinal`,
    [tx.tenantId, batches.map((entry) => entry.id), days[0], days.at(-1)],
  );
  for (const row of found) {
    const list = details.get(row.transaction_id) ?? [];
    const amount = row.amount === null || row.currency === null ? null : minorText(BigInt(row.amount), currencyExponent(row.currency) ?? 2);
    list.push({ amount, currency: row.currency, counterparty: row.counterparty, text: row.text, endToEndId: row.end_to_end_id });
    details.set(row.transaction_id, list);
  }
  return details;
}

function entryOf(row: EntryRow, details: EntryDetail[]): Entry {
  return {
    id: row.id,
    statementId: row.statement_id,
    accountId: row.account_id,
    line: row.line,
    bookingDate: row.booking_date,
    valueDate: row.value_date,
    amount: minorText(BigInt(row.amount), currencyExponent(row.currency) ?? 2),
    currency: row.currency,
    status: row.state === "provisional" ? "booked" : row.state,
    reversal: row.reversal,
    counterparty: row.counterparty_name,
    counterpartyAccount: row.counterparty_last_four,
    text: row.remittance,
    reference: row.reference,
    bankReference: row.bank_reference,
    endToEndId: row.end_to_end_id,
    transactionCode: row.transaction_code,
    category: row.category,
    categorySource: row.category_source,
    categoryReason: row.category_reason,
    batchCount: row.batch_count,
    details,
  };
}

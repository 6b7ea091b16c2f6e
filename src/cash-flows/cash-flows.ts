import { Problem } from "../errors/problem.ts";
import { exponentOf, minorText } from "../money/money.ts";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { PageRequest } from "../statements/entries.ts";
import { lowestId } from "../statements/posting/day-id.ts";
import { type Listed, walkBack } from "../statements/windows.ts";
import { addDays, type Day, today } from "../time/day.ts";
import type { CashFlow } from "./contract.ts";

export interface FlowFilter {
  readonly accountId?: string | undefined;
  readonly currency?: string | undefined;
  readonly category?: string | undefined;
  readonly direction?: "in" | "out" | undefined;
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
  readonly minMinor?: bigint | undefined;
  readonly maxMinor?: bigint | undefined;
  readonly minCertainty?: number | undefined;
}

/**
 * The flow book, newest first, two months a statement: a search by amount, day or account then uses its index with few locks.
 * Keys: day, id.
 */
export async function searchFlows(tx: TenantTransaction, filter: FlowFilter, page: PageRequest): Promise<Listed<CashFlow>[]> {
  const span = await spanOfFlows(tx);
  if (span === null) return [];
  const latest = [span.latest, filter.to, page.after?.[0] as Day | undefined]
    .filter((day) => day !== undefined && day !== null)
    .sort()[0] as Day;
  const earliest = [span.earliest, filter.from]
    .filter((day) => day !== undefined)
    .sort()
    .at(-1) as Day;
  const found = await walkBack({ earliest, latest }, 2, page.limit, (from, to, limit) =>
    flowsOfWindow(tx, from, to, limit, filter, page.after),
  );
  const names = await namesOfAccounts(tx, [...new Set(found.map((row) => row.account_id))]);
  return found.map((row) => ({ item: flowOf(row, names), key: [row.transaction_date, row.id] }));
}

/** @throws Problem `not_found` */
export async function getFlow(tx: TenantTransaction, id: string): Promise<CashFlow> {
  const [row] = await rows<FlowRow>(
    tx,
    `select ${flowColumns}
     from cash_management.cm_cash_flows
     where tenant_id = $1 and id = $2 and transaction_date = cash_management.day_of_id($2) and superseded_at is null`,
    [tx.tenantId, id],
  );
  if (row === undefined) throw new Problem("not_found", `there is no flow ${id}`, { hint: "List them: GET /api/v1/cash-flows" });
  return flowOf(row, await namesOfAccounts(tx, [row.account_id]));
}

const flowColumns = `id, account_id, transaction_date, value_date, amount_minor::text as amount, currency, certainty, category, counterparty,
       description, source, created_at`;

export interface FlowRow {
  id: string;
  account_id: string;
  transaction_date: Day;
  value_date: Day;
  amount: string;
  currency: string;
  certainty: number;
  category: string | null;
  counterparty: string | null;
  description: string | null;
  source: string;
  created_at: Date | string;
}

/** One window of the search: the statement whose plan and locks are tested. */
export function flowsOfWindow(
  tx: TenantTransaction,
  from: Day,
  to: Day,
  limit: number,
  filter: FlowFilter,
  after: PageRequest["after"],
): Promise<FlowRow[]> {
  const { text, values } = flowsStatement(tx.tenantId, from, to, limit, filter, after);
  return rows<FlowRow>(tx, text, values);
}

export function flowsStatement(
  tenantId: string,
  from: Day,
  to: Day,
  limit: number,
  filter: FlowFilter,
  after: PageRequest["after"],
): { text: string; values: unknown[] } {
  const values: unknown[] = [tenantId, from, to, limit];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const conditions = ["tenant_id = $1", "transaction_date between $2 and $3", "superseded_at is null"];
  if (filter.accountId !== undefined) conditions.push(`account_id = ${bind(filter.accountId)}`);
  if (filter.currency !== undefined) conditions.push(`currency = ${bind(filter.currency)}`);
  if (filter.category !== undefined) conditions.push(`category = ${bind(filter.category)}`);
  if (filter.direction !== undefined) conditions.push(filter.direction === "in" ? "amount_minor > 0" : "amount_minor < 0");
  if (filter.minMinor !== undefined) conditions.push(`amount_minor >= ${bind(filter.minMinor.toString())}`);
  if (filter.maxMinor !== undefined) conditions.push(`amount_minor <= ${bind(filter.maxMinor.toString())}`);
  if (filter.minCertainty !== undefined) conditions.push(`certainty >= ${bind(filter.minCertainty)}`);
  // Ids are ordered by their day: a range of days is a range of the primary key, read backwards for the newest first.
  conditions.push(`id >= ${bind(lowestId(from))}`, `id < ${bind(after?.[1] ?? lowestId(addDays(to, 1)))}`);
  const text = `select ${flowColumns}
     from cash_management.cm_cash_flows
     where ${conditions.join(" and ")}
     order by id desc
     limit $4`;
  return { text, values };
}

/** Statements say how far back entries go; expected flows may lie a year ahead. */
async function spanOfFlows(tx: TenantTransaction): Promise<{ earliest: Day; latest: Day } | null> {
  const [row] = await rows<{ earliest: Day | null; latest: Day | null }>(
    tx,
    "select min(entries_from) as earliest, max(entries_to) as latest from cash_management.cm_statements where tenant_id = $1",
    [tx.tenantId],
  );
  const ahead = addDays(today(), 365);
  const latest = row?.latest ?? null;
  return { earliest: row?.earliest ?? addDays(today(), -365), latest: latest !== null && latest > ahead ? latest : ahead };
}

async function namesOfAccounts(
  tx: TenantTransaction,
  ids: readonly string[],
): Promise<Map<string, { name: string; entity: string | null }>> {
  const found = await rows<{ id: string; name: string; entity: string | null }>(
    tx,
    `select a.id, a.name, e.name as entity
     from cash_management.cm_cash_accounts a
     left join cash_management.cm_entities e on e.tenant_id = $1 and e.id = a.entity_id
     where a.tenant_id = $1 and a.id = any($2::uuid[])`,
    [tx.tenantId, ids],
  );
  return new Map(found.map((row) => [row.id, row]));
}

function flowOf(row: FlowRow, names: ReadonlyMap<string, { name: string; entity: string | null }>): CashFlow {
  const account = names.get(row.account_id);
  return {
    id: row.id,
    accountId: row.account_id,
    accountName: account?.name ?? "",
    entity: account?.entity ?? null,
    day: row.transaction_date,
    valueDate: row.value_date,
    amount: minorText(BigInt(row.amount), exponentOf(row.currency)),
    currency: row.currency,
    certainty: row.certainty,
    category: row.category,
    counterparty: row.counterparty,
    text: row.description,
    source: row.source,
    // A flow that a statement made has the id of its bank transaction.
    bankTransactionId: row.source === "statement" || row.source === "report" ? row.id : null,
    recordedAt: new Date(row.created_at).toISOString(),
  };
}

import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { lowestId } from "../statements/posting/day-id.ts";
import { addDays, type Day } from "../time/day.ts";
import type { Category, Predicate } from "./contract.ts";
import type { Decision } from "./decide.ts";
import type { SortableEntry } from "./rule.ts";

export interface RuleRow {
  id: string;
  priority: number;
  name: string;
  predicate: Predicate;
  category: string;
  counterparty_id: string | null;
  author: string;
  is_active: boolean;
  updated_at: string;
}

export function selectRules(tx: TenantTransaction, id: string | null = null): Promise<RuleRow[]> {
  return rows<RuleRow>(
    tx,
    `select id, priority, name, predicate, category_code as category, counterparty_id, author, is_active, updated_at
     from cash_management.cm_category_rules
     where tenant_id = $1 and ($2::uuid is null or id = $2)
     order by priority, created_at, id`,
    [tx.tenantId, id],
  );
}

export function selectCategories(tx: TenantTransaction): Promise<Category[]> {
  return rows<Category>(
    tx,
    `select code, name, parent_code as parent, direction, bank_transaction_codes as "bankTransactionCodes", purpose_codes as "purposeCodes",
       is_active as "isActive"
     from cash_management.cm_categories
     where tenant_id = $1
     order by code`,
    [tx.tenantId],
  );
}

export async function ownAccountIndexes(tx: TenantTransaction): Promise<ReadonlySet<string>> {
  const found = await rows<{ index: string }>(
    tx,
    "select distinct identifier_index as index from cash_management.cm_account_identifiers where tenant_id = $1",
    [tx.tenantId],
  );
  return new Set(found.map(({ index }) => index));
}

export async function memoryOf(
  tx: TenantTransaction,
  counterparties: readonly string[],
): Promise<ReadonlyMap<string, { category: string; day: string }>> {
  const found = await rows<{ id: string; direction: string; category: string; day: string }>(
    tx,
    `select counterparty_id as id, direction, category_code as category, decided_at::date as day
     from cash_management.cm_counterparty_categories
     where tenant_id = $1 and counterparty_id = any($2::uuid[])`,
    [tx.tenantId, counterparties],
  );
  return new Map(found.map(({ id, direction, category, day }) => [`${id} ${direction}`, { category, day }]));
}

/** An entry with what was decided for it so far. */
export interface SortedEntry extends SortableEntry {
  readonly name: string | null;
  readonly category: string | null;
  readonly source: string | null;
  readonly ruleId: string | null;
  readonly reason: string | null;
}

interface EntryRow {
  id: string;
  account_id: string;
  day: Day;
  amount: string;
  currency: string;
  code: string | null;
  purpose: string | null;
  counterparty: string | null;
  counterparty_id: string | null;
  text: string;
  reference: string | null;
  mandate: string | null;
  account_index: string | null;
  category: string | null;
  source: string | null;
  rule_id: string | null;
  reason: string | null;
}

export interface EntrySpan {
  readonly from: Day;
  readonly to: Day;
  readonly after?: string | null;
  readonly accountIds?: readonly string[] | null;
  readonly ids?: readonly string[] | null;
  readonly limit: number;
}

/** Entries with their flows, in the order of ids, which is the order of days: a batch begins where the one before ended. */
export async function entriesToSort(tx: TenantTransaction, span: EntrySpan): Promise<SortedEntry[]> {
  const found = await rows<EntryRow>(
    tx,
    `select t.id, t.account_id, t.booking_date as day, t.amount_minor::text as amount, t.currency, t.transaction_code as code, t.purpose,
       t.counterparty_name as counterparty, f.counterparty_id,
       concat_ws(' ', t.counterparty_name, t.remittance, t.reference, t.structured_reference, t.end_to_end_id) as text,
       coalesce(t.structured_reference, t.reference) as reference, t.mandate_id as mandate, t.counterparty_account_index as account_index,
       f.category, f.category_source as source, f.category_rule_id as rule_id, f.category_reason as reason
     from cash_management.cm_bank_transactions t
     join cash_management.cm_cash_flows f
       on f.tenant_id = $1 and f.id = t.id and f.transaction_date = t.booking_date and f.transaction_date between $2 and $3
     where t.tenant_id = $1 and t.booking_date between $2 and $3 and t.superseded_at is null
       and t.id > $4 and t.id < $5
       and ($6::uuid[] is null or t.account_id = any($6)) and ($7::uuid[] is null or t.id = any($7))
     order by t.id
     limit $8`,
    [
      tx.tenantId,
      span.from,
      span.to,
      span.after ?? lowestId(span.from),
      lowestId(addDays(span.to, 1)),
      span.accountIds ?? null,
      span.ids ?? null,
      span.limit,
    ],
  );
  return found.map((row) => ({
    id: row.id,
    accountId: row.account_id,
    day: row.day,
    amountMinor: BigInt(row.amount),
    currency: row.currency,
    code: row.code,
    purpose: row.purpose,
    counterparty: row.counterparty,
    counterpartyId: row.counterparty_id,
    text: row.text,
    reference: row.reference,
    mandate: row.mandate,
    accountIndex: row.account_index,
    name: row.counterparty,
    category: row.category,
    source: row.source,
    ruleId: row.rule_id,
    reason: row.reason,
  }));
}

export type NewDecision = Pick<SortedEntry, "id" | "day"> & { readonly decision: Decision | PersonDecision | NoDecision };
export interface PersonDecision extends Omit<Decision, "source" | "ruleId"> {
  readonly source: "person";
  readonly ruleId: null;
}
export interface NoDecision {
  readonly category: null;
  readonly source: null;
  readonly ruleId: null;
  readonly reason: null;
  readonly counterpartyId: string | null;
}

/**
 * Writes decisions: what was believed before is kept with the moments between which it was. A person may speak while a run is under way:
 * only who says so writes over that.
 */
export async function writeDecisions(tx: TenantTransaction, decisions: readonly NewDecision[], overPersons = false): Promise<void> {
  if (decisions.length === 0) return;
  const days = decisions.map(({ day }) => day).sort();
  const values = [
    tx.tenantId,
    days[0],
    days.at(-1),
    decisions.map(({ id }) => id),
    decisions.map(({ decision }) => decision.category),
    decisions.map(({ decision }) => decision.counterpartyId),
    decisions.map(({ decision }) => decision.source),
    decisions.map(({ decision }) => decision.ruleId),
    decisions.map(({ decision }) => decision.reason?.slice(0, 500) ?? null),
    overPersons,
  ];
  await tx.query(
    `with now_known as (select clock_timestamp() as at),
     kept as (
       insert into cash_management.cm_flow_categories (tenant_id, flow_id, known_until, flow_day, category, counterparty_id, source, reason, known_from)
       select $1::text, f.id, now_known.at, f.transaction_date, f.category, f.counterparty_id, f.category_source, f.category_reason, f.categorised_at
       from cash_management.cm_cash_flows f
       cross join now_known
       where f.tenant_id = $1 and f.transaction_date between $2 and $3 and f.id = any($4::uuid[]) and f.categorised_at is not null
         and ($10::boolean or f.category_source is distinct from 'person')
     )
     update cash_management.cm_cash_flows f
     set category = n.category, counterparty_id = n.counterparty_id, category_source = n.source, category_rule_id = n.rule_id,
       category_reason = n.reason, categorised_at = now_known.at
     from unnest($4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::uuid[], $9::text[])
       as n (id, category, counterparty_id, source, rule_id, reason)
     cross join now_known
     where f.tenant_id = $1 and f.id = n.id and f.transaction_date between $2 and $3
       and ($10::boolean or f.category_source is distinct from 'person')`,
    values,
  );
}

import { Problem } from "../errors/problem.ts";
import { exponentOf, minorText } from "../money/money.ts";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import type { Day } from "../time/day.ts";
import type { Category, CategoryFlows, PutCategory } from "./contract.ts";
import * as queries from "./queries.ts";
import * as runQueries from "./run-queries.ts";

export function listCategories(tx: TenantTransaction): Promise<Category[]> {
  return queries.selectCategories(tx);
}

/** Makes a category, or changes what is given of it; the history is sorted again. @throws Problem `invalid_input` */
export async function putCategory(tx: TenantTransaction, code: string, wanted: PutCategory): Promise<Category> {
  const all = await queries.selectCategories(tx);
  const parent = wanted.parent ?? null;
  if (parent !== null && !all.some((one) => one.code === parent))
    throw new Problem("invalid_input", `there is no category ${parent} to stand under`, { hint: "Make that one first." });
  if (isUnder(all, parent, code)) throw new Problem("invalid_input", `${code} cannot stand under itself`);
  const before = all.find((one) => one.code === code);
  await tx.query(
    `insert into cash_management.cm_categories (tenant_id, code, name, parent_code, direction, bank_transaction_codes, purpose_codes, is_active)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (tenant_id, code) do update
     set name = excluded.name, parent_code = excluded.parent_code, direction = excluded.direction,
       bank_transaction_codes = excluded.bank_transaction_codes, purpose_codes = excluded.purpose_codes, is_active = excluded.is_active`,
    [
      tx.tenantId,
      code,
      wanted.name,
      wanted.parent === undefined ? (before?.parent ?? null) : wanted.parent,
      wanted.direction ?? before?.direction ?? "both",
      wanted.bankTransactionCodes ?? before?.bankTransactionCodes ?? [],
      wanted.purposeCodes ?? before?.purposeCodes ?? [],
      wanted.isActive ?? before?.isActive ?? true,
    ],
  );
  await runQueries.insertRun(tx, "rules");
  return (await queries.selectCategories(tx)).find((one) => one.code === code) as Category;
}

function isUnder(all: readonly Category[], start: string | null, code: string): boolean {
  const seen = new Set<string>();
  for (let at = start; at !== null && !seen.has(at); at = all.find((one) => one.code === at)?.parent ?? null) {
    if (at === code) return true;
    seen.add(at);
  }
  return false;
}

/** Booked flows of a span by category and currency, as they were categorised at a moment; what nobody has categorised is a line too. */
export async function flowsByCategory(
  tx: TenantTransaction,
  options: { readonly from: Day; readonly to: Day; readonly accountId?: string | undefined; readonly knownAt?: string | undefined },
): Promise<CategoryFlows> {
  const knownAt = options.knownAt ?? null;
  const category =
    knownAt === null
      ? "f.category"
      : `case when f.categorised_at <= $5 then f.category else (
           select h.category from cash_management.cm_flow_categories h
           where h.tenant_id = $1 and h.flow_id = f.id and h.known_from <= $5 and h.known_until > $5
         ) end`;
  const known = knownAt === null ? "f.superseded_at is null" : "f.created_at <= $5 and (f.superseded_at is null or f.superseded_at > $5)";
  const found = await rows<{ category: string | null; currency: string; count: number; credits: string; debits: string }>(
    tx,
    `select category, currency, count(*)::int as count, coalesce(sum(amount_minor) filter (where amount_minor > 0), 0)::text as credits,
       coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0)::text as debits
     from (
       select ${category} as category, f.currency, f.amount_minor
       from cash_management.cm_cash_flows f
       where f.tenant_id = $1 and f.transaction_date between $2 and $3 and f.certainty >= 85 and ($4::uuid is null or f.account_id = $4)
         and ${known}
     ) flow
     group by category, currency
     order by currency, category nulls last`,
    [tx.tenantId, options.from, options.to, options.accountId ?? null, ...(knownAt === null ? [] : [knownAt])],
  );
  const tree = new Map((await queries.selectCategories(tx)).map((one) => [one.code, one]));
  const items = found.map(({ category: code, currency, count, credits, debits }) => {
    const one = code === null ? undefined : tree.get(code);
    const text = (minor: bigint) => minorText(minor, exponentOf(currency));
    const [plus, minus] = [BigInt(credits), BigInt(debits)];
    return {
      ...{ category: code, name: one?.name ?? null, parent: one?.parent ?? null, currency, count },
      ...{ credits: text(plus), debits: text(minus), net: text(plus - minus) },
    };
  });
  return { from: options.from, to: options.to, knownAt, items };
}

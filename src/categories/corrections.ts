import { Problem } from "../errors/problem.ts";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { dayOfId } from "../statements/posting/day-id.ts";
import type { Corrected, NewRule } from "./contract.ts";
import { proposal } from "./decide.ts";
import * as queries from "./queries.ts";
import { tryRule } from "./rules.ts";
import { sortEntries } from "./runs.ts";

/**
 * A person's word on entries: it locks them against rules, is remembered for their counterparties, and proposes a rule that would have
 * decided so, with what else that rule would change. Null lifts the lock, and rules decide again.
 * @throws Problem `not_found`, `invalid_input`
 */
export async function correctCategories(tx: TenantTransaction, ids: readonly string[], category: string | null): Promise<Corrected> {
  const days = ids.map(dayOfId).sort();
  const [from, to] = [days[0], days.at(-1)];
  if (from === undefined || to === undefined) return { changed: 0, proposal: null };
  const entries = await queries.entriesToSort(tx, { from, to, ids, limit: ids.length });
  if (entries.length < new Set(ids).size)
    throw new Problem("not_found", `${new Set(ids).size - entries.length} of these entries are not there`, {
      hint: "Read the list again: entries may have been superseded.",
    });
  if (category === null) return { changed: await lift(tx, entries), proposal: null };
  if (!(await queries.selectCategories(tx)).some(({ code, isActive }) => code === category && isActive))
    throw new Problem("invalid_input", `there is no category ${category} in use`, { hint: "apg categories list shows the tree." });
  const reason = `decided by ${tx.actor ?? "somebody"}`;
  const news = entries
    .filter((entry) => entry.category !== category || entry.source !== "person")
    .map(
      ({ id, day, counterpartyId }): queries.NewDecision => ({
        id,
        day,
        decision: { category, source: "person", ruleId: null, reason, counterpartyId },
      }),
    );
  await queries.writeDecisions(tx, news, true);
  await remember(tx, entries, category);
  return { changed: news.length, proposal: await propose(tx, entries, category) };
}

async function lift(tx: TenantTransaction, entries: readonly queries.SortedEntry[]): Promise<number> {
  const locked = entries.filter(({ source }) => source === "person");
  return sortEntries(tx, locked, true);
}

async function remember(tx: TenantTransaction, entries: readonly queries.SortedEntry[], category: string): Promise<void> {
  const partners = new Set(
    entries.flatMap(({ counterpartyId, amountMinor }) =>
      counterpartyId === null ? [] : [`${counterpartyId} ${amountMinor < 0n ? "out" : "in"}`],
    ),
  );
  const pairs = [...partners].sort().map((pair) => pair.split(" "));
  await tx.query(
    `insert into cash_management.cm_counterparty_categories (tenant_id, counterparty_id, direction, category_code, decided_by)
     select $1::text, n.id, n.direction, $4, $5
     from unnest($2::uuid[], $3::text[]) as n (id, direction)
     on conflict (tenant_id, counterparty_id, direction) do update
     set category_code = excluded.category_code, decided_by = excluded.decided_by, decided_at = now()`,
    [tx.tenantId, pairs.map(([id]) => id), pairs.map(([, direction]) => direction), category, tx.actor],
  );
}

/** One rule for what was corrected together, if one is plain: the same proposal for every entry. */
async function propose(tx: TenantTransaction, entries: readonly queries.SortedEntry[], category: string): Promise<Corrected["proposal"]> {
  const wanted = entries.map((entry) => proposal(entry, entry.counterparty));
  const [first] = wanted;
  if (first === null || first === undefined || wanted.some((one) => JSON.stringify(one) !== JSON.stringify(first))) return null;
  const [last] = await rows<{ priority: number }>(
    tx,
    "select coalesce(max(priority), 0) as priority from cash_management.cm_category_rules where tenant_id = $1",
    [tx.tenantId],
  );
  const rule: NewRule = {
    priority: (last?.priority ?? 0) + 10,
    name: String(first[0]?.value).slice(0, 200),
    predicate: { all: first },
    category,
  };
  return { rule, trial: await tryRule(tx, { rule }) };
}

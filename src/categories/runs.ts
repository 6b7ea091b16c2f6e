import type { Pool } from "../postgres/connect.ts";
import { type TenantContext, type TenantTransaction, tenantTransaction } from "../postgres/transaction.ts";
import type { Day } from "../time/day.ts";
import { recognise } from "./counterparties.ts";
import { type Decision, decide, type Knowledge } from "./decide.ts";
import * as queries from "./queries.ts";
import { compile, describePredicate } from "./rule.ts";
import * as runQueries from "./run-queries.ts";

const batch = 5_000;

export interface Sorted {
  readonly examined: number;
  readonly changed: number;
}

/**
 * Sorts what waits: entries of deliveries that came since, and all of them after a change of rules. In batches, each a transaction that
 * also moves the cursor, so that whoever is killed is gone on from where they were; one works for a tenant at a time.
 *
 * It runs right after an import, not within: money is in before there is an opinion about it, a rule can neither slow nor refuse a
 * statement, and counterparties are locked for a batch instead of for a file (docs/why/categories.md).
 */
export async function sortWaiting(pool: Pool, context: TenantContext, batches = Number.POSITIVE_INFINITY): Promise<Sorted> {
  await tenantTransaction(pool, context, runQueries.requestDeliveryRuns);
  const total = { examined: 0, changed: 0 };
  for (let turn = 0; turn < batches; turn += 1) {
    const step = await tenantTransaction(pool, context, sortBatch);
    if (step === null) break;
    total.examined += step.examined;
    total.changed += step.changed;
  }
  return total;
}

async function sortBatch(tx: TenantTransaction): Promise<Sorted | null> {
  const run = await runQueries.nextRun(tx);
  if (run === null) return null;
  const span = { from: run.from_day as Day, to: run.to_day as Day, after: run.cursor_id, accountIds: run.account_ids, limit: batch };
  const entries = await queries.entriesToSort(tx, span);
  const changed = await sortEntries(tx, entries);
  const step = { examined: entries.length, changed };
  await runQueries.moveRun(tx, run.id, { cursor: entries.at(-1)?.id ?? null, ...step, done: entries.length < batch });
  return step;
}

/** Decides for entries and writes what is new; what a person has decided stays, unless it is being lifted. */
export async function sortEntries(tx: TenantTransaction, entries: readonly queries.SortedEntry[], lifted = false): Promise<number> {
  if (entries.length === 0) return 0;
  const { known, counterparties } = await knowledgeFor(tx, entries);
  const news = entries.flatMap((entry): queries.NewDecision[] => {
    const counterpartyId = counterparties.get(entry.id) ?? null;
    if (entry.source === "person" && !lifted) return [];
    const decision = decide({ ...entry, counterpartyId }, known) ?? { ...undecided, counterpartyId };
    return same(entry, decision) ? [] : [{ id: entry.id, day: entry.day, decision }];
  });
  await queries.writeDecisions(tx, news, lifted);
  return news.length;
}

export const undecided = { category: null, source: null, ruleId: null, reason: null } as const;

function same(entry: queries.SortedEntry, decision: Decision | (typeof undecided & { counterpartyId: string | null })): boolean {
  return (
    entry.category === decision.category &&
    entry.source === decision.source &&
    entry.ruleId === decision.ruleId &&
    entry.reason === decision.reason &&
    entry.counterpartyId === decision.counterpartyId
  );
}

/** Everything that decides about these entries, as it stands in this transaction. */
export async function knowledgeFor(
  tx: TenantTransaction,
  entries: readonly queries.SortedEntry[],
): Promise<{ known: Knowledge; counterparties: ReadonlyMap<string, string> }> {
  const ownAccounts = await queries.ownAccountIndexes(tx);
  const counterparties = await recognise(tx, entries, ownAccounts);
  return { known: await knowledge(tx, ownAccounts, [...new Set(counterparties.values())]), counterparties };
}

/** Rules, tree and memory, without noting anything down. */
export async function knowledge(
  tx: TenantTransaction,
  ownAccounts: ReadonlySet<string>,
  counterparties: readonly string[],
): Promise<Knowledge> {
  const [rules, categories] = [await queries.selectRules(tx), await queries.selectCategories(tx)];
  return {
    rules: rules.filter((rule) => rule.is_active).map(compiled),
    categories: categories.filter(({ isActive }) => isActive),
    ownAccounts,
    memory: await queries.memoryOf(tx, counterparties),
  };
}

export function compiled(rule: Pick<queries.RuleRow, "id" | "priority" | "name" | "predicate" | "category" | "counterparty_id">) {
  const { id, priority, name, predicate, category, counterparty_id: counterpartyId } = rule;
  return { id, priority, name, category, counterpartyId, words: describePredicate(predicate), test: compile(predicate) };
}

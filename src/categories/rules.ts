import { v7 as uuidv7 } from "uuid";
import { Problem } from "../errors/problem.ts";
import { exponentOf, minorText } from "../money/money.ts";
import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";
import { spanOfStatements } from "../statements/statements.ts";
import type { Day } from "../time/day.ts";
import type { NewRule, Rule, RuleTrial, TryRule } from "./contract.ts";
import { decide, type Knowledge } from "./decide.ts";
import * as queries from "./queries.ts";
import { compile, describePredicate } from "./rule.ts";
import * as runQueries from "./run-queries.ts";
import { compiled, knowledge } from "./runs.ts";

export async function listRules(tx: TenantTransaction): Promise<Rule[]> {
  return (await queries.selectRules(tx)).map(ruleOf);
}

/** @throws Problem `not_found` */
export async function getRule(tx: TenantTransaction, id: string): Promise<Rule> {
  const [row] = await queries.selectRules(tx, id);
  if (row === undefined) throw new Problem("not_found", `there is no category rule ${id}`, { hint: "apg categories rules lists them." });
  return ruleOf(row);
}

/** Adds a rule and asks for the history to be sorted again. @throws Problem `invalid_input` */
export async function addRule(tx: TenantTransaction, rule: NewRule): Promise<Rule> {
  await requireSensible(tx, rule);
  const id = uuidv7();
  await tx.query(
    `insert into cash_management.cm_category_rules (tenant_id, id, priority, name, predicate, category_code, counterparty_id, author, is_active)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tx.tenantId,
      id,
      rule.priority,
      rule.name,
      JSON.stringify(rule.predicate),
      rule.category,
      rule.counterpartyId ?? null,
      tx.actor,
      rule.isActive ?? true,
    ],
  );
  await runQueries.insertRun(tx, "rules");
  return getRule(tx, id);
}

/** @throws Problem `not_found`, `invalid_input` */
export async function changeRule(tx: TenantTransaction, id: string, rule: NewRule): Promise<Rule> {
  await requireSensible(tx, rule);
  const { rowCount } = await tx.query(
    `update cash_management.cm_category_rules
     set priority = $3, name = $4, predicate = $5, category_code = $6, counterparty_id = $7, is_active = $8
     where tenant_id = $1 and id = $2`,
    [
      tx.tenantId,
      id,
      rule.priority,
      rule.name,
      JSON.stringify(rule.predicate),
      rule.category,
      rule.counterpartyId ?? null,
      rule.isActive ?? true,
    ],
  );
  if (rowCount === 0) return getRule(tx, id);
  await runQueries.insertRun(tx, "rules");
  return getRule(tx, id);
}

/** @throws Problem `not_found` */
export async function removeRule(tx: TenantTransaction, id: string): Promise<void> {
  await getRule(tx, id);
  await tx.query("delete from cash_management.cm_category_rules where tenant_id = $1 and id = $2", [tx.tenantId, id]);
  await runQueries.insertRun(tx, "rules");
}

async function requireSensible(tx: TenantTransaction, { category, predicate, counterpartyId }: NewRule): Promise<void> {
  compile(predicate);
  if (!(await queries.selectCategories(tx)).some(({ code, isActive }) => code === category && isActive))
    throw new Problem("invalid_input", `there is no category ${category} in use`, { hint: "apg categories list shows the tree." });
  if (counterpartyId === undefined || counterpartyId === null) return;
  const found = await rows(tx, "select 1 as one from cash_management.cm_counterparties where tenant_id = $1 and id = $2", [
    tx.tenantId,
    counterpartyId,
  ]);
  if (found.length === 0) throw new Problem("invalid_input", `there is no counterparty ${counterpartyId}`);
}

const batch = 5_000;
const mostExamples = 25;

/**
 * What a rule would do to the history if it stood at its priority, alone or instead of another; nothing is written. Every entry is
 * decided twice, as things stand and with the rule, so what it shows is what saving it will do.
 */
export async function tryRule(tx: TenantTransaction, wanted: TryRule): Promise<RuleTrial> {
  const { rule } = wanted;
  const test = compile(rule.predicate);
  const span = await spanOfStatements(tx);
  const from = (wanted.from ?? span?.from ?? null) as Day | null;
  const to = (wanted.to ?? span?.to ?? null) as Day | null;
  const trial = emptyTrial(describePredicate(rule.predicate), from, to);
  if (from === null || to === null || from > to) return trial.answer();
  const own = await queries.ownAccountIndexes(tx);
  const draft = compiled({ id: draftId, ...rule, counterparty_id: rule.counterpartyId ?? null });
  for (let after: string | null = null; ; ) {
    const entries = await queries.entriesToSort(tx, { from, to, after, limit: batch });
    const held = entries.filter((entry) => test(entry) || entry.ruleId === wanted.replaces);
    if (held.length > 0) {
      const partners = [...new Set(held.map(({ counterpartyId }) => counterpartyId).filter((id) => id !== null))];
      const now = await knowledge(tx, own, partners);
      const then = withDraft(now, draft, wanted.replaces, rule.isActive ?? true);
      for (const entry of held) trial.add(entry, test(entry), decide(entry, now)?.category ?? null, decide(entry, then));
    }
    trial.examined(entries.length);
    after = entries.at(-1)?.id ?? null;
    if (entries.length < batch) return trial.answer();
  }
}

const draftId = "00000000-0000-4000-8000-000000000000";

function withDraft(now: Knowledge, draft: Knowledge["rules"][number], replaces: string | undefined, active: boolean): Knowledge {
  const others = now.rules.filter(({ id }) => id !== replaces);
  // Of two with one priority the older is asked first; one that is changed keeps its place.
  const at = others.findIndex(({ priority }) => priority > draft.priority);
  const rules = active ? others.toSpliced(at < 0 ? others.length : at, 0, draft) : others;
  return { ...now, rules };
}

function emptyTrial(words: string, from: Day | null, to: Day | null) {
  const counts = { examined: 0, holds: 0, decides: 0, locked: 0, before: 0 };
  const changes = new Map<string, { from: string | null; to: string | null; count: number }>();
  const sums = new Map<string, { count: number; credits: bigint; debits: bigint }>();
  const examples: RuleTrial["examples"] = [];
  return {
    examined(count: number) {
      counts.examined += count;
    },
    add(entry: queries.SortedEntry, holds: boolean, now: string | null, decision: ReturnType<typeof decide>) {
      if (holds) counts.holds += 1;
      if (entry.source === "person") {
        if (holds) counts.locked += 1;
        return;
      }
      const decides = decision?.ruleId === draftId;
      if (holds && !decides) counts.before += 1;
      const then = decision?.category ?? null;
      if (decides) {
        counts.decides += 1;
        const sum = sums.get(entry.currency) ?? { count: 0, credits: 0n, debits: 0n };
        sum.count += 1;
        if (entry.amountMinor > 0n) sum.credits += entry.amountMinor;
        else sum.debits -= entry.amountMinor;
        sums.set(entry.currency, sum);
      }
      if (then !== now) {
        const key = `${now} ${then}`;
        const change = changes.get(key) ?? { from: now, to: then, count: 0 };
        change.count += 1;
        changes.set(key, change);
      }
      if ((decides || then !== now) && examples.length < mostExamples)
        examples.push({
          id: entry.id,
          day: entry.day,
          accountId: entry.accountId,
          amount: minorText(entry.amountMinor, exponentOf(entry.currency)),
          currency: entry.currency,
          counterparty: entry.counterparty,
          text: entry.text.slice(0, 200),
          before: now,
          after: then,
        });
    },
    answer: (): RuleTrial => ({
      words,
      from,
      to,
      ...counts,
      changes: [...changes.values()].sort((a, b) => b.count - a.count),
      sums: [...sums]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([currency, { count, credits, debits }]) => ({
          currency,
          count,
          credits: minorText(credits, exponentOf(currency)),
          debits: minorText(debits, exponentOf(currency)),
        })),
      examples,
    }),
  };
}

function ruleOf(row: queries.RuleRow): Rule {
  const {
    id,
    priority,
    name,
    predicate,
    category,
    counterparty_id: counterpartyId,
    author,
    is_active: isActive,
    updated_at: updatedAt,
  } = row;
  return { id, priority, name, predicate, words: describePredicate(predicate), category, counterpartyId, author, isActive, updatedAt };
}

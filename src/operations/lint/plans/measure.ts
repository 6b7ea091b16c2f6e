import type { ClientBase } from "pg";
import type { HotStatement } from "./statement-files.ts";

export type PlanMode = "custom" | "generic";

/** How a plan reaches a table or partition. */
export interface Scan {
  /** The table, or the one the partition belongs to. */
  readonly table: string;
  readonly node: string;
  /** Conditions in the index; empty for a sequential scan. */
  readonly conditions: readonly string[];
  /** Of the relation that is read: in a small one the server takes any index. */
  readonly pages: number;
}

export interface Measured {
  readonly scans: Readonly<Partial<Record<PlanMode, readonly Scan[]>>>;
  /** Relations locked by executing it once, its own plan for these values. */
  readonly locks: number;
  /** The quickest of three: the first one fills the caches of the session. */
  readonly planningMs: number;
}

/**
 * Plans and runs the statement in the transaction that `client` is in, as whoever it is. Sequential scans are made dear, so that a
 * table that is small today is still read by an index if one can serve at all.
 */
export async function measureStatement(client: ClientBase, statement: HotStatement, tenantId: string): Promise<Measured> {
  const values = await valuesOf(client, statement, tenantId);
  const types = ["text", ...statement.parameters.map(({ type }) => type)];
  await client.query(`prepare ${prepared} (${types.join(", ")}) as ${statement.sql}`);
  try {
    const call = `execute ${prepared} (${values.join(", ")})`;
    await client.query("set local plan_cache_mode = force_custom_plan");
    const before = await relationLocks(client);
    await client.query(call);
    const locks = (await relationLocks(client)) - before;
    const planning = [];
    for (let turn = 0; turn < 3; turn += 1) planning.push((await explain(client, call)).planningMs);
    await client.query("set local enable_seqscan = off");
    const custom = (await explain(client, call)).scans;
    await client.query("set local plan_cache_mode = force_generic_plan");
    const generic = statement.generic ? (await explain(client, call)).scans : undefined;
    return { locks, planningMs: Math.min(...planning), scans: { custom, ...(generic === undefined ? {} : { generic }) } };
  } finally {
    // Prepared statements outlive the transaction. When it has failed, this fails too, and the connection is thrown away with it.
    await client.query(`deallocate ${prepared}`).catch(() => {});
  }
}

const prepared = "apg_lint_statement";

/** The values as literals, computed by the server in the eyes of this role. */
async function valuesOf(client: ClientBase, { parameters }: HotStatement, tenantId: string): Promise<string[]> {
  const literals = [...parameters.keys()].map((at) => `quote_nullable(v.p${at})`);
  const { rows } = await client.query<{ values: string[] }>(
    `select array[quote_literal($1::text)${literals.map((literal) => `, ${literal}`).join("")}] as values
     from (select ${parameters.map(({ type, expression }, at) => `(${expression})::${type} as p${at}`).join(", ") || "1"}) as v`,
    [tenantId],
  );
  return (rows[0]?.values ?? []).map((value, at) => (at === 0 ? value : `${value}::${parameters[at - 1]?.type}`));
}

async function relationLocks(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ locks: number }>(
    `select count(distinct l.relation)::integer as locks
     from pg_catalog.pg_locks as l
     join pg_catalog.pg_class as c on c.oid = l.relation
     where l.pid = pg_backend_pid()
       and l.locktype = 'relation'
       and c.relnamespace <> 'pg_catalog'::regnamespace`,
  );
  return rows[0]?.locks ?? 0;
}

interface PlanNode {
  readonly "Node Type": string;
  readonly Schema?: string;
  readonly "Relation Name"?: string;
  readonly "Index Cond"?: string;
  readonly Plans?: readonly PlanNode[];
}

async function explain(client: ClientBase, call: string): Promise<{ scans: Scan[]; planningMs: number }> {
  const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: PlanNode; "Planning Time": number }] }>(
    `explain (format json, verbose, summary) ${call}`,
  );
  const [plan] = rows[0]?.["QUERY PLAN"] ?? [];
  if (plan === undefined) throw new Error("the server explained nothing");
  const scans = nodesOf(plan.Plan).filter((node) => node["Relation Name"] !== undefined);
  const roots = await rootsOf(client, scans.map(nameOf));
  return {
    planningMs: plan["Planning Time"],
    scans: scans.map((node) => {
      const { root, pages } = roots.get(nameOf(node)) ?? { root: nameOf(node), pages: 0 };
      return { table: root, node: node["Node Type"], conditions: conditionsOf(node), pages };
    }),
  };
}

/** Of a bitmap scan the conditions stand in the nodes below. */
function conditionsOf(node: PlanNode): string[] {
  const below = (node.Plans ?? []).filter((child) => /^Bitmap/.test(child["Node Type"])).flatMap(conditionsOf);
  return node["Index Cond"] === undefined ? below : [node["Index Cond"], ...below];
}

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

function nameOf(node: PlanNode): string {
  return `${node.Schema}.${node["Relation Name"]}`;
}

async function rootsOf(client: ClientBase, names: readonly string[]): Promise<Map<string, { root: string; pages: number }>> {
  const { rows } = await client.query<{ name: string; root: string; pages: number }>(
    `select format('%s.%s', n.nspname, c.relname) as name, format('%s.%s', rn.nspname, r.relname) as root,
       (pg_catalog.pg_relation_size(c.oid) / current_setting('block_size')::integer)::integer as pages
     from pg_catalog.pg_class as c
     join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
     join pg_catalog.pg_class as r on r.oid = coalesce(pg_catalog.pg_partition_root(c.oid), c.oid)
     join pg_catalog.pg_namespace as rn on rn.oid = r.relnamespace
     where format('%s.%s', n.nspname, c.relname) = any($1)`,
    [[...new Set(names)]],
  );
  return new Map(rows.map(({ name, root, pages }) => [name, { root, pages }]));
}

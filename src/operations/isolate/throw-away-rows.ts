import type { Client } from "../../postgres/connect.ts";
import type { ContextKey } from "../../postgres/context.ts";
import type { Ingredients } from "./candidates.ts";
import { quoted } from "./candidates.ts";
import type { Relation } from "./catalogue.ts";
import { enterTenant, leaveTenant } from "./contexts.ts";
import type { NotProven } from "./proof.ts";
import { ident, mandatoryReferences, nearDay, type Parents, solutionQuery } from "./solution.ts";

/** Two tenants that exist inside one transaction only. */
export interface ThrowAwayTenants {
  readonly own: string;
  readonly foreign: string;
  /** In the texts of `foreign`'s rows. */
  readonly secret: string;
  readonly day: string;
  /** What their contexts are signed with. */
  readonly key: ContextKey;
}

/** Values as the server writes them; null is SQL's null. */
export type Row = Readonly<Record<string, string | null>>;

export interface FilledTable {
  readonly relation: Relation;
  readonly own: Row;
  readonly foreign: Row;
  /** Rows that the table would take, of either tenant, and that are not in it. */
  readonly newOwn: Row;
  readonly newForeign: Row;
}

export interface Filling {
  readonly tables: ReadonlyMap<string, FilledTable>;
  readonly notProven: readonly NotProven[];
}

/** Gives both tenants a row in every table, parents before children. The caller's transaction must be rolled back. */
export async function fillTables(client: Client, relations: readonly Relation[], tenants: ThrowAwayTenants): Promise<Filling> {
  const known = new Map(relations.map((relation) => [relation.name, relation]));
  const tables = parentsFirst(relations.filter(({ tenant, kind, partition }) => tenant && !partition && (kind === "r" || kind === "p")));
  const copies = copiesNeeded(tables, known);
  const refused = new Map<string, string>();
  const parents = (tenant: string) => ({ tenant, relations: known });
  for (const tenant of [tenants.own, tenants.foreign]) {
    const from = { mark: tenant === tenants.foreign ? tenants.secret : tenant, day: tenants.day, variant: 0 };
    await enterTenant(client, tenants.key, tenant);
    for (const table of tables)
      for (let copy = 0; copy < (copies.get(table.name) ?? 1); copy += 1) {
        const reason = await insertRow(client, table, solutionQuery(table, parents(tenant), { ...from, variant: copy }));
        if (reason !== null) refused.set(table.name, reason);
      }
  }
  await leaveTenant(client);
  const filled = new Map<string, FilledTable>();
  const notProven: NotProven[] = [];
  for (const table of tables) {
    // Some tables are filled by triggers only, such as the audit trail: what counts is that both have a row.
    const own = await rowOf(client, table, tenants.own, tenants.day);
    const foreign = await rowOf(client, table, tenants.foreign, tenants.day);
    const intruder: Ingredients = { mark: tenants.own.replace("prove-", "intruder-"), day: tenants.day, variant: 2 };
    const newOwn = await newRow(client, table, parents(tenants.own), intruder);
    const newForeign = await newRow(client, table, parents(tenants.foreign), intruder);
    if (own !== undefined && foreign !== undefined && newOwn !== undefined && newForeign !== undefined)
      filled.set(table.name, { relation: table, own, foreign, newOwn, newForeign });
    else notProven.push({ object: table.name, reason: refused.get(table.name) ?? "no row could be made that its checks let through" });
  }
  return { tables: filled, notProven };
}

export function literal(relation: Relation, column: string, value: string | null | undefined): string {
  if (value === null || value === undefined) return "null";
  return `${quoted(value)}::${relation.columns.find(({ name }) => name === column)?.type ?? "text"}`;
}

/** The tables these need rows in, themselves included. */
export function withParents(wanted: readonly Relation[], all: readonly Relation[]): Relation[] {
  const known = new Map(all.map((relation) => [relation.name, relation]));
  const found = new Set<Relation>();
  const visit = (relation: Relation | undefined) => {
    if (relation === undefined || found.has(relation)) return;
    found.add(relation);
    for (const { parent } of relation.foreignKeys) visit(known.get(parent));
  };
  for (const relation of wanted) visit(relation);
  return [...found];
}

/** Null, or why the table did not take the row. */
async function insertRow(client: Client, table: Relation, query: string): Promise<string | null> {
  await client.query("savepoint fill");
  try {
    const row = await solve(client, query);
    if (row === undefined) return null;
    const names = Object.keys(row);
    const values = names.map((name) => literal(table, name, row[name]));
    await client.query(`insert into ${table.name} (${names.map(ident).join(", ")}) values (${values.join(", ")})`);
    return null;
  } catch (error) {
    await client.query("rollback to savepoint fill");
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.query("release savepoint fill");
  }
}

/** Its locks are let go at once: over a whole table there are as many as partitions and their indexes. */
async function solve(client: Client, query: string): Promise<Row | undefined> {
  await client.query("savepoint look");
  const { rows } = await client.query<Record<string, string | null>>(query);
  await client.query("rollback to savepoint look; release savepoint look");
  return rows[0];
}

/** One whose keys are free, or at least one that fits the checks: of a table like that of tenants there is one row a tenant. */
async function newRow(client: Client, table: Relation, parents: Parents, from: Ingredients): Promise<Row | undefined> {
  return (
    (await trySolve(client, solutionQuery(table, parents, from))) ?? (await trySolve(client, solutionQuery(table, parents, from, false)))
  );
}

/** A candidate may make a check fail with an error of its own, as when a function is given what it cannot take. */
async function trySolve(client: Client, query: string): Promise<Row | undefined> {
  await client.query("savepoint solve");
  try {
    return await solve(client, query);
  } catch {
    await client.query("rollback to savepoint solve");
    return undefined;
  }
}

async function rowOf(client: Client, table: Relation, tenant: string, day: string): Promise<Row | undefined> {
  const columns = table.columns.map(({ name }) => `${ident(name)}::text as ${ident(name)}`).join(", ");
  return solve(client, `select ${columns} from ${table.name} as t where tenant_id = ${quoted(tenant)}${nearDay(table, day, "t")} limit 1`);
}

function parentsFirst(tables: readonly Relation[]): Relation[] {
  const among = new Set(tables);
  return withParentsOrdered(tables).filter((table) => among.has(table));
}

function withParentsOrdered(tables: readonly Relation[]): Relation[] {
  const known = new Map(tables.map((table) => [table.name, table]));
  const ordered: Relation[] = [];
  const visited = new Set<Relation>();
  const visit = (table: Relation) => {
    if (visited.has(table)) return;
    visited.add(table);
    for (const { parent } of table.foreignKeys) {
      const relation = known.get(parent);
      if (relation !== undefined) visit(relation);
    }
    ordered.push(table);
  };
  for (const table of tables) visit(table);
  return ordered;
}

/**
 * How many rows a tenant needs: two where another table refers twice, perhaps to two different rows (a transfer's two accounts);
 * and where a child's key is its parent's, as many parents as children and one that is free.
 */
function copiesNeeded(tables: readonly Relation[], known: ReadonlyMap<string, Relation>): ReadonlyMap<string, number> {
  const copies = new Map<string, number>();
  const atLeast = (name: string, count: number) => copies.set(name, Math.max(copies.get(name) ?? 1, count));
  for (const table of tables) {
    const parents = mandatoryReferences(table, known).map(({ parent }) => parent);
    for (const parent of parents) if (parents.indexOf(parent) !== parents.lastIndexOf(parent)) atLeast(parent, 2);
  }
  for (const table of [...tables].reverse()) {
    const key = table.uniqueKeys.find(({ primary }) => primary)?.columns.filter((name) => name !== "tenant_id") ?? [];
    for (const { columns, parent } of mandatoryReferences(table, known))
      if (key.length > 0 && key.every((name) => columns.includes(name))) atLeast(parent, (copies.get(table.name) ?? 1) + 1);
  }
  return copies;
}

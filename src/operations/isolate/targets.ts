import { Problem } from "../../errors/problem.ts";
import type { Client } from "../../postgres/connect.ts";
import type { Relation } from "./catalogue.ts";
import { type CallableFunction, functionAttacks, neverCalled, readFunctions } from "./function-attacks.ts";
import type { Ledger } from "./ledger.ts";
import { ownedPartitionAttacks, partitionAttacks, sequenceAttacks, sharedTableAttacks, viewAttacks } from "./partition-attacks.ts";
import type { Attack } from "./proof.ts";
import type { ProofOptions } from "./prove.ts";
import { escapeAttacks, redefiningAttacks, truncateAttack } from "./role-attacks.ts";
import type { AttackingRole } from "./roles.ts";
import { coreAttacks, tableAttacks } from "./table-attacks.ts";
import { type FilledTable, fillTables, type ThrowAwayTenants, withParents } from "./throw-away-rows.ts";

/** Something to attack, and who fires what at it. */
export interface Target {
  readonly object: string;
  /** Under which the matrix counts it. */
  readonly table: string;
  readonly relation?: Relation;
  readonly filled?: FilledTable;
  readonly volleys: readonly Volley[];
}

export interface Volley {
  readonly roles: readonly string[];
  readonly attacks: readonly Attack[];
  /** Where privileges alone decide, the own tenant is enough. */
  readonly contexts: "thorough" | "core" | "own tenant";
}

interface Aim {
  /** Of all relations those whose turn it is; later ones are partitions alone. */
  readonly attacked: readonly Relation[];
  readonly later: boolean;
  readonly attackers: readonly AttackingRole[];
  readonly options: ProofOptions;
  readonly ledger: Ledger;
}

/** Makes the throw-away rows, and lists what there is to attack. */
export async function targetsOf(client: Client, relations: readonly Relation[], tenants: ThrowAwayTenants, aim: Aim): Promise<Target[]> {
  const only = aim.options.tables ?? [];
  const wanted = aim.attacked;
  const functions = aim.later ? [] : await functionsWanted(client, only);
  if (!aim.later) requireFound(only, [...relations.flatMap(({ name, root }) => [name, root]), ...functions.map(({ name }) => name)]);
  // The registry as well: what happens to it fills the audit trail, which takes rows from triggers only.
  const registry = relations.filter(({ name }) => name === "cash_management.cm_tenants");
  const filling = await fillTables(client, withParents([...registry, ...wanted], relations), tenants);
  for (const { object, reason } of filling.notProven) aim.ledger.doubt(object, `no row to attack: ${reason}`);
  const { rows } = await client.query<{ major: number }>("select current_setting('server_version_num')::integer / 10000 as major");
  const major = rows[0]?.major ?? 15;
  const targets: Target[] = [];
  for (const relation of wanted) targets.push(await targetOf(client, relation, filling.tables, tenants, aim, major));
  targets.push(...functions.map((called) => functionTarget(called, filling.tables, tenants, aim)));
  return only.length > 0 || aim.later ? targets : [...targets, escapeTarget(relations, aim)];
}

async function functionsWanted(client: Client, only: readonly string[]): Promise<CallableFunction[]> {
  return (await readFunctions(client)).filter(({ name }) => isWanted([name], only) && neverCalled[name] === undefined);
}

async function targetOf(
  client: Client,
  relation: Relation,
  tables: ReadonlyMap<string, FilledTable>,
  tenants: ThrowAwayTenants,
  { attackers }: Aim,
  major: number,
): Promise<Target> {
  const names = attackers.map(({ name }) => name);
  const others = names.filter((name) => name !== relation.owner);
  const owner = names.filter((name) => name === relation.owner);
  const about = { object: relation.name, table: relation.root, relation };
  const all = (attacks: readonly Attack[], roles: readonly string[] = names): Volley => ({ roles, attacks, contexts: "thorough" });
  if (relation.partition)
    return {
      ...about,
      volleys: [
        {
          roles: others,
          attacks: [...partitionAttacks(relation, tenants.own, tenants.foreign), truncateAttack(relation)],
          contexts: "own tenant",
        },
        all(ownedPartitionAttacks(relation, tenants.own, tenants.foreign), owner),
      ],
    };
  if (relation.kind === "S") return { ...about, volleys: [all(sequenceAttacks(relation), others)] };
  if (relation.kind === "v" || relation.kind === "m")
    return { ...about, volleys: [all(viewAttacks(relation, tenants.own, tenants.foreign, tenants.secret))] };
  const redefining: Volley = { roles: others, attacks: [...redefiningAttacks(relation), truncateAttack(relation)], contexts: "own tenant" };
  if (!relation.tenant) return { ...about, volleys: [all(sharedTableAttacks(relation), others), redefining] };
  const filled = tables.get(relation.name);
  if (filled === undefined) return { ...about, volleys: [redefining] };
  const changeable = await changeableColumns(client, relation, names);
  const target = { ...filled, ownTenant: tenants.own, foreignTenant: tenants.foreign, changeable, major, parents: tables };
  return {
    ...about,
    filled,
    volleys: [all(tableAttacks(target)), redefining, { roles: names, attacks: coreAttacks(target), contexts: "core" }],
  };
}

/** For each role one column that it may change, so that a grant on a single column is tried as well. */
async function changeableColumns(client: Client, relation: Relation, roles: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct on (attacker) attname::text as name
     from unnest($2::text[]) as attacker
     join pg_attribute on attrelid = $1::oid and attnum > 0 and not attisdropped and attgenerated = ''
     where has_column_privilege(attacker, attrelid, attnum, 'update')
     order by attacker, attname = 'tenant_id', attnum desc`,
    [relation.oid, roles],
  );
  const found = new Set(rows.map(({ name }) => name));
  return found.size === 0 ? ["tenant_id"] : [...found];
}

function functionTarget(
  called: CallableFunction,
  tables: ReadonlyMap<string, FilledTable>,
  tenants: ThrowAwayTenants,
  { attackers }: Aim,
): Target {
  const roles = attackers.filter(({ name }) => name !== called.owner).map(({ name }) => name);
  const attacks = functionAttacks(called, tables, tenants.foreign, tenants.secret);
  return { object: called.signature, table: called.name, volleys: [{ roles, attacks, contexts: "thorough" }] };
}

function escapeTarget(relations: readonly Relation[], { attackers }: Aim): Target {
  const powerful = [...new Set([...relations.map(({ owner }) => owner), "cm_gatekeeper", "backup_user", "apg_admin"])].sort();
  const schemas = [...new Set(relations.map(({ schema }) => schema))].sort();
  const outsiders = attackers.filter(({ owner }) => !owner).map(({ name }) => name);
  const attacks = escapeAttacks(powerful, schemas);
  return {
    object: "the database",
    table: "(the database)",
    volleys: outsiders.map((role) => ({
      roles: [role],
      attacks: attacks.filter(({ command }) => command !== `become ${role}`),
      contexts: "own tenant",
    })),
  };
}

/** By any of its names, with or without the schema. */
export function isWanted(names: readonly string[], only: readonly string[]): boolean {
  return only.length === 0 || names.some((name) => only.includes(name) || only.includes(name.replace(/^[^.]*\./, "")));
}

function requireFound(only: readonly string[], names: readonly string[]): void {
  const missing = only.find((table) => !isWanted(names, [table]));
  if (missing === undefined) return;
  throw new Problem("not_found", `there is no table, view or function ${missing} to attack`, {
    hint: "Write it as cash_management.cm_banks, or without its schema.",
  });
}

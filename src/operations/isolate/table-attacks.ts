import { quoted } from "./candidates.ts";
import type { Relation } from "./catalogue.ts";
import { referencesBroughtAlong } from "./exceptions.ts";
import type { Attack } from "./proof.ts";
import { dayColumns, ident } from "./solution.ts";
import { type FilledTable, literal, type Row } from "./throw-away-rows.ts";

export interface TableTargets extends FilledTable {
  readonly ownTenant: string;
  readonly foreignTenant: string;
  /** Columns that some role may change, one for each different grant. */
  readonly changeable: readonly string[];
  readonly major: number;
  /** Every table with rows to refer to. */
  readonly parents: ReadonlyMap<string, FilledTable>;
}

/** Everything one can try on a table by its own name, of tenant `own`, against the rows of `foreign`. */
export function tableAttacks(target: TableTargets): Attack[] {
  return [
    ...readingAttacks(target),
    ...changingAttacks(target),
    ...insertingAttacks(target),
    ...mergeAttacks(target),
    ...keyAttacks(target),
  ];
}

/** The core of it, for the contexts that are no context: forged, malformed, expired. */
export function coreAttacks(target: TableTargets): Attack[] {
  const { relation: t, changeable, newForeign } = target;
  const theirs = foreignRow(target);
  return [
    read("select", `select from ${t.name} where ${theirs}`),
    none("update", `update ${t.name} set ${same(changeable[0] ?? "tenant_id")} where ${theirs}`),
    none("delete", `delete from ${t.name} where ${theirs}`),
    refused("insert", insertion(t, newForeign)),
  ];
}

function readingAttacks(target: TableTargets): Attack[] {
  const { relation: t, ownTenant } = target;
  const theirs = foreignRow(target);
  return [
    own("own row", `select from ${t.name} where ${ownRow(target)}`),
    read("select", `select from ${t.name} where ${theirs}`),
    read("select of any other tenant", `select from ${t.name} where tenant_id <> ${quoted(ownTenant)}${dayOfWide(target)} limit 1`),
    read("aggregate", `select count(*) from ${t.name} where ${theirs} having count(*) > 0`),
    read("window", `select count(*) over () from ${t.name} where ${theirs}`),
    read("subquery", `select where exists (select from ${t.name} where ${theirs})`),
    read("join", `select from (select 1 as one) as mine join ${t.name} as t on mine.one = 1 where ${theirs}`),
    read("common table expression", `with found as materialized (select * from ${t.name} where ${theirs}) select from found`),
    read("select for update", `select from ${t.name} where ${theirs} for update`),
    read("table sample", `select from ${t.name} tablesample system (100) where ${theirs}`),
    read("create table as", `create temporary table prove_copy as select * from ${t.name} where ${theirs}`),
    read("row_security off", `set local row_security = off; select from ${t.name} where ${theirs}`),
    read("error that tells", `select from ${t.name} as t where ${theirs} and t::text::integer = 0`),
    read("statistics", `select from pg_catalog.pg_stats where schemaname = ${quoted(t.schema)} and tablename = ${quoted(t.bareName)}`),
  ];
}

function changingAttacks(target: TableTargets): Attack[] {
  const { relation: t, ownTenant, foreignTenant, changeable } = target;
  const theirs = foreignRow(target);
  const column = changeable[0] ?? "tenant_id";
  return [
    ...changeable.map((name) => none(`update ${name === column ? "" : name}`.trim(), `update ${t.name} set ${same(name)} where ${theirs}`)),
    none("update from", `update ${t.name} as t set ${same(column)} from (select 1) as other where ${theirs}`),
    none("update returning", `update ${t.name} set ${same(column)} where ${theirs} returning *`),
    none("update of tenant_id, taking", `update ${t.name} set tenant_id = ${quoted(ownTenant)} where ${theirs}`),
    kept("update of tenant_id, giving", `update ${t.name} set tenant_id = ${quoted(foreignTenant)} where ${ownRow(target)}`),
    none("delete", `delete from ${t.name} where ${theirs}`),
    none("delete returning", `delete from ${t.name} where ${theirs} returning *`),
    none("delete in a common table expression", `with gone as (delete from ${t.name} where ${theirs} returning 1) select from gone`),
  ];
}

function insertingAttacks({ relation: t, foreign, newOwn, newForeign, changeable }: TableTargets): Attack[] {
  const columns = Object.keys(newForeign);
  const list = columns.map(ident).join(", ");
  const values = (row: Row) => columns.map((name) => literal(t, name, row[name])).join(", ");
  const primary = t.uniqueKeys
    .find((key) => key.primary)
    ?.columns.map(ident)
    .join(", ");
  const existing: Row = { ...newForeign, ...Object.fromEntries(Object.entries(foreign).filter(([name]) => columns.includes(name))) };
  return [
    refused("insert", insertion(t, newForeign)),
    refused("insert returning", `${insertion(t, newForeign)} returning *`),
    refused("insert of many", `insert into ${t.name} (${list}) values (${values(newForeign)}), (${values(newOwn)})`),
    refused("insert select", `insert into ${t.name} (${list}) select ${values(newForeign)}`),
    refused("insert on conflict do nothing", `${insertion(t, newForeign)} on conflict do nothing`),
    refused("insert of their row on conflict do nothing", `${insertion(t, existing)} on conflict do nothing`),
    ...(primary === undefined
      ? []
      : [
          refused(
            "insert of their row on conflict do update",
            `${insertion(t, existing)} on conflict (${primary}) do update set ${ident(changeable[0] ?? "tenant_id")} = excluded.${ident(changeable[0] ?? "tenant_id")}`,
          ),
        ]),
  ];
}

function mergeAttacks(target: TableTargets): Attack[] {
  const { relation: t, newForeign, changeable, foreignTenant, major } = target;
  const theirs = foreignRow(target, "t");
  const names = Object.keys(newForeign);
  const merge = `merge into ${t.name} as t using (select 1) as s on ${theirs}`;
  const insert = `insert (${names.map(ident).join(", ")}) values (${names.map((name) => literal(t, name, newForeign[name])).join(", ")})`;
  const unmatched = `merge into ${t.name} as t using (select false as ever) as s on s.ever${dayOfWide(target, "t.")}`;
  return [
    none("merge matched update", `${merge} when matched then update set ${same(changeable[0] ?? "tenant_id", "t")}`),
    none("merge matched delete", `${merge} when matched then delete`),
    refused("merge not matched insert", `${unmatched} when not matched then ${insert}`),
    // Over every partition there is: nothing rules one out.
    ...(major >= 17 && !t.wide
      ? [
          none(
            "merge not matched by source delete",
            `${unmatched} when not matched by source and t.tenant_id = ${quoted(foreignTenant)} then delete`,
          ),
        ]
      : []),
    ...(major >= 17 ? [none("merge returning", `${merge} when matched then delete returning t.*`)] : []),
  ];
}

/** What a constraint could say about another tenant's keys, or let refer to them. */
function keyAttacks({ relation: t, foreign, newOwn, parents }: TableTargets): Attack[] {
  const withValues = (values: Row) => insertion(t, { ...newOwn, ...values });
  const keys = t.uniqueKeys
    .map(({ name, columns }) => ({ name, columns: columns.filter((column) => column !== "tenant_id") }))
    .filter(({ columns }) => columns.length > 0)
    .map(({ name, columns }): Attack => {
      const theirs = Object.fromEntries(columns.map((column) => [column, foreign[column] ?? null]));
      return { command: `insert of their ${name}`, kind: "write", sql: withValues(theirs), expects: "no oracle" };
    });
  const references = t.foreignKeys.flatMap(({ name, columns, parent, parentColumns }): Attack[] => {
    const target = parents.get(parent);
    const pairs = columns.map((column, at) => [column, parentColumns[at] ?? ""] as const).filter(([column]) => column !== "tenant_id");
    if (
      target === undefined ||
      referencesBroughtAlong[name] !== undefined ||
      pairs.every(([, theirs]) => target.foreign[theirs] === target.own[theirs])
    )
      return [];
    const theirs = Object.fromEntries(pairs.map(([column, parentColumn]) => [column, target.foreign[parentColumn] ?? null]));
    return [none(`reference by ${name}`, withValues(theirs))];
  });
  return [...keys, ...references];
}

export function insertion(relation: Relation, row: Row): string {
  const names = Object.keys(row);
  return `insert into ${relation.name} (${names.map(ident).join(", ")}) values (${names.map((name) => literal(relation, name, row[name])).join(", ")})`;
}

/** Whatever is of a tenant, in a table with very many partitions on the days of the two rows. */
export function tenantCondition({ relation, own, foreign }: FilledTable, tenants: readonly string[]): string {
  const days = [own, foreign].map((row) => dayConditions(relation, row).join(" and ")).filter((condition) => condition !== "");
  const its = `tenant_id in (${tenants.map(quoted).join(", ")})`;
  return relation.wide && days.length > 0 ? `${its} and (${days.map((day) => `(${day})`).join(" or ")})` : its;
}

/** The one row of the other tenant; its day is named as well, so that a partitioned table is planned for one partition. */
function foreignRow({ relation, foreign, foreignTenant }: TableTargets, alias?: string): string {
  return rowCondition(relation, foreign, foreignTenant, alias);
}

function ownRow({ relation, own, ownTenant }: TableTargets): string {
  return rowCondition(relation, own, ownTenant);
}

function rowCondition(relation: Relation, row: Row, tenant: string, alias?: string): string {
  const prefix = alias === undefined ? "" : `${alias}.`;
  return [`${prefix}tenant_id = ${quoted(tenant)}`, ...dayConditions(relation, row, prefix)].join(" and ");
}

function dayConditions(relation: Relation, row: Row, prefix = ""): string[] {
  return dayColumns(relation).map((name) => `${prefix}${ident(name)} = ${literal(relation, name, row[name])}`);
}

/** Of a table with very many partitions only the day of the other tenant's row is looked at. */
function dayOfWide({ relation, foreign }: FilledTable, prefix = ""): string {
  return relation.wide
    ? dayConditions(relation, foreign, prefix)
        .map((condition) => ` and ${condition}`)
        .join("")
    : "";
}

const same = (column: string, alias?: string) => `${ident(column)} = ${alias === undefined ? "" : `${alias}.`}${ident(column)}`;
const attack =
  (kind: Attack["kind"], expects: Attack["expects"]) =>
  (command: string, sql: string): Attack => ({ command, kind, sql, expects });
const own = attack("read", "own row");
const read = attack("read", "no row");
const none = attack("write", "no row");
const kept = attack("write", "kept row");
const refused = attack("write", "refusal");

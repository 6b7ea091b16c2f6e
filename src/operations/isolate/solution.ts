import { candidates, type Ingredients, quoted } from "./candidates.ts";
import type { Check, Column, ForeignKey, Relation } from "./catalogue.ts";

/** Where a row's references may point. */
export interface Parents {
  /** The tenant whose rows are referenced, by parents that have tenants. */
  readonly tenant: string;
  readonly relations: ReadonlyMap<string, Relation>;
}

/**
 * A query whose one row is a row the table will take: the server itself tries the candidates against its own checks, so that
 * nothing here has to understand them. Columns that are left to their default are not in it. `free`: none of its
 * keys is taken yet.
 */
export function solutionQuery(relation: Relation, parents: Parents, from: Ingredients, free = true): string {
  const references = mandatoryReferences(relation, parents.relations);
  const referencing = new Set(references.flatMap(({ columns }) => columns).filter((column) => column !== "tenant_id"));
  // A reference that may be absent is: its columns stay null.
  const optional = new Set(
    relation.foreignKeys.flatMap(({ columns }) => columns).filter((name) => name !== "tenant_id" && !referencing.has(name)),
  );
  const given = relation.columns.filter((column) => !column.generated && column.name !== "tenant_id" && !referencing.has(column.name));
  const wanted = given.filter((column) => mentioned(relation, column) || column.defaultExpression === null);
  const sources = [
    ...(relation.tenant ? [`(select ${quoted(parents.tenant)}::text as tenant_id) as its_tenant`] : []),
    ...references.map((reference, place) => referenceSource(reference, place, parents, from.day)),
    ...wanted.map((column) => columnSource(relation, column, from, optional.has(column.name) && !column.notNull)),
  ];
  const known = new Map([
    ...(relation.tenant ? [["tenant_id", "its_tenant"] as const] : []),
    ...references.flatMap(({ columns }, place) =>
      columns.filter((name) => name !== "tenant_id").map((name) => [name, `reference_${place}`] as const),
    ),
    ...wanted.map(({ name }) => [name, ident(`column_${name}`)] as const),
  ]);
  const conditions = relation.checks.filter(({ columns }) => columns.length > 0 && columns.every((name) => known.has(name)));
  const untaken = relation.uniqueKeys.filter(({ columns }) => free && columns.length > 0 && columns.every((name) => known.has(name)));
  return `select ${[...known.keys()].map((name) => `${ident(name)}::text as ${ident(name)}`).join(", ")}
from ${sources.join("\ncross join ")}
where ${["true", ...conditions.map(({ expression }) => `(${expression}) is not false`), ...untaken.map(({ columns }) => notTaken(relation, columns, known, from.day))].join("\n  and ")}
limit 1`;
}

/** References that must be there: some of their columns besides the tenant may not be null. */
export function mandatoryReferences(relation: Relation, relations: ReadonlyMap<string, Relation>): ForeignKey[] {
  const required = new Set(relation.columns.filter(({ notNull }) => notNull).map(({ name }) => name));
  const apart = relation.foreignKeys.filter(({ columns, parent }) => {
    const own = columns.filter((name) => name !== "tenant_id");
    return own.length > 0 && own.every((name) => required.has(name)) && parent !== relation.name && relations.has(parent);
  });
  // Of two references over the same column the first provides its value.
  const provided = new Set<string>();
  return apart.filter(({ columns }) => {
    const own = columns.filter((name) => name !== "tenant_id");
    const fresh = own.every((name) => !provided.has(name));
    for (const name of own) provided.add(name);
    return fresh;
  });
}

export function ident(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The columns that partitions are made by, where those are days. */
export function dayColumns(relation: Relation): string[] {
  const key = relation.kind === "p" ? (relation.uniqueKeys.find(({ primary }) => primary)?.columns ?? []) : [];
  return key.filter((name) => /^(date|timestamp)/.test(relation.columns.find((column) => column.name === name)?.type ?? ""));
}

/** Where the rows made for the proof are (see candidates.ts), so that of a table with very many partitions a few are planned for. */
export function nearDay(relation: Relation, day: string, alias: string): string {
  if (!relation.wide) return "";
  return dayColumns(relation)
    .map((name) => ` and ${alias}.${ident(name)} between date ${quoted(day)} - 2 and date ${quoted(day)} + 31`)
    .join("");
}

function notTaken(relation: Relation, columns: readonly string[], sources: ReadonlyMap<string, string>, day: string): string {
  const pairs = columns.map((name) => `present.${ident(name)} = ${sources.get(name)}.${ident(name)}`);
  return `not exists (select from ${relation.name} as present where ${pairs.join(" and ")}${nearDay(relation, day, "present")})`;
}

function mentioned(relation: Relation, column: Column): boolean {
  return relation.checks.some(({ columns }) => columns.includes(column.name));
}

function referenceSource(
  { columns, parent, parentColumns }: ForeignKey,
  place: number,
  { tenant, relations }: Parents,
  day: string,
): string {
  const pairs = columns.flatMap((name, at) => (name === "tenant_id" ? [] : [`${ident(parentColumns[at] ?? "")} as ${ident(name)}`]));
  const referenced = relations.get(parent);
  const its = referenced?.tenant === true ? ` where tenant_id = ${quoted(tenant)}${nearDay(referenced, day, "parent")}` : "";
  return `(select ${pairs.join(", ")} from ${parent} as parent${its} limit 4) as reference_${place}`;
}

/** A column's candidates that its own checks let through, in order; one is enough when nothing else depends on it. */
function columnSource(relation: Relation, column: Column, from: Ingredients, absent: boolean): string {
  const own = relation.checks.filter(({ columns }) => columns.length === 1 && columns[0] === column.name);
  const about = relation.checks.filter(({ columns }) => columns.includes(column.name)).map(({ expression }) => expression);
  const domain = column.domainChecks.map((expression) => expression.replace(/\bVALUE\b/g, ident(column.name)));
  const values = absent ? [`null::${column.baseType}`] : candidates(relation.name, column, [...about, ...column.domainChecks], from);
  const passes = [...own.map(({ expression }: Check) => expression), ...domain].map((expression) => ` and (${expression}) is not false`);
  const inKey = relation.uniqueKeys.some(({ columns }) => columns.includes(column.name));
  const alone = about.length === own.length && !inKey ? " limit 1" : "";
  const list = values.map((value, place) => `(${place}, ${value})`).join(", ");
  const tried = `select ${ident(column.name)} from (values ${list}) as tried (place, ${ident(column.name)})`;
  return `(${tried} where true${passes.join("")} order by place${alone}) as ${ident(`column_${column.name}`)}`;
}

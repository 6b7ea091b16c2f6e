import type { Client } from "../../postgres/connect.ts";

export interface Column {
  readonly name: string;
  /** As declared, such as cash_management.tenant_key or numeric(9,6). */
  readonly type: string;
  /** Below domains. */
  readonly baseType: string;
  readonly notNull: boolean;
  readonly defaultExpression: string | null;
  /** Computed or counted by the server. */
  readonly generated: boolean;
  /** Of its domain, about VALUE. */
  readonly domainChecks: readonly string[];
  readonly labels: readonly string[];
}

export interface Check {
  readonly name: string;
  readonly expression: string;
  readonly columns: readonly string[];
}

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
}

export interface UniqueKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly primary: boolean;
}

/** A table, partition, view, materialized view, foreign table or sequence. */
export interface Relation {
  readonly oid: string;
  /** Qualified and quoted. */
  readonly name: string;
  readonly schema: string;
  /** Without its schema, unquoted. */
  readonly bareName: string;
  readonly kind: "r" | "p" | "v" | "m" | "f" | "S";
  /** The table it is a part of, at the top; itself when it is no part. */
  readonly root: string;
  /** Reached through another table only: no role has business with its name. */
  readonly partition: boolean;
  readonly owner: string;
  /** Has a tenant_id. */
  readonly tenant: boolean;
  /** Its indexes: whoever plans a statement over it locks them too. */
  readonly indexes: number;
  /** Has more partitions than one statement may lock here: it is attacked day by day. */
  readonly wide: boolean;
  /** Begins with "reference:" or "local:" where a table is meant for all. */
  readonly comment: string;
  readonly columns: readonly Column[];
  readonly checks: readonly Check[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly uniqueKeys: readonly UniqueKey[];
}

/** Everything an attacker could name, outside PostgreSQL's own schemas and what extensions brought. Wants search_path = pg_catalog. */
export async function readRelations(client: Client, locksAtOnce?: number): Promise<Relation[]> {
  const { rows } = await client.query<Omit<Relation, "wide">>(
    `select
       c.oid::text as oid,
       c.oid::regclass::text as name,
       n.nspname as schema,
       c.relname as "bareName",
       c.relkind as kind,
       coalesce(pg_partition_root(c.oid), c.oid)::regclass::text as root,
       (c.relispartition or n.nspname = 'cm_parts') and c.relkind in ('r', 'p', 'f') as partition,
       pg_get_userbyid(c.relowner) as owner,
       exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id' and not attisdropped) as tenant,
       coalesce(obj_description(c.oid, 'pg_class'), '') as comment,
       (select count(*) from pg_index where indrelid = c.oid)::integer as indexes,
       case when c.relkind = 'S' or c.relispartition then '[]' else coalesce((${columns}), '[]') end as columns,
       case when c.relispartition then '[]' else coalesce((${checks}), '[]') end as checks,
       case when c.relispartition then '[]' else coalesce((${foreignKeys}), '[]') end as "foreignKeys",
       case when c.relispartition then '[]' else coalesce((${uniqueKeys}), '[]') end as "uniqueKeys"
     from pg_class as c
     join pg_namespace as n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
       and n.nspname !~ '^pg_'
       and n.nspname <> 'information_schema'
       and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
     order by c.oid::regclass::text`,
  );
  return withWidth(rows, locksAtOnce ?? (await locksOfOneStatement(client)));
}

/** A quarter of all the locks there are: others use the database too. */
async function locksOfOneStatement(client: Client): Promise<number> {
  const { rows } = await client.query<{ locks: number }>(
    `select current_setting('max_locks_per_transaction')::integer
       * (current_setting('max_connections')::integer + current_setting('max_prepared_transactions')::integer) / 4 as locks`,
  );
  return rows[0]?.locks ?? 0;
}

function withWidth(relations: readonly Omit<Relation, "wide">[], mostLocks: number): Relation[] {
  const needed = new Map<string, number>();
  for (const { root, indexes } of relations) needed.set(root, (needed.get(root) ?? 0) + 1 + indexes);
  return relations.map((relation) => ({ ...relation, wide: relation.kind === "p" && (needed.get(relation.root) ?? 0) > mostLocks }));
}

const columns = `
  select json_agg(json_build_object(
      'name', attname,
      'type', format_type(atttypid, atttypmod),
      'baseType', format_type(coalesce(nullif(t.typbasetype, 0), t.oid), case when t.typbasetype = 0 then atttypmod else t.typtypmod end),
      'notNull', attnotnull or t.typnotnull,
      'defaultExpression', (select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = attrelid and adnum = attnum),
      'generated', attgenerated <> '' or attidentity <> '',
      'domainChecks', coalesce((select json_agg(pg_get_expr(conbin, 0)) from pg_constraint where contypid = t.oid and contype = 'c'), '[]'),
      'labels', coalesce((select json_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = t.oid), '[]')
    ) order by attnum)
  from pg_attribute
  join pg_type as t on t.oid = atttypid
  where attrelid = c.oid and attnum > 0 and not attisdropped`;

const namesOf = (key: string, relation: string) =>
  `(select json_agg(attname order by place) from unnest(${key}) with ordinality as key (number, place)
    join pg_attribute on attrelid = ${relation} and attnum = number)`;

const checks = `
  select json_agg(json_build_object('name', conname, 'expression', pg_get_expr(conbin, conrelid),
      'columns', coalesce(${namesOf("conkey", "conrelid")}, '[]')) order by conname)
  from pg_constraint where conrelid = c.oid and contype = 'c'`;

const foreignKeys = `
  select json_agg(json_build_object('name', conname, 'columns', ${namesOf("conkey", "conrelid")},
      'parent', confrelid::regclass::text, 'parentColumns', ${namesOf("confkey", "confrelid")}) order by conname)
  from pg_constraint where conrelid = c.oid and contype = 'f' and conparentid = 0`;

const uniqueKeys = `
  select json_agg(json_build_object('name', indexrelid::regclass::text, 'primary', indisprimary,
      'columns', coalesce(${namesOf("(indkey::int2[])[0:indnkeyatts - 1]", "indrelid")}, '[]')) order by indexrelid::regclass::text)
  from pg_index where indrelid = c.oid and indisunique`;

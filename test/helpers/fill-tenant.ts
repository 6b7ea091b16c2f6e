import { type Client, type Pool, withClient } from "../../src/postgres/connect.ts";

/**
 * A row of the tenant in every table that has a tenant_id, whatever the table is about: made past checks and references, which the
 * database of a test file can spare. Answers how many tables there were.
 */
export async function fillEveryTable(admin: Pool, tenantId: string): Promise<number> {
  return withClient(admin, async (client) => {
    await dropChecks(client);
    await client.query("begin; set local session_replication_role = replica");
    const tables = await emptyShapes(client);
    for (const { table, columns, values } of tables)
      await client.query(`insert into ${table} (${columns.join(", ")}) values (${values.join(", ")}) on conflict do nothing`, [tenantId]);
    await client.query("commit");
    return tables.length;
  });
}

async function dropChecks(client: Client): Promise<void> {
  await client.query(
    `do $$
     declare
       item record;
     begin
       for item in
         select conname, conrelid::regclass as target from pg_constraint
         where contype = 'c' and coninhcount = 0 and conrelid <> 0
           and connamespace::regnamespace::text in ('cash_management', 'analytics', 'ml_models', 'audit')
           and conrelid not in ('cash_management.cm_tenants'::regclass, 'audit.tenant_erasures'::regclass)
       loop
         execute format('alter table %s drop constraint %I', item.target, item.conname);
       end loop;
     end $$`,
  );
}

interface Shape {
  readonly table: string;
  readonly columns: string[];
  readonly values: string[];
}

async function emptyShapes(client: Client): Promise<Shape[]> {
  const { rows } = await client.query<{ table: string; columns: string[]; types: string[] }>(
    `select c.oid::regclass::text as "table",
       array_agg(quote_ident(attname) order by attnum) as columns,
       array_agg(attname || ' ' || format_type(coalesce(nullif(t.typbasetype, 0), atttypid), null) order by attnum) as types
     from pg_class as c
     join pg_namespace as n on n.oid = c.relnamespace
     join pg_attribute as a on attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = ''
     join pg_type as t on t.oid = atttypid
     where c.relkind in ('r', 'p') and not c.relispartition
       and n.nspname in ('cash_management', 'analytics', 'ml_models', 'monitoring', 'maintenance')
       and exists (select from pg_attribute as x where x.attrelid = c.oid and x.attname = 'tenant_id' and not x.attisdropped)
       and c.oid <> 'cash_management.cm_tenants'::regclass
     group by c.oid`,
  );
  return rows.map(({ table, columns, types }) => ({ table, columns, values: types.map(literalOf) }));
}

function literalOf(column: string): string {
  const [name, type] = [column.slice(0, column.indexOf(" ")), column.slice(column.indexOf(" ") + 1)];
  if (name === "tenant_id") return "$1";
  if (/currency/.test(name)) return "'EUR'";
  if (type.endsWith("[]")) return "'{}'";
  const value = values[type];
  if (value === undefined) throw new Error(`no value is known for ${column}: add its type here`);
  return value;
}

const values: Readonly<Record<string, string>> = {
  uuid: "gen_random_uuid()",
  text: "'canary'",
  date: "current_date",
  "timestamp with time zone": "now()",
  "time without time zone": "'09:00'",
  bigint: "1",
  integer: "1",
  smallint: "1",
  numeric: "1",
  "double precision": "1",
  boolean: "false",
  jsonb: "'{}'",
  bytea: "sha256('canary')",
  inet: "'127.0.0.1'",
  xid8: "pg_current_xact_id()",
};

import { describe, expect, test } from "vitest";
import { migrate } from "../../src/operations/migrate/migrate.ts";
import { type Client, withClient } from "../../src/postgres/connect.ts";
import { createDatabase, testDatabase } from "../helpers/postgres.ts";

const database = testDatabase();

/** What each role can really do with each object, one line an object: r read, a add, w change, d delete, D truncate, R refer, T trigger. */
const matrix = `
  with roles (role) as (
    select unnest(array['apg_readonly', 'apg_readwrite', 'apg_admin', 'apg_user', 'apg_readonly_user', 'monitoring', 'backup_user', 'replicator', 'cm_gatekeeper'])
  ),
  kinds (letter, privilege) as (
    values ('r', 'select'), ('a', 'insert'), ('w', 'update'), ('d', 'delete'), ('D', 'truncate'), ('R', 'references'), ('T', 'trigger')
  ),
  objects as (
    select c.oid, c.oid::regclass::text as name, relkind
    from pg_class as c join pg_namespace as n on n.oid = relnamespace
    where relkind in ('r', 'p', 'v', 'm') and not relispartition
      and nspname in ('analytics', 'audit', 'cash_management', 'maintenance', 'ml_models', 'monitoring', 'public')
  ),
  held as (
    select name, role, (
      select string_agg(
        case
          when has_table_privilege(role, oid, privilege) then letter
          when privilege in ('select', 'insert', 'update') and has_any_column_privilege(role, oid, privilege) then
            letter || '(' || (
              select string_agg(attname, ' ' order by attnum) from pg_attribute
              where attrelid = oid and attnum > 0 and not attisdropped and has_column_privilege(role, oid, attnum, privilege)
            ) || ')'
        end, '' order by position(letter in 'rawdDRT'))
      from kinds
    ) as letters
    from objects cross join roles
  )
  select line from (
  select name || ': ' || coalesce(string_agg(role || '=' || letters, ' ' order by role collate "C"), 'nobody') as line
  from held
  group by name
  union all
  select 'function ' || p.oid::regprocedure || ': ' || coalesce((
    select string_agg(role, ' ' order by role collate "C") from roles where has_function_privilege(role, p.oid, 'execute')
  ), 'nobody')
  from pg_proc as p join pg_namespace as n on n.oid = pronamespace
  where nspname in ('analytics', 'audit', 'cash_management', 'maintenance', 'ml_models', 'monitoring')
  union all
  select 'schema ' || nspname || ': ' || coalesce((
    select string_agg(role || '=' || concat(
      case when has_schema_privilege(role, n.oid, 'usage') then 'u' end, case when has_schema_privilege(role, n.oid, 'create') then 'c' end), ' ' order by role collate "C")
    from roles where has_schema_privilege(role, n.oid, 'usage') or has_schema_privilege(role, n.oid, 'create')
  ), 'nobody')
  from pg_namespace as n
  where nspname !~ '^pg_' and nspname <> 'information_schema'
  union all
  select 'sequence ' || c.oid::regclass || ': ' || coalesce((
    select string_agg(role, ' ' order by role collate "C") from roles
    where has_sequence_privilege(role, c.oid, 'usage') or has_sequence_privilege(role, c.oid, 'update')
  ), 'nobody')
  from pg_class as c join pg_namespace as n on n.oid = relnamespace
  where relkind = 'S' and nspname !~ '^pg_'
  ) as lines
  order by line collate "C"`;

async function rolledBack(work: (client: Client) => Promise<void>): Promise<void> {
  await withClient(database.current.admin, async (client) => {
    await client.query("begin");
    await work(client).finally(() => client.query("rollback"));
  });
}

test("what each role can do is what was written down (invariant 15; after a review: vitest -u)", async () => {
  const { rows } = await database.current.admin.query<{ line: string }>(matrix);
  expect(rows.length).toBeGreaterThan(100);
  await expect(`${rows.map(({ line }) => line).join("\n")}\n`).toMatchFileSnapshot("privileges.txt");
});

test("a grant that nobody wrote down shows", async () => {
  await rolledBack(async (client) => {
    await client.query("create table cash_management.cm_new (id integer)");
    await client.query("grant update (name) on cash_management.cm_banks to apg_readonly");
    const { rows } = await client.query<{ line: string }>(matrix);
    const lines = rows.map(({ line }) => line);
    expect(lines).toContain("cash_management.cm_new: backup_user=r");
    expect(lines.find((line) => line.startsWith("cash_management.cm_banks:"))).toContain("apg_readonly=rw(name)");
  });
});

describe("nobody in particular gets nothing (invariants 16, 17)", () => {
  // A clone does not take the grants of its template along, so this asks a database that was migrated itself.
  test("the public role cannot connect, make a temporary table, create, or call", async () => {
    const fresh = await createDatabase("template0");
    try {
      await withClient(fresh.admin, (client) => migrate(client));
      const { rows } = await fresh.admin.query<{ privilege: string; grantee: string }>(
        `select pg_get_userbyid(grantee)::text as grantee, lower(privilege_type) as privilege
         from pg_database, aclexplode(datacl)
         where datname = current_database() and grantee <> datdba
         order by 1, 2`,
      );
      expect(rows.map(({ grantee, privilege }) => `${grantee} ${privilege}`)).toEqual([
        "apg_admin connect",
        "apg_readonly connect",
        "apg_readwrite connect",
        "apg_readwrite temporary",
        "backup_user connect",
        "monitoring connect",
      ]);
      const schemas = await fresh.admin.query(
        `select nspname from pg_namespace, aclexplode(nspacl)
         where grantee = 0 and nspname !~ '^pg_' and nspname <> 'information_schema'`,
      );
      expect(schemas.rows).toEqual([]);
    } finally {
      await fresh.drop();
    }
  });

  test("what an owner makes next is nobody's until it is granted", async () => {
    for (const owner of ["cm_owner", "audit_owner"])
      await rolledBack(async (client) => {
        await client.query(`set local role ${owner}`);
        const schema = owner === "cm_owner" ? "cash_management" : "audit";
        await client.query(
          `create table ${schema}.made_later (id integer); create function ${schema}.made_later() returns integer return 1`,
        );
        const { rows } = await client.query(
          `select has_table_privilege('apg_user', '${schema}.made_later', 'select') as reads,
             has_function_privilege('apg_user', '${schema}.made_later()', 'execute') as calls`,
        );
        expect(rows).toEqual([{ reads: false, calls: false }]);
      });
  });
});

test("monitoring sees every session and not one row of a tenant (invariant 18)", async () => {
  await rolledBack(async (client) => {
    await client.query("set local role monitoring");
    const { rows: views } = await client.query<{ name: string }>(
      "select format('%I.%I', schemaname, viewname) as name from pg_views where schemaname = 'monitoring' order by 1",
    );
    expect(views.length).toBeGreaterThan(10);
    for (const { name } of views) await client.query(`select * from ${name}`);
    await client.query("select * from monitoring.get_slow_queries('0 seconds')");
    const sessions = await client.query<{ hidden: bigint }>(
      "select count(*) as hidden from pg_stat_activity where query = '<insufficient privilege>'",
    );
    expect(sessions.rows[0]?.hidden).toBe(0n);
    await expect(client.query("select from cash_management.cm_tenants")).rejects.toMatchObject({ code: "42501" });
  });
});

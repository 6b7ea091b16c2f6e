import { describe, expect, test } from "vitest";
import { testDatabase } from "../helpers/postgres.ts";

const database = testDatabase();

/** Names the question finds; each is a fault. */
async function found(question: string): Promise<string[]> {
  const { rows } = await database.current.admin.query<{ name: string }>(question);
  return rows.map((row) => row.name).sort();
}

const ours = "('analytics', 'audit', 'cash_management', 'cm_parts', 'maintenance', 'ml_models', 'monitoring')";
const allTables = `
  select c.oid, c.oid::regclass::text as name, relkind, relispartition, relrowsecurity, relforcerowsecurity, relowner, nspname
  from pg_class as c join pg_namespace as n on n.oid = relnamespace
  where relkind in ('r', 'p') and nspname in ${ours}`;
/** Tables of tenants, partitions apart. */
const tenantTables = `
  select t.* from (${allTables}) as t
  where not relispartition and exists (select from pg_attribute where attrelid = t.oid and attname = 'tenant_id' and not attisdropped)`;

test("there is something to look at", async () => {
  expect((await found(`select name from (${tenantTables}) as t`)).length).toBeGreaterThan(50);
});

describe("isolation by catalogue (invariants 9 to 11)", () => {
  test("every table and partition forces row-level security, with a policy for reading and writing (10)", async () => {
    expect(
      await found(`select name from (${allTables}) as t
        where not relrowsecurity or not relforcerowsecurity
           or not exists (select from pg_policy where polrelid = t.oid and polqual is not null and polwithcheck is not null)`),
    ).toEqual([]);
  });

  test("the policy of a tenant's table is one and the same everywhere", async () => {
    expect(
      await found(`select distinct pg_get_expr(polqual, polrelid) || ' / ' || pg_get_expr(polwithcheck, polrelid) as name
        from (${allTables}) as t join pg_policy on polrelid = t.oid and polname = 'tenant_isolation'
        where t.nspname <> 'audit' and t.name not like 'cm_parts.audit%'`),
    ).toEqual([
      "((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)) / ((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant))",
    ]);
    expect(
      await found(`select name from (${tenantTables}) as t
        where not exists (select from pg_policy where polrelid = t.oid and polname = 'tenant_isolation' and polroles = '{0}')`),
    ).toEqual([]);
  });

  test("a policy that shows all tenants is for the gatekeeper, the administrator's audit, its sealing, or a table without tenants", async () => {
    expect(
      await found(`select t.name || ' ' || polname as name
        from (${tenantTables}) as t join pg_policy on polrelid = t.oid
        where pg_get_expr(polqual, polrelid) = 'true'
          and polroles <> array['cm_gatekeeper'::regrole::oid] and polroles <> array['apg_admin'::regrole::oid]
          and (t.name, polname, polroles) is distinct from ('audit.audit_log', 'sealer_reads_all', array['audit_owner'::regrole::oid])`),
    ).toEqual([]);
  });

  test("owners cannot sign in, and no role of ours has more than it needs (10)", async () => {
    expect(
      await found(`select distinct pg_get_userbyid(relowner)::text as name from (${allTables}) as t
        join pg_roles on pg_roles.oid = relowner where rolcanlogin or rolsuper or rolbypassrls`),
    ).toEqual([]);
    expect(
      await found(`select rolname || ' ' || concat_ws(' ', case when rolsuper then 'superuser' end, case when rolbypassrls then 'bypassrls' end,
          case when rolcreaterole then 'createrole' end, case when rolcreatedb then 'createdb' end, case when rolreplication then 'replication' end) as name
        from pg_roles where rolname !~ '^pg_' and rolname <> 'postgres'
          and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`),
    ).toEqual(["backup_user bypassrls", "replicator replication"]);
  });

  test("a view runs with the rights of who asks (9)", async () => {
    expect(
      await found(`select c.oid::regclass::text as name from pg_class as c join pg_namespace as n on n.oid = relnamespace
        where relkind in ('v', 'm') and nspname in ${ours} and coalesce('security_invoker=true' = any (reloptions), false) = false`),
    ).toEqual([]);
  });

  test("a function with its owner's rights pins its search_path, and nobody calls a function who is not named (9, 16)", async () => {
    const functions = `pg_proc join pg_namespace as n on n.oid = pronamespace where nspname in ${ours}`;
    expect(
      await found(`select pg_proc.oid::regprocedure::text as name from ${functions} and prosecdef
        and not exists (select from unnest(proconfig) as setting where setting like 'search_path=%')`),
    ).toEqual([]);
    expect(
      await found(`select pg_proc.oid::regprocedure::text as name from ${functions}
        and exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0)`),
    ).toEqual([]);
  });

  test("every primary and unique key of a tenant's table begins with the tenant (11)", async () => {
    expect(
      await found(`select t.name from (${tenantTables}) as t
        where not exists (select from pg_index where indrelid = t.oid and indisprimary)`),
    ).toEqual([]);
    expect(
      await found(`select indexrelid::regclass::text as name from (${tenantTables}) as t join pg_index on indrelid = t.oid
        where indisunique and (select attname from pg_attribute where attrelid = t.oid and attnum = indkey[0]) <> 'tenant_id'`),
    ).toEqual([]);
  });

  test("every reference between tables of tenants pairs the tenant, and none sets null or cascades (11)", async () => {
    const references = `
      select conname || ' of ' || conrelid::regclass as name, conrelid, confrelid, conkey, confkey, confdeltype, confupdtype
      from pg_constraint where contype = 'f' and conrelid in (select oid from (${tenantTables}) as t)`;
    expect(
      await found(`select name from (${references}) as r
        where confrelid in (select oid from (${tenantTables}) as t)
          and not exists (
            select from unnest(conkey, confkey) as pair (mine, theirs)
            join pg_attribute as a on a.attrelid = conrelid and a.attnum = mine and a.attname = 'tenant_id'
            join pg_attribute as b on b.attrelid = confrelid and b.attnum = theirs and b.attname = 'tenant_id'
          )`),
    ).toEqual([]);
    expect(await found(`select name from (${references}) as r where confdeltype <> 'a' or confupdtype <> 'a'`)).toEqual([]);
  });

  test("a table without a tenant says why in its comment: reference, or local", async () => {
    expect(
      await found(`select t.name from (${allTables}) as t
        where not relispartition and t.oid not in (select oid from (${tenantTables}) as x)
          and coalesce(obj_description(t.oid, 'pg_class'), '') !~ '^(reference|local): '`),
    ).toEqual([]);
    expect(await found(`select t.name from (${tenantTables}) as t where obj_description(t.oid, 'pg_class') is null`)).toEqual([]);
  });
});

test("no role but the owners has anything on a partition, or on the schema they stand in (3)", async () => {
  expect(
    await found("select oid::regclass::text as name from pg_class where relnamespace = 'cm_parts'::regnamespace and relacl is not null"),
  ).toEqual([]);
  expect(
    await found(`select rolname as name from pg_roles
      where has_schema_privilege(oid, 'cm_parts', 'usage') and not rolsuper and rolname !~ '^pg_'
        and rolname not in ('cm_owner', 'audit_owner')`),
  ).toEqual(["backup_user"]); // pg_read_all_data: a logical backup reads everything
});

test("every table of a tenant is audited, or is known not to be (21)", async () => {
  const events = "('audit_insert', 'audit_update', 'audit_delete', 'audit_truncate')";
  expect(
    await found(`select t.name from (${tenantTables}) as t
      where (select count(*) from pg_trigger where tgrelid = t.oid and tgname in ${events} and tgenabled = 'O') <> 4`),
  ).toEqual([
    "audit.audit_log",
    "audit.personal_values", // the entry is sealed with its digest
    "cash_management.cm_bank_file_pieces", // the file and the delivery that it becomes are
    "cash_management.cm_bank_jobs", // what a job changes is
    "cash_management.cm_cash_account_keys", // the account is, and brings its key along
    "cash_management.cm_category_runs", // what a run changes is
    "cash_management.cm_delivery_chunks", // the delivery's sha256 covers its bytes
    "cash_management.cm_idempotency_keys", // the write they answer is
    "cash_management.cm_outbox", // the change it tells of is
  ]);
});

test("what has updated_at keeps it true (43)", async () => {
  expect(
    await found(`select t.name from (${tenantTables}) as t
      join pg_attribute on attrelid = t.oid and attname = 'updated_at'
      where not exists (select from pg_trigger where tgrelid = t.oid and tgname = 'touch')`),
  ).toEqual([]);
});

describe("types (41, 42)", () => {
  const columns = `(${allTables}) as t join pg_attribute on attrelid = t.oid and attnum > 0 and not attisdropped`;

  test("a moment has a time zone", async () => {
    expect(await found(`select t.name || '.' || attname as name from ${columns} where atttypid = 'timestamp'::regtype`)).toEqual([]);
  });

  test("money is bigint minor units; a numeric is a rate, a price or a volume", async () => {
    expect(
      await found(`select t.name || '.' || attname as name from ${columns}
        where attname ~ '_minor$' and atttypid <> 'bigint'::regtype and not relispartition`),
    ).toEqual(["cash_management.cm_fee_agreements.unit_price_minor"]);
    expect(
      await found(`select t.name || '.' || attname as name from ${columns}
        where atttypid in ('numeric'::regtype, 'money'::regtype, 'real'::regtype) and not relispartition
          and attname !~ '(rate|volume|unit_price_minor)$'`),
    ).toEqual([]);
  });
});

describe("partitions (35, 40)", () => {
  const partitions = `select i.inhrelid as part, i.inhparent as parent from pg_inherits as i
    join (${allTables}) as t on t.oid = i.inhparent where t.relkind = 'p'`;

  test("all remainders of a hash are there", async () => {
    expect(
      await found(`select parent::regclass || ' ' || count(*) as name from (${partitions}) as p
        join pg_partitioned_table on partrelid = parent where partstrat = 'h' group by parent`),
    ).toEqual(["analytics.cm_ml_features 8", "cash_management.cm_cash_accounts 16"]);
    expect(await found("select partrelid::regclass::text as name from pg_partitioned_table where partdefid <> 0")).toEqual([]);
  });

  test("a partition has the owner, the policies and the triggers of its table", async () => {
    const facts = (table: string) => `(
      select row(
        (select relowner from pg_class where oid = ${table}),
        (select string_agg(concat(polname, polcmd, polroles), ',' order by polname) from pg_policy where polrelid = ${table}
           and polname <> 'looked_up_at_sign_in'),
        (select string_agg(concat(tgname, tgtype, tgenabled), ',' order by tgname) from pg_trigger
          where tgrelid = ${table} and tgname !~ '^RI_')
      )::text)`;
    expect(
      await found(`select part::regclass::text as name from (${partitions}) as p where ${facts("part")} <> ${facts("parent")}`),
    ).toEqual([]);
  });

  test("a partition has each index of its table once, attached and valid", async () => {
    expect(
      await found(`select part::regclass::text as name from (${partitions}) as p
        where (select count(*) from pg_index where indrelid = part) <> (select count(*) from pg_index where indrelid = parent)
           or exists (select from pg_index where indrelid = part and (not indisvalid or indexrelid not in (select inhrelid from pg_inherits)))`),
    ).toEqual([]);
  });
});

test("no index repeats another or is the beginning of one (44)", async () => {
  const indexes = `select indexrelid, indrelid, indisunique, (select relam from pg_class where oid = indexrelid) as method, coalesce(pg_get_expr(indpred, indrelid), '') as predicate,
      (select string_agg(indkey[place] || ':' || indoption[place], ',' order by place) || ',' from generate_series(0, indnkeyatts - 1) as place) as keys
    from pg_index join (${allTables}) as t on t.oid = indrelid where not relispartition and indexprs is null`;
  expect(
    await found(`select a.indexrelid::regclass || ' begins ' || b.indexrelid::regclass as name
      from (${indexes}) as a join (${indexes}) as b on b.indrelid = a.indrelid and b.indexrelid <> a.indexrelid
      where not a.indisunique and starts_with(b.keys, a.keys) and a.method = b.method and a.predicate = b.predicate`),
  ).toEqual([]);
  expect(await found("select indexrelid::regclass::text as name from pg_index where not indisvalid")).toEqual([]);
});

export interface FactQuery {
  /** What the leak is called, in place of a command. */
  readonly name: string;
  /** Rows of object, table, role, evidence, fault, advice: one for each thing looked at. */
  readonly sql: string;
}

/** Policies that let a role see or write every tenant; each is for a role that nobody signs in as (exceptions.ts says why). */
const rolesWithPoliciesOfTheirOwn = ["cm_gatekeeper", "apg_admin", "audit_owner"];
const mayHave: Readonly<Record<string, string>> = { backup_user: "bypassrls", replicator: "replication" };

const tables = `
  select c.oid, c.oid::regclass::text as object, coalesce(pg_partition_root(c.oid), c.oid)::regclass::text as "table", c.relkind,
    c.relowner, c.relacl, c.relrowsecurity, c.relforcerowsecurity, c.reloptions,
    (c.relispartition or n.nspname = 'cm_parts') as part,
    exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id' and not attisdropped) as tenant,
    coalesce(obj_description(c.oid, 'pg_class'), '') as comment
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')`;
const realTables = `(${tables} and c.relkind in ('r', 'p', 'f')) as t`;
const functions = `
  pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = p.oid and deptype = 'e')`;
const attackers = `pg_roles where not rolsuper and rolname !~ '^pg_' and rolname !~ '^prove_public_'`;
const owners = `(select distinct relowner as oid from ${realTables})`;
const list = (names: readonly string[]) => names.map((name) => `'${name}'`).join(", ");

export const factQueries: readonly FactQuery[] = [
  {
    name: "row-level security is not forced",
    sql: `select object, "table", null as role, not (relrowsecurity and relforcerowsecurity) as fault,
        case when relrowsecurity then 'its owner bypasses the policies' else 'no policy of it applies' end as evidence,
        format('select maintenance.secure_table(%L)', object) as advice
      from ${realTables}`,
  },
  {
    name: "no policy for reading and writing",
    sql: `select object, "table", null as role, 'no policy has both USING and WITH CHECK for everybody' as evidence,
        not exists (
          select from pg_policy
          where polrelid = t.oid and polqual is not null and polwithcheck is not null and (polroles = '{0}' or not tenant)
        ) as fault,
        format('select maintenance.secure_table(%L)', object) as advice
      from ${realTables}`,
  },
  {
    name: "a policy is wider than the tenant",
    sql: `select object, "table", null as role, format('policy %I: using (%s) with check (%s)', polname, seen, written) as evidence,
        format('drop policy %I on %s; select maintenance.secure_table(%L)', polname, object, object) as advice,
        not (coalesce(seen, written) ~ standard and coalesce(written, seen) ~ standard)
          and not (select bool_and(coalesce(pg_get_userbyid(nullif(role, 0)), 'public') in (${list(rolesWithPoliciesOfTheirOwn)})) from unnest(polroles) as role) as fault
      from ${realTables}
      join pg_policy on polrelid = t.oid and polpermissive
      cross join lateral (select pg_get_expr(polqual, polrelid) as seen, pg_get_expr(polwithcheck, polrelid) as written,
        '^\\(\\(?tenant_id\\)?(::text)? = \\( SELECT cash_management\\.current_tenant\\(\\) AS current_tenant\\)\\)$' as standard) as expression
      where tenant`,
  },
  {
    name: "an owner can sign in or sees everything",
    sql: `select object, "table", rolname::text as role, format('%s owns it', rolname) as evidence, rolcanlogin or rolsuper or rolbypassrls as fault,
        format('alter table %s owner to cm_owner', object) as advice
      from ${realTables} join pg_roles on pg_roles.oid = relowner`,
  },
  {
    name: "a role has an attribute it must not have",
    sql: `select rolname::text as object, '(the database)' as "table", rolname::text as role, attribute || ' on ' || rolname as evidence,
        held and attribute is distinct from ('${JSON.stringify(mayHave)}'::jsonb ->> rolname) as fault, format('alter role %I no%s', rolname, attribute) as advice
      from (select * from ${attackers}) as r
      cross join lateral (values ('bypassrls', rolbypassrls), ('createrole', rolcreaterole), ('createdb', rolcreatedb), ('replication', rolreplication))
        as attributes (attribute, held)`,
  },
  {
    name: "a role belongs to an owner",
    sql: `select r.rolname::text as object, '(the database)' as "table", r.rolname::text as role,
        format('%s is a member of %s, who owns tables and may switch their policies off', r.rolname, pg_get_userbyid(o.oid)) as evidence,
        pg_has_role(r.oid, o.oid, 'member') as fault, format('revoke %I from %I', pg_get_userbyid(o.oid), r.rolname) as advice
      from (select oid, rolname from ${attackers}) as r
      cross join (select oid from pg_roles where rolname = 'cm_gatekeeper' union select oid from ${owners} as owner) as o
      where r.oid <> o.oid`,
  },
  {
    name: "a view has its owner's rights",
    sql: `select object, "table", null as role, 'it shows what its owner sees' as evidence,
        format('alter view %s set (security_invoker = true)', object) as advice,
        not coalesce('security_invoker=true' = any (reloptions) or 'security_invoker=on' = any (reloptions), false) as fault
      from (${tables} and c.relkind = 'v') as t`,
  },
  {
    name: "a materialized view is readable",
    sql: `select object, "table", r.rolname::text as role, 'it holds rows of all tenants, and no policy applies to it' as evidence,
        has_any_column_privilege(r.rolname, t.oid, 'select') and r.oid <> t.relowner and r.rolname <> 'backup_user' as fault,
        format('revoke all on %s from %I', object, r.rolname) as advice
      from (${tables} and c.relkind = 'm') as t cross join (select oid, rolname from ${attackers}) as r`,
  },
  {
    name: "a definer function without search_path",
    sql: `select p.oid::regprocedure::text as object, format('%I.%I', n.nspname, p.proname) as "table", null as role,
        'a caller chooses which objects its names mean, with the rights of ' || pg_get_userbyid(p.proowner) as evidence,
        format('alter function %s set search_path = pg_catalog, pg_temp', p.oid::regprocedure) as advice,
        not exists (select from unnest(proconfig) as setting where setting like 'search_path=%') as fault
      from ${functions} and p.prosecdef`,
  },
  {
    name: "everybody may execute a function",
    sql: `select p.oid::regprocedure::text as object, format('%I.%I', n.nspname, p.proname) as "table", 'PUBLIC' as role,
        'EXECUTE for PUBLIC' as evidence, format('revoke execute on function %s from public', p.oid::regprocedure) as advice,
        exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0) as fault
      from ${functions} and p.prosecdef`,
  },
  {
    name: "a unique key without tenant",
    sql: `select object, "table", null as role, indexrelid::regclass || ' tells one tenant which keys another has' as evidence,
        format('let %s begin with tenant_id', indexrelid::regclass) as advice,
        not exists (select from pg_attribute where attrelid = t.oid and attname = 'tenant_id' and attnum = any (indkey)) as fault
      from ${realTables} join pg_index on indrelid = t.oid and indisunique
      where tenant and not part`,
  },
  {
    name: "a reference without tenant",
    sql: `select object, "table", null as role, conname || ' lets a row of one tenant refer to another''s' as evidence,
        format('let %I pair tenant_id on both sides', conname) as advice,
        not exists (
          select from unnest(conkey, confkey) as pair (mine, theirs)
          join pg_attribute as a on a.attrelid = conrelid and a.attnum = mine and a.attname = 'tenant_id'
          join pg_attribute as b on b.attrelid = confrelid and b.attnum = theirs and b.attname = 'tenant_id'
        ) as fault
      from ${realTables} join pg_constraint on conrelid = t.oid and contype = 'f' and conparentid = 0
      where tenant and not part
        and exists (select from pg_attribute where attrelid = confrelid and attname = 'tenant_id' and not attisdropped)`,
  },
  {
    name: "a grant on a partition",
    sql: `select object, "table", grantee.role, 'privileges on a partition walk around its table' as evidence, grantee.role is not null as fault,
        format('revoke all on %s from %I', object, coalesce(grantee.role, '')) as advice
      from ${realTables}
      left join lateral (
        select coalesce(pg_get_userbyid(nullif(acl.grantee, 0))::text, 'PUBLIC') as role
        from (
          select (aclexplode(relacl)).grantee
          union select (aclexplode(attacl)).grantee from pg_attribute where attrelid = t.oid and attacl is not null
        ) as acl
        where acl.grantee <> relowner
      ) as grantee on true
      where part`,
  },
  {
    name: "the schema of the partitions can be named",
    sql: `select 'cm_parts' as object, 'cm_parts' as "table", rolname::text as role, 'USAGE on cm_parts' as evidence,
        has_schema_privilege(rolname, nspname, 'usage') and rolname not in ('backup_user', 'cm_owner', 'audit_owner') as fault,
        format('revoke usage on schema cm_parts from %I', rolname) as advice
      from pg_namespace cross join (select rolname from ${attackers}) as r
      where nspname = 'cm_parts'`,
  },
  {
    name: "a table without tenant does not say why",
    sql: `select object, "table", null as role, 'no tenant_id, and no comment that begins with reference: or local:' as evidence,
        comment !~ '^(reference|local): ' as fault, format('comment on table %s is ''local: why''', object) as advice
      from ${realTables}
      where not tenant and not part`,
  },
];

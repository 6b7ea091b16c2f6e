-- id: 0023
-- title: Grant with the right to grant it further
-- level: warn
-- category: privileges
-- why: Whoever holds it decides who else gets in. The matrix of privileges then changes without a migration, and a revoke has to
--   cascade.
-- proves: invariant 15
-- versions: 15-18
with grants as (
  select 'table' as kind, c.oid::regclass::text as object, acl.grantee
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  cross join lateral aclexplode(c.relacl) as acl
  where acl.is_grantable
    and acl.grantee <> c.relowner
    and c.relkind <> 'S'
    and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
  union
  select 'schema', quote_ident(n.nspname), acl.grantee
  from pg_namespace as n
  cross join lateral aclexplode(n.nspacl) as acl
  where acl.is_grantable
    and acl.grantee <> n.nspowner
    and n.nspname !~ '^pg_'
  union
  select 'routine', f.oid::regprocedure::text, acl.grantee
  from pg_proc as f
  join pg_namespace as n on n.oid = f.pronamespace
  cross join lateral aclexplode(f.proacl) as acl
  where acl.is_grantable
    and acl.grantee <> f.proowner
    and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
)
select
  'grant_that_can_be_passed_on' as name,
  'warn' as level,
  format('%s %s', kind, object) as object,
  format('%s may pass on what was granted', string_agg(quote_ident(pg_get_userbyid(grantee)), ', ')) as detail,
  'with grant option' as evidence,
  string_agg(format('revoke grant option for all on %s %s from %I cascade;', kind, object, pg_get_userbyid(grantee)), E'\n') as fix
from grants
group by kind, object
order by object;

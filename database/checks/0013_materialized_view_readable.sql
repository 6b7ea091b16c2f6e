-- id: 0013
-- title: Materialized view that others than its owner may read
-- level: error
-- category: isolation
-- why: A materialized view is a copy of rows without row-level security: whoever may read it reads what its owner saw, of all tenants.
-- proves: invariant 9
-- versions: 15-18
with readers as (
  select
    c.oid,
    grants.grantee
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  cross join lateral aclexplode(c.relacl) as grants
  where c.relkind = 'm'
    and n.nspname !~ '^pg_'
    and grants.grantee <> c.relowner
    and grants.privilege_type = 'SELECT'
)
select
  'materialized_view_readable' as name,
  'error' as level,
  oid::regclass::text as object,
  'is a copy of rows outside of row-level security, readable by others than its owner' as detail,
  format('readers: %s', string_agg(case grantee when 0 then 'public' else pg_get_userbyid(grantee)::text end, ', ')) as evidence,
  string_agg(
    format('revoke all on %s from %s;', oid::regclass, case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end),
    E'\n'
  ) as fix
from readers
group by oid
order by object;

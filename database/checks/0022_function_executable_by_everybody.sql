-- id: 0022
-- title: Function that PUBLIC may execute
-- level: error
-- category: privileges
-- why: PostgreSQL lets everybody call a new function. One with its owner's rights then serves whoever gets a connection, the read-only
--   user and the monitoring too.
-- proves: invariant 16, guide E9
-- versions: 15-18
select
  'function_executable_by_everybody' as name,
  'error' as level,
  f.oid::regprocedure::text as object,
  case when f.prosecdef then 'everybody may call it, and it runs with its owner''s rights' else 'everybody may call it' end as detail,
  coalesce(array_to_string(f.proacl, ', '), 'no grant was ever changed: PUBLIC has EXECUTE') as evidence,
  format('revoke execute on routine %s from public;', f.oid::regprocedure) as fix
from pg_proc as f
join pg_namespace as n on n.oid = f.pronamespace
where n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and exists (
    select
    from aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as acl
    where acl.grantee = 0
  )
  and not exists (
    select
    from pg_depend as d
    where d.classid = 'pg_proc'::regclass
      and d.objid = f.oid
      and d.deptype = 'e'
  )
order by object;

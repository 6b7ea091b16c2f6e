-- id: 0026
-- title: Function with its owner's rights that does not fix its search_path
-- level: error
-- category: functions
-- why: The caller then decides which table or operator a bare name in it means, and runs that with the owner's rights. A login became
--   superuser this way.
-- proves: invariant 9, guide E8, guide E10
-- versions: 15-18
select
  'definer_function_without_search_path' as name,
  'error' as level,
  f.oid::regprocedure::text as object,
  format('runs as %I with the search_path of whoever calls it', pg_get_userbyid(f.proowner)) as detail,
  format('security definer, settings: %s', coalesce(array_to_string(f.proconfig, ', '), 'none')) as evidence,
  format('alter routine %s set search_path = pg_catalog, pg_temp;', f.oid::regprocedure) as fix
from pg_proc as f
join pg_namespace as n on n.oid = f.pronamespace
where f.prosecdef
  and n.nspname !~ '^pg_'
  and not exists (
    select
    from unnest(f.proconfig) as setting
    where setting like 'search_path=%'
  )
  and not exists (
    select
    from pg_depend as d
    where d.classid = 'pg_proc'::regclass
      and d.objid = f.oid
      and d.deptype = 'e'
  )
order by object;

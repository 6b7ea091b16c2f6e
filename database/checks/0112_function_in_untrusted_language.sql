-- id: 0112
-- title: Function written in a language that nothing holds back
-- level: error
-- category: functions
-- why: A function in C or another untrusted language does what the server's user may do: read its files, crash it, see the memory in
--   which every tenant's rows pass.
-- proves: invariant 9, invariant 18
-- versions: 15-18
select
  'function_in_untrusted_language' as name,
  'error' as level,
  f.oid::regprocedure::text as object,
  format('is written in %s', l.lanname) as detail,
  format('pg_language.lanpltrusted is false, owner %s', pg_get_userbyid(f.proowner)) as evidence,
  format('drop routine %s;', f.oid::regprocedure) as fix
from pg_proc as f
join pg_namespace as n on n.oid = f.pronamespace
join pg_language as l on l.oid = f.prolang
where not l.lanpltrusted
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and not exists (
    select
    from pg_depend as d
    where d.classid = 'pg_proc'::regclass
      and d.objid = f.oid
      and d.deptype = 'e'
  )
order by object;

-- id: 0029
-- title: Function of ours that is marked LEAKPROOF
-- level: error
-- category: functions
-- why: PostgreSQL then runs it on rows before the policy has hidden them: an error message, a notice or the time it takes tells other
--   tenants' values. Comparisons of int8, text, date and uuid are leakproof already.
-- proves: invariant 12, guide E6
-- versions: 15-18
select
  'function_marked_leakproof' as name,
  'error' as level,
  f.oid::regprocedure::text as object,
  'is marked LEAKPROOF, so it sees the rows of every tenant' as detail,
  format('language %s, owner %s', (select lanname from pg_language where pg_language.oid = f.prolang), pg_get_userbyid(f.proowner)) as evidence,
  format('alter function %s not leakproof;', f.oid::regprocedure) as fix
from pg_proc as f
join pg_namespace as n on n.oid = f.pronamespace
where f.proleakproof
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

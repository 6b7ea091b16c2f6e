-- id: 0064
-- title: Function that reads a setting of ours and fails where it was never set
-- level: warn
-- category: connections
-- why: current_setting(name) raises an error in a session that never set the name, and answers an empty text in one that did in an earlier
--   transaction: behind a pooler the same statement fails or not by chance. With true as second argument it answers null or '' always.
-- proves: invariant 4, invariant 7
-- versions: 15-18
with bodies as (
  select
    f.oid,
    regexp_replace(coalesce(pg_get_function_sqlbody(f.oid), f.prosrc), '--[^\n]*|/\*.*?\*/', ' ', 'g') as body
  from pg_proc as f
  join pg_namespace as n on n.oid = f.pronamespace
  where f.prokind in ('f', 'p')
    and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
    and not exists (
      select
      from pg_depend as d
      where d.classid = 'pg_proc'::regclass
        and d.objid = f.oid
        and d.deptype = 'e'
    )
)
select
  'function_that_needs_a_setting' as name,
  'warn' as level,
  oid::regprocedure::text as object,
  'reads a setting that may never have been set, without saying true' as detail,
  (regexp_match(body, '(\mcurrent_setting\s*\(\s*''[a-z_]+\.[a-z_.]+''(?:::text)?\s*\))', 'i'))[1] as evidence,
  regexp_replace(
    pg_get_functiondef(oid), '(\mcurrent_setting\s*\(\s*''[a-z_]+\.[a-z_.]+''(?:::text)?)\s*\)', '\1, true)', 'gi'
  ) || ';' as fix
from bodies
where body ~* '\mcurrent_setting\s*\(\s*''[a-z_]+\.[a-z_.]+''(?:::text)?\s*\)'
order by object;

-- id: 0010
-- title: Policy that calls a volatile function
-- level: warn
-- category: isolation
-- why: A volatile function may answer differently for each row, so its answer can neither be computed once nor used with an index:
--   every statement reads the whole table.
-- proves: guide E5, guide E6
-- versions: 15-18
select
  'policy_with_volatile_function' as name,
  'warn' as level,
  f.oid::regprocedure::text as object,
  format(
    'is volatile and stands in policies of %s',
    string_agg(distinct coalesce(pg_partition_root(p.polrelid), p.polrelid)::regclass::text, ', ')
  ) as detail,
  format('pg_proc.provolatile is v, %s policies depend on it', count(distinct p.oid)) as evidence,
  format('alter function %s stable;', f.oid::regprocedure) as fix
from pg_policy as p
join pg_depend as d on d.classid = 'pg_policy'::regclass
  and d.objid = p.oid
  and d.refclassid = 'pg_proc'::regclass
join pg_proc as f on f.oid = d.refobjid
where f.provolatile = 'v'
group by f.oid
order by object;

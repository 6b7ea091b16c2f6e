-- id: 0028
-- title: Function that lends its caller the rights of a superuser
-- level: error
-- category: functions
-- why: One mistake in its text and every caller is superuser, or passes by all policies. A function gets a NOLOGIN owner that may do
--   just what it does.
-- proves: invariant 9, invariant 10, guide V15
-- versions: 15-18
select
  'definer_function_of_powerful_owner' as name,
  'error' as level,
  f.oid::regprocedure::text as object,
  format(
    'runs as %I, who is %s',
    owner.rolname,
    concat_ws(', ', case when owner.rolsuper then 'superuser' end, case when owner.rolbypassrls then 'free of row-level security' end, case when owner.rolcreaterole then 'able to make roles' end)
  ) as detail,
  format('security definer, callable by: %s', coalesce(array_to_string(f.proacl, ', '), 'everybody')) as evidence,
  format(
    'alter routine %s owner to %I;',
    f.oid::regprocedure,
    -- Whoever owns most tables without being able to sign in.
    coalesce(
      (
        select r.rolname
        from pg_roles as r
        join pg_class as c on c.relowner = r.oid and c.relkind in ('r', 'p')
        where not r.rolcanlogin
          and not r.rolsuper
          and not r.rolbypassrls
          and r.rolname !~ '^pg_'
        group by r.rolname
        order by count(*) desc
        limit 1
      ),
      'pg_database_owner'
    )
  ) as fix
from pg_proc as f
join pg_namespace as n on n.oid = f.pronamespace
join pg_roles as owner on owner.oid = f.proowner
where f.prosecdef
  and (owner.rolsuper or owner.rolbypassrls or owner.rolcreaterole)
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

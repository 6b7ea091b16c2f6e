-- id: 0012
-- title: View that reads with its owner's rights
-- level: error
-- category: isolation
-- why: The policies of the tables below then hold for the view's owner instead of for who asks: where the owner passes them by, the
--   view shows every tenant.
-- proves: invariant 9, guide E5
-- versions: 15-18
select
  'view_without_security_invoker' as name,
  'error' as level,
  c.oid::regclass::text as object,
  format('reads with the rights of %s', pg_get_userbyid(c.relowner)) as detail,
  format('options: %s', coalesce(array_to_string(c.reloptions, ', '), 'none')) as evidence,
  format('alter view %s set (security_invoker = true);', c.oid::regclass) as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'v'
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and not exists (
    select
    from pg_options_to_table(c.reloptions) as o
    where o.option_name = 'security_invoker'
      and o.option_value::boolean
  )
  and not exists (
    select
    from pg_depend as d
    where d.classid = 'pg_class'::regclass
      and d.objid = c.oid
      and d.deptype = 'e'
  )
order by object;

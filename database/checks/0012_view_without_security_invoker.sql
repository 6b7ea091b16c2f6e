-- id: 0012
-- title: View that reads with its owner's rights
-- level: error
-- category: isolation
-- why: The policies of the tables below then hold for the view's owner instead of for who asks: where the owner passes them by, the
--   view shows every tenant.
-- proves: invariant 9, guide E5
-- versions: 15-18
with views as (
  select
    c.oid,
    c.relowner,
    c.reloptions,
    exists (
      select
      from pg_rewrite as r
      join pg_depend as d on d.classid = 'pg_rewrite'::regclass
        and d.objid = r.oid
        and d.refclassid = 'pg_class'::regclass
        and d.refobjid <> c.oid
      join pg_class as read on read.oid = d.refobjid
      join pg_namespace as n on n.oid = read.relnamespace
      where r.ev_class = c.oid
        and n.nspname !~ '^pg_'
        and n.nspname <> 'information_schema'
    ) as reads_tables
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
)
select
  'view_without_security_invoker' as name,
  case when reads_tables then 'error' else 'info' end as level,
  oid::regclass::text as object,
  format('reads %s with the rights of %s', case when reads_tables then 'tables' else 'only the catalogue, but' end, pg_get_userbyid(relowner)) as detail,
  format('options: %s', coalesce(array_to_string(reloptions, ', '), 'none')) as evidence,
  format('alter view %s set (security_invoker = true);', oid::regclass) as fix
from views
order by object;

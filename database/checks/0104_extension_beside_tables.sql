-- id: 0104
-- title: Extension in a schema with tables, or in public
-- level: warn
-- category: functions
-- why: Its functions and operators then mix with ours, and whoever may use our tables may call them all. In a schema of its own it
--   stands where a search_path names it on purpose.
-- proves: invariant 16, guide E8
-- versions: 15-18
select
  'extension_beside_tables' as name,
  'warn' as level,
  quote_ident(e.extname) as object,
  format('is in schema %I', n.nspname) as detail,
  format('relocatable: %s', e.extrelocatable) as evidence,
  format(
    E'create schema if not exists %1$I;\nalter extension %2$I set schema %1$I;',
    -- where the other extensions are
    coalesce(
      (
        select other.nspname
        from pg_extension as x
        join pg_namespace as other on other.oid = x.extnamespace
        where other.nspname !~ '^pg_'
          and other.nspname not in ('public', 'information_schema')
          and other.oid <> n.oid
        group by other.nspname
        order by count(*) desc
        limit 1
      ),
      'ext'
    ),
    e.extname
  ) as fix
from pg_extension as e
join pg_namespace as n on n.oid = e.extnamespace
where n.nspname !~ '^pg_'
  and (
    n.nspname = 'public'
    or exists (
      select
      from pg_class as c
      where c.relnamespace = n.oid
        and c.relkind in ('r', 'p')
        and not exists (
          select
          from pg_depend as d
          where d.classid = 'pg_class'::regclass
            and d.objid = c.oid
            and d.deptype = 'e'
        )
    )
  )
order by object;

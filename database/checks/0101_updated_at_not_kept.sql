-- id: 0101
-- title: Column updated_at that nothing keeps true
-- level: warn
-- category: audit
-- why: A column that says when a row changed, and is right only where a program remembered to set it, is believed anyway: by caches, by
--   exports of what is new, by people.
-- proves: invariant 43, guide P11
-- versions: 15-18
select
  'updated_at_not_kept' as name,
  'warn' as level,
  c.oid::regclass::text as object,
  'no trigger sets updated_at when a row changes' as detail,
  'no firing trigger before update of each row' as evidence,
  format('select maintenance.touch_table(%L);', c.oid::regclass) as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attname = 'updated_at' and not a.attisdropped
where c.relkind in ('r', 'p')
  and not c.relispartition
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and not exists (
    select
    from pg_trigger as t
    where t.tgrelid = c.oid
      and t.tgenabled in ('O', 'A')
      -- before, for each row, on update of any column
      and t.tgtype & 19 = 19
      and t.tgqual is null
      and coalesce(array_length(t.tgattr::smallint[], 1), 0) = 0
  )
order by object;

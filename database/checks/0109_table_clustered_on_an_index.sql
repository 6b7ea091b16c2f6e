-- id: 0109
-- title: Table marked to be rewritten in the order of an index
-- level: info
-- category: indexes
-- why: CLUSTER without an argument then locks every such table against all use while it rewrites it, and an engine that distributes
--   tenants refuses the mark.
-- proves: invariant 55, rule R13
-- versions: 15-18
select
  'table_clustered_on_an_index' as name,
  'info' as level,
  i.indrelid::regclass::text as object,
  format('is marked for CLUSTER on %s', i.indexrelid::regclass) as detail,
  'pg_index.indisclustered is true' as evidence,
  format('alter table %s set without cluster;', i.indrelid::regclass) as fix
from pg_index as i
join pg_class as c on c.oid = i.indrelid
join pg_namespace as n on n.oid = c.relnamespace
where i.indisclustered
  and n.nspname !~ '^pg_'
order by object;

-- id: 0106
-- title: Table that a crash empties
-- level: error
-- category: server
-- why: An unlogged table is truncated after a crash, does not exist on a standby and is in no physical backup.
-- proves: invariant 57, invariant 66
-- versions: 15-18
with unlogged as (
  select
    coalesce(pg_partition_root(c.oid), c.oid) as root,
    c.oid
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  where c.relkind = 'r'
    and c.relpersistence = 'u'
    and n.nspname !~ '^pg_'
)
select
  'unlogged_table' as name,
  'error' as level,
  root::regclass::text as object,
  case when bool_or(oid = root) then 'is unlogged' else format('%s of its partitions are unlogged', count(*)) end as detail,
  string_agg(format('pg_class.relpersistence of %s is u', oid::regclass), '; ' order by oid::regclass::text) as evidence,
  string_agg(format('alter table %s set logged;', oid::regclass), E'\n' order by oid::regclass::text) as fix
from unlogged
group by root
order by object;

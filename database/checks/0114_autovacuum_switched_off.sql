-- id: 0114
-- title: Table that autovacuum leaves alone
-- level: warn
-- category: server
-- why: Dead rows stay, statistics grow old and plans with them, and in the end the server vacuums it by force against wraparound, at
--   the worst moment.
-- proves: guide M8, guide M17
-- versions: 15-18
with idle as (
  select
    coalesce(pg_partition_root(c.oid), c.oid) as root,
    c.oid
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  cross join lateral pg_options_to_table(c.reloptions) as o
  where c.relkind = 'r'
    and n.nspname !~ '^pg_'
    and o.option_name = 'autovacuum_enabled'
    and not o.option_value::boolean
)
select
  'autovacuum_switched_off' as name,
  'warn' as level,
  root::regclass::text as object,
  case when bool_or(oid = root) then 'is left out by autovacuum' else format('%s of its partitions are left out by autovacuum', count(*)) end as detail,
  string_agg(format('%s: autovacuum_enabled=false', oid::regclass), '; ' order by oid::regclass::text) as evidence,
  string_agg(format('alter table %s reset (autovacuum_enabled);', oid::regclass), E'\n' order by oid::regclass::text) as fix
from idle
group by root
order by object;

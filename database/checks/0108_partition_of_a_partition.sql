-- id: 0108
-- title: Table partitioned on more than one level
-- level: info
-- category: partitions
-- why: Parts multiply: 16 by 36 are 576 tables, each with its indexes, locks and plans. No engine that distributes tenants takes more
--   than one level.
-- proves: rule R10
-- versions: 15-18
with branches as (
  select
    pg_partition_root(c.oid) as root,
    i.inhparent as parent,
    c.oid
  from pg_class as c
  join pg_inherits as i on i.inhrelid = c.oid
  where c.relispartition
    and c.relkind = 'p'
)
select
  'partition_of_a_partition' as name,
  'info' as level,
  root::regclass::text as object,
  format('%s of its partitions are partitioned again', count(*)) as detail,
  format('%s leaves in all', (select count(*) from pg_partition_tree(root) where isleaf)) as evidence,
  E'-- its rows then move into partitions of one level\n'
    || string_agg(format('alter table %s detach partition %s;', parent::regclass, oid::regclass), E'\n' order by oid::regclass::text) as fix
from branches
group by root
order by object;

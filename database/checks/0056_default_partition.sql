-- id: 0056
-- title: Table with a default partition
-- level: error
-- category: partitions
-- why: Rows that should have been refused or had a partition of their own gather in it; every ATTACH then reads all of it, and no
--   partition can be detached concurrently.
-- proves: invariant 34, guide P15
-- versions: 15-18
select
  'default_partition' as name,
  'error' as level,
  p.partrelid::regclass::text as object,
  format('%s takes whatever has no partition', p.partdefid::regclass) as detail,
  format('about %s rows are in it', greatest(c.reltuples, 0)) as evidence,
  format(
    E'-- its rows then belong into partitions of their own\nalter table %s detach partition %s;',
    p.partrelid::regclass,
    p.partdefid::regclass
  ) as fix
from pg_partitioned_table as p
join pg_class as c on c.oid = p.partdefid
order by object;

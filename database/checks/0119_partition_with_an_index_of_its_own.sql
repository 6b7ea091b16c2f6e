-- id: 0119
-- title: Partition with an index that its table does not have
-- level: warn
-- category: indexes
-- why: Made by hand or by a job beside the table's own, it is often a second copy, is missing on the partitions made later, and no
--   migration knows it.
-- proves: invariant 35, invariant 44, guide X5, guide P14
-- versions: 15-18
with own as (
  select
    pg_partition_root(c.oid) as root,
    c.oid,
    i.indexrelid,
    k.conname
  from pg_index as i
  join pg_class as c on c.oid = i.indrelid
  join pg_class as x on x.oid = i.indexrelid
  left join pg_constraint as k on k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
  where c.relispartition
    and c.relkind in ('r', 'p')
    -- attached to one of its table
    and not x.relispartition
)
select
  'partition_with_an_index_of_its_own' as name,
  'warn' as level,
  root::regclass::text as object,
  format('%s of its partitions have indexes of their own', count(distinct oid)) as detail,
  string_agg(pg_get_indexdef(indexrelid), '; ' order by indexrelid::regclass::text) as evidence,
  string_agg(
    case
      when conname is null then format('drop index %s;', indexrelid::regclass)
      else format('alter table %s drop constraint %I;', oid::regclass, conname)
    end,
    E'\n'
    order by indexrelid::regclass::text
  ) as fix
from own
group by root
order by object;

-- id: 0120
-- title: Partition with another owner or other statistics than its table
-- level: warn
-- category: partitions
-- why: With another owner it is beyond the migrations, and what its owner may do its table's cannot forbid; with other statistics
--   targets the same query gets another plan on each partition.
-- proves: invariant 35
-- versions: 15-18
with pairs as (
  select
    i.inhrelid as part,
    pg_partition_root(i.inhrelid) as root
  from pg_inherits as i
  join pg_class as c on c.oid = i.inhrelid
  where c.relispartition
    and c.relkind in ('r', 'p')
),
differences as (
  select
    pairs.root,
    pairs.part,
    format('owner %s instead of %s', pg_get_userbyid(mine.relowner), pg_get_userbyid(theirs.relowner)) as fact,
    format('alter table %s owner to %I;', pairs.part::regclass, pg_get_userbyid(theirs.relowner)) as cure
  from pairs
  join pg_class as mine on mine.oid = pairs.part
  join pg_class as theirs on theirs.oid = pairs.root
  where mine.relowner <> theirs.relowner
  union all
  select
    pairs.root,
    pairs.part,
    format('statistics target of %I %s instead of %s', mine.attname, coalesce(mine.attstattarget, -1), coalesce(theirs.attstattarget, -1)),
    format('alter table %s alter column %I set statistics %s;', pairs.part::regclass, mine.attname, coalesce(theirs.attstattarget, -1))
  from pairs
  join pg_attribute as mine on mine.attrelid = pairs.part and mine.attnum > 0 and not mine.attisdropped
  join pg_attribute as theirs on theirs.attrelid = pairs.root and theirs.attname = mine.attname
  -- -1 up to PostgreSQL 16, null from 17: the default
  where coalesce(mine.attstattarget, -1) <> coalesce(theirs.attstattarget, -1)
)
select
  'partition_that_drifted' as name,
  'warn' as level,
  root::regclass::text as object,
  format('%s of its partitions have another %s', count(distinct part), string_agg(distinct split_part(fact, ' ', 1), ' and ')) as detail,
  string_agg(format('%s: %s', part::regclass, fact), '; ' order by part::regclass::text, fact) as evidence,
  string_agg(cure, E'\n' order by part::regclass::text, fact) as fix
from differences
group by root
order by object;

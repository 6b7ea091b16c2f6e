-- id: 0055
-- title: Table partitioned by time with days that no partition takes
-- level: error
-- category: partitions
-- why: A row of such a day is refused: a bank statement that arrives late, or a correction of last year, cannot be stored.
-- proves: invariant 33, guide P13
-- versions: 15-18
with ranges as (
  select
    i.inhparent as parent,
    substring(bound.expression from 'FROM \(''([^'']+)''\)') as low,
    substring(bound.expression from 'TO \(''([^'']+)''\)') as high
  from pg_inherits as i
  join pg_class as c on c.oid = i.inhrelid
  join pg_partitioned_table as p on p.partrelid = i.inhparent and p.partstrat = 'r' and p.partnatts = 1
  join pg_attribute as a on a.attrelid = p.partrelid
    and a.attnum = p.partattrs[0]
    and a.atttypid in ('date'::regtype, 'timestamptz'::regtype, 'timestamp'::regtype)
  cross join lateral (select pg_get_expr(c.relpartbound, c.oid) as expression) as bound
),
neighbours as (
  select
    parent,
    high as gap_from,
    lead(low) over (partition by parent order by low) as gap_to
  from ranges
)
select
  'gap_between_partitions' as name,
  'error' as level,
  pg_partition_root(parent)::regclass::text as object,
  format('no partition takes %s', string_agg(distinct format('%s to %s', gap_from, gap_to), ', ')) as detail,
  format('between the partitions of %s', string_agg(distinct parent::regclass::text, ', ')) as evidence,
  string_agg(
    distinct case
      when to_regprocedure('maintenance.ensure_partitions(regclass,date,date)') is null then format(
        'create table %s partition of %s for values from (%L) to (%L);',
        format('%I.%I', n.nspname, format('%s_from_%s', c.relname, left(gap_from, 10))),
        parent::regclass,
        gap_from,
        gap_to
      )
      else format(
        'select maintenance.ensure_partitions(%L, %L, %L);',
        pg_partition_root(parent)::regclass,
        left(gap_from, 10),
        left(gap_to, 10)::date - 1
      )
    end,
    E'\n'
  ) as fix
from neighbours
join pg_class as c on c.oid = parent
join pg_namespace as n on n.oid = c.relnamespace
where gap_from < gap_to
group by pg_partition_root(parent)
order by object;

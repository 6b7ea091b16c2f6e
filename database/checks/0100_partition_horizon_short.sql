-- id: 0100
-- title: Table partitioned by time whose partitions end soon
-- level: warn
-- category: partitions
-- why: On the first day without a partition every insert fails, usually at midnight of a month's first. What counts is the days left,
--   not whether the job that makes partitions ran.
-- proves: invariant 33, guide P13, guide P15
-- versions: 15-18
with ends as (
  select
    i.inhparent as parent,
    pg_partition_root(i.inhparent) as root,
    max(substring(pg_get_expr(c.relpartbound, c.oid) from 'TO \(''(\d{4}-\d\d-\d\d)')::date) as last_bound,
    bool_or(pg_get_expr(c.relpartbound, c.oid) ~ 'TO \(MAXVALUE\)') as endless
  from pg_inherits as i
  join pg_class as c on c.oid = i.inhrelid
  join pg_partitioned_table as p on p.partrelid = i.inhparent and p.partstrat = 'r' and p.partnatts = 1
  join pg_attribute as a on a.attrelid = p.partrelid
    and a.attnum = p.partattrs[0]
    and a.atttypid in ('date'::regtype, 'timestamptz'::regtype, 'timestamp'::regtype)
  group by i.inhparent
)
select
  'partition_horizon_short' as name,
  case when min(last_bound) < current_date + 30 then 'error' else 'warn' end as level,
  root::regclass::text as object,
  format('takes rows for %s more days', min(last_bound) - current_date) as detail,
  format('partitions of %s end before %s', string_agg(parent::regclass::text, ', ' order by parent), min(last_bound)) as evidence,
  case
    when to_regprocedure('maintenance.ensure_partitions(regclass,date,date)') is null then string_agg(
      format(
        'create table %s partition of %s for values from (%L) to (%L);',
        format('%I.%I', n.nspname, format('%s_from_%s', c.relname, last_bound)),
        parent::regclass,
        last_bound,
        current_date + 366
      ),
      E'\n'
    )
    else format('select maintenance.ensure_partitions(%L, %L, %L);', root::regclass, min(last_bound), current_date + 365)
  end as fix
from ends
join pg_class as c on c.oid = parent
join pg_namespace as n on n.oid = c.relnamespace
where not endless
  and last_bound < current_date + 90
group by root
order by object;

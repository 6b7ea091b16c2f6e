-- id: 0054
-- title: Table partitioned by hash that lacks a remainder
-- level: error
-- category: partitions
-- why: Every tenant whose key falls on it is refused: with two of sixteen partitions 864 of 1000 tenants could not insert a row.
-- proves: invariant 40, guide I11, guide P26
-- versions: 15-18
with parts as (
  select
    i.inhparent as parent,
    c.oid as part,
    c.relnamespace,
    substring(pg_get_expr(c.relpartbound, c.oid) from 'modulus (\d+)')::integer as modulus,
    substring(pg_get_expr(c.relpartbound, c.oid) from 'remainder (\d+)')::integer as remainder
  from pg_inherits as i
  join pg_class as c on c.oid = i.inhrelid
  join pg_partitioned_table as p on p.partrelid = i.inhparent and p.partstrat = 'h'
),
parents as (
  select
    parent,
    max(modulus) as modulus,
    (array_agg(relnamespace))[1]::regnamespace as part_schema
  from parts
  group by parent
),
missing as (
  select
    parents.*,
    wanted.remainder
  from parents
  cross join lateral generate_series(0, parents.modulus - 1) as wanted (remainder)
  where not exists (
    select
    from parts
    where parts.parent = parents.parent
      and wanted.remainder % parts.modulus = parts.remainder
  )
)
select
  'hash_remainder_missing' as name,
  'error' as level,
  missing.parent::regclass::text as object,
  format('has no partition for %s of %s remainders', count(*), missing.modulus) as detail,
  format('missing: %s', string_agg(remainder::text, ', ' order by remainder)) as evidence,
  string_agg(
    format(
      E'create table %1$s.%2$I partition of %3$s for values with (modulus %4$s, remainder %5$s);\nalter table %1$s.%2$I owner to %6$I;',
      missing.part_schema,
      format('%s_remainder_%s', c.relname, remainder),
      missing.parent::regclass,
      missing.modulus,
      remainder,
      pg_get_userbyid(c.relowner)
    )
      || case
        when to_regprocedure('maintenance.copy_to_partition(regclass,regclass,text)') is null then ''
        else format(
          E'\nselect maintenance.copy_to_partition(%L, %L, null);',
          missing.parent::regclass,
          format('%s.%I', missing.part_schema, format('%s_remainder_%s', c.relname, remainder))
        )
      end,
    E'\n'
    order by remainder
  ) as fix
from missing
join pg_class as c on c.oid = missing.parent
group by missing.parent, missing.modulus
order by object;

-- id: 0044
-- title: Table without a primary key
-- level: error
-- category: keys
-- why: Its rows cannot be told apart: the trail cannot name one, logical replication cannot update one, and a file imported twice is
--   stored twice.
-- proves: invariant 21, rule R6
-- versions: 15-18
select
  'table_without_primary_key' as name,
  'error' as level,
  c.oid::regclass::text as object,
  'has no primary key' as detail,
  format('columns: %s', (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped)) as evidence,
  format(
    'alter table %s%s add primary key (%s);',
    c.oid::regclass,
    case when has.id then '' else ' add column id uuid not null default gen_random_uuid(),' end,
    concat_ws(', ', case when has.tenant_id then 'tenant_id' end, 'id', has.partition_key)
  ) as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
cross join lateral (
  select
    exists (select from pg_attribute where attrelid = c.oid and attname = 'id' and not attisdropped) as id,
    exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id' and not attisdropped) as tenant_id,
    (
      select string_agg(quote_ident(a.attname), ', ')
      from pg_partitioned_table as p
      join pg_attribute as a on a.attrelid = p.partrelid and a.attnum = any (p.partattrs)
      where p.partrelid = c.oid
        and a.attname not in ('tenant_id', 'id')
    ) as partition_key
) as has
where c.relkind in ('r', 'p')
  and not c.relispartition
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and not exists (select from pg_index where indrelid = c.oid and indisprimary)
  and not exists (
    select
    from pg_depend as d
    where d.classid = 'pg_class'::regclass
      and d.objid = c.oid
      and d.deptype = 'e'
  )
order by object;

-- id: 0107
-- title: Trigger function that takes the table's name from the row it fires for
-- level: warn
-- category: audit
-- why: tg_table_name is the partition a row lies in, or the shard of a distributed table: a trail or an error written with it names
--   something nobody knows. The root of tg_relid, or an argument, names the table.
-- proves: guide E13, guide X17, rule R12
-- versions: 15-18
select
  'trigger_that_names_the_partition' as name,
  'warn' as level,
  f.oid::regprocedure::text as object,
  format('uses tg_table_name in triggers of %s tables', count(distinct coalesce(pg_partition_root(t.tgrelid), t.tgrelid))) as detail,
  format('fires for each row of %s', string_agg(distinct coalesce(pg_partition_root(t.tgrelid), t.tgrelid)::regclass::text, ', ')) as evidence,
  regexp_replace(
    pg_get_functiondef(f.oid),
    '\m(tg_table_name|tg_relname)\M',
    '(select relname from pg_catalog.pg_class where oid = coalesce(pg_catalog.pg_partition_root(tg_relid), tg_relid))',
    'gi'
  )
    || ';' as fix
from pg_proc as f
join pg_namespace as n on n.oid = f.pronamespace
join pg_trigger as t on t.tgfoid = f.oid
  and not t.tgisinternal
  -- for each row: a statement's trigger fires for the table that was named
  and t.tgtype & 1 = 1
where n.nspname !~ '^pg_'
  and f.prosrc ~* '\m(tg_table_name|tg_relname)\M'
  and exists (
    select
    from pg_attribute as a
    where a.attrelid = t.tgrelid
      and a.attname = 'tenant_id'
  )
group by f.oid
order by object;

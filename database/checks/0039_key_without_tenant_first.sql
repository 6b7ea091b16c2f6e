-- id: 0039
-- title: Primary or unique key of a tenant's table that does not begin with the tenant
-- level: error
-- category: keys
-- why: A key over all tenants tells by its error that another tenant has the same value, and a table can then neither be distributed
--   nor a tenant moved.
-- proves: invariant 11, guide E3, guide I7, rule R4
-- versions: 15-18
select
  'key_without_tenant_first' as name,
  'error' as level,
  i.indexrelid::regclass::text as object,
  format('the key of %s begins with %s', i.indrelid::regclass, pg_get_indexdef(i.indexrelid, 1, true)) as detail,
  pg_get_indexdef(i.indexrelid) as evidence,
  case
    when k.oid is null then format(
      E'drop index %s;\n%s;',
      i.indexrelid::regclass,
      regexp_replace(
        regexp_replace(regexp_replace(pg_get_indexdef(i.indexrelid), ', tenant_id(?=[,)])', ''), ' ON ONLY ', ' ON '),
        'USING (\w+) \(',
        'USING \1 (tenant_id, '
      )
    )
    else format(
      'alter table %s drop constraint %I, add constraint %I %s;',
      i.indrelid::regclass,
      k.conname,
      k.conname,
      regexp_replace(regexp_replace(pg_get_constraintdef(k.oid), ', tenant_id(?=[,)])', ''), '^([^(]*)\(', '\1(tenant_id, ')
    )
  end as fix
from pg_index as i
join pg_class as c on c.oid = i.indrelid
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
left join pg_constraint as k on k.conindid = i.indexrelid and k.contype in ('p', 'u')
where i.indisunique
  and i.indkey[0] <> a.attnum
  and c.relkind in ('r', 'p')
  and not c.relispartition
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
order by object;

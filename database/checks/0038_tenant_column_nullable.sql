-- id: 0038
-- title: tenant_id that may be null
-- level: error
-- category: keys
-- why: A row of nobody is seen by nobody and erased with nobody: it stays for good, and unique keys do not hold for it.
-- proves: invariant 4, invariant 14, rule R3
-- versions: 15-18
select
  'tenant_column_nullable' as name,
  'error' as level,
  format('%s.tenant_id', c.oid::regclass) as object,
  'may be null' as detail,
  'pg_attribute.attnotnull is false' as evidence,
  format('alter table %s alter column tenant_id set not null;', c.oid::regclass) as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
join pg_type as t on t.oid = a.atttypid
where c.relkind in ('r', 'p')
  and not c.relispartition
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and not a.attnotnull
  and not t.typnotnull
order by object;

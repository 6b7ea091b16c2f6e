-- id: 0115
-- title: tenant_id with a default
-- level: warn
-- category: keys
-- why: A statement that forgets the tenant should be refused. With a default it stores the row for somebody, who then sees it.
-- proves: invariant 2, invariant 4
-- versions: 15-18
select
  'tenant_column_with_default' as name,
  'warn' as level,
  format('%s.tenant_id', c.oid::regclass) as object,
  'has a default, so a forgotten tenant goes unnoticed' as detail,
  format('default %s', pg_get_expr(d.adbin, d.adrelid)) as evidence,
  format('alter table %s alter column tenant_id drop default;', c.oid::regclass) as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
join pg_attrdef as d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relkind in ('r', 'p')
  and not c.relispartition
  and n.nspname !~ '^pg_'
order by object;

-- id: 0110
-- title: json where jsonb is meant
-- level: info
-- category: types
-- why: json keeps text: it has no equality, so an update that changes nothing cannot be told from one that does, keys may stand twice,
--   and no index reaches inside.
-- proves: invariant 21
-- versions: 15-18
select
  'json_column' as name,
  'info' as level,
  format('%s.%I', c.oid::regclass, a.attname) as object,
  'is json' as detail,
  'pg_attribute.atttypid is json' as evidence,
  format('alter table %s alter column %I type jsonb;', c.oid::regclass, a.attname) as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p')
  and not c.relispartition
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and a.atttypid = 'json'::regtype
order by object;

-- id: 0047
-- title: Moment without a time zone
-- level: error
-- category: types
-- why: A timestamp without zone keeps the clock of whoever wrote it: two sessions in different zones store the same moment hours apart,
--   and nobody can tell later.
-- proves: invariant 42, guide I6, guide P10, guide M13
-- versions: 15-18
select
  'timestamp_without_time_zone' as name,
  'error' as level,
  format('%s.%I', c.oid::regclass, a.attname) as object,
  'is a timestamp without time zone' as detail,
  format('default: %s', coalesce((select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = c.oid and adnum = a.attnum), 'none')) as evidence,
  format('alter table %s alter column %I type timestamptz using %I at time zone ''UTC'';', c.oid::regclass, a.attname, a.attname) as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type as t on t.oid = a.atttypid
where c.relkind in ('r', 'p')
  and not c.relispartition
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and coalesce(nullif(t.typbasetype, 0), t.oid) = 'timestamp'::regtype
order by object;

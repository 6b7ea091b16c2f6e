-- id: 0105
-- title: Collation whose rules have changed under its indexes
-- level: error
-- category: indexes
-- why: After an update of the operating system or of ICU an index is still in the old order: rows are not found, and a unique key lets
--   the same value in twice.
-- proves: invariant 44, invariant 62
-- versions: 15-18
with used as (
  select
    i.indexrelid,
    part.collation_id
  from pg_index as i
  cross join lateral unnest(i.indcollation::oid[]) as part (collation_id)
  where part.collation_id <> 0
),
changed as (
  select
    c.oid,
    c.collversion as was,
    pg_collation_actual_version(c.oid) as is_now
  from pg_collation as c
  where c.collversion is not null
    and exists (select from used where used.collation_id = c.oid)
)
select
  'collation_version_changed' as name,
  'error' as level,
  format('collation %s', changed.oid::regcollation) as object,
  format('was version %s when its indexes were built, is now %s', was, is_now) as detail,
  format('indexes: %s', (select string_agg(distinct used.indexrelid::regclass::text, ', ') from used where used.collation_id = changed.oid)) as evidence,
  concat_ws(
    E'\n',
    (
      select string_agg(distinct format('reindex index %s;', used.indexrelid::regclass), E'\n')
      from used
      join pg_class as c on c.oid = used.indexrelid and c.relkind = 'i'
      where used.collation_id = changed.oid
    ),
    format('alter collation %s refresh version;', changed.oid::regcollation)
  ) as fix
from changed
where was <> is_now
union all
select
  'collation_version_changed',
  'error',
  format('database %I', d.datname),
  format('was made with version %s of its collation, which is now %s', d.datcollversion, pg_database_collation_actual_version(d.oid)),
  format('provider %s, locale %s', d.datlocprovider, d.datcollate),
  format(E'-- first, by itself: reindex database %1$I;\nalter database %1$I refresh collation version;', d.datname)
from pg_database as d
where d.datname = current_database()
  and d.datcollversion <> pg_database_collation_actual_version(d.oid)
order by object;

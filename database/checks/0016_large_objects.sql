-- id: 0016
-- title: Large objects
-- level: warn
-- category: isolation
-- why: A large object belongs to no table: no policy, no tenant, no audit trigger and no retention reaches it, and its owner's rights
--   are all that guard it.
-- proves: invariant 14, invariant 18
-- versions: 15-18
select
  'large_objects' as name,
  'warn' as level,
  'pg_largeobject' as object,
  format('%s large objects', count(*)) as detail,
  format('owners: %s', string_agg(distinct pg_get_userbyid(lomowner)::text, ', ')) as evidence,
  'select lo_unlink(oid) from pg_largeobject_metadata;' as fix
from pg_largeobject_metadata
having count(*) > 0;

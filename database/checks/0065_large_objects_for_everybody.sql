-- id: 0065
-- title: Everybody may make large objects
-- level: warn
-- category: privileges
-- why: PostgreSQL lets PUBLIC call the functions that make them, so also a role that may only read can write, as much as the disk holds;
--   and what it writes has no tenant, no policy and no audit.
-- proves: invariant 16, invariant 18
-- versions: 15-18
select
  'large_objects_for_everybody' as name,
  'warn' as level,
  f.oid::regprocedure::text as object,
  'PUBLIC may call it' as detail,
  coalesce(f.proacl::text, 'no privileges set: the default, which lets PUBLIC') as evidence,
  format('revoke execute on function pg_catalog.%s from public;', f.oid::regprocedure) as fix
from pg_proc as f
where f.pronamespace = 'pg_catalog'::regnamespace
  and f.proname in ('lo_create', 'lo_creat', 'lo_from_bytea')
  and exists (
    select
    from aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as a
    where a.grantee = 0
  )
order by object;

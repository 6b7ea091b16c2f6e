-- id: 0062
-- title: Function that takes an advisory lock for the session
-- level: error
-- category: connections
-- why: Behind a pooler in transaction mode the lock stays with the server connection: another client holds it by accident, nobody can release
--   it, and what it guards runs twice or never again. A lock of the transaction (pg_advisory_xact_lock) ends with it.
-- proves: invariant 7, invariant 54
-- versions: 15-18
with bodies as (
  select
    f.oid,
    regexp_replace(coalesce(pg_get_function_sqlbody(f.oid), f.prosrc), '--[^\n]*|/\*.*?\*/', ' ', 'g') as body
  from pg_proc as f
  join pg_namespace as n on n.oid = f.pronamespace
  where f.prokind in ('f', 'p')
    and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
    and not exists (
      select
      from pg_depend as d
      where d.classid = 'pg_proc'::regclass
        and d.objid = f.oid
        and d.deptype = 'e'
    )
)
select
  'function_with_session_lock' as name,
  'error' as level,
  oid::regprocedure::text as object,
  'takes an advisory lock that outlives its transaction' as detail,
  (regexp_match(body, '\m(pg_(?:try_)?advisory_(?:lock|unlock)(?:_shared)?)\s*\(', 'i'))[1] as evidence,
  -- Taken for the transaction there is nothing to release, so a release becomes nothing.
  regexp_replace(
    regexp_replace(
      pg_get_functiondef(oid), '\m(pg_(?:try_)?advisory_)lock', '\1xact_lock', 'gi'
    ),
    '\m(?:pg_catalog\.)?pg_advisory_unlock(?:_shared|_all)?\s*\([^()]*\)', 'null', 'gi'
  ) || ';' as fix
from bodies
-- pg_advisory_unlock_all() alone clears what somebody else's session lock left on the connection.
where body ~* '\mpg_(?:try_)?advisory_(?:lock|unlock)(?:_shared)?\s*\('
order by object;

-- id: 0063
-- title: Function that leaves something in the session
-- level: warn
-- category: connections
-- why: A temporary table, a cursor with hold, a prepared statement or a channel listened to stays with the server connection when the
--   transaction ends: behind a pooler the next client meets it, with another tenant's rows in it or a name that is taken.
-- proves: invariant 7
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
  'function_with_session_objects' as name,
  'warn' as level,
  oid::regprocedure::text as object,
  'leaves something behind that outlives its transaction; drop it there (on commit drop), or do it outside the pooler' as detail,
  trim(regexp_replace(coalesce(
    (regexp_match(body, '(\mcreate\s+(?:local\s+|global\s+)?temp(?:orary)?\s+(?:table|view|sequence)\s+(?:(?!\mon\s+commit\s+drop\M)[^;])*);', 'i'))[1],
    (regexp_match(body, '(\mwith\s+hold\M)', 'i'))[1],
    (regexp_match(body, '(?:^|;|\mbegin\M|\mthen\M|'')\s*((?:listen|prepare)\s+[a-z_]+)', 'i'))[1]
  ), '\s+', ' ', 'g')) as evidence,
  format('drop routine %s;', oid::regprocedure) as fix
from bodies
where body ~* '\mcreate\s+(?:local\s+|global\s+)?temp(?:orary)?\s+(?:table|view|sequence)\s+(?:(?!\mon\s+commit\s+drop\M)[^;])*;'
  or body ~* '\mwith\s+hold\M'
  or body ~* '(?:^|;|\mbegin\M|\mthen\M|'')\s*(?:listen|prepare)\s+[a-z_]+'
order by object;

-- id: 0061
-- title: Function, role or database that sets a setting of ours for the whole session
-- level: error
-- category: connections
-- why: Behind a pooler in transaction mode the session belongs to whoever comes next: a tenant, an actor or a path set for the session
--   is the next client's tenant, actor or path. Only what ends with the transaction (set_config(…, true), set local) is one's own.
-- proves: invariant 4, invariant 7
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
),
found as (
  select
    oid::regprocedure::text as object,
    'sets for the session: it outlives the transaction' as detail,
    trim(
      coalesce(
        (regexp_match(body, '(\mset_config\s*\([^()]*(?:\((?:[^()]|\([^()]*\))*\)[^()]*)*,\s*false\s*\))', 'i'))[1],
        (regexp_match(body, '(\mset\s+(?:session\s+)?(?!local\M|session\M|constraints\M)[a-z_]+\.[a-z_.]+\s*(?:=|\mto\M)[^;]*)', 'i'))[1]
      )
    ) as evidence,
    -- The same function with each of these ending with the transaction.
    regexp_replace(
      regexp_replace(
        pg_get_functiondef(oid),
        '(\mset_config\s*\([^()]*(?:\((?:[^()]|\([^()]*\))*\)[^()]*)*,\s*)false(\s*\))', '\1true\2', 'gi'
      ),
      '(\mset\s+)(?:session\s+)?(?!local\M|session\M|constraints\M)([a-z_]+\.[a-z_.]+\s*(?:=|\mto\M))', '\1local \2', 'gi'
    ) || ';' as fix
  from bodies
  where body ~* '\mset_config\s*\([^()]*(?:\((?:[^()]|\([^()]*\))*\)[^()]*)*,\s*false\s*\)'
    or body ~* '\mset\s+(?:session\s+)?(?!local\M|session\M|constraints\M)[a-z_]+\.[a-z_.]+\s*(?:=|\mto\M)'
  union all
  select
    case
      when s.setrole = 0 then format('database %I', d.datname)
      when s.setdatabase = 0 then format('role %I', r.rolname)
      else format('role %I in database %I', r.rolname, d.datname)
    end,
    format('every session begins with %s', split_part(setting, '=', 1)),
    setting,
    case
      when s.setrole = 0 then format('alter database %I reset %s;', d.datname, split_part(setting, '=', 1))
      when s.setdatabase = 0 then format('alter role %I reset %s;', r.rolname, split_part(setting, '=', 1))
      else format('alter role %I in database %I reset %s;', r.rolname, d.datname, split_part(setting, '=', 1))
    end
  from pg_db_role_setting as s
  cross join lateral unnest(s.setconfig) as setting
  left join pg_roles as r on r.oid = s.setrole
  left join pg_database as d on d.oid = s.setdatabase
  where (s.setdatabase = 0 or d.datname = current_database())
    and split_part(setting, '=', 1) ~* '^(app\.|cash_management\.|role$)'
)
select
  'function_that_sets_the_session' as name,
  'error' as level,
  object,
  detail,
  coalesce(evidence, 'set … without local') as evidence,
  fix
from found
order by object;

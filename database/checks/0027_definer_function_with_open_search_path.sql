-- id: 0027
-- title: Function with its owner's rights whose search_path somebody else can fill
-- level: error
-- category: functions
-- why: The search begins in the caller's temporary schema unless pg_temp is named last, and a schema in the path where others may
--   create objects is as open.
-- proves: invariant 9, guide E8
-- versions: 15-18
with paths as (
  select
    f.oid,
    f.proowner,
    setting,
    array(
      select trim(both ' "' from word)
      from unnest(string_to_array(substr(setting, length('search_path=') + 1), ',')) as word
      where trim(both ' "' from word) <> ''
    ) as path
  from pg_proc as f
  join pg_namespace as n on n.oid = f.pronamespace
  cross join lateral unnest(f.proconfig) as setting
  where f.prosecdef
    and setting like 'search_path=%'
    and n.nspname !~ '^pg_'
    and not exists (
      select
      from pg_depend as d
      where d.classid = 'pg_proc'::regclass
        and d.objid = f.oid
        and d.deptype = 'e'
    )
),
open_schemas as (
  select
    paths.oid,
    array(
      select word
      from unnest(paths.path) as word
      where word = '$user'
        or exists (
          select
          from pg_namespace as n
          cross join lateral aclexplode(n.nspacl) as acl
          where n.nspname = word
            and acl.privilege_type = 'CREATE'
            and acl.grantee not in (n.nspowner, paths.proowner)
            and (
              acl.grantee = 0
              or exists (
                select
                from pg_roles as login
                where login.rolcanlogin
                  and not login.rolsuper
                  and pg_has_role(login.oid, acl.grantee, 'member')
              )
            )
        )
    ) as names
  from paths
)
select
  'definer_function_with_open_search_path' as name,
  'error' as level,
  paths.oid::regprocedure::text as object,
  case
    when cardinality(open_schemas.names) > 0 then format('others may create objects in %s', array_to_string(open_schemas.names, ', '))
    else 'pg_temp is not the last schema of its search_path'
  end as detail,
  paths.setting as evidence,
  format(
    'alter routine %s set search_path = %s;',
    paths.oid::regprocedure,
    (
      select string_agg(quote_ident(word), ', ' order by place)
      from unnest(paths.path || array['pg_temp'::text]) with ordinality as words (word, place)
      where word <> all (open_schemas.names)
        and (word <> 'pg_temp' or place > cardinality(paths.path))
    )
  ) as fix
from paths
join open_schemas on open_schemas.oid = paths.oid
where cardinality(open_schemas.names) > 0
  or paths.path[cardinality(paths.path)] is distinct from 'pg_temp'
order by object;

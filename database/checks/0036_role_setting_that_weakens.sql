-- id: 0036
-- title: Setting of a role or of the database that changes whose rows or which code a session meets
-- level: error
-- category: roles
-- why: A search_path, a role, session_replication_role or a tenant kept with a login holds in each of its sessions before the program
--   has said anything, and stands in no migration.
-- proves: invariant 4, guide E19
-- versions: 15-18
select
  'role_setting_that_weakens' as name,
  'error' as level,
  concat_ws(' in ', coalesce(quote_ident(r.rolname), 'every role'), 'database ' || quote_ident(d.datname)) as object,
  format('begins each session with %s', string_agg(setting, ', ' order by setting)) as detail,
  format('pg_db_role_setting: %s', array_to_string(s.setconfig, ', ')) as evidence,
  string_agg(
    format(
      'alter %s reset %s;',
      case
        when r.rolname is null then 'database ' || quote_ident(d.datname)
        else concat_ws(' in database ', 'role ' || quote_ident(r.rolname), quote_ident(d.datname))
      end,
      split_part(setting, '=', 1)
    ),
    E'\n'
    order by setting
  ) as fix
from pg_db_role_setting as s
left join pg_roles as r on r.oid = s.setrole
left join pg_database as d on d.oid = s.setdatabase
cross join lateral unnest(s.setconfig) as setting
where (s.setdatabase = 0 or d.datname = current_database())
  and split_part(setting, '=', 1) ~ '^(search_path|role|row_security|session_replication_role|password_encryption|(local|session)_preload_libraries|app\..*)$'
group by s.setrole, s.setdatabase, s.setconfig, r.rolname, d.datname
order by object;

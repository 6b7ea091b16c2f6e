-- id: 0033
-- title: Role in a predefined group that reads or writes everything, or the server's files
-- level: error
-- category: roles
-- why: pg_read_all_data reads every table past its grants; pg_read_server_files, pg_write_server_files and pg_execute_server_program
--   lead out of the database and back in as superuser.
-- proves: invariant 10, invariant 18
-- versions: 15-18
select
  'login_with_predefined_power' as name,
  'error' as level,
  quote_ident(member.rolname) as object,
  format('belongs to %s', string_agg(strong.rolname, ', ' order by strong.rolname)) as detail,
  format('pg_auth_members: %s', string_agg(strong.rolname, ', ' order by strong.rolname)) as evidence,
  string_agg(format('revoke %I from %I;', strong.rolname, member.rolname), E'\n' order by strong.rolname) as fix
from pg_auth_members as m
join pg_roles as strong on strong.oid = m.roleid
join pg_roles as member on member.oid = m.member
where strong.rolname in (
    'pg_read_all_data',
    'pg_write_all_data',
    'pg_read_server_files',
    'pg_write_server_files',
    'pg_execute_server_program'
  )
  and not member.rolsuper
group by member.rolname
order by object;

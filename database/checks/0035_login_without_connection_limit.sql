-- id: 0035
-- title: Role that may take every connection of the server
-- level: warn
-- category: roles
-- why: One runaway program then shuts the others out, the administrator's tools and the monitoring included. A limit for each login
--   keeps room.
-- proves: guide T1, guide T8
-- versions: 15-18
select
  'login_without_connection_limit' as name,
  'warn' as level,
  quote_ident(rolname) as object,
  'has no connection limit' as detail,
  format('rolconnlimit -1, max_connections %s', current_setting('max_connections')) as evidence,
  format('alter role %I connection limit %s;', rolname, greatest(1, current_setting('max_connections')::integer / 5)) as fix
from pg_roles
where rolcanlogin
  and not rolsuper
  and rolconnlimit = -1
order by object;

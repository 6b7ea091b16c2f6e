-- id: 0111
-- title: Password of another server kept in the catalogue
-- level: error
-- category: server
-- why: The options of a user mapping are plain text: every backup and every superuser reads them, and so does the role they are for.
-- proves: invariant 20
-- versions: 15-18
select
  'password_in_user_mapping' as name,
  'error' as level,
  format('user mapping for %s on server %I', case m.umuser when 0 then 'public' else quote_ident(m.usename) end, m.srvname) as object,
  'holds a password' as detail,
  format('options: %s', (select string_agg(split_part(option, '=', 1), ', ') from unnest(m.umoptions) as option)) as evidence,
  format('drop user mapping for %s server %I;', case m.umuser when 0 then 'public' else quote_ident(m.usename) end, m.srvname) as fix
from pg_user_mappings as m
where exists (select from unnest(m.umoptions) as option where option ~ '^(password|passcode|sslpassword)=')
order by object;

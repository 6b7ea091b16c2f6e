-- id: 0103
-- title: Extension older than its files on the server
-- level: warn
-- category: server
-- why: After an update of the server the objects of an extension stay as they were until it is updated too: its fixes, also those of
--   security, are not in force.
-- proves: guide R1
-- versions: 15-18
select
  'extension_outdated' as name,
  'warn' as level,
  quote_ident(e.extname) as object,
  format('is version %s, the server has %s', e.extversion, a.default_version) as detail,
  format('pg_available_extensions.default_version %s', a.default_version) as evidence,
  format('alter extension %I update;', e.extname) as fix
from pg_extension as e
join pg_available_extensions as a on a.name = e.extname
where e.extversion <> a.default_version
order by object;

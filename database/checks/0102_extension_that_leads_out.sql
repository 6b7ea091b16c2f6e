-- id: 0102
-- title: Extension that reads files, runs programs or connects elsewhere
-- level: error
-- category: server
-- why: An untrusted language runs as the server's user on the machine; file_fdw and adminpack read its files; dblink and the
--   foreign-data wrappers connect to other databases past the policies of this one.
-- proves: invariant 12, invariant 18
-- versions: 15-18
select
  'extension_that_leads_out' as name,
  case when e.extname in ('dblink', 'postgres_fdw') then 'warn' else 'error' end as level,
  quote_ident(e.extname) as object,
  'reaches past this database' as detail,
  format('version %s in schema %I', e.extversion, n.nspname) as evidence,
  format('drop extension %I;', e.extname) as fix
from pg_extension as e
join pg_namespace as n on n.oid = e.extnamespace
where e.extname in ('adminpack', 'dblink', 'file_fdw', 'lo', 'plperlu', 'plpython3u', 'plpythonu', 'pltclu', 'postgres_fdw')
order by object;

-- id: 0031
-- title: Role that signs in and stands above the policies
-- level: error
-- category: roles
-- why: SUPERUSER, BYPASSRLS, CREATEROLE, CREATEDB and REPLICATION each lead to every tenant's rows: directly, by a new role, by a
--   copied database or by the write-ahead log.
-- proves: invariant 10, guide H8
-- versions: 15-18
with logins as (
  select
    rolname,
    array_remove(
      array[
        case when rolsuper then 'superuser' end,
        case when rolbypassrls then 'bypassrls' end,
        case when rolcreaterole then 'createrole' end,
        case when rolcreatedb then 'createdb' end,
        case when rolreplication then 'replication' end
      ],
      null
    ) as powers
  from pg_roles
  where rolcanlogin
    -- the superuser that initdb made: without him nobody administers
    and oid <> 10
)
select
  'login_with_dangerous_attribute' as name,
  'error' as level,
  quote_ident(rolname) as object,
  format('signs in and has %s', array_to_string(powers, ', ')) as detail,
  format('pg_roles: %s', array_to_string(powers, ', ')) as evidence,
  format('alter role %I with %s;', rolname, (select string_agg('no' || power, ' ') from unnest(powers) as power)) as fix
from logins
where cardinality(powers) > 0
order by object;

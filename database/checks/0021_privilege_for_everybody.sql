-- id: 0021
-- title: Privilege of PUBLIC on the database, a schema, a table, a view or a sequence
-- level: error
-- category: privileges
-- why: What PUBLIC may do, every role may do that will ever exist, and no later revoke from a role takes it away.
-- proves: invariant 16
-- versions: 15-18
with objects as (
  select
    'database' as kind,
    quote_ident(datname) as object,
    coalesce(datacl, acldefault('d', datdba)) as acl
  from pg_database
  where datname = current_database()
  union all
  select
    'schema',
    quote_ident(nspname),
    coalesce(nspacl, acldefault('n', nspowner))
  from pg_namespace
  where nspname !~ '^pg_'
    and nspname <> 'information_schema'
  union all
  select
    case c.relkind when 'S' then 'sequence' else 'table' end,
    c.oid::regclass::text,
    c.relacl
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    and not c.relispartition
    and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
    and not exists (
      select
      from pg_depend as d
      where d.classid = 'pg_class'::regclass
        and d.objid = c.oid
        and d.deptype = 'e'
    )
)
select
  'privilege_for_everybody' as name,
  'error' as level,
  format('%s %s', kind, object) as object,
  format('everybody has %s', string_agg(privilege_type, ', ' order by privilege_type)) as detail,
  min(array_to_string(objects.acl, ', ')) as evidence,
  format('revoke all on %s %s from public;', kind, object) as fix
from objects
cross join lateral aclexplode(objects.acl) as grants
where grants.grantee = 0
group by kind, object
order by object;

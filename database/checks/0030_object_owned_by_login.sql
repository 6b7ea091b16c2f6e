-- id: 0030
-- title: Table, view or sequence owned by a role that signs in
-- level: error
-- category: roles
-- why: An owner may grant, alter, disable triggers and drop. Owners are roles that nobody can sign in as, so that only a migration does
--   these things.
-- proves: invariant 10
-- versions: 15-18
with owners as (
  select
    r.oid,
    r.rolname
  from pg_roles as r
  join pg_class as c on c.relowner = r.oid and c.relkind in ('r', 'p')
  where not r.rolcanlogin
    and not r.rolsuper
    and r.rolname !~ '^pg_'
  group by r.oid, r.rolname
  order by count(*) desc
)
select
  'object_owned_by_login' as name,
  'error' as level,
  coalesce(pg_partition_root(c.oid), c.oid)::regclass::text as object,
  format('is owned by %I, who can sign in%s', min(owner.rolname), case when bool_or(c.relispartition) then ' (its partitions too)' end) as detail,
  string_agg(format('%s: %s', c.oid::regclass, owner.rolname), ', ' order by c.oid::regclass::text) as evidence,
  string_agg(
    format(
      'alter %s %s owner to %I;',
      case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' when 'f' then 'foreign table' else 'table' end,
      c.oid::regclass,
      coalesce((select rolname from owners where owners.oid = n.nspowner), (select rolname from owners limit 1), 'pg_database_owner')
    ),
    E'\n'
    order by c.oid::regclass::text
  ) as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_roles as owner on owner.oid = c.relowner
where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
  and (owner.rolcanlogin or owner.rolsuper)
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and not exists (
    select
    from pg_depend as d
    where d.classid = 'pg_class'::regclass
      and d.objid = c.oid
      -- of an extension; or the sequence of a column, which goes with its table
      and d.deptype in ('e', 'a', 'i')
      and (d.deptype = 'e' or c.relkind = 'S')
  )
group by coalesce(pg_partition_root(c.oid), c.oid)
order by object;

-- id: 0017
-- title: Privilege granted on a partition
-- level: error
-- category: privileges
-- why: Named directly, a partition is read and written without its table: retention, audit and every later change of the table's grants
--   pass it by.
-- proves: invariant 3, guide E1
-- versions: 15-18
with grants as (
  select
    pg_partition_root(c.oid) as root,
    c.oid,
    acl.grantee,
    acl.privilege_type
  from pg_class as c
  cross join lateral aclexplode(c.relacl) as acl
  where c.relispartition
    and c.relkind in ('r', 'p')
    and acl.grantee <> c.relowner
  union all
  select
    pg_partition_root(c.oid),
    c.oid,
    acl.grantee,
    format('%s (%I)', acl.privilege_type, a.attname)
  from pg_class as c
  join pg_attribute as a on a.attrelid = c.oid
  cross join lateral aclexplode(a.attacl) as acl
  where c.relispartition
    and c.relkind in ('r', 'p')
    and acl.grantee <> c.relowner
),
named as (
  select
    *,
    case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end as holder
  from grants
)
select
  'grant_on_partition' as name,
  'error' as level,
  root::regclass::text as object,
  format('%s of its partitions are open to %s', count(distinct oid), string_agg(distinct holder, ', ')) as detail,
  string_agg(distinct format('%s: %s to %s', oid::regclass, privilege_type, holder), '; ') as evidence,
  string_agg(distinct format('revoke all on %s from %s;', oid::regclass, holder), E'\n') as fix
from named
group by root
order by object;

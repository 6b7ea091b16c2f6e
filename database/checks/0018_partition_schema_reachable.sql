-- id: 0018
-- title: Schema of partitions that somebody besides their owners may use
-- level: error
-- category: privileges
-- why: Without USAGE on the schema nobody can name a partition, whatever is granted on it by mistake. It is the second lock on that
--   door.
-- proves: invariant 3, guide I13
-- versions: 15-18
with parts as (
  select
    n.oid,
    n.nspname,
    n.nspowner,
    n.nspacl
  from pg_namespace as n
  where exists (
      select
      from pg_class as c
      where c.relnamespace = n.oid
        and c.relispartition
        and c.relkind in ('r', 'p')
    )
    and not exists (
      select
      from pg_class as c
      where c.relnamespace = n.oid
        and not c.relispartition
        and c.relkind in ('r', 'p')
    )
)
select
  'partition_schema_reachable' as name,
  'error' as level,
  quote_ident(parts.nspname) as object,
  format('%s may use it and owns nothing in it', string_agg(distinct holder, ', ')) as detail,
  min(array_to_string(parts.nspacl, ', ')) as evidence,
  string_agg(distinct format('revoke all on schema %I from %s;', parts.nspname, holder), E'\n') as fix
from parts
cross join lateral aclexplode(parts.nspacl) as acl
cross join lateral (select case acl.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end as holder) as named
where acl.grantee <> parts.nspowner
  and not exists (
    select
    from pg_class as c
    where c.relnamespace = parts.oid
      and c.relowner = acl.grantee
  )
group by parts.nspname
order by object;

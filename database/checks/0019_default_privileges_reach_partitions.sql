-- id: 0019
-- title: Default privileges that will open every table made later, partitions too
-- level: error
-- category: privileges
-- why: Partitions are made every month by a job: with default privileges each of them is born with a grant that nobody wrote, and
--   row-level security of its table does not reach it.
-- proves: invariant 3, invariant 17, guide E1
-- versions: 15-18
select
  'default_privileges_reach_partitions' as name,
  'error' as level,
  format('default privileges of %I%s', pg_get_userbyid(d.defaclrole), ' in schema ' || quote_ident(n.nspname)) as object,
  format('tables that %I makes are open to %s', pg_get_userbyid(d.defaclrole), string_agg(distinct holder, ', ')) as detail,
  min(array_to_string(d.defaclacl, ', ')) as evidence,
  string_agg(
    distinct format(
      'alter default privileges for role %I%s revoke all on tables from %s;',
      pg_get_userbyid(d.defaclrole),
      ' in schema ' || quote_ident(n.nspname),
      holder
    ),
    E'\n'
  ) as fix
from pg_default_acl as d
left join pg_namespace as n on n.oid = d.defaclnamespace
cross join lateral aclexplode(d.defaclacl) as acl
cross join lateral (select case acl.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end as holder) as named
where d.defaclobjtype = 'r'
  and acl.grantee <> d.defaclrole
  and (
    d.defaclnamespace = 0
    or exists (
      select
      from pg_class as c
      where c.relnamespace = d.defaclnamespace
        and c.relispartition
    )
  )
group by d.oid, d.defaclrole, n.nspname
order by object;

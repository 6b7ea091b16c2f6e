-- id: 0024
-- title: Schema in which a role that signs in may create objects
-- level: error
-- category: privileges
-- why: Whoever may create a function or table in a schema can put one in front of another that somebody else calls by its bare name,
--   and so act as that somebody.
-- proves: invariant 16, guide E8, guide E10
-- versions: 15-18
select
  'schema_open_to_creation' as name,
  'error' as level,
  quote_ident(n.nspname) as object,
  format('%s may create objects in it', string_agg(distinct holder, ', ')) as detail,
  min(array_to_string(n.nspacl, ', ')) as evidence,
  string_agg(distinct format('revoke create on schema %I from %s;', n.nspname, holder), E'\n') as fix
from pg_namespace as n
cross join lateral aclexplode(n.nspacl) as acl
cross join lateral (select case acl.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end as holder) as named
where n.nspname !~ '^pg_'
  and acl.privilege_type = 'CREATE'
  and acl.grantee <> n.nspowner
  and (
    acl.grantee = 0
    or exists (
      select
      from pg_roles as login
      where login.rolcanlogin
        and not login.rolsuper
        and pg_has_role(login.oid, acl.grantee, 'member')
    )
  )
group by n.nspname
order by object;

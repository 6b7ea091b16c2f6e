-- id: 0006
-- title: Policy of a tenant's table that lets rows through without comparing the tenant
-- level: error
-- category: isolation
-- why: A permissive policy such as "true" opens every tenant to whoever it is for. Roles that nobody can sign in as or act through are
--   left out.
-- proves: invariant 1, invariant 2, guide E5
-- versions: 15-18
with open_policies as (
  select
    coalesce(pg_partition_root(p.polrelid), p.polrelid) as root,
    p.polrelid,
    p.polname,
    p.polcmd,
    pg_get_expr(p.polqual, p.polrelid) as visible,
    pg_get_expr(p.polwithcheck, p.polrelid) as writable
  from pg_policy as p
  where p.polpermissive
    and exists (
      select
      from pg_attribute as a
      where a.attrelid = p.polrelid
        and a.attname = 'tenant_id'
        and not a.attisdropped
    )
    and (
      0 = any (p.polroles)
      or exists (
        select
        from unnest(p.polroles) as holder
        join pg_roles as login on pg_has_role(login.oid, holder, 'member')
        where login.rolcanlogin
          and not login.rolsuper
      )
    )
)
select
  'policy_that_does_not_ask_the_tenant' as name,
  'error' as level,
  root::regclass::text as object,
  format('policy %s does not compare tenant_id', string_agg(distinct quote_ident(polname), ', ')) as detail,
  string_agg(
    format('%I on %s: using (%s) with check (%s)', polname, polrelid::regclass, coalesce(visible, ''), coalesce(writable, '')),
    '; '
    order by polrelid::regclass::text, polname
  ) as evidence,
  string_agg(
    format(
      'alter policy %I on %s%s%s;',
      polname,
      polrelid::regclass,
      case when polcmd <> 'a' then ' using (tenant_id = (select cash_management.current_tenant()))' end,
      case when polcmd in ('*', 'a', 'w') then ' with check (tenant_id = (select cash_management.current_tenant()))' end
    ),
    E'\n'
    order by polrelid::regclass::text, polname
  ) as fix
from open_policies
where coalesce(visible, 'tenant_id') !~ '\mtenant_id\M'
  or coalesce(writable, 'tenant_id') !~ '\mtenant_id\M'
group by root
order by object;

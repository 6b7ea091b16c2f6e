-- id: 0032
-- title: Role that can act as an owner or as a role above the policies
-- level: error
-- category: roles
-- why: A member may SET ROLE to it: an owner alters policies and triggers, a role with BYPASSRLS sees every tenant. Membership makes
--   the login as strong as the role.
-- proves: invariant 10, invariant 23
-- versions: 15-18
select
  'login_in_owner_role' as name,
  'error' as level,
  quote_ident(member.rolname) as object,
  format('may act as %s', string_agg(quote_ident(strong.rolname), ', ' order by strong.rolname)) as detail,
  string_agg(
    format(
      '%s %s',
      strong.rolname,
      case
        when strong.rolsuper then 'is superuser'
        when strong.rolbypassrls then 'bypasses row-level security'
        else 'owns ' || (select count(*) from pg_class where relowner = strong.oid and relkind in ('r', 'p')) || ' tables'
      end
    ),
    '; '
    order by strong.rolname
  ) as evidence,
  string_agg(format('revoke %I from %I;', strong.rolname, member.rolname), E'\n' order by strong.rolname) as fix
from pg_auth_members as m
join pg_roles as strong on strong.oid = m.roleid
join pg_roles as member on member.oid = m.member
where strong.rolname !~ '^pg_'
  and not member.rolsuper
  and (
    strong.rolsuper
    or strong.rolbypassrls
    or exists (
      select
      from pg_class as c
      join pg_namespace as n on n.oid = c.relnamespace
      where c.relowner = strong.oid
        and c.relkind in ('r', 'p')
        and n.nspname !~ '^pg_'
    )
  )
  and exists (
    select
    from pg_roles as login
    where login.rolcanlogin
      and not login.rolsuper
      and pg_has_role(login.oid, member.oid, 'member')
  )
group by member.rolname
order by object;

-- id: 0007
-- title: Several permissive policies for the same login and command
-- level: warn
-- category: isolation
-- why: Permissive policies are joined by OR: each further one widens what the others allow, and each is evaluated for every row. To
--   narrow, a policy must be restrictive.
-- proves: invariant 1, guide E5
-- versions: 15-18
with policies as (
  select
    p.oid,
    coalesce(pg_partition_root(p.polrelid), p.polrelid) as root,
    p.polrelid,
    p.polname,
    p.polcmd,
    p.polroles,
    format(
      'as restrictive for %s to %s%s%s',
      case p.polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end,
      (
        select string_agg(case holder when 0 then 'public' else quote_ident(pg_get_userbyid(holder)) end, ', ')
        from unnest(p.polroles) as holder
      ),
      ' using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
      ' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'
    ) as narrowed
  from pg_policy as p
  where p.polpermissive
),
widening as (
  select distinct on (later.oid)
    later.*,
    earlier.polname as other
  from policies as later
  join policies as earlier on earlier.polrelid = later.polrelid
    and earlier.oid < later.oid
    and (earlier.polcmd = later.polcmd or '*' in (earlier.polcmd, later.polcmd))
  where 0 = any (later.polroles) and 0 = any (earlier.polroles)
    or exists (
      select
      from pg_roles as login
      where login.rolcanlogin
        and not login.rolsuper
        and exists (select from unnest(later.polroles) as holder where holder = 0 or pg_has_role(login.oid, holder, 'usage'))
        and exists (select from unnest(earlier.polroles) as holder where holder = 0 or pg_has_role(login.oid, holder, 'usage'))
    )
  order by later.oid, earlier.oid
)
select
  'several_permissive_policies' as name,
  'warn' as level,
  root::regclass::text as object,
  format('policy %s widens %s', string_agg(distinct quote_ident(polname), ', '), string_agg(distinct quote_ident(other), ', ')) as detail,
  string_agg(format('%I on %s %s', polname, polrelid::regclass, replace(narrowed, 'restrictive', 'permissive')), '; ' order by polrelid::regclass::text, oid) as evidence,
  string_agg(
    format(E'drop policy %1$I on %2$s;\ncreate policy %1$I on %2$s %3$s;', polname, polrelid::regclass, narrowed),
    E'\n'
    order by polrelid::regclass::text, oid
  ) as fix
from widening
group by root
order by object;

-- id: 0005
-- title: Policy for writing without WITH CHECK of its own
-- level: error
-- category: isolation
-- why: What may be written is then implied by what may be read, and widens silently with it: a row could be moved to where its writer
--   may look.
-- proves: invariant 2, invariant 10, guide E5
-- versions: 15-18
with implied as (
  select
    coalesce(pg_partition_root(p.polrelid), p.polrelid) as root,
    p.polrelid,
    p.polname,
    pg_get_expr(p.polqual, p.polrelid) as visible
  from pg_policy as p
  where p.polcmd in ('*', 'w')
    and p.polqual is not null
    and p.polwithcheck is null
)
select
  'policy_without_with_check' as name,
  'error' as level,
  root::regclass::text as object,
  format('policy %s has no WITH CHECK', string_agg(distinct quote_ident(polname), ', ')) as detail,
  string_agg(format('%I on %s: using (%s)', polname, polrelid::regclass, visible), '; ' order by polrelid::regclass::text, polname) as evidence,
  string_agg(
    format('alter policy %I on %s with check (%s);', polname, polrelid::regclass, visible),
    E'\n'
    order by polrelid::regclass::text, polname
  ) as fix
from implied
group by root
order by object;

-- id: 0003
-- title: Row-level security without a policy that allows anything
-- level: error
-- category: isolation
-- why: Nobody sees a row, the program neither; whoever is in a hurry then switches row-level security off. Restrictive policies alone
--   allow nothing.
-- proves: invariant 10, guide E1, guide E5
-- versions: 15-18
with closed as (
  select
    coalesce(pg_partition_root(c.oid), c.oid) as root,
    c.oid,
    (select count(*) from pg_policy where polrelid = c.oid) as restrictive,
    exists (
      select
      from pg_attribute as a
      where a.attrelid = c.oid
        and a.attname = 'tenant_id'
        and not a.attisdropped
    ) as of_tenants
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p')
    and c.relrowsecurity
    and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
    and not exists (
      select
      from pg_policy
      where polrelid = c.oid
        and polpermissive
    )
)
select
  'row_level_security_without_permissive_policy' as name,
  'error' as level,
  root::regclass::text as object,
  case
    when not bool_or(oid = root) then format('%s of its partitions have no permissive policy', count(*))
    when sum(restrictive) > 0 then 'has only restrictive policies, so nobody sees a row'
    else 'has no policy, so nobody sees a row'
  end as detail,
  string_agg(format('%s: %s policies in pg_policy, none permissive', oid::regclass, restrictive), '; ' order by oid::regclass::text) as evidence,
  string_agg(
    case
      when of_tenants then format(
        'create policy tenant_isolation on %s'
        ' using (tenant_id = (select cash_management.current_tenant()))'
        ' with check (tenant_id = (select cash_management.current_tenant()));',
        oid::regclass
      )
      else format('create policy same_for_all_tenants on %s using (true) with check (true);', oid::regclass)
    end,
    E'\n'
    order by oid::regclass::text
  ) as fix
from closed
group by root
order by object;

-- id: 0001
-- title: Table of tenants, or a partition of one, without row-level security
-- level: error
-- category: isolation
-- why: Everybody with a grant reads every tenant. A partition needs it too: named directly, the policies of its parent do not apply.
-- proves: invariant 3, invariant 10, guide E1, guide E2, guide E4, guide I13
-- versions: 15-18
with insecure as (
  select
    coalesce(pg_partition_root(c.oid), c.oid) as root,
    c.oid,
    c.relispartition
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p')
    and not c.relrowsecurity
    and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
    and exists (
      select
      from pg_attribute as a
      where a.attrelid = c.oid
        and a.attname = 'tenant_id'
        and not a.attisdropped
    )
)
select
  'tenant_table_without_row_level_security' as name,
  'error' as level,
  root::regclass::text as object,
  case
    when not bool_or(oid = root) then format('%s of its partitions have no row-level security', count(*))
    when count(*) = 1 then 'has no row-level security'
    else format('has no row-level security, nor have %s of its partitions', count(*) - 1)
  end as detail,
  string_agg(format('pg_class.relrowsecurity of %s is false', oid::regclass), '; ' order by oid::regclass::text) as evidence,
  string_agg(format('alter table %s enable row level security;', oid::regclass), E'\n' order by oid::regclass::text) as fix
from insecure
group by root
order by object;

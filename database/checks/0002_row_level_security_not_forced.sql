-- id: 0002
-- title: Row-level security that does not hold for the table's owner
-- level: error
-- category: isolation
-- why: The owner, and every function that runs with the owner's rights, passes by the policies of a table that does not force them.
-- proves: invariant 10, guide E1
-- versions: 15-18
with lax as (
  select
    coalesce(pg_partition_root(c.oid), c.oid) as root,
    c.oid
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p')
    and c.relrowsecurity
    and not c.relforcerowsecurity
    and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
)
select
  'row_level_security_not_forced' as name,
  'error' as level,
  root::regclass::text as object,
  case
    when not bool_or(oid = root) then format('%s of its partitions do not force row-level security', count(*))
    when count(*) = 1 then 'does not force row-level security'
    else format('does not force row-level security, nor do %s of its partitions', count(*) - 1)
  end as detail,
  string_agg(format('pg_class.relforcerowsecurity of %s is false', oid::regclass), '; ' order by oid::regclass::text) as evidence,
  string_agg(format('alter table %s force row level security;', oid::regclass), E'\n' order by oid::regclass::text) as fix
from lax
group by root
order by object;

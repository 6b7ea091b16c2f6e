-- id: 0009
-- title: Policy that looks into another table
-- level: warn
-- category: isolation
-- why: The other table is read for each statement and under its own policies: slow, sometimes without end, and what it holds then
--   decides who sees what.
-- proves: invariant 1, invariant 12
-- versions: 15-18
with looking as (
  select
    coalesce(pg_partition_root(p.polrelid), p.polrelid) as root,
    p.oid,
    p.polrelid,
    p.polname,
    p.polcmd,
    string_agg(distinct d.refobjid::regclass::text, ', ') as other
  from pg_policy as p
  join pg_depend as d on d.classid = 'pg_policy'::regclass
    and d.objid = p.oid
    and d.refclassid = 'pg_class'::regclass
    and d.refobjid <> p.polrelid
  group by p.oid, p.polrelid, p.polname, p.polcmd
)
select
  'policy_that_reads_another_table' as name,
  'warn' as level,
  root::regclass::text as object,
  format('policy %s reads %s', string_agg(distinct quote_ident(polname), ', '), string_agg(distinct other, ', ')) as detail,
  string_agg(
    format('%I on %s: using (%s)', polname, polrelid::regclass, (select pg_get_expr(polqual, polrelid) from pg_policy where pg_policy.oid = looking.oid)),
    '; '
    order by polrelid::regclass::text
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
    order by polrelid::regclass::text
  ) as fix
from looking
group by root
order by object;

-- id: 0058
-- title: Table of tenants whose changes leave no trace
-- level: error
-- category: audit
-- why: Who changed what is asked when it is too late to add a trigger. TRUNCATE counts too: it is the one way to lose a whole table
--   without a DELETE.
-- proves: invariant 21, guide E10, guide E14
-- versions: 15-18
with covered as (
  select
    c.oid,
    coalesce(bit_or(t.tgtype::integer) filter (where f.pronamespace = to_regnamespace('audit') and t.tgenabled in ('O', 'A')), 0) as events
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  left join pg_trigger as t on t.tgrelid = c.oid and not t.tgisinternal
  left join pg_proc as f on f.oid = t.tgfoid
  where c.relkind in ('r', 'p')
    and not c.relispartition
    and n.nspname !~ '^pg_'
    -- the trail itself
    and n.nspname not in ('information_schema', 'audit')
    and exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id' and not attisdropped)
  group by c.oid
)
select
  'change_not_audited' as name,
  'error' as level,
  oid::regclass::text as object,
  format(
    '%s is not recorded',
    concat_ws(
      ', ',
      case when events & 4 = 0 then 'insert' end,
      case when events & 16 = 0 then 'update' end,
      case when events & 8 = 0 then 'delete' end,
      case when events & 32 = 0 then 'truncate' end
    )
  ) as detail,
  format('no firing trigger of a function in schema audit for it, tgtype %s', events) as evidence,
  format('select audit.audit_table(%L);', oid::regclass) as fix
from covered
where events & 60 <> 60
order by object;

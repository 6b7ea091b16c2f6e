-- id: 0057
-- title: Trigger that does not fire
-- level: error
-- category: audit
-- why: A switched-off trigger leaves no error behind: changes are no longer audited, keys no longer checked, until somebody compares.
--   It is often left so by a load of data.
-- proves: invariant 21, invariant 23, guide E19
-- versions: 15-18
with silent as (
  select
    coalesce(pg_partition_root(t.tgrelid), t.tgrelid)::regclass::text as object,
    t.tgrelid::regclass::text as place,
    t.tgname,
    t.tgenabled,
    format('alter table %s enable trigger %I;', t.tgrelid::regclass, t.tgname) as cure
  from pg_trigger as t
  join pg_class as c on c.oid = t.tgrelid
  join pg_namespace as n on n.oid = c.relnamespace
  where t.tgenabled in ('D', 'R')
    and n.nspname !~ '^pg_'
  union all
  select
    format('event trigger %I', e.evtname),
    'the database',
    e.evtname,
    e.evtenabled,
    format('alter event trigger %I enable;', e.evtname)
  from pg_event_trigger as e
  where e.evtenabled in ('D', 'R')
)
select
  'trigger_disabled' as name,
  'error' as level,
  object,
  format('%s triggers do not fire: %s', count(*), string_agg(distinct quote_ident(tgname), ', ')) as detail,
  string_agg(format('%I on %s: %s', tgname, place, case tgenabled when 'D' then 'disabled' else 'on replicas only' end), '; ' order by place, tgname) as evidence,
  string_agg(cure, E'\n' order by place, tgname) as fix
from silent
group by object
order by object;

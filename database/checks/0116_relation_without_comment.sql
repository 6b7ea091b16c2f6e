-- id: 0116
-- title: Table or view without a word about what it is for
-- level: info
-- category: keys
-- why: The name says what it holds, not whose it is, how long it is kept and who may change it. Whoever is on call reads the comment
--   first.
-- proves: rule R1
-- versions: 15-18
select
  'relation_without_comment' as name,
  'info' as level,
  c.oid::regclass::text as object,
  'has no comment' as detail,
  format('%s, owner %s', case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end, pg_get_userbyid(c.relowner)) as evidence,
  format(
    'comment on %s %s is ''local: to be described'';',
    case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
    c.oid::regclass
  ) as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm')
  and not c.relispartition
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and obj_description(c.oid, 'pg_class') is null
  and not exists (
    select
    from pg_depend as d
    where d.classid = 'pg_class'::regclass
      and d.objid = c.oid
      and d.deptype = 'e'
  )
order by object;

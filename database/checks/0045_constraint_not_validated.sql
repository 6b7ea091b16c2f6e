-- id: 0045
-- title: Constraint that was never checked against the rows that are there
-- level: warn
-- category: keys
-- why: It reads like a promise, and old rows may break it: the planner does not use it, a restore of a dump may stop at it, and code
--   that trusts it is wrong.
-- proves: invariant 41
-- versions: 15-18
select
  'constraint_not_validated' as name,
  'warn' as level,
  format('constraint %I on %s', k.conname, k.conrelid::regclass) as object,
  case
    when to_jsonb(k) ->> 'conenforced' = 'false' then 'is not enforced'
    else 'holds for new rows only'
  end as detail,
  pg_get_constraintdef(k.oid) as evidence,
  case
    -- PostgreSQL 18; what is not enforced cannot be validated.
    when to_jsonb(k) ->> 'conenforced' = 'false' then format(
      'alter table %s drop constraint %I, add constraint %I %s;',
      k.conrelid::regclass,
      k.conname,
      k.conname,
      replace(pg_get_constraintdef(k.oid), ' NOT ENFORCED', '')
    )
    else format('alter table %s validate constraint %I;', k.conrelid::regclass, k.conname)
  end as fix
from pg_constraint as k
join pg_namespace as n on n.oid = k.connamespace
where not k.convalidated
  and k.conrelid <> 0
  and k.conparentid = 0
  and n.nspname !~ '^pg_'
order by object;

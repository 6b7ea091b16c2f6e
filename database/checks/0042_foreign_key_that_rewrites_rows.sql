-- id: 0042
-- title: Foreign key that changes the rows that refer
-- level: warn
-- category: keys
-- why: ON UPDATE CASCADE, SET NULL and SET DEFAULT write rows that nobody named, evidence among them; with the tenant in the key they
--   would null it, and no engine that distributes tenants takes them.
-- proves: invariant 21, rule R8
-- versions: 15-18
select
  'foreign_key_that_rewrites_rows' as name,
  'warn' as level,
  format('constraint %I on %s', k.conname, k.conrelid::regclass) as object,
  format('changes rows when one of %s changes or goes', k.confrelid::regclass) as detail,
  pg_get_constraintdef(k.oid) as evidence,
  format(
    'alter table %s drop constraint %I, add constraint %I %s;',
    k.conrelid::regclass,
    k.conname,
    k.conname,
    regexp_replace(pg_get_constraintdef(k.oid), ' ON (UPDATE (CASCADE|SET NULL|SET DEFAULT)|DELETE SET (NULL|DEFAULT)( \([^)]*\))?)', '', 'g')
  ) as fix
from pg_constraint as k
where k.contype = 'f'
  and k.conparentid = 0
  and (k.confupdtype in ('c', 'n', 'd') or k.confdeltype in ('n', 'd'))
order by object;

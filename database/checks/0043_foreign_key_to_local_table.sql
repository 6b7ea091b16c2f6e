-- id: 0043
-- title: Foreign key from a tenant's table to one that stays on this server
-- level: warn
-- category: keys
-- why: When the tenant moves to another server, the row it refers to does not come along. Only a table that is the same everywhere
--   ("reference: …") may be referred to.
-- proves: rule R9
-- versions: 15-18
select
  'foreign_key_to_local_table' as name,
  'warn' as level,
  format('constraint %I on %s', k.conname, k.conrelid::regclass) as object,
  format('refers to %s, which is of no tenant and no reference', k.confrelid::regclass) as detail,
  format('comment of %s: %s', k.confrelid::regclass, coalesce(quote_literal(obj_description(k.confrelid, 'pg_class')), 'none')) as evidence,
  format('alter table %s drop constraint %I;', k.conrelid::regclass, k.conname) as fix
from pg_constraint as k
where k.contype = 'f'
  and k.conparentid = 0
  and exists (select from pg_attribute where attrelid = k.conrelid and attname = 'tenant_id' and not attisdropped)
  and not exists (select from pg_attribute where attrelid = k.confrelid and attname = 'tenant_id' and not attisdropped)
  and coalesce(obj_description(k.confrelid, 'pg_class'), '') !~ '^reference\M'
order by object;

-- id: 0040
-- title: Exclusion constraint of a tenant's table that does not compare the tenant
-- level: error
-- category: keys
-- why: The rows of one tenant then exclude those of another, and the error tells that they are there.
-- proves: invariant 11, rule R5
-- versions: 15-18
select
  'exclusion_without_tenant' as name,
  'error' as level,
  format('constraint %I on %s', k.conname, k.conrelid::regclass) as object,
  'excludes rows of different tenants' as detail,
  pg_get_constraintdef(k.oid) as evidence,
  format(
    'alter table %s drop constraint %I, add constraint %I %s;',
    k.conrelid::regclass,
    k.conname,
    k.conname,
    -- gist on a scalar wants the extension btree_gist
    regexp_replace(pg_get_constraintdef(k.oid), '^(EXCLUDE USING \w+ \()', '\1tenant_id WITH =, ')
  ) as fix
from pg_constraint as k
join pg_attribute as a on a.attrelid = k.conrelid and a.attname = 'tenant_id' and not a.attisdropped
where k.contype = 'x'
  and k.conparentid = 0
  and not exists (
    select
    from unnest(k.conkey, k.conexclop) as part (attnum, operator)
    join pg_operator as o on o.oid = part.operator
    where part.attnum = a.attnum
      and o.oprname = '='
  )
order by object;

-- id: 0041
-- title: Foreign key between tables of tenants that does not pair the tenant
-- level: error
-- category: keys
-- why: A row of one tenant can then refer to a row of another: foreign keys are checked past the policies, so the reference is accepted
--   and its error tells what exists.
-- proves: invariant 11, guide P4, rule R7
-- versions: 15-18
select
  'foreign_key_without_tenant' as name,
  'error' as level,
  format('constraint %I on %s', k.conname, k.conrelid::regclass) as object,
  format('may refer to a row of another tenant in %s', k.confrelid::regclass) as detail,
  pg_get_constraintdef(k.oid) as evidence,
  format(
    'alter table %s drop constraint %I, add constraint %I %s;',
    k.conrelid::regclass,
    k.conname,
    k.conname,
    regexp_replace(
      regexp_replace(pg_get_constraintdef(k.oid), '^FOREIGN KEY \(', 'FOREIGN KEY (tenant_id, '),
      '( REFERENCES [^(]+)\(',
      '\1(tenant_id, '
    )
  ) as fix
from pg_constraint as k
join pg_attribute as mine on mine.attrelid = k.conrelid and mine.attname = 'tenant_id' and not mine.attisdropped
join pg_attribute as theirs on theirs.attrelid = k.confrelid and theirs.attname = 'tenant_id' and not theirs.attisdropped
where k.contype = 'f'
  and k.conparentid = 0
  and not exists (
    select
    from unnest(k.conkey, k.confkey) as pair (mine, theirs)
    where pair.mine = mine.attnum
      and pair.theirs = theirs.attnum
  )
order by object;

-- id: 0122
-- title: Column for ciphertext that does not insist on it
-- level: warn
-- category: types
-- why: One program that writes the plain value into it, by a mistake in one place, and nobody notices: the column is bytea, the value
--   reads back. A check on the first bytes refuses it.
-- proves: invariant 28, invariant 29, guide E8
-- versions: 15-18
select
  'encrypted_column_that_takes_anything' as name,
  'warn' as level,
  format('%s.%I', c.oid::regclass, a.attname) as object,
  case when a.atttypid = 'bytea'::regtype then 'takes bytes that were not encrypted' else format('is %s instead of bytea', format_type(a.atttypid, a.atttypmod)) end as detail,
  'no check constraint names it' as evidence,
  concat_ws(
    E'\n',
    case
      when a.atttypid <> 'bytea'::regtype then format('alter table %s alter column %I type bytea using decode(%I, ''base64'');', c.oid::regclass, a.attname, a.attname)
    end,
    -- what the program encrypts begins with APG (docs/why/encryption.md)
    format(
      'alter table %s add constraint %I check (substring(%I from 1 for 3) = ''\x415047''::bytea);',
      c.oid::regclass,
      regexp_replace(a.attname, '_encrypted$', '') || '_is_encrypted',
      a.attname
    )
  ) as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p')
  and not c.relispartition
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and a.attname ~ '_encrypted$'
  and not exists (
    select
    from pg_constraint as k
    where k.conrelid = c.oid
      and k.contype = 'c'
      and a.attnum = any (k.conkey)
      -- the first bytes are compared
      and pg_get_constraintdef(k.oid) ~* ('"?substring"?\(' || quote_ident(a.attname))
  )
order by object;

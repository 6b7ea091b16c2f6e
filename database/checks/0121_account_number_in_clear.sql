-- id: 0121
-- title: Column that keeps an account number in clear
-- level: error
-- category: types
-- why: Whoever gets a backup, a replica's disk or a superuser's shell reads every number. Encrypted by the program, with a blind index
--   for equality and the last four for people, it is of no use without the key.
-- proves: invariant 26, invariant 30, guide I4
-- versions: 15-18
select
  'account_number_in_clear' as name,
  'error' as level,
  format('%s.%I', c.oid::regclass, a.attname) as object,
  format('is %s, readable by whoever reads the table', format_type(a.atttypid, a.atttypmod)) as detail,
  format('comment: %s', coalesce(quote_literal(col_description(c.oid, a.attnum)), 'none')) as evidence,
  format(
    E'-- what stands in it must be encrypted into the new columns before it goes (docs/why/encryption.md)\n'
    'alter table %1$s add column %2$I bytea, add column %3$I text;\n'
    'alter table %1$s drop column %4$I;',
    c.oid::regclass,
    a.attname || '_encrypted',
    a.attname || '_index',
    a.attname
  ) as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type as t on t.oid = a.atttypid
where c.relkind in ('r', 'p')
  and not c.relispartition
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and coalesce(nullif(t.typbasetype, 0), t.oid) in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'bigint'::regtype, 'numeric'::regtype)
  and a.attname ~ '(^|_)(iban|bban|account_number|counterparty_account|card_number)$'
order by object;

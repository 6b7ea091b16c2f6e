-- id: 0048
-- title: varchar(n) or char(n)
-- level: warn
-- category: types
-- why: char pads with blanks that compare away; the limit of varchar cannot be widened in a view or a domain without a rewrite of what
--   depends on it, and refuses without a name. text with a named check says what is wrong.
-- proves: guide I3, rule R2
-- versions: 15-18
select
  'length_limited_text' as name,
  'warn' as level,
  format('%s.%I', c.oid::regclass, a.attname) as object,
  format('is %s', format_type(a.atttypid, a.atttypmod)) as detail,
  format('atttypmod %s', a.atttypmod) as evidence,
  format(
    'alter table %1$s alter column %2$I type text, add constraint %3$I check (length(%2$I) <= %4$s);',
    c.oid::regclass,
    a.attname,
    format('%s_has_at_most_%s_characters', a.attname, a.atttypmod - 4),
    a.atttypmod - 4
  ) as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p')
  and not c.relispartition
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and a.atttypid in ('varchar'::regtype, 'bpchar'::regtype)
  and a.atttypmod > 4
order by object;

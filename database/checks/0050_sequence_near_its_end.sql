-- id: 0050
-- title: Sequence that has used half of its numbers
-- level: warn
-- category: types
-- why: When it ends, every insert fails. Widening a column rewrites its table, which is easy now and an outage then.
-- proves: rule R11
-- versions: 15-18
with used as (
  select
    s.seqrelid,
    s.seqmax,
    s.seqtypid,
    pg_sequence_last_value(s.seqrelid)::numeric / s.seqmax as share,
    d.refobjid,
    (select attname from pg_attribute where attrelid = d.refobjid and attnum = d.refobjsubid) as column_name
  from pg_sequence as s
  left join pg_depend as d on d.classid = 'pg_class'::regclass
    and d.objid = s.seqrelid
    and d.refclassid = 'pg_class'::regclass
    and d.deptype in ('a', 'i')
  where s.seqincrement > 0
    and not s.seqcycle
)
select
  'sequence_near_its_end' as name,
  case when share >= 0.8 then 'error' else 'warn' end as level,
  seqrelid::regclass::text as object,
  format('has used %s %% of its numbers', round(share * 100)) as detail,
  format('last value %s of %s, type %s', pg_sequence_last_value(seqrelid), seqmax, seqtypid::regtype) as evidence,
  concat_ws(
    E'\n',
    format('alter sequence %s as bigint no maxvalue;', seqrelid::regclass),
    'alter table ' || refobjid::regclass || ' alter column ' || quote_ident(column_name) || ' type bigint;'
  ) as fix
from used
where share >= 0.5
order by object;

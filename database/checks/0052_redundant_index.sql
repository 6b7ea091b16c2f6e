-- id: 0052
-- title: Index that repeats another or is the beginning of one
-- level: warn
-- category: indexes
-- why: Every insert pays for it, every backup carries it, and no query needs it: the longer index answers the same.
-- proves: invariant 44, guide X1, guide X9
-- versions: 15-18
with indexes as (
  select
    i.indexrelid,
    i.indrelid,
    i.indisunique,
    i.indisreplident,
    i.indnatts > i.indnkeyatts as includes,
    c.relam,
    coalesce(pg_get_expr(i.indpred, i.indrelid), '') as predicate,
    array(
      select concat_ws(' ', pg_get_indexdef(i.indexrelid, place, true), i.indclass[place - 1], i.indcollation[place - 1], i.indoption[place - 1])
      from generate_series(1, i.indnkeyatts) as place
    ) as keys,
    k.oid as constraint_id,
    k.conname,
    exists (select from pg_constraint as f where f.conindid = i.indexrelid and f.contype = 'f') as referred_to
  from pg_index as i
  join pg_class as c on c.oid = i.indexrelid
  join pg_namespace as n on n.oid = c.relnamespace
  left join pg_constraint as k on k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
  where not c.relispartition
    and i.indisvalid
    and n.nspname !~ '^pg_'
)
select
  'redundant_index' as name,
  'warn' as level,
  shorter.indexrelid::regclass::text as object,
  format(
    '%s %s',
    case when bool_or(shorter.keys = longer.keys) then 'repeats' else 'is the beginning of' end,
    string_agg(longer.indexrelid::regclass::text, ', ' order by longer.indexrelid::regclass::text)
  ) as detail,
  concat_ws(' / ', pg_get_indexdef(shorter.indexrelid), string_agg(pg_get_indexdef(longer.indexrelid), ' / ')) as evidence,
  case
    when shorter.constraint_id is null then format('drop index %s;', shorter.indexrelid::regclass)
    else format('alter table %s drop constraint %I;', shorter.indrelid::regclass, min(shorter.conname))
  end as fix
from indexes as shorter
join indexes as longer on longer.indrelid = shorter.indrelid
  and longer.indexrelid <> shorter.indexrelid
  and longer.relam = shorter.relam
  and longer.predicate = shorter.predicate
  and longer.keys[1:cardinality(shorter.keys)] = shorter.keys
where not shorter.includes
  and not shorter.indisreplident
  and not shorter.referred_to
  and case
    -- Of two equal ones the one goes that holds no constraint, else the younger.
    when shorter.keys = longer.keys and shorter.indisunique = longer.indisunique
      then (shorter.constraint_id is null, shorter.indexrelid) > (longer.constraint_id is null, longer.indexrelid)
    else not shorter.indisunique
  end
group by shorter.indexrelid, shorter.indrelid, shorter.constraint_id
order by object;

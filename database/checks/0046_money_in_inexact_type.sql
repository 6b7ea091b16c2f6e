-- id: 0046
-- title: Amount of money that is not in minor units
-- level: error
-- category: types
-- why: money and float round in silence, numeric(18,2) holds neither yen nor dinar, and comparing numeric is not leakproof: under
--   row-level security no index on it is used (187 ms instead of 0.1 ms).
-- proves: invariant 41, guide I5, guide P5, guide X6
-- versions: 15-18
select
  'money_in_inexact_type' as name,
  'error' as level,
  format('%s.%I', c.oid::regclass, a.attname) as object,
  format('is %s', format_type(a.atttypid, a.atttypmod)) as detail,
  format('base type %s', kind.base::regtype) as evidence,
  format(
    E'-- as minor units of a currency with two digits; take the exponent from cash_management.cm_currencies\n'
    'alter table %s alter column %I type bigint using round(%I%s * 100)::bigint;',
    c.oid::regclass,
    a.attname,
    a.attname,
    case when kind.base in ('money'::regtype, 'float4'::regtype, 'float8'::regtype) then '::numeric' else '' end
  ) as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type as t on t.oid = a.atttypid
cross join lateral (select coalesce(nullif(t.typbasetype, 0), t.oid) as base) as kind
where c.relkind in ('r', 'p')
  and not c.relispartition
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and (
    kind.base = 'money'::regtype
    or kind.base in ('numeric'::regtype, 'float4'::regtype, 'float8'::regtype)
    and a.attname ~ '(^|_)(minor|amount|balance|price|fee|cost|total|principal|saving|credit|debit|exposure)(_|$)'
    and a.attname !~ '(^|_)(rate|ratio|share|percent|probability|score|count|volume)$'
  )
order by object;

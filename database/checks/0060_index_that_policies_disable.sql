-- id: 0060
-- title: Index that row-level security keeps from being used beyond the tenant
-- level: warn
-- category: indexes
-- why: A comparison that is not leakproof (numeric, trigram, arrays, jsonb, lower(), abs(), extract()) runs after the policy, on rows
--   already read, so it cannot be an index condition. The application then reads the whole tenant: 187 ms instead of 0.1 on half a
--   million rows. Only roles that no policy binds use the index; everybody pays for it on each write.
-- proves: invariant 45, guide X8
-- versions: 15-18
with candidates as (
  select
    i.indexrelid,
    i.indrelid,
    am.amname,
    key.place,
    i.indkey[key.place - 1] as attnum,
    i.indclass[key.place - 1] as opclass,
    i.indexprs
  from pg_index as i
  join pg_class as c on c.oid = i.indexrelid
  join pg_am as am on am.oid = c.relam
  join pg_class as t on t.oid = i.indrelid
  join pg_namespace as n on n.oid = t.relnamespace
  cross join lateral generate_series(1, i.indnkeyatts) as key (place)
  where t.relrowsecurity
    and not t.relispartition
    -- A unique or exclusion constraint has its index for the sake of the rule, not of a query.
    and not i.indisunique
    and not i.indisexclusion
    and n.nspname !~ '^pg_'
    and exists (
      select
      from pg_attribute as a
      where a.attrelid = t.oid
        and a.attname = 'tenant_id'
        and not a.attisdropped
    )
),
-- What searches this column: the functions of its operator class, and those inside its expression.
searches as (
  select
    k.*,
    pg_get_indexdef(k.indexrelid, k.place, true) as term,
    (
      select coalesce(bool_and(f.proleakproof), false)
      from pg_opclass as o
      join pg_amop as operation on operation.amopfamily = o.opcfamily
      join pg_operator as sign on sign.oid = operation.amopopr
      join pg_proc as f on f.oid = sign.oprcode
      where o.oid = k.opclass
        and operation.amoppurpose = 's'
        and operation.amoplefttype = o.opcintype
        and operation.amoprighttype = o.opcintype
    ) as comparable,
    (
      select string_agg(distinct f.proname::text, ', ')
      from pg_opclass as o
      join pg_amop as operation on operation.amopfamily = o.opcfamily
      join pg_operator as sign on sign.oid = operation.amopopr
      join pg_proc as f on f.oid = sign.oprcode
      where o.oid = k.opclass
        and operation.amoppurpose = 's'
        and operation.amoplefttype = o.opcintype
        and not f.proleakproof
    ) as leaking_comparisons,
    case
      when k.attnum = 0 then (
        select string_agg(distinct f.proname::text, ', ')
        from regexp_matches(k.indexprs::text, ':(funcid|opno) (\d+)', 'g') as called
        join pg_proc as f
          on f.oid = case
            when called[1] = 'funcid' then called[2]::oid
            else (select oprcode from pg_operator where pg_operator.oid = called[2]::oid)
          end
        where not f.proleakproof
      )
    end as leaking_functions
  from candidates as k
),
disabled as (
  select
    indexrelid,
    indrelid,
    amname,
    string_agg(term, ', ' order by place) as terms,
    string_agg(format('%s: %s', term, coalesce(leaking_functions, leaking_comparisons)), '; ' order by place) as evidence,
    bool_or(leaking_functions is not null) as by_expression
  from searches
  where leaking_functions is not null
    or not comparable
  group by indexrelid, indrelid, amname
)
select
  'index_that_policies_disable' as name,
  'warn' as level,
  indexrelid::regclass::text as object,
  format(
    'under the policies of %s no condition on %s can use it; %s', indrelid::regclass, terms,
    case
      when amname in ('gin', 'gist', 'spgist', 'brin', 'hash') and not by_expression then
        'search through a function of an owner whom a policy lets see the rows, with the tenant as a condition inside'
      when by_expression then 'index a generated column instead, of a type whose comparison is leakproof'
      else 'keep the value as bigint, date, uuid or text'
    end
  ) as detail,
  'not leakproof: ' || evidence as evidence,
  format('drop index %s;', indexrelid::regclass) as fix
from disabled
order by object;

-- id: 0059
-- title: Append-only table without a guard that always fires
-- level: error
-- category: audit
-- why: Revoked privileges do not bind the owner, and an ordinary trigger rests while session_replication_role is replica. Only BEFORE
--   triggers that are enabled ALWAYS refuse both.
-- proves: invariant 23, guide E19
-- versions: 15-18
with guarded as (
  select
    coalesce(pg_partition_root(c.oid), c.oid) as root,
    c.oid,
    coalesce(bit_or(t.tgtype::integer) filter (where t.tgenabled = 'A'), 0) & 56 as always,
    string_agg(quote_ident(t.tgname), ', ') filter (where t.tgenabled <> 'A') as resting
  from pg_class as c
  left join pg_trigger as t on t.tgrelid = c.oid
    and not t.tgisinternal
    -- before, of each statement, for update, delete or truncate
    and t.tgtype & 2 = 2
    and t.tgtype & 1 = 0
    and t.tgtype & 56 <> 0
  where c.relkind in ('r', 'p')
    and obj_description(coalesce(pg_partition_root(c.oid), c.oid), 'pg_class') ~ '^(\w+: )?append-only\M'
  group by c.oid
)
select
  'append_only_guard_missing' as name,
  'error' as level,
  root::regclass::text as object,
  case
    when count(*) filter (where oid <> root) > 0 then format('can be changed: no guard on %s of its partitions', count(*) filter (where oid <> root))
    else 'can be changed by its owner'
  end as detail,
  string_agg(
    format('%s: %s', oid::regclass, coalesce(resting || ' does not fire always', 'no trigger before update, delete and truncate')),
    '; '
    order by oid::regclass::text
  ) as evidence,
  string_agg(
    case
      when resting is not null then format('alter table %s enable always trigger %s;', oid::regclass, resting)
      else format(
        E'create trigger append_only before update or delete or truncate on %1$s for each statement execute function audit.refuse_change();\n'
        'alter table %1$s enable always trigger append_only;',
        oid::regclass
      )
    end,
    E'\n'
    order by oid::regclass::text
  ) as fix
from guarded
where always <> 56
group by root
order by object;

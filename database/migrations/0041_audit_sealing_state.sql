-- How far sealing is behind the trail, and which transaction holds it back.
-- loosens: monitoring may call one function of the schema audit, which tells counts, moments and sessions, and no row
set local role audit_owner;

create function audit.sealing_state(
  out block bigint,
  out sealed_at timestamptz,
  out waiting bigint,
  out held bigint,
  out oldest timestamptz,
  out behind_seconds numeric,
  out holder text,
  out holder_pid integer,
  out holder_application text,
  out holder_user text,
  out holder_database text,
  out holder_state text,
  out holder_seconds numeric
)
  language sql volatile security definer
  set search_path = pg_catalog, pg_temp
begin atomic
  with head as (
    select
      last_block.number,
      last_block.sealed_at,
      case when last_block.ceiling_id is null then last_block.upto_transaction end as after_transaction,
      case when last_block.ceiling_id is null then last_block.upto_id end as after_id,
      coalesce(last_block.ceiling_id, last_block.floor_id, 0) as floor_id
    from (select) as always
    left join (select * from audit.blocks order by blocks.number desc limit 1) as last_block on true
  ),
  -- Of a backlog this long nobody needs the exact count.
  unsealed as materialized (
    select entry.transaction_id >= pg_snapshot_xmin(pg_current_snapshot()) as is_held, entry.occurred_at
    from head
    cross join lateral (
      select log.transaction_id, log.occurred_at
      from audit.audit_log as log
      where (log.transaction_id, log.id) > (coalesce(head.after_transaction, '0'::xid8), coalesce(head.after_id, 0))
        and log.id > head.floor_id
      order by log.transaction_id, log.id
      limit 100000
    ) as entry
  ),
  counted as (
    select count(*) as waiting, count(*) filter (where is_held) as held, min(occurred_at) as oldest
    from unsealed
  ),
  -- The oldest transaction that still runs, of any database of the server: rows at and behind it cannot be sealed.
  running as (
    select
      'session' as kind, session.pid, session.application_name, session.usename::text as user_name, session.datname::text as database_name,
      session.state, session.xact_start as since
    from pg_stat_activity as session
    where session.backend_xid = pg_snapshot_xmin(pg_current_snapshot())::xid
    union all
    select 'prepared transaction ' || prepared.gid, null, null, prepared.owner::text, prepared.database::text, null, prepared.prepared
    from pg_prepared_xacts as prepared
    where prepared.transaction = pg_snapshot_xmin(pg_current_snapshot())::xid
  )
  select
    head.number,
    head.sealed_at,
    counted.waiting,
    counted.held,
    counted.oldest,
    round(greatest(extract(epoch from clock_timestamp() - counted.oldest), 0), 1),
    running.kind,
    running.pid,
    running.application_name,
    running.user_name,
    running.database_name,
    running.state,
    round(greatest(extract(epoch from clock_timestamp() - running.since), 0), 1)
  from head
  cross join counted
  left join running on counted.held > 0;
end;
comment on function audit.sealing_state() is
  'the last block; changes that wait for a seal (up to 100000), of them those behind a transaction that still runs, and that transaction';

-- What a tenant sees: its own waiting rows, how far sealing is behind as a whole, and since when it is held back; not by whom.
drop function audit.seal_state();
create function audit.seal_state(
  out number bigint, out hash bytea, out sealed_at timestamptz, out key_id text, out waiting bigint,
  out behind_seconds numeric, out held_by_pid integer, out held_seconds numeric
)
  language sql volatile security definer
  set search_path = pg_catalog, pg_temp
begin atomic
  select
    head.number,
    head.hash,
    head.sealed_at,
    head.key_id,
    (
      select count(*)
      from audit.audit_log as entry
      where entry.tenant_id = cash_management.current_tenant()
        and (entry.transaction_id, entry.id) > (
          case when head.number is null or head.ceiling_id is not null then '0'::xid8 else head.upto_transaction end,
          case when head.number is null or head.ceiling_id is not null then 0 else head.upto_id end
        )
        and entry.id > coalesce(head.ceiling_id, head.floor_id, 0)
    ),
    sealing.behind_seconds,
    sealing.holder_pid,
    sealing.holder_seconds
  from audit.sealing_state() as sealing
  left join (select * from audit.blocks order by blocks.number desc limit 1) as head on true;
end;
comment on function audit.seal_state() is
  'the head of the chain, how many rows of this tenant wait for a seal, and how many seconds sealing is behind';
grant execute on function audit.seal_state() to apg_readonly, apg_readwrite, apg_admin;
grant execute on function audit.sealing_state() to apg_sealer, apg_admin, monitoring;
grant usage on schema audit to monitoring;

reset role;
set local role cm_owner;
create view monitoring.audit_sealing with (security_invoker = true) as
select
  state.block,
  state.sealed_at,
  state.waiting,
  state.held,
  state.oldest,
  coalesce(state.behind_seconds, 0) as behind_seconds,
  state.holder,
  state.holder_pid,
  state.holder_application,
  state.holder_user,
  state.holder_database,
  state.holder_state,
  state.holder_seconds
from audit.sealing_state() as state;
comment on view monitoring.audit_sealing is
  'how far the seals of the audit trail are behind it, and the transaction that holds them back; alarm when behind_seconds stays above ten';
grant select on monitoring.audit_sealing to monitoring, apg_admin;

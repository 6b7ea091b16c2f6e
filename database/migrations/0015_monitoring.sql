-- What the monitoring role looks at: sessions, sizes, indexes, replication, WAL; the same on a primary and on a standby.
set local role cm_owner;

-- Every view runs with the rights of who asks (security_invoker): pg_monitor sees all sessions, and the owner of a view would not.

create view monitoring.active_connections with (security_invoker = true) as
select
  pid,
  usename,
  datname,
  application_name,
  client_addr,
  client_hostname,
  client_port,
  backend_start,
  xact_start,
  query_start,
  state_change,
  state,
  wait_event_type,
  wait_event,
  backend_xid,
  backend_xmin,
  pg_blocking_pids(pid) as blocked_by,
  query,
  backend_type
from pg_stat_activity
where state is distinct from 'idle'
  and pid <> pg_backend_pid()
order by backend_start;
comment on view monitoring.active_connections is 'sessions at work, background processes included; client_hostname only with log_hostname';

-- Below any statement_timeout in use: at the timeout itself a query is gone before it can be seen.
create view monitoring.long_running_queries with (security_invoker = true) as
select
  pid,
  clock_timestamp() - query_start as duration,
  query,
  state,
  usename,
  application_name,
  client_addr
from pg_stat_activity
where state = 'active'
  and backend_type = 'client backend'
  and pid <> pg_backend_pid()
  and query_start < clock_timestamp() - interval '1 minute'
order by duration desc;
comment on view monitoring.long_running_queries is 'queries at work for more than a minute, longest first';

create view monitoring.idle_in_transaction with (security_invoker = true) as
select
  pid,
  clock_timestamp() - xact_start as transaction_age,
  clock_timestamp() - state_change as idle_for,
  usename,
  application_name,
  client_addr,
  backend_xid is not null as has_written,
  query as last_query
from pg_stat_activity
where state in ('idle in transaction', 'idle in transaction (aborted)')
order by xact_start;
comment on view monitoring.idle_in_transaction is 'transactions that wait for their client, oldest first; they hold locks and old row versions';

create view monitoring.blocked_sessions with (security_invoker = true) as
select
  waiting.pid,
  waiting.usename,
  clock_timestamp() - waiting.query_start as waiting_for,
  waiting.query,
  blocking.pid as blocked_by,
  blocking.usename as blocking_user,
  blocking.state as blocking_state,
  clock_timestamp() - blocking.xact_start as blocking_transaction_age,
  blocking.query as blocking_query
from pg_stat_activity as waiting
cross join lateral unnest(pg_blocking_pids(waiting.pid)) as blocker (pid)
left join pg_stat_activity as blocking on blocking.pid = blocker.pid
order by waiting.query_start;
comment on view monitoring.blocked_sessions is 'who waits for whom';

-- One line per table, its partitions summed. Column values (most_common_vals) are data of tenants and not shown.
create view monitoring.table_sizes with (security_invoker = true) as
select
  pg_namespace.nspname as schemaname,
  root.relname as tablename,
  count(*) filter (where part.relkind <> 'p') as partitions,
  sum(pg_total_relation_size(part.oid))::bigint as total_bytes,
  sum(pg_table_size(part.oid))::bigint as table_bytes,
  sum(pg_indexes_size(part.oid))::bigint as index_bytes,
  sum(pg_stat_get_live_tuples(part.oid))::bigint as live_rows_estimate,
  sum(pg_stat_get_dead_tuples(part.oid))::bigint as dead_rows_estimate,
  max(pg_stat_get_last_autovacuum_time(part.oid)) as last_autovacuum,
  max(pg_stat_get_last_autoanalyze_time(part.oid)) as last_autoanalyze
from pg_class as part
join pg_class as root on root.oid = coalesce(pg_partition_root(part.oid), part.oid)
join pg_namespace on pg_namespace.oid = root.relnamespace
where part.relkind in ('r', 'p', 'm')
  and pg_namespace.nspname in ('cash_management', 'analytics', 'audit', 'ml_models', 'monitoring', 'maintenance')
group by pg_namespace.nspname, root.relname
order by total_bytes desc;
comment on view monitoring.table_sizes is 'bytes of each table with its partitions; for bloat use pgstattuple_approx, dead rows are not bloat';

-- How often says little without since when, so scans come as a rate; an index that enforces something is never "unused".
create view monitoring.index_usage with (security_invoker = true) as
select
  usage.schemaname,
  usage.tablename,
  usage.indexname,
  usage.idx_scan,
  usage.idx_tup_read,
  usage.idx_tup_fetch,
  usage.index_bytes,
  usage.enforces_uniqueness,
  usage.is_valid,
  usage.since,
  case
    when usage.enforces_uniqueness then 'constraint'
    when usage.idx_scan = 0 then 'unused'
    when usage.idx_scan / greatest(extract(epoch from clock_timestamp() - usage.since) / 86400, 1) < 1 then 'rare'
    when usage.idx_scan / greatest(extract(epoch from clock_timestamp() - usage.since) / 86400, 1) < 100 then 'moderate'
    else 'frequent'
  end as usage_category
from (
  select
    pg_namespace.nspname as schemaname,
    root_table.relname as tablename,
    root_index.relname as indexname,
    sum(coalesce(pg_stat_get_numscans(part.indexrelid), 0))::bigint as idx_scan,
    sum(coalesce(pg_stat_get_tuples_returned(part.indexrelid), 0))::bigint as idx_tup_read,
    sum(coalesce(pg_stat_get_tuples_fetched(part.indexrelid), 0))::bigint as idx_tup_fetch,
    sum(pg_relation_size(part.indexrelid))::bigint as index_bytes,
    bool_or(part.indisunique) as enforces_uniqueness,
    bool_and(part.indisvalid) as is_valid,
    (select coalesce(stats_reset, pg_postmaster_start_time()) from pg_stat_database where datname = current_database()) as since
  from pg_index as part
  join pg_class as root_table on root_table.oid = coalesce(pg_partition_root(part.indrelid), part.indrelid)
  join pg_class as root_index on root_index.oid = coalesce(pg_partition_root(part.indexrelid), part.indexrelid)
  join pg_namespace on pg_namespace.oid = root_table.relnamespace
  where pg_namespace.nspname in ('cash_management', 'analytics', 'audit', 'ml_models', 'maintenance')
  group by pg_namespace.nspname, root_table.relname, root_index.relname
) as usage
order by usage.idx_scan, usage.index_bytes desc;
comment on view monitoring.index_usage is 'each index with its partitions summed; look at every replica before calling one unused';

create view monitoring.replication_status with (security_invoker = true) as
select
  application_name,
  client_addr,
  client_hostname,
  client_port,
  state,
  sent_lsn,
  write_lsn,
  flush_lsn,
  replay_lsn,
  write_lag,
  flush_lag,
  replay_lag,
  case when not pg_is_in_recovery() then pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) end as bytes_behind,
  sync_priority,
  sync_state,
  reply_time
from pg_stat_replication;
comment on view monitoring.replication_status is 'replicas as this server sees them; judge by bytes_behind, the lag times stand still when replay does';

create view monitoring.replication_slots with (security_invoker = true) as
select
  slot_name,
  slot_type,
  active,
  restart_lsn,
  case
    when not pg_is_in_recovery() then pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)
  end as retained_bytes,
  wal_status,
  safe_wal_size
from pg_replication_slots;
comment on view monitoring.replication_slots is 'what replicas make this server keep; an inactive slot fills the disk';

create view monitoring.wal_receiver with (security_invoker = true) as
select
  pg_is_in_recovery() as in_recovery,
  status,
  sender_host,
  sender_port,
  slot_name,
  written_lsn,
  flushed_lsn,
  latest_end_lsn,
  latest_end_time,
  case when pg_is_in_recovery() then pg_last_wal_replay_lsn() end as replayed_lsn,
  case when pg_is_in_recovery() then pg_last_xact_replay_timestamp() end as replayed_until
from (select) as this_server
left join pg_stat_wal_receiver on true;
comment on view monitoring.wal_receiver is 'a standby''s own side of replication';

create view monitoring.wal_status with (security_invoker = true) as
select
  pg_is_in_recovery() as in_recovery,
  -- on a standby, asking for the current LSN is an error: there the last replayed one is what is meant
  case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end as current_wal_lsn,
  wal.wal_files,
  wal.wal_bytes,
  wal.newest_file as current_wal_file,
  pg_stat_archiver.archived_count,
  pg_stat_archiver.last_archived_time,
  pg_stat_archiver.failed_count,
  pg_stat_archiver.last_failed_time
from (
  select count(*) as wal_files, sum(size)::bigint as wal_bytes, (array_agg(name order by modification desc))[1] as newest_file
  from pg_ls_waldir()
  where name ~ '^[0-9A-F]{24}$'
) as wal
cross join pg_stat_archiver;
comment on view monitoring.wal_status is 'WAL on disk and in the archive; wal_bytes is what lies there now';

create view monitoring.performance_metrics with (security_invoker = true) as
select
  measured.metric,
  measured.value,
  measured.unit,
  case
    when measured.counts then round(measured.value / greatest(extract(epoch from clock_timestamp() - totals.since), 1), 3)
  end as per_second,
  totals.since
from (
  select
    pg_database_size(datid) as size,
    xact_commit,
    xact_rollback,
    blks_read,
    blks_hit,
    deadlocks,
    temp_bytes,
    coalesce(stats_reset, pg_postmaster_start_time()) as since
  from pg_stat_database
  where datname = current_database()
) as totals
cross join lateral (
  values
    ('database_size', totals.size::numeric, 'bytes', false),
    ('transactions_committed', totals.xact_commit::numeric, 'count', true),
    ('transactions_rolled_back', totals.xact_rollback::numeric, 'count', true),
    ('blocks_read', totals.blks_read::numeric, 'blocks', true),
    ('blocks_hit', totals.blks_hit::numeric, 'blocks', true),
    ('cache_hit_ratio', round(totals.blks_hit::numeric / nullif(totals.blks_hit + totals.blks_read, 0), 6), 'share', false),
    ('deadlocks', totals.deadlocks::numeric, 'count', true),
    ('temporary_bytes', totals.temp_bytes::numeric, 'bytes', true)
) as measured (metric, value, unit, counts);
comment on view monitoring.performance_metrics is 'counters since a moment that is stated; per_second is the average since then, for a course sample twice';

create view monitoring.transaction_id_age with (security_invoker = true) as
select
  datname,
  age(datfrozenxid) as transaction_age,
  mxid_age(datminmxid) as multixact_age,
  round(100.0 * age(datfrozenxid) / 2000000000, 2) as percent_to_wraparound
from pg_database
order by transaction_age desc;
comment on view monitoring.transaction_id_age is 'how near each database is to the wraparound of transaction ids';

create view monitoring.vacuum_progress with (security_invoker = true) as
select
  progress.pid,
  progress.datname,
  pg_namespace.nspname as schemaname,
  pg_class.relname as tablename,
  progress.phase,
  progress.heap_blks_total,
  progress.heap_blks_scanned,
  progress.heap_blks_vacuumed
from pg_stat_progress_vacuum as progress
left join pg_class on pg_class.oid = progress.relid
left join pg_namespace on pg_namespace.oid = pg_class.relnamespace;
comment on view monitoring.vacuum_progress is 'vacuums at work';

-- For the caller's eyes only what its own rights show; as the guide's definer it showed every query text to everybody.
create function monitoring.get_slow_queries(threshold interval default interval '1 minute')
returns table (duration interval, query text, state text, username text, application text, client_address inet)
  language sql volatile
  set search_path = pg_catalog, pg_temp
begin atomic
  select
    clock_timestamp() - pg_stat_activity.query_start,
    pg_stat_activity.query,
    pg_stat_activity.state,
    pg_stat_activity.usename::text,
    pg_stat_activity.application_name,
    pg_stat_activity.client_addr
  from pg_stat_activity
  where pg_stat_activity.state = 'active'
    and pg_stat_activity.pid <> pg_backend_pid()
    and pg_stat_activity.query_start <= clock_timestamp() - threshold
  order by pg_stat_activity.query_start;
end;
comment on function monitoring.get_slow_queries(interval) is 'queries at work for at least this long';
revoke execute on function monitoring.get_slow_queries(interval) from public;

grant select on
  monitoring.active_connections, monitoring.long_running_queries, monitoring.idle_in_transaction, monitoring.blocked_sessions,
  monitoring.table_sizes, monitoring.index_usage, monitoring.replication_status, monitoring.replication_slots,
  monitoring.wal_receiver, monitoring.wal_status, monitoring.performance_metrics, monitoring.transaction_id_age,
  monitoring.vacuum_progress
to monitoring;
grant execute on function monitoring.get_slow_queries(interval) to monitoring;

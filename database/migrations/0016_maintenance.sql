-- The log of maintenance, and what is known of partitions: how far they reach, and which are old enough to go.
set local role cm_owner;

create table maintenance.maintenance_log (
  id uuid not null default gen_random_uuid(),
  run_id uuid not null,
  maintenance_type text not null,
  target text,
  status text not null default 'running',
  start_time timestamptz not null default clock_timestamp(),
  end_time timestamptz,
  details jsonb not null default '{}',
  error text,
  server text not null default coalesce(host(inet_server_addr()), 'local'),
  created_at timestamptz not null default now(),
  constraint maintenance_log_pkey primary key (id),
  constraint maintenance_status_is_known check (status in ('running', 'ok', 'failed')),
  constraint what_ended_has_an_end check ((status = 'running') = (end_time is null)),
  constraint a_failure_says_why check ((status = 'failed') = (error is not null)),
  constraint maintenance_ends_after_it_starts check (end_time >= start_time)
);
comment on table maintenance.maintenance_log is
  'local: each step as a row, written as running before it begins and in a transaction of its own, so that a crash leaves its trace';
create index maintenance_log_newest on maintenance.maintenance_log (maintenance_type, start_time desc);
create unique index a_step_runs_once_at_a_time on maintenance.maintenance_log (maintenance_type, coalesce(target, ''))
where status = 'running';
select maintenance.secure_shared_table('maintenance.maintenance_log');

create view maintenance.partition_bounds with (security_invoker = true) as
select
  policy.parent,
  branch.relid as branch,
  range.part,
  range.from_day,
  range.to_day
from maintenance.partition_policies as policy
-- by the catalogue's names: to_regclass() refuses a schema that who asks may not use
join pg_namespace on pg_namespace.nspname = split_part(policy.parent, '.', 1)
join pg_class on pg_class.relnamespace = pg_namespace.oid and pg_class.relname = split_part(policy.parent, '.', 2)
cross join lateral pg_partition_tree(pg_class.oid) as branch
cross join lateral maintenance.partition_ranges(branch.relid) as range
where not branch.isleaf;
comment on view maintenance.partition_bounds is 'every range partition with its bounds [from_day, to_day), read from the catalogue and not from its name';

create view maintenance.partition_horizons with (security_invoker = true) as
select
  policy.parent,
  sum(branch.partitions)::bigint as partitions,
  max(branch.first_day) as first_day,
  min(branch.last_day) as last_day,
  min(branch.last_day) - current_date as days_left,
  policy.horizon_days
from maintenance.partition_policies as policy
left join (
  select parent, branch, count(*) as partitions, min(from_day) as first_day, max(to_day) - 1 as last_day
  from maintenance.partition_bounds
  group by parent, branch
) as branch on branch.parent = policy.parent
group by policy.parent, policy.horizon_days;
comment on view maintenance.partition_horizons is 'how many days ahead each table can take a row; alarm well before zero';

-- Whole partitions hold rows of all tenants, so one tenant on hold keeps them all. Asked by the one role that sees every tenant.
create function maintenance.any_legal_hold() returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
begin atomic
  select exists (select from cash_management.cm_tenants where legal_hold);
end;
comment on function maintenance.any_legal_hold() is 'whether any tenant is on legal hold';
revoke execute on function maintenance.any_legal_hold() from public;
grant execute on function maintenance.any_legal_hold() to cm_owner, apg_admin, monitoring;

create view maintenance.retirement_candidates with (security_invoker = true) as
select
  bounds.parent,
  bounds.branch,
  bounds.part,
  bounds.from_day,
  bounds.to_day
from maintenance.partition_bounds as bounds
join maintenance.partition_policies as policy on policy.parent = bounds.parent
where bounds.to_day <= (current_date - make_interval(months => policy.retention_months))::date
  and not maintenance.any_legal_hold();
comment on view maintenance.retirement_candidates is
  'partitions whose last day is older than retention; detaching and dropping them wants a verified archive first';

grant execute on function maintenance.partition_ranges(regclass) to apg_admin, monitoring;
grant select on
  maintenance.migrations, maintenance.partition_policies, maintenance.maintenance_log, maintenance.partition_bounds,
  maintenance.partition_horizons, maintenance.retirement_candidates
to apg_admin, monitoring;

grant usage, create on schema maintenance to cm_gatekeeper;
reset role;
alter function maintenance.any_legal_hold() owner to cm_gatekeeper;
revoke usage, create on schema maintenance from cm_gatekeeper;

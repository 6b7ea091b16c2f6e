-- How files of statements are fetched from banks: connections of four kinds, jobs with retries, each file with its state, bytes before all else.
-- Connections are few, and the other tables new: nobody waits for these locks.
-- squawk-ignore-file disallowed-unique-constraint, constraint-missing-not-valid, adding-not-nullable-field, require-concurrent-index-creation, adding-foreign-key-constraint
-- loosens: the gate's function sees which tenants' jobs are due, and nothing of what they are about
set local role cm_owner;

alter table cash_management.cm_bank_connections
  add column settings jsonb not null default '{}',
  add column host_key text,
  add column schedule text,
  add column sla_minutes integer not null default 60,
  add column covered_through date,
  add column api_key_id uuid,
  add column failures integer not null default 0;
alter table cash_management.cm_bank_connections drop constraint connection_kind_is_known;
alter table cash_management.cm_bank_connections
  add constraint connection_kind_is_known
    check (kind in ('upload', 'folder', 'mail', 'ebics', 'sftp', 'swift', 'api', 'psd2')),
  add constraint connection_settings_are_an_object check (jsonb_typeof(settings) = 'object'),
  add constraint host_key_has_its_form check (host_key ~ '^SHA256:[A-Za-z0-9+/]{43}$'),
  add constraint sla_is_at_most_a_week check (sla_minutes between 0 and 10080),
  add constraint connection_failures_are_counted_up check (failures >= 0),
  add constraint connection_uses_a_key_of_the_tenant foreign key (tenant_id, api_key_id) references cash_management.cm_api_keys (tenant_id, id);
create index cm_bank_connections_by_api_key on cash_management.cm_bank_connections (tenant_id, api_key_id) where api_key_id is not null;
comment on column cash_management.cm_bank_connections.settings is 'where and what: host, path, patterns, what becomes of a file at the bank; never a secret';
comment on column cash_management.cm_bank_connections.host_key is 'fingerprint that somebody confirmed; a server with another key is not spoken to';
comment on column cash_management.cm_bank_connections.schedule is '"every 15m" or five cron fields in the zone of the bank; null: only by hand';
comment on column cash_management.cm_bank_connections.sla_minutes is 'how long after expected_by a delivery counts as late';
comment on column cash_management.cm_bank_connections.covered_through is 'the last day that a statement which came this way is about';
comment on column cash_management.cm_bank_connections.failures is 'syncs that failed in a row';

-- Jobs: at most one open job per connection and kind. While it runs, run_at says when another may take it over: the lease of who runs it.
create table cash_management.cm_bank_jobs (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  connection_id uuid not null,
  kind text not null,
  state text not null default 'waiting',
  run_at timestamptz not null,
  attempt integer not null default 1,
  requested_by text not null default cash_management.current_actor(),
  worker uuid,
  started_at timestamptz,
  ended_at timestamptz,
  result jsonb not null default '{}',
  problem jsonb,
  created_at timestamptz not null default now(),
  constraint cm_bank_jobs_pkey primary key (tenant_id, id),
  constraint job_is_of_a_connection foreign key (tenant_id, connection_id)
    references cash_management.cm_bank_connections (tenant_id, id),
  constraint job_kind_is_known check (kind in ('sync', 'arrival')),
  constraint job_state_is_known check (state in ('waiting', 'running', 'done', 'failed')),
  constraint a_running_job_has_a_worker check ((state = 'running') = (worker is not null)),
  constraint an_ended_job_has_an_end check ((state in ('done', 'failed')) = (ended_at is not null)),
  constraint a_failed_job_says_why check ((state = 'failed') = (problem is not null)),
  constraint job_attempts_count_from_one check (attempt >= 1)
);
comment on table cash_management.cm_bank_jobs is 'tenant: syncs and checks of arrival, waiting, running and past; not audited: what they change is';
comment on column cash_management.cm_bank_jobs.run_at is 'from when on it may be taken; of a running job, when its worker is given up';
create unique index a_job_waits_once on cash_management.cm_bank_jobs (tenant_id, connection_id, kind) where state in ('waiting', 'running');
create index cm_bank_jobs_due on cash_management.cm_bank_jobs (run_at) where state in ('waiting', 'running');
create index cm_bank_jobs_newest on cash_management.cm_bank_jobs (tenant_id, connection_id, created_at desc);

create table cash_management.cm_bank_files (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  connection_id uuid not null,
  name_encrypted bytea not null,
  version_index text not null,
  byte_count bigint not null,
  modified_at timestamptz,
  sha256_encrypted bytea,
  sync_status text not null default 'settling',
  last_sync_attempt timestamptz,
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  stored_bytes bigint not null default 0,
  outcome text,
  problem jsonb,
  at_bank text not null default 'there',
  moved_to_encrypted bytea,
  first_seen_at timestamptz not null default now(),
  ended_at timestamptz,
  ended_by text,
  constraint cm_bank_files_pkey primary key (tenant_id, id),
  constraint file_is_of_a_connection foreign key (tenant_id, connection_id)
    references cash_management.cm_bank_connections (tenant_id, id),
  constraint a_version_of_a_file_is_taken_once unique (tenant_id, connection_id, version_index),
  constraint bank_file_name_is_encrypted check (substring(name_encrypted from 1 for 3) = '\x415047'),
  constraint bank_file_digest_is_encrypted check (substring(sha256_encrypted from 1 for 3) = '\x415047'),
  constraint bank_file_target_is_encrypted check (substring(moved_to_encrypted from 1 for 3) = '\x415047'),
  constraint sync_status_is_known
    check (sync_status in ('settling', 'pending', 'stored', 'imported', 'failed', 'error', 'dismissed', 'replaced')),
  constraint file_outcome_is_known check (outcome in ('imported', 'duplicate', 'refused')),
  constraint file_place_is_known check (at_bank in ('there', 'left', 'moved', 'deleted', 'gone')),
  constraint bytes_are_counted_up check (byte_count >= 0 and stored_bytes between 0 and byte_count),
  constraint sync_attempts_are_counted_up check (attempts >= 0),
  constraint what_is_wrong_says_why check (sync_status not in ('failed', 'error') or problem is not null),
  -- Never deleted before it is stored: the program asks, and so does this.
  constraint only_what_was_imported_is_moved_or_deleted
    check (at_bank not in ('moved', 'deleted') or outcome in ('imported', 'duplicate'))
);
comment on table cash_management.cm_bank_files is 'tenant: each version of a file at a bank (name, size, time), and how far it has come';
comment on column cash_management.cm_bank_files.version_index is 'blind index of name, size and time of change: the same version is taken once';
comment on column cash_management.cm_bank_files.stored_bytes is 'how much of it lies in cm_bank_file_pieces: a transfer goes on behind that';
comment on column cash_management.cm_bank_files.at_bank is 'what became of the file at the bank';
create index cm_bank_files_by_sync_status on cash_management.cm_bank_files (tenant_id, sync_status, last_sync_attempt)
where sync_status in ('pending', 'failed');
create index cm_bank_files_newest on cash_management.cm_bank_files (tenant_id, connection_id, first_seen_at desc, id desc);

-- 1 MiB each before encryption, written as they come; gone when the delivery holds the same bytes.
create table cash_management.cm_bank_file_pieces (
  tenant_id cash_management.tenant_key not null,
  file_id uuid not null,
  ordinal integer not null,
  content_encrypted bytea not null,
  constraint cm_bank_file_pieces_pkey primary key (tenant_id, file_id, ordinal),
  constraint piece_is_of_a_file foreign key (tenant_id, file_id) references cash_management.cm_bank_files (tenant_id, id),
  constraint bank_file_piece_is_encrypted check (substring(content_encrypted from 1 for 3) = '\x415047')
);
alter table cash_management.cm_bank_file_pieces alter column content_encrypted set storage external;
comment on table cash_management.cm_bank_file_pieces is 'tenant: the bytes of a file on its way, as the bank has them, encrypted by the program';

-- A file is one delivery; a message has one for each attachment.
create table cash_management.cm_bank_file_deliveries (
  tenant_id cash_management.tenant_key not null,
  file_id uuid not null,
  ordinal integer not null,
  delivery_id uuid not null,
  constraint cm_bank_file_deliveries_pkey primary key (tenant_id, file_id, ordinal),
  constraint delivery_came_as_a_file foreign key (tenant_id, file_id) references cash_management.cm_bank_files (tenant_id, id),
  constraint file_became_a_delivery foreign key (tenant_id, delivery_id) references cash_management.cm_deliveries (tenant_id, id)
);
comment on table cash_management.cm_bank_file_deliveries is 'tenant: which deliveries a file of a bank became';
create index cm_bank_file_deliveries_by_delivery on cash_management.cm_bank_file_deliveries (tenant_id, delivery_id);

select maintenance.secure_table(format('cash_management.%I', name)::regclass)
from unnest(array['cm_bank_jobs', 'cm_bank_files', 'cm_bank_file_pieces', 'cm_bank_file_deliveries']) as name;
select maintenance.fix_columns(format('cash_management.%I', name)::regclass, 'tenant_id', 'id', 'connection_id')
from unnest(array['cm_bank_jobs', 'cm_bank_files']) as name;
select audit.audit_table('cash_management.cm_bank_files', '{name_encrypted,version_index,sha256_encrypted,moved_to_encrypted}');
select audit.audit_table('cash_management.cm_bank_file_deliveries');

grant select, insert, update, delete on cash_management.cm_bank_jobs to apg_readwrite;
grant select, insert, update on cash_management.cm_bank_files to apg_readwrite;
grant delete on cash_management.cm_bank_files to apg_readwrite;
grant select, insert, delete on cash_management.cm_bank_file_pieces to apg_readwrite;
grant select, insert on cash_management.cm_bank_file_deliveries to apg_readwrite;
grant select on cash_management.cm_bank_jobs, cash_management.cm_bank_files, cash_management.cm_bank_file_deliveries to apg_readonly;
grant select (settings, host_key, schedule, sla_minutes, covered_through, api_key_id, failures)
  on cash_management.cm_bank_connections to apg_readonly;

-- What was fetched stays known: only a version that was never taken is forgotten.
create function cash_management.refuse_forgetting_a_file() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if old.sync_status = 'settling' or not pg_catalog.pg_has_role(current_user, 'apg_readwrite', 'member') then
    return old;
  end if;
  raise exception 'a file that was taken is not forgotten' using errcode = 'restrict_violation';
end
$$;
create trigger what_was_taken_stays before delete on cash_management.cm_bank_files
for each row execute function cash_management.refuse_forgetting_a_file();

-- Four eyes (0042): how a connection fares needs nobody; where it leads, when it is looked at and whose key it trusts do.
create or replace trigger connection_is_guarded before insert or update on cash_management.cm_bank_connections
for each row
execute function cash_management.guard_row(
  'bank_connection', 'cm_bank_connections',
  'credentials,connection_status,last_test_date,last_success_at,last_error,covered_through,failures'
);

-- Which jobs are due, over all tenants: asked through the gate, answered with names alone.
create policy looked_up_when_due on cash_management.cm_bank_jobs for select to cm_gatekeeper using (true);
grant select on cash_management.cm_bank_jobs to cm_gatekeeper;

create function cash_management.find_due_bank_jobs(p_limit integer)
returns table (tenant_id text, job_id uuid, kind text)
  language sql stable security definer rows 10
  set search_path = pg_catalog, pg_temp
begin atomic
  select job.tenant_id, job.id, job.kind
  from cash_management.cm_bank_jobs as job
  join cash_management.cm_tenants as tenant on tenant.tenant_id = job.tenant_id
  where job.state in ('waiting', 'running')
    and job.run_at <= now()
    and tenant.status = 'active'
  order by job.run_at
  limit p_limit;
end;
comment on function cash_management.find_due_bank_jobs(integer) is 'jobs of bank connections that may be taken now, the longest due first';
revoke execute on function cash_management.find_due_bank_jobs(integer) from public;
grant execute on function cash_management.find_due_bank_jobs(integer) to apg_gate;


grant create on schema cash_management to cm_gatekeeper;
reset role;
alter function cash_management.find_due_bank_jobs(integer) owner to cm_gatekeeper;
revoke create on schema cash_management from cm_gatekeeper;

-- A month of the trail whose time is over goes, and a signed record of it stays: what went, of which blocks, and by whom.
-- loosens: an administrator retires a month that is older than the policy keeps, and nothing younger
set local role audit_owner;

create table audit.retirements (
  part text not null,
  from_moment timestamptz not null,
  to_moment timestamptz not null,
  row_count bigint not null,
  statement text not null,
  signature bytea not null,
  key_id text not null,
  retired_at timestamptz not null default clock_timestamp(),
  constraint retirements_pkey primary key (part),
  constraint retired_month_has_an_end check (from_moment < to_moment),
  constraint statement_has_its_form check (statement like 'apg-audit-retired-1%'),
  constraint retirement_is_signed check (octet_length(signature) = 64),
  constraint retirement_was_signed_by_a_key foreign key (key_id) references audit.signing_keys (key_id)
);
comment on table audit.retirements is
  'local: months of the trail that were retired, as signed statements: which rows of which blocks are gone by right (docs/reference/audit-seals.md)';
alter table audit.retirements enable row level security;
alter table audit.retirements force row level security;
create policy same_for_all_tenants on audit.retirements using (true) with check (true);
grant select on audit.retirements to apg_admin;
create trigger retirements_are_append_only before update or delete or truncate on audit.retirements
for each statement execute function audit.refuse_seal_change();
alter table audit.retirements enable always trigger retirements_are_append_only;
create trigger recorded_in_the_trail after insert on audit.retirements
for each row execute function audit.record_for_all('part');
alter table audit.retirements enable always trigger recorded_in_the_trail;

-- What the retired entries said of people goes with them.
create policy gone_with_the_month on audit.personal_values to audit_owner using (
  exists (select from audit.retirements where occurred_at >= from_moment and occurred_at < to_moment)
) with check (false);
create or replace function audit.keep_personal_values() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE'
    and (
      cash_management.erasure_state(old.tenant_id) = 'running'
      or exists (select from audit.retirements where old.occurred_at >= from_moment and old.occurred_at < to_moment)
    )
  then
    return old;
  end if;
  raise exception 'personal_values is append-only while its tenant stands'
    using errcode = 'insufficient_privilege';
end
$$;

reset role;
grant execute on function maintenance.any_legal_hold() to audit_owner;
grant select on maintenance.partition_policies to audit_owner;
grant execute on function maintenance.partition_ranges(regclass) to audit_owner;
grant usage on schema maintenance to audit_owner;
set local role audit_owner;

-- The program has read every row and held it against its seal; what the database can know itself it refuses itself.
create function audit.retire_partition(p_part text, p_row_count bigint, p_statement text, p_signature bytea, p_key_id text) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '5s'
  set timezone = 'UTC'
as $$
declare
  target regclass;
  bounds record;
  counted bigint;
begin
  select range.part, range.from_day, range.to_day into bounds
  from maintenance.partition_ranges('audit.audit_log') as range
  join pg_class on pg_class.oid = range.part
  where pg_class.relname = p_part;
  if not found then
    raise exception '% is no partition of the audit trail', p_part
      using errcode = 'undefined_table';
  end if;
  target := bounds.part;
  if bounds.to_day > (
    select current_date - make_interval(months => retention_months)
    from maintenance.partition_policies
    where parent = 'audit.audit_log' and retention_months is not null
  ) is not false then
    raise exception '% is kept longer: its last day is %', p_part, bounds.to_day - 1
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  if maintenance.any_legal_hold() then
    raise exception 'a tenant is on legal hold: nothing of the trail is retired'
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  lock table audit.audit_log in access exclusive mode;
  execute format('select count(*) from %s', target) into counted;
  if counted <> p_row_count then
    raise exception '% has % rows, not %', p_part, counted, p_row_count
      using errcode = 'serialization_failure';
  end if;
  insert into audit.retirements (part, from_moment, to_moment, row_count, statement, signature, key_id)
  values (p_part, bounds.from_day, bounds.to_day, p_row_count, p_statement, p_signature, p_key_id);
  delete from audit.personal_values where occurred_at >= bounds.from_day::timestamptz and occurred_at < bounds.to_day::timestamptz;
  execute format('alter table audit.audit_log detach partition %s', target);
  execute format('drop table %s', target);
end
$$;
comment on function audit.retire_partition(text, bigint, text, bytea, text) is
  'drops a month of the trail that is older than the policy keeps, and leaves its signed record';
grant execute on function audit.retire_partition(text, bigint, text, bytea, text) to apg_admin;

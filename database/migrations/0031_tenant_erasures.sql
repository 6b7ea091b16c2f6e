-- The end of a tenant: asked for, carried out in batches, proven, certified. The trail stays and tells of it; nothing else does.
-- loosens: an erasure is asked for and watched across the schemas that hold the tenant, and its end is recorded in the trail
set local role audit_owner;

create table audit.tenant_erasures (
  tenant_id text not null,
  id uuid not null,
  tenant_name text not null,
  reason text not null,
  state text not null default 'requested',
  requested_by text not null,
  requested_at timestamptz not null default clock_timestamp(),
  cancelled_by text,
  cancelled_at timestamptz,
  begun_by text,
  begun_at timestamptz,
  rows_before jsonb,
  finished_at timestamptz,
  certificate text,
  certificate_sha256 bytea,
  constraint tenant_erasures_pkey primary key (tenant_id, id),
  constraint erasure_state_is_known check (state in ('requested', 'cancelled', 'running', 'done')),
  constraint erasure_gives_a_reason check (reason ~ '\S'),
  constraint what_was_cancelled_says_by_whom check ((state = 'cancelled') = (cancelled_at is not null) and num_nulls(cancelled_by, cancelled_at) in (0, 2)),
  constraint what_has_begun_says_by_whom check ((state in ('running', 'done')) = (begun_at is not null) and num_nulls(begun_by, begun_at, rows_before) in (0, 3)),
  constraint what_is_done_is_certified check ((state = 'done') = (finished_at is not null) and num_nulls(finished_at, certificate, certificate_sha256) in (0, 3)),
  constraint certificate_has_its_sha256 check (certificate_sha256 = sha256(convert_to(certificate, 'UTF8')))
);
comment on table audit.tenant_erasures is 'tenant: erasures that were asked for, and the certificates of those that were carried out; stays when the tenant is gone';
comment on column audit.tenant_erasures.rows_before is 'rows by table when it began';
create unique index a_tenant_is_erased_once on audit.tenant_erasures (tenant_id) where state <> 'cancelled';

alter table audit.tenant_erasures enable row level security;
alter table audit.tenant_erasures force row level security;
create policy tenant_isolation on audit.tenant_erasures
  using (tenant_id = (select cash_management.current_tenant()))
  with check (tenant_id = (select cash_management.current_tenant()));
create policy looked_up_by_tenant on audit.tenant_erasures for select to cm_gatekeeper using (true);
grant select, insert, update on audit.tenant_erasures to apg_admin;
grant select on audit.tenant_erasures to apg_readonly, apg_readwrite;
grant select (tenant_id, state) on audit.tenant_erasures to cm_gatekeeper;
grant usage on schema audit to cm_gatekeeper;

create function audit.keep_course_of_erasure() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op <> 'UPDATE' then
    raise exception 'the record of an erasure stays' using errcode = 'insufficient_privilege';
  end if;
  if (old.state, new.state) not in (('requested', 'cancelled'), ('requested', 'running'), ('running', 'done'))
    or (old.tenant_id, old.id, old.tenant_name, old.reason, old.requested_by, old.requested_at)
      is distinct from (new.tenant_id, new.id, new.tenant_name, new.reason, new.requested_by, new.requested_at)
    or (old.state = 'running' and (old.begun_by, old.begun_at, old.rows_before) is distinct from (new.begun_by, new.begun_at, new.rows_before))
  then
    raise exception 'an erasure is requested, then cancelled or carried out; what was written of it stays'
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
comment on function audit.keep_course_of_erasure() is 'an erasure goes forward only';
create trigger erasure_goes_forward before update or delete on audit.tenant_erasures
for each row execute function audit.keep_course_of_erasure();
create trigger erasure_records_stay before truncate on audit.tenant_erasures
for each statement execute function audit.keep_course_of_erasure();
alter table audit.tenant_erasures enable always trigger erasure_goes_forward;
alter table audit.tenant_erasures enable always trigger erasure_records_stay;
select audit.audit_table('audit.tenant_erasures');

-- Who may ask, and what follows -----------------------------------------------------------------------------------------------

reset role;
set local role cm_owner;

create function cash_management.erasure_state(p_tenant text) returns text
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
begin atomic
  select erasure.state
  from audit.tenant_erasures as erasure
  where erasure.tenant_id = p_tenant
    and erasure.state <> 'cancelled';
end;
comment on function cash_management.erasure_state(text) is
  'requested, running or done; null for a tenant that nobody wants erased. While it runs its rows may be deleted, frozen or not';
revoke execute on function cash_management.erasure_state(text) from public;
grant execute on function cash_management.erasure_state(text) to audit_owner, apg_readwrite, apg_admin;

-- The trail of an erased tenant is still there: whoever took its id would read it.
create function cash_management.refuse_erased_id() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if cash_management.erasure_state(new.tenant_id) is not null then
    raise exception 'the tenant % was erased; its id is not given again', new.tenant_id
      using errcode = 'unique_violation', constraint = 'an_id_is_given_once';
  end if;
  return new;
end
$$;
comment on function cash_management.refuse_erased_id() is 'the id of an erased tenant stays free';
create trigger erased_ids_are_not_given_again before insert on cash_management.cm_tenants
for each row execute function cash_management.refuse_erased_id();

-- What never changes may go with its tenant, and only then.
create or replace function cash_management.refuse_frozen_rates() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' and cash_management.erasure_state(old.tenant_id) = 'running' then
    return old;
  end if;
  if exists (
    select
    from cash_management.cm_rate_sets as rate_set
    where rate_set.tenant_id = coalesce(new.tenant_id, old.tenant_id)
      and rate_set.id = coalesce(new.rate_set_id, old.rate_set_id)
      and rate_set.frozen_at is not null
  ) then
    raise exception 'the rate set is frozen'
      using errcode = 'restrict_violation',
        hint = 'Make a new set.';
  end if;
  return coalesce(new, old);
end
$$;

-- A tenant that is being erased can no longer be held or opened again once its rows go.
create or replace function cash_management.keep_course_of_tenant() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    if old.status <> 'erasing' or cash_management.erasure_state(old.tenant_id) is distinct from 'running' then
      raise exception 'tenant % is %, not being erased', old.tenant_id, old.status
        using errcode = 'restrict_violation',
          hint = 'apg tenant erase asks for it by name, in two steps.';
    end if;
    return old;
  end if;
  if old.status = 'erasing' and new.status <> 'erasing' and cash_management.erasure_state(old.tenant_id) = 'running' then
    raise exception 'the erasure of tenant % has begun', old.tenant_id
      using errcode = 'restrict_violation',
        hint = 'It can only be completed: apg tenant erase.';
  end if;
  if old.status = 'erasing' and new.status = 'active' then
    raise exception 'a tenant that was to be erased is suspended first, then resumed'
      using errcode = 'restrict_violation';
  end if;
  new.status_since := case when new.status is distinct from old.status then clock_timestamp() else old.status_since end;
  return new;
end
$$;

grant create on schema cash_management to cm_gatekeeper;
reset role;
alter function cash_management.erasure_state(text) owner to cm_gatekeeper;
-- Now only: what an owner is granted passes to the next owner.
grant execute on function cash_management.erasure_state(text) to cm_owner;
revoke create on schema cash_management from cm_gatekeeper;

-- The trail -------------------------------------------------------------------------------------------------------------------
-- An image of each erased row would keep what is to be gone. Each batch leaves one row: how many, of which table, and a digest over
-- their keys, by which an auditor who holds a key can tell when its row went.
set local role audit_owner;
create or replace function audit.record_delete() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  keys text[] := string_to_array(tg_argv[3], ',');
  secrets text[] := string_to_array(tg_argv[4], ',');
  erased text := (select tenant_id from old_rows limit 1);
begin
  if erased is not null
    and cash_management.erasure_state(erased) = 'running'
    and not exists (select from old_rows where tenant_id <> erased)
  then
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest, actor, request_id)
    select tenant_id, tg_argv[0], tg_argv[1], tg_op, count(*), sha256(string_agg(hash, '' order by hash)),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from (
      select tenant_id, sha256(convert_to(audit.row_key(to_jsonb(old_row), keys), 'UTF8')) as hash
      from old_rows as old_row
    ) as hashed
    group by tenant_id;
    return null;
  end if;
  if tg_argv[2] = 'batch' and (select count(*) > 1000 from (select from old_rows limit 1001) as some_rows) then
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest, actor, request_id)
    select tenant_id, tg_argv[0], tg_argv[1], tg_op, count(*), sha256(string_agg(hash, '' order by hash)),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from (select tenant_id, sha256(convert_to(old_row::text, 'UTF8')) as hash from old_rows as old_row) as hashed
    group by tenant_id;
  else
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, old_values, actor, request_id)
    select image ->> 'tenant_id', tg_argv[0], tg_argv[1], tg_op, audit.row_key(image, keys), audit.without_secrets(image, secrets),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from (select to_jsonb(old_row) as image from old_rows as old_row) as images;
  end if;
  return null;
end
$$;

-- Where a rule wants four eyes on a role, its way in has two parts as well: the link of who asked, the code of who approved.
-- loosens: the gate also counts wrong codes of a sign-in link; who approved leaves the hash of a code
set local role cm_owner;

alter table cash_management.cm_approval_requests
  add column code_hash bytea,
  add constraint approval_code_hash_is_a_sha256 check (octet_length(code_hash) = 32) not valid;
-- squawk-ignore constraint-missing-not-valid
alter table cash_management.cm_approval_requests validate constraint approval_code_hash_is_a_sha256;
comment on column cash_management.cm_approval_requests.code_hash is
  'sha256 of the code that who approved tells the person: without it the link of who asked opens nothing';
select audit.audit_table('cash_management.cm_approval_requests', '{input_encrypted,code_hash}');

alter table cash_management.cm_sign_in_links
  add column code_hash bytea,
  add column wrong_codes smallint not null default 0,
  add constraint link_code_hash_is_a_sha256 check (octet_length(code_hash) = 32) not valid;
-- squawk-ignore constraint-missing-not-valid
alter table cash_management.cm_sign_in_links validate constraint link_code_hash_is_a_sha256;
comment on column cash_management.cm_sign_in_links.code_hash is 'set by trigger: the code that has to come with the link; null: the link alone';
select audit.audit_table('cash_management.cm_sign_in_links', '{token_hash,code_hash}');

create function cash_management.keep_approval_code(p_id uuid, p_code_hash bytea) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  update cash_management.cm_approval_requests as request
  set code_hash = p_code_hash
  where request.tenant_id = cash_management.current_tenant()
    and request.id = p_id
    and request.kind in ('person_role', 'person_recovery')
    and (request.state = 'approved' and request.expires_at > now() or request.state = 'executed')
    and exists (
      select
      from cash_management.cm_approvals as decision
      where decision.tenant_id = request.tenant_id
        and decision.subject_id = request.id
        and decision.decision = 'approved'
        and decision.decided_by = cash_management.current_actor()
    );
  if not found then
    raise exception 'only who approved makes the code' using errcode = 'insufficient_privilege', constraint = 'approver_makes_the_code';
  end if;
end
$$;
comment on function cash_management.keep_approval_code(uuid, bytea) is 'the code beside a link, from who approved; another one takes its place';

create or replace function cash_management.guard_link() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  person cash_management.cm_people;
  deed_kind text;
  deed_payload jsonb;
  request cash_management.cm_approval_requests;
begin
  new.created_by := cash_management.current_actor();
  if cash_management.is_administration() then
    return new;
  end if;
  new.code_hash := null;
  if not cash_management.actor_may('access:write') then
    raise exception 'links are made by administrators' using errcode = 'insufficient_privilege', constraint = 'administrators_manage_access';
  end if;
  select * into person from cash_management.cm_people where tenant_id = new.tenant_id and id = new.person_id;
  if not cash_management.is_trusted_role(person.role) then
    return new;
  end if;
  -- Who was here before lost their way in; who was not comes in for the first time, to a role that was approved.
  deed_kind := case when person.last_signed_in_at is null then 'person_role' else 'person_recovery' end;
  deed_payload := case when deed_kind = 'person_role' then jsonb_build_object('name', person.name, 'role', person.role) else '{}' end;
  if (cash_management.approval_rule(deed_kind, person.email, null, null)).id is null then
    return new;
  end if;
  -- A first link may be lost: the approval of the role, and its code, serve for another one until the person is in.
  select * into request
  from cash_management.cm_approval_requests as candidate
  where candidate.tenant_id = new.tenant_id
    and candidate.kind = deed_kind
    and candidate.subject = person.email
    and candidate.payload ->> 'role' is not distinct from deed_payload ->> 'role'
    and (
      candidate.state = 'approved' and candidate.expires_at > now()
      or candidate.kind = 'person_role' and candidate.state = 'executed' and candidate.decided_at > now() - interval '31 days'
    )
  order by candidate.decided_at desc
  limit 1;
  if not found then
    -- Refused, with the deed named.
    perform cash_management.use_approval(deed_kind, person.email, null, null, deed_payload);
  end if;
  if request.code_hash is null then
    raise exception 'the code is not made yet' using errcode = 'check_violation', constraint = 'the_code_is_there_before_the_link';
  end if;
  if exists (
    select
    from cash_management.cm_approvals as decision
    where decision.tenant_id = request.tenant_id
      and decision.subject_id = request.id
      and cash_management.person_behind(decision.decided_by) = cash_management.person_behind(new.created_by)
  ) then
    raise exception 'who has the code does not make the link' using errcode = 'insufficient_privilege', constraint = 'link_and_code_are_two_people';
  end if;
  if request.state = 'approved' then
    perform cash_management.use_approval(deed_kind, request.subject, null, null, request.payload);
  end if;
  new.code_hash := request.code_hash;
  return new;
end
$$;

create or replace function cash_management.guard_person() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  actor text := cash_management.current_actor();
  is_self boolean := actor = 'person:' || new.id;
  was_open boolean := tg_op = 'UPDATE' and old.disabled_at is null;
  is_ruled boolean;
  maker text;
  approval uuid;
begin
  if cash_management.is_administration() then
    return new;
  end if;
  -- A password is its owner's. An operator may set one (a person who forgot), another person never; and of whoever a four-eyes rule is
  -- about nobody but the owner knows it.
  if new.password_hash is not null and not is_self and (tg_op = 'INSERT' or new.password_hash is distinct from old.password_hash) then
    is_ruled := cash_management.is_trusted_role(new.role)
      and (
        (cash_management.approval_rule('person_role', new.email, null, null)).id is not null
        or (cash_management.approval_rule('person_recovery', new.email, null, null)).id is not null
      );
    if is_ruled or tg_op = 'UPDATE' and actor ~ '^(person|key):' then
      raise exception 'a password is set by its owner' using errcode = 'insufficient_privilege', constraint = 'a_password_is_set_by_its_owner';
    end if;
  end if;
  if tg_op = 'UPDATE'
    and (new.email, new.name, new.role, new.disabled_at) is not distinct from (old.email, old.name, old.role, old.disabled_at)
  then
    return new;
  end if;
  -- Whoever carries out what was asked and approved need not be an administrator: the approver's last word may do it.
  if cash_management.is_trusted_role(new.role)
    and new.disabled_at is null
    and (not was_open or new.role <> old.role or new.email <> old.email)
  then
    approval := cash_management.use_approval(
      'person_role', new.email, null, null, jsonb_build_object('name', new.name, 'role', new.role)
    );
  end if;
  if approval is null and not cash_management.actor_may('access:write') then
    raise exception 'people are managed by administrators' using errcode = 'insufficient_privilege', constraint = 'administrators_manage_access';
  end if;
  if approval is not null and tg_op = 'UPDATE' then
    -- Who asked may have made the link this person came in by, and may still be the one who comes in. Then they prove themselves anew.
    select requested_by into maker from cash_management.cm_approval_requests where tenant_id = new.tenant_id and id = approval;
    if cash_management.person_behind(maker) is null
      or exists (
        select
        from cash_management.cm_sign_in_links as link
        where link.tenant_id = new.tenant_id
          and link.person_id = new.id
          and (link.created_by = maker or cash_management.person_behind(link.created_by) = cash_management.person_behind(maker))
      )
    then
      new.password_hash := null;
      new.last_signed_in_at := null;
      update cash_management.cm_sessions
      set ended_at = clock_timestamp()
      where tenant_id = new.tenant_id and person_id = new.id and ended_at is null;
      delete from cash_management.cm_sign_in_links where tenant_id = new.tenant_id and person_id = new.id and used_at is null;
    end if;
  end if;
  if tg_op = 'UPDATE' and is_self and (new.role, new.disabled_at) is distinct from (old.role, old.disabled_at) then
    raise exception 'nobody changes what they may do themselves'
      using errcode = 'insufficient_privilege', constraint = 'nobody_changes_their_own_role';
  end if;
  if was_open and old.role = 'administrator' and (new.role <> 'administrator' or new.disabled_at is not null) then
    -- Two administrators who remove each other at once would leave none: the tenant's row makes them queue.
    perform from cash_management.cm_tenants where tenant_id = new.tenant_id for no key update;
    if not exists (
      select
      from cash_management.cm_people
      where tenant_id = new.tenant_id and role = 'administrator' and disabled_at is null and id <> new.id
    ) then
      raise exception 'the last administrator stays' using errcode = 'check_violation', constraint = 'the_last_administrator_stays';
    end if;
  end if;
  return new;
end
$$;

grant execute on function cash_management.keep_approval_code(uuid, bytea) to apg_readwrite, apg_admin;
grant update (wrong_codes) on cash_management.cm_sign_in_links to cm_gatekeeper;

-- The door of a link, with its code -------------------------------------------------------------------------------------------------
drop function cash_management.consume_sign_in_link(bytea);
create function cash_management.consume_sign_in_link(p_token_hash bytea, p_code_hash bytea default null)
returns table (tenant_id text, person_id uuid, outcome text)
  language plpgsql security definer rows 1
  set search_path = pg_catalog, pg_temp
as $$
begin
  -- The row is locked by the update, so of two that come at once one gets the session and the other nothing. Five wrong codes end it.
  return query
  update cash_management.cm_sign_in_links as link
  set
    used_at = case
      when link.code_hash is null or link.code_hash = p_code_hash then clock_timestamp()
      when p_code_hash is not null and link.wrong_codes >= 4 then clock_timestamp()
    end,
    wrong_codes = link.wrong_codes + (link.code_hash is not null and p_code_hash is not null and link.code_hash <> p_code_hash)::integer
  where link.token_hash = p_token_hash
    and link.used_at is null
    and link.expires_at > now()
  returning
    link.tenant_id::text,
    link.person_id,
    case
      when link.code_hash is null or link.code_hash = p_code_hash then 'in'
      when p_code_hash is null then 'code_needed'
      else 'code_wrong'
    end;
end
$$;
comment on function cash_management.consume_sign_in_link(bytea, bytea) is
  'uses a link up and says for whom it was: outcome in, code_needed or code_wrong; nothing when used or expired';
grant create on schema cash_management to cm_gatekeeper;
reset role;
alter function cash_management.consume_sign_in_link(bytea, bytea) owner to cm_gatekeeper;
set local role cm_gatekeeper;
revoke execute on function cash_management.consume_sign_in_link(bytea, bytea) from public;
grant execute on function cash_management.consume_sign_in_link(bytea, bytea) to apg_gate;
reset role;
revoke create on schema cash_management from cm_gatekeeper;

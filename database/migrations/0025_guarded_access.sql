-- People, keys and links are changed by who may, with four eyes where a rule says so, and the last administrator stays: by trigger.
set local role cm_owner;

-- Which roles say who may come in, or sign: handing one out is what a four-eyes rule on person_role is about.
create function cash_management.is_trusted_role(p_role text) returns boolean
  language sql immutable parallel safe
  set search_path = pg_catalog, pg_temp
  return p_role in ('administrator', 'approver');

create function cash_management.guard_person() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  actor text := cash_management.current_actor();
  is_self boolean := actor = 'person:' || new.id;
  was_open boolean := tg_op = 'UPDATE' and old.disabled_at is null;
  approval uuid;
begin
  if cash_management.is_administration() then
    return new;
  end if;
  -- A password is its owner's. An operator may set one (a person who forgot), another person never.
  if tg_op = 'UPDATE' and new.password_hash is distinct from old.password_hash and actor ~ '^(person|key):' and not is_self then
    raise exception 'a password is set by its owner' using errcode = 'insufficient_privilege', constraint = 'a_password_is_set_by_its_owner';
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
create trigger person_is_guarded before insert or update of email, name, role, disabled_at, password_hash on cash_management.cm_people
for each row execute function cash_management.guard_person();

-- A link is as good as a password: for oneself it is pointless, for others it is an administrator's to make.
alter table cash_management.cm_sign_in_links add column created_by text;
comment on column cash_management.cm_sign_in_links.created_by is 'set by trigger: who made it; whoever makes one for another could use it, so the trail keeps the name';

create function cash_management.guard_link() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  person cash_management.cm_people;
begin
  new.created_by := cash_management.current_actor();
  if cash_management.is_administration() then
    return new;
  end if;
  if not cash_management.actor_may('access:write') then
    raise exception 'links are made by administrators' using errcode = 'insufficient_privilege', constraint = 'administrators_manage_access';
  end if;
  select * into person from cash_management.cm_people where tenant_id = new.tenant_id and id = new.person_id;
  if cash_management.is_trusted_role(person.role) and person.last_signed_in_at is not null then
    perform cash_management.use_approval('person_recovery', person.email, null, null, '{}');
  end if;
  return new;
end
$$;
create trigger link_is_guarded before insert on cash_management.cm_sign_in_links
for each row execute function cash_management.guard_link();

-- Keys: scopes by permission group beside the two of old; none without an end that the tenant's rule allows.
alter table cash_management.cm_api_keys drop constraint scopes_are_known;
alter table cash_management.cm_api_keys add constraint scopes_are_known check (
  scopes <@ array[
    'read', 'write', 'accounts:read', 'accounts:write', 'statements:read', 'statements:import', 'positions:read', 'cash-flows:read',
    'cash-flows:write', 'audit:read'
  ]
  and cardinality(scopes) between 1 and 10
) not valid;
-- Keys are few.
-- squawk-ignore constraint-missing-not-valid
alter table cash_management.cm_api_keys validate constraint scopes_are_known;

create function cash_management.guard_api_key() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if cash_management.is_administration() then
    return new;
  end if;
  if not cash_management.actor_may('access:write') then
    raise exception 'keys are managed by administrators' using errcode = 'insufficient_privilege', constraint = 'administrators_manage_access';
  end if;
  if tg_op = 'UPDATE' then
    if (old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at)
      or coalesce(new.expires_at, 'infinity') > coalesce(old.expires_at, 'infinity')
    then
      raise exception 'a key that ended stays ended' using errcode = 'check_violation', constraint = 'a_key_lives_no_longer_than_it_was_given';
    end if;
    return new;
  end if;
  new.scopes := array(select distinct scope collate "C" from unnest(new.scopes) as scope order by 1);
  if exists (
    select
    from cash_management.cm_permissions
    where holder_kind = 'scope' and holder = any (new.scopes) and permission like '%:write'
  ) then
    perform cash_management.use_approval('api_key', new.name, null, null, jsonb_build_object('scopes', to_jsonb(new.scopes)));
  end if;
  return new;
end
$$;
create trigger key_is_guarded before insert or update of name, expires_at, revoked_at on cash_management.cm_api_keys
for each row execute function cash_management.guard_api_key();

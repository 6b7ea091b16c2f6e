-- How people of a tenant sign in: its identity provider (OpenID Connect), how long sessions and keys live, who is who over there.
-- loosens: the gate looks up the identity providers of a tenant before anybody has signed in
set local role cm_owner;

create table cash_management.cm_access_rules (
  tenant_id cash_management.tenant_key not null,
  session_hours integer not null default 12,
  session_idle_minutes integer not null default 120,
  key_default_days integer not null default 90,
  key_max_days integer not null default 365,
  password_sign_in boolean not null default true,
  updated_at timestamptz not null default now(),
  constraint cm_access_rules_pkey primary key (tenant_id),
  constraint access_rules_are_of_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint a_session_lasts_an_hour_to_a_week check (session_hours between 1 and 168),
  constraint a_session_idles_five_minutes_to_a_day check (session_idle_minutes between 5 and 1440),
  constraint a_key_lasts_a_day_to_two_years check (key_default_days between 1 and key_max_days and key_max_days <= 730)
);
comment on table cash_management.cm_access_rules is 'tenant: how long sessions and keys live, and whether passwords do; without a row the defaults hold';
comment on column cash_management.cm_access_rules.password_sign_in is 'false: only the identity provider and links; for tenants whose people all come from there';

create table cash_management.cm_identity_providers (
  tenant_id cash_management.tenant_key not null,
  name text not null,
  issuer text not null,
  client_id text not null,
  client_secret bytea,
  allowed_domains text[] not null,
  role_claim text,
  role_map jsonb not null default '{}',
  create_people boolean not null default false,
  new_person_role text,
  is_listed boolean not null default false,
  clock_tolerance_seconds integer not null default 60,
  updated_at timestamptz not null default now(),
  constraint cm_identity_providers_pkey primary key (tenant_id),
  constraint provider_is_of_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint provider_name_is_not_blank check (name ~ '\S' and length(name) <= 60),
  constraint issuer_is_an_address check (issuer ~ '^https?://[^\s?#]+$' and length(issuer) <= 500),
  constraint client_id_is_not_blank check (client_id ~ '\S' and length(client_id) <= 300),
  constraint some_domains_are_allowed check (
    cardinality(allowed_domains) between 1 and 50 and array_to_string(allowed_domains, ' ') ~ '^[a-z0-9.-]+( [a-z0-9.-]+)*$'
  ),
  constraint role_map_is_an_object check (jsonb_typeof(role_map) = 'object'),
  constraint who_is_new_gets_a_role check (not create_people or new_person_role is not null or role_claim is not null),
  constraint new_person_role_is_known check (new_person_role in ('treasurer', 'analyst', 'approver', 'auditor', 'administrator')),
  constraint clocks_differ_by_five_minutes_at_most check (clock_tolerance_seconds between 0 and 300)
);
comment on table cash_management.cm_identity_providers is 'tenant: the OpenID Connect provider its people sign in with';
comment on column cash_management.cm_identity_providers.client_secret is 'encrypted with the tenant''s key (src/keys); null for a public client';
comment on column cash_management.cm_identity_providers.is_listed is 'whether its button is shown to everybody, or only to who types an address of its domains';

create table cash_management.cm_person_identities (
  tenant_id cash_management.tenant_key not null,
  issuer text not null,
  subject text not null,
  person_id uuid not null,
  created_at timestamptz not null default now(),
  constraint cm_person_identities_pkey primary key (tenant_id, issuer, subject),
  constraint identity_is_of_a_person foreign key (tenant_id, person_id) references cash_management.cm_people (tenant_id, id),
  constraint a_person_is_one_subject_over_there unique (tenant_id, person_id, issuer),
  constraint subject_is_255_characters_at_most check (length(subject) between 1 and 255)
);
comment on table cash_management.cm_person_identities is
  'tenant: who a person is at the provider; from the first sign-in on it is this that counts, not the address';

create table cash_management.cm_sign_in_attempts (
  tenant_id cash_management.tenant_key not null,
  state_hash bytea not null,
  browser_hash bytea not null,
  nonce text not null,
  code_verifier text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint cm_sign_in_attempts_pkey primary key (tenant_id, state_hash),
  constraint attempt_is_of_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint state_hash_is_a_sha256 check (octet_length(state_hash) = 32),
  constraint browser_hash_is_a_sha256 check (octet_length(browser_hash) = 32)
);
comment on table cash_management.cm_sign_in_attempts is
  'tenant: ways to the provider that have begun, each to be come back from once by the same browser';

select maintenance.secure_table(format('cash_management.%I', name)::regclass)
from unnest(array['cm_access_rules', 'cm_identity_providers', 'cm_person_identities', 'cm_sign_in_attempts']) as name;
select maintenance.touch_table(format('cash_management.%I', name)::regclass)
from unnest(array['cm_access_rules', 'cm_identity_providers']) as name;
select maintenance.fix_columns('cash_management.cm_access_rules', 'tenant_id');
select maintenance.fix_columns('cash_management.cm_identity_providers', 'tenant_id');
select maintenance.fix_columns('cash_management.cm_person_identities', 'tenant_id', 'issuer', 'subject', 'person_id');
select maintenance.fix_columns('cash_management.cm_sign_in_attempts', 'tenant_id', 'state_hash', 'browser_hash', 'nonce', 'code_verifier');
select audit.audit_table('cash_management.cm_access_rules');
select audit.audit_table('cash_management.cm_identity_providers', '{client_secret}');
select audit.audit_table('cash_management.cm_person_identities');
select audit.audit_table('cash_management.cm_sign_in_attempts', '{nonce,code_verifier,browser_hash}');
grant select, insert, update on cash_management.cm_access_rules to apg_readwrite;
grant select, insert, update, delete on cash_management.cm_identity_providers to apg_readwrite;
grant select, insert on cash_management.cm_person_identities to apg_readwrite;
grant select, insert, delete on cash_management.cm_sign_in_attempts to apg_readwrite;
grant update (used_at) on cash_management.cm_sign_in_attempts to apg_readwrite;

-- Whoever points a tenant at a provider of theirs is everybody of that tenant: the same guard as for roles.
create function cash_management.guard_sign_in_rules() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  used uuid;
begin
  if not cash_management.is_administration() then
    used := case
      when tg_op = 'DELETE' then cash_management.use_approval('sign_in', tg_argv[0], null, null, '{"removed": true}')
      else cash_management.use_approval('sign_in', tg_argv[0], null, null, to_jsonb(new) - '{tenant_id,client_secret,updated_at}'::text[])
    end;
    if used is null and not cash_management.actor_may('access:write') then
      raise exception 'sign-in is managed by administrators' using errcode = 'insufficient_privilege', constraint = 'administrators_manage_access';
    end if;
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$$;
create trigger provider_is_guarded before insert or update or delete on cash_management.cm_identity_providers
for each row execute function cash_management.guard_sign_in_rules('identity provider');
create trigger rules_are_guarded before insert or update on cash_management.cm_access_rules
for each row execute function cash_management.guard_sign_in_rules('session and key rules');

-- Keys end: when the tenant's rules say, and no later than they allow.
create or replace function cash_management.guard_api_key() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  rules cash_management.cm_access_rules;
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
  select * into rules from cash_management.cm_access_rules where tenant_id = new.tenant_id;
  new.expires_at := coalesce(new.expires_at, now() + make_interval(days => coalesce(rules.key_default_days, 90)));
  if new.expires_at > now() + make_interval(days => coalesce(rules.key_max_days, 365)) + interval '1 minute' then
    raise exception 'the key would live too long' using errcode = 'check_violation', constraint = 'a_key_ends_as_the_rules_say';
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

-- Sessions: last seen, how they began, and over when nobody was there for too long.
alter table cash_management.cm_sessions
  add column last_seen_at timestamptz,
  add column method text not null default 'password',
  add constraint sign_in_method_is_known check (method in ('password', 'link', 'oidc')) not valid;
-- squawk-ignore constraint-missing-not-valid
alter table cash_management.cm_sessions validate constraint sign_in_method_is_known;
comment on column cash_management.cm_sessions.last_seen_at is 'moves at most once a minute; null: not since it began';
create policy looked_up_at_sign_in on cash_management.cm_access_rules for select to cm_gatekeeper using (true);
create policy looked_up_at_sign_in on cash_management.cm_identity_providers for select to cm_gatekeeper using (true);
grant select on cash_management.cm_access_rules to cm_gatekeeper;
grant select (tenant_id, name, allowed_domains, is_listed) on cash_management.cm_identity_providers to cm_gatekeeper;

create function cash_management.find_identity_providers(p_domain text)
returns table (tenant_id text, tenant_name text, provider text)
  language sql stable security definer rows 2
  set search_path = pg_catalog, pg_temp
begin atomic
  select provider.tenant_id, tenant.name, provider.name
  from cash_management.cm_identity_providers as provider
  join cash_management.cm_tenants as tenant on tenant.tenant_id = provider.tenant_id
  where tenant.status = 'active'
    and (provider.is_listed or lower(p_domain) = any (provider.allowed_domains))
  order by provider.tenant_id
  limit 20;
end;
comment on function cash_management.find_identity_providers(text) is
  'providers to offer on the sign-in page: those shown to everybody, and those of the domain of the address that was typed';
grant create on schema cash_management to cm_gatekeeper;
reset role;
alter function cash_management.find_identity_providers(text) owner to cm_gatekeeper;
set local role cm_gatekeeper;
revoke execute on function cash_management.find_identity_providers(text) from public;
grant execute on function cash_management.find_identity_providers(text) to apg_gate;

create or replace function cash_management.find_session(p_token_hash bytea)
returns table (
  tenant_id text, tenant_name text, tenant_status text, person_id uuid, email text, name text, role text,
  disabled_at timestamptz, created_at timestamptz, expires_at timestamptz
)
  language sql stable security definer rows 1
  set search_path = pg_catalog, pg_temp
begin atomic
  select
    session.tenant_id, tenant.name, tenant.status, person.id, person.email, person.name, person.role,
    person.disabled_at, session.created_at, session.expires_at
  from cash_management.cm_sessions as session
  join cash_management.cm_people as person on person.tenant_id = session.tenant_id and person.id = session.person_id
  join cash_management.cm_tenants as tenant on tenant.tenant_id = session.tenant_id
  left join cash_management.cm_access_rules as rules on rules.tenant_id = session.tenant_id
  where session.token_hash = p_token_hash
    and session.ended_at is null
    and session.expires_at > now()
    and coalesce(session.last_seen_at, session.created_at) > now() - make_interval(mins => coalesce(rules.session_idle_minutes, 120));
end;
comment on function cash_management.find_session(bytea) is
  'the running session with this sha256; ended and expired ones are not there, nor those where nobody was for too long';
reset role;
revoke create on schema cash_management from cm_gatekeeper;

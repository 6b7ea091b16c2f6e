-- Tenants, the people and keys that act for them, and the four doors that look before a tenant is known.
set local role cm_owner;

create table cash_management.cm_tenants (
  tenant_id cash_management.tenant_key not null,
  name text not null,
  status text not null default 'active',
  legal_hold boolean not null default false,
  reporting_currency cash_management.currency_code not null default 'EUR',
  time_zone text not null default 'Europe/Berlin',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_tenants_pkey primary key (tenant_id),
  constraint reporting_currency_exists foreign key (reporting_currency) references cash_management.cm_currencies (code),
  constraint tenant_name_is_not_blank check (name ~ '\S' and length(name) <= 200),
  constraint tenant_status_is_known check (status in ('active', 'suspended', 'erasing'))
);
comment on table cash_management.cm_tenants is 'tenant: the registry every other table hangs from; one row per company group';
comment on column cash_management.cm_tenants.legal_hold is 'nothing of this tenant is retired or erased while true';

create table cash_management.cm_people (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  email text not null,
  name text not null,
  password_hash text,
  role text not null,
  failed_attempts integer not null default 0,
  locked_until timestamptz,
  disabled_at timestamptz,
  last_signed_in_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_people_pkey primary key (tenant_id, id),
  constraint person_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint email_is_used_once_per_tenant unique (tenant_id, email),
  constraint email_is_lower_case_with_one_at check (email = lower(email) and email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 320),
  constraint person_name_is_not_blank check (name ~ '\S' and length(name) <= 200),
  constraint role_is_known check (role in ('treasurer', 'analyst', 'approver', 'auditor', 'administrator')),
  constraint password_is_kept_as_an_argon2id_hash check (password_hash like '$argon2id$%'),
  constraint failed_attempts_are_counted_up check (failed_attempts >= 0)
);
comment on table cash_management.cm_people is 'tenant: who signs in; a person of two tenants has two rows with one e-mail address';
comment on column cash_management.cm_people.password_hash is 'argon2id in its encoded form; null: can sign in by a link only';
-- Sign-in starts from the address alone; the tenant comes out of it.
create index cm_people_by_email on cash_management.cm_people (email);

create table cash_management.cm_api_keys (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  key_hash bytea not null,
  prefix text not null,
  scopes text[] not null,
  created_by uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  constraint cm_api_keys_pkey primary key (tenant_id, id),
  constraint key_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint key_was_made_by_a_person foreign key (tenant_id, created_by) references cash_management.cm_people (tenant_id, id),
  constraint key_hash_is_used_once unique (tenant_id, key_hash),
  constraint key_hash_is_a_sha256 check (octet_length(key_hash) = 32),
  constraint key_name_is_not_blank check (name ~ '\S' and length(name) <= 100),
  constraint prefix_shows_little_of_the_key check (length(prefix) between 4 and 16),
  constraint scopes_are_known check (scopes <@ array['read', 'write'] and cardinality(scopes) between 1 and 2)
);
comment on table cash_management.cm_api_keys is 'tenant: keys of programs; only the sha256 of a key is kept';
-- Unique only within a tenant: a global constraint would tell one tenant about another. 256 random bits do not collide.
create index cm_api_keys_by_hash on cash_management.cm_api_keys (key_hash);

create table cash_management.cm_sessions (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  token_hash bytea not null,
  person_id uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  user_agent text,
  constraint cm_sessions_pkey primary key (tenant_id, id),
  constraint session_token_is_used_once unique (tenant_id, token_hash),
  constraint session_is_of_a_person foreign key (tenant_id, person_id) references cash_management.cm_people (tenant_id, id),
  constraint token_hash_is_a_sha256 check (octet_length(token_hash) = 32),
  constraint session_ends_after_it_began check (expires_at > created_at)
);
comment on table cash_management.cm_sessions is 'tenant: signed-in browsers; only the sha256 of a token is kept';
create index cm_sessions_by_token on cash_management.cm_sessions (token_hash);
create index cm_sessions_by_person on cash_management.cm_sessions (tenant_id, person_id);

create table cash_management.cm_sign_in_links (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  token_hash bytea not null,
  person_id uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint cm_sign_in_links_pkey primary key (tenant_id, id),
  constraint link_token_is_used_once unique (tenant_id, token_hash),
  constraint link_is_for_a_person foreign key (tenant_id, person_id) references cash_management.cm_people (tenant_id, id),
  constraint link_token_hash_is_a_sha256 check (octet_length(token_hash) = 32),
  constraint link_expires_within_a_week check (expires_at > created_at and expires_at <= created_at + interval '7 days')
);
comment on table cash_management.cm_sign_in_links is 'tenant: one-time links; used once, or never';
create index cm_sign_in_links_by_token on cash_management.cm_sign_in_links (token_hash);
create index cm_sign_in_links_by_person on cash_management.cm_sign_in_links (tenant_id, person_id);

create table cash_management.cm_idempotency_keys (
  tenant_id cash_management.tenant_key not null,
  key text not null,
  actor text not null,
  request_hash bytea not null,
  status integer,
  response jsonb,
  created_at timestamptz not null default now(),
  constraint cm_idempotency_keys_pkey primary key (tenant_id, key),
  constraint idempotency_key_is_of_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint idempotency_key_is_1_to_200_characters check (length(key) between 1 and 200),
  constraint request_hash_is_a_sha256 check (octet_length(request_hash) = 32),
  constraint answer_is_whole check ((status is null) = (response is null))
);
comment on table cash_management.cm_idempotency_keys is
  'tenant: what was answered to a write, to answer the same again; not audited: the write itself is';
create index cm_idempotency_keys_by_age on cash_management.cm_idempotency_keys (tenant_id, created_at);

select maintenance.secure_table(format('cash_management.%I', name)::regclass)
from unnest(array['cm_tenants', 'cm_people', 'cm_api_keys', 'cm_sessions', 'cm_sign_in_links', 'cm_idempotency_keys']) as name;
select maintenance.touch_table(format('cash_management.%I', name)::regclass)
from unnest(array['cm_tenants', 'cm_people']) as name;
select maintenance.fix_columns('cash_management.cm_tenants', 'tenant_id');
select maintenance.fix_columns('cash_management.cm_people', 'tenant_id', 'id');
select maintenance.fix_columns('cash_management.cm_api_keys', 'tenant_id', 'id', 'key_hash', 'scopes');
select maintenance.fix_columns('cash_management.cm_sessions', 'tenant_id', 'id', 'token_hash', 'person_id');
select maintenance.fix_columns('cash_management.cm_sign_in_links', 'tenant_id', 'id', 'token_hash', 'person_id');

-- A tenant is opened and closed by an administrator, and described by itself. People and keys are disabled, not deleted.
grant select on cash_management.cm_tenants to apg_readonly, apg_readwrite, apg_admin;
grant update (name, reporting_currency, time_zone) on cash_management.cm_tenants to apg_readwrite;
grant insert, update on cash_management.cm_tenants to apg_admin;
grant select, insert, update on cash_management.cm_people, cash_management.cm_api_keys to apg_readwrite;
grant select, insert, update, delete on
  cash_management.cm_sessions,
  cash_management.cm_sign_in_links,
  cash_management.cm_idempotency_keys
to apg_readwrite;

-- The doors ---------------------------------------------------------------------------------------------------------------------
-- Before sign-in nobody knows the tenant, so row-level security would show nothing. These functions belong to a role that
-- can do exactly this: policies and grants on five tables, instead of BYPASSRLS on all. Each wants a secret or an address.

create policy looked_up_at_sign_in on cash_management.cm_tenants for select to cm_gatekeeper using (true);
create policy looked_up_at_sign_in on cash_management.cm_people for select to cm_gatekeeper using (true);
create policy looked_up_at_sign_in on cash_management.cm_api_keys for select to cm_gatekeeper using (true);
create policy looked_up_at_sign_in on cash_management.cm_sessions for select to cm_gatekeeper using (true);
create policy looked_up_at_sign_in on cash_management.cm_sign_in_links for select to cm_gatekeeper using (true);
create policy used_up_at_sign_in on cash_management.cm_sign_in_links for update to cm_gatekeeper using (true) with check (true);
grant select on
  cash_management.cm_tenants,
  cash_management.cm_people,
  cash_management.cm_api_keys,
  cash_management.cm_sessions,
  cash_management.cm_sign_in_links
to cm_gatekeeper;
grant update (used_at) on cash_management.cm_sign_in_links to cm_gatekeeper;

create function cash_management.find_sign_in(p_email text, p_tenant text default null)
returns table (
  tenant_id text, tenant_name text, tenant_status text, person_id uuid, email text, name text, role text,
  password_hash text, failed_attempts integer, locked_until timestamptz, disabled_at timestamptz
)
  language sql stable security definer rows 2
  set search_path = pg_catalog, pg_temp
begin atomic
  select
    person.tenant_id, tenant.name, tenant.status, person.id, person.email, person.name, person.role,
    person.password_hash, person.failed_attempts, person.locked_until, person.disabled_at
  from cash_management.cm_people as person
  join cash_management.cm_tenants as tenant on tenant.tenant_id = person.tenant_id
  where person.email = lower(p_email)
    and (p_tenant is null or person.tenant_id = p_tenant)
  order by person.tenant_id;
end;
comment on function cash_management.find_sign_in(text, text) is
  'the people with this address, one row per tenant they belong to, with what checking a password needs';

create function cash_management.find_api_key(p_key_hash bytea)
returns table (
  tenant_id text, tenant_name text, tenant_status text, api_key_id uuid, name text, scopes text[],
  expires_at timestamptz, revoked_at timestamptz, last_used_at timestamptz
)
  language sql stable security definer rows 1
  set search_path = pg_catalog, pg_temp
begin atomic
  select
    key.tenant_id, tenant.name, tenant.status, key.id, key.name, key.scopes,
    key.expires_at, key.revoked_at, key.last_used_at
  from cash_management.cm_api_keys as key
  join cash_management.cm_tenants as tenant on tenant.tenant_id = key.tenant_id
  where key.key_hash = p_key_hash;
end;
comment on function cash_management.find_api_key(bytea) is
  'the key with this sha256, expired or revoked ones too, so that the answer can say so';

create function cash_management.find_session(p_token_hash bytea)
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
  where session.token_hash = p_token_hash
    and session.ended_at is null
    and session.expires_at > now();
end;
comment on function cash_management.find_session(bytea) is 'the running session with this sha256; ended and expired ones are not there';

create function cash_management.consume_sign_in_link(p_token_hash bytea)
returns table (tenant_id text, person_id uuid)
  language plpgsql security definer rows 1
  set search_path = pg_catalog, pg_temp
as $$
begin
  -- The row is locked by the update, so of two that come at once one gets the session and the other nothing.
  return query
  update cash_management.cm_sign_in_links as link
  set used_at = clock_timestamp()
  where link.token_hash = p_token_hash
    and link.used_at is null
    and link.expires_at > now()
  returning link.tenant_id::text, link.person_id;
end
$$;
comment on function cash_management.consume_sign_in_link(bytea) is 'uses a link up and says for whom it was; nothing when used or expired';

revoke execute on function
  cash_management.find_sign_in(text, text),
  cash_management.find_api_key(bytea),
  cash_management.find_session(bytea),
  cash_management.consume_sign_in_link(bytea)
from public;
grant execute on function
  cash_management.find_sign_in(text, text),
  cash_management.find_api_key(bytea),
  cash_management.find_session(bytea),
  cash_management.consume_sign_in_link(bytea)
to apg_readwrite;

-- Handing over ownership wants CREATE on the schema for a moment, and somebody who belongs to both roles.
grant create on schema cash_management to cm_gatekeeper;
reset role;
alter function cash_management.find_sign_in(text, text) owner to cm_gatekeeper;
alter function cash_management.find_api_key(bytea) owner to cm_gatekeeper;
alter function cash_management.find_session(bytea) owner to cm_gatekeeper;
alter function cash_management.consume_sign_in_link(bytea) owner to cm_gatekeeper;
revoke create on schema cash_management from cm_gatekeeper;

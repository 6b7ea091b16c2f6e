-- A tenant's life: closed and opened again with a reason, held by law, unchanged by the program while it is closed; and the keys of
-- those who run an installation for many tenants.
-- loosens: a platform key is looked up before a tenant is known, and a closed tenant refuses writes through a trigger that must see its status
set local role cm_owner;

alter table cash_management.cm_tenants
  add column status_reason text,
  add column status_since timestamptz not null default now(),
  add column legal_hold_reason text;
comment on column cash_management.cm_tenants.status_reason is 'why it was suspended, or is to be erased';
comment on column cash_management.cm_tenants.status_since is 'since when it has this status';
comment on column cash_management.cm_tenants.legal_hold_reason is 'why nothing of it may go';

-- The registry has one row a tenant: checking it takes no time worth two steps.
-- squawk-ignore constraint-missing-not-valid
alter table cash_management.cm_tenants add constraint what_is_on_hold_is_not_erased check (not (legal_hold and status = 'erasing'));

create function cash_management.keep_course_of_tenant() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    if old.status <> 'erasing' then
      raise exception 'tenant % is %, not being erased', old.tenant_id, old.status
        using errcode = 'restrict_violation',
          hint = 'apg tenant erase asks for it by name, in two steps.';
    end if;
    return old;
  end if;
  if old.status = 'erasing' and new.status = 'active' then
    raise exception 'a tenant that was to be erased is suspended first, then resumed'
      using errcode = 'restrict_violation';
  end if;
  new.status_since := case when new.status is distinct from old.status then clock_timestamp() else old.status_since end;
  return new;
end
$$;
comment on function cash_management.keep_course_of_tenant() is 'from which status a tenant comes to which, and that it leaves only by being erased';
create trigger status_keeps_its_course before update or delete on cash_management.cm_tenants
for each row execute function cash_management.keep_course_of_tenant();

-- A closed tenant's data stays as it is. Whoever opens a transaction for a tenant calls this first; a transaction that has taken a
-- snapshot cannot be made writable again, so injected SQL does not undo it. Administrators are exempt: they open it again.
create function cash_management.keep_closed_tenant_unchanged(p_tenant text) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('transaction_read_only') = 'off'
    and exists (select from cash_management.cm_tenants as tenant where tenant.tenant_id = p_tenant and tenant.status <> 'active')
    and not pg_has_role(session_user, 'apg_admin', 'member') then
    perform set_config('transaction_read_only', 'on', true);
  end if;
end
$$;
comment on function cash_management.keep_closed_tenant_unchanged(text) is
  'makes the transaction read-only when the tenant is suspended or being erased; a tenant that is open costs one look into the registry';
grant execute on function cash_management.keep_closed_tenant_unchanged(text) to apg_readonly, apg_readwrite, apg_admin;

-- Keys of a platform -------------------------------------------------------------------------------------------------------------

create table cash_management.cm_platform_keys (
  id uuid not null default gen_random_uuid(),
  name text not null,
  key_hash bytea not null,
  prefix text not null,
  scopes text[] not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  revoked_by text,
  constraint cm_platform_keys_pkey primary key (id),
  constraint platform_key_name_is_used_once unique (name),
  constraint platform_key_hash_is_used_once unique (key_hash),
  constraint platform_key_hash_is_a_sha256 check (octet_length(key_hash) = 32),
  constraint platform_key_name_has_its_form check (name ~ '^[a-z0-9][a-z0-9._-]{0,99}$'),
  constraint platform_key_prefix_shows_little check (length(prefix) between 4 and 16),
  constraint platform_scopes_are_known check (
    scopes <@ array['tenants:read', 'tenants:manage', 'tenants:erase'] and cardinality(scopes) between 1 and 3
  ),
  constraint a_revoked_key_says_by_whom check ((revoked_at is null) = (revoked_by is null))
);
comment on table cash_management.cm_platform_keys is
  'local: keys of programs that open and close tenants; of no tenant, and no way to the data in one; only the sha256 of a key is kept';
select maintenance.secure_shared_table('cash_management.cm_platform_keys');
grant select, insert on cash_management.cm_platform_keys to apg_admin;
grant update (revoked_at, revoked_by) on cash_management.cm_platform_keys to apg_admin;
grant select, update (last_used_at) on cash_management.cm_platform_keys to cm_gatekeeper;

create function cash_management.find_platform_key(p_key_hash bytea)
returns table (id uuid, name text, scopes text[], expires_at timestamptz, revoked_at timestamptz)
  language plpgsql security definer rows 1
  set search_path = pg_catalog, pg_temp
as $$
begin
  -- A write per request would be too much for what it tells.
  update cash_management.cm_platform_keys as key
  set last_used_at = now()
  where key.key_hash = p_key_hash
    and (key.last_used_at is null or key.last_used_at < now() - interval '5 minutes');
  return query
  select key.id, key.name, key.scopes, key.expires_at, key.revoked_at
  from cash_management.cm_platform_keys as key
  where key.key_hash = p_key_hash;
end
$$;
comment on function cash_management.find_platform_key(bytea) is
  'the platform key with this sha256, expired or revoked ones too, so that the answer can say so';
grant execute on function cash_management.find_platform_key(bytea) to apg_readwrite;

grant create on schema cash_management to cm_gatekeeper;
reset role;
alter function cash_management.keep_closed_tenant_unchanged(text) owner to cm_gatekeeper;
alter function cash_management.find_platform_key(bytea) owner to cm_gatekeeper;
revoke create on schema cash_management from cm_gatekeeper;

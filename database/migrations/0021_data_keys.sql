-- The keys that a tenant's values are encrypted with, wrapped by a key that never comes here (docs/why/encryption.md).
-- loosens: the key ring asks which key-encryption keys are in use, of all tenants at once: their ids, no key
set local role cm_owner;

create table cash_management.cm_data_keys (
  tenant_id cash_management.tenant_key not null,
  purpose text not null,
  version integer not null,
  state text not null default 'active',
  kek_id text not null,
  wrapped bytea,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  shredded_at timestamptz,
  constraint cm_data_keys_pkey primary key (tenant_id, purpose, version),
  constraint data_key_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint data_key_purpose_is_known check (purpose in ('value', 'index')),
  constraint data_key_version_counts_from_one check (version >= 1),
  constraint data_key_state_is_known check (state in ('active', 'retired', 'shredded')),
  constraint a_shredded_key_is_gone check ((state = 'shredded') = (wrapped is null)),
  constraint a_shredded_key_says_when check ((state = 'shredded') = (shredded_at is not null)),
  constraint a_retired_key_says_when check (state <> 'retired' or retired_at is not null)
);
comment on table cash_management.cm_data_keys is 'tenant: data keys by purpose and version, wrapped by the key-encryption key; useless without that';
comment on column cash_management.cm_data_keys.purpose is 'value: encrypts; index: makes blind indexes, and so is not rotated with the others';
comment on column cash_management.cm_data_keys.kek_id is 'which key-encryption key wrapped it';

create unique index one_active_data_key_per_purpose on cash_management.cm_data_keys (tenant_id, purpose)
where state = 'active';

select maintenance.secure_table('cash_management.cm_data_keys');
select maintenance.fix_columns('cash_management.cm_data_keys', 'tenant_id', 'purpose', 'version');
select audit.audit_table('cash_management.cm_data_keys', '{wrapped}');

create function cash_management.refuse_unshredding() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'a shredded key stays shredded'
    using errcode = 'restrict_violation';
end
$$;
create trigger shredded_keys_stay_shredded before update on cash_management.cm_data_keys
for each row when (old.state = 'shredded' and new.state <> 'shredded')
execute function cash_management.refuse_unshredding();

-- The program adds a tenant's first key; changing and retiring keys is for an administrator.
grant select, insert on cash_management.cm_data_keys to apg_readwrite;

-- Whether a key-encryption key fits this database must be known before a second one is made, of whatever tenant its keys are.
create policy key_ids_are_looked_up on cash_management.cm_data_keys for select to cm_gatekeeper using (true);
grant select (kek_id, wrapped) on cash_management.cm_data_keys to cm_gatekeeper;
create function cash_management.key_encryption_keys() returns setof text
  language sql stable security definer rows 2
  set search_path = pg_catalog, pg_temp
begin atomic
  select distinct kek_id
  from cash_management.cm_data_keys
  where wrapped is not null;
end;
comment on function cash_management.key_encryption_keys() is 'ids of the key-encryption keys that keys of this database are wrapped with; nothing of tenants';
revoke execute on function cash_management.key_encryption_keys() from public;
grant execute on function cash_management.key_encryption_keys() to apg_readwrite, apg_admin;

grant create on schema cash_management to cm_gatekeeper;
reset role;
alter function cash_management.key_encryption_keys() owner to cm_gatekeeper;
revoke create on schema cash_management from cm_gatekeeper;

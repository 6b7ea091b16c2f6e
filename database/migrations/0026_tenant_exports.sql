-- Who took a tenant's data out, when, and how the archive is recognised.
-- loosens: an export states the version of the schema it was made from
set local role cm_owner;

create table cash_management.cm_tenant_exports (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  asked_by text not null,
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  row_count bigint,
  byte_count bigint,
  manifest_sha256 bytea,
  constraint cm_tenant_exports_pkey primary key (tenant_id, id),
  constraint export_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint manifest_sha256_is_whole check (octet_length(manifest_sha256) = 32),
  constraint a_finished_export_says_what_it_was check (num_nulls(finished_at, row_count, byte_count, manifest_sha256) in (0, 4))
);
comment on table cash_management.cm_tenant_exports is 'tenant: archives that were made of it; one without an end was interrupted';
select maintenance.secure_table('cash_management.cm_tenant_exports');
select maintenance.fix_columns('cash_management.cm_tenant_exports', 'tenant_id', 'id', 'asked_by', 'started_at');
select audit.audit_table('cash_management.cm_tenant_exports');
grant select, insert on cash_management.cm_tenant_exports to apg_readwrite;
grant update (finished_at, row_count, byte_count, manifest_sha256) on cash_management.cm_tenant_exports to apg_readwrite;
grant select on cash_management.cm_tenant_exports to apg_readonly;

-- Migrations are not the program's business, but an archive names the schema it was written by.
create function cash_management.schema_version() returns text
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
begin atomic
  select max(name) from maintenance.migrations;
end;
comment on function cash_management.schema_version() is 'the last migration of this database';
grant execute on function cash_management.schema_version() to apg_readonly, apg_readwrite, apg_admin;

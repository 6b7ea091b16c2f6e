-- How a bank's tables are read, as a person said once; and with what was said a delivered file was read, so that it can be read so again.
-- loosens: readers of reports see which profile a connection reads with, which is no secret; the program notes with what a file was read
-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, require-concurrent-index-creation
-- (The new columns are empty: there is nothing to check, and nothing to index yet.)
set local role cm_owner;

create table cash_management.cm_statement_profiles (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  account_id uuid,
  currency cash_management.currency_code,
  choices jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_statement_profiles_pkey primary key (tenant_id, id),
  constraint profile_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint profile_is_of_an_account foreign key (tenant_id, account_id) references cash_management.cm_cash_accounts (tenant_id, id),
  constraint profile_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint profile_name_is_used_once unique (tenant_id, name),
  constraint profile_name_is_not_blank check (name ~ '\S' and length(name) <= 100),
  constraint profile_choices_are_an_object check (jsonb_typeof(choices) = 'object')
);
comment on table cash_management.cm_statement_profiles is 'tenant: how the tables (CSV, XLSX) and QIF files of a bank or an account are read';
comment on column cash_management.cm_statement_profiles.account_id is 'whose the files are, where they name no account';
comment on column cash_management.cm_statement_profiles.choices is 'what a person chose; the rest is inferred from each file (src/statements/formats/table/choices.ts)';
create index cm_statement_profiles_by_account on cash_management.cm_statement_profiles (tenant_id, account_id) where account_id is not null;

select maintenance.secure_table('cash_management.cm_statement_profiles');
select maintenance.touch_table('cash_management.cm_statement_profiles');
select maintenance.fix_columns('cash_management.cm_statement_profiles', 'tenant_id', 'id', 'created_by', 'created_at');
grant select on cash_management.cm_statement_profiles to apg_readonly, apg_readwrite;
grant insert, update, delete on cash_management.cm_statement_profiles to apg_readwrite;
select audit.audit_table('cash_management.cm_statement_profiles');

alter table cash_management.cm_bank_connections add column profile_id uuid;
alter table cash_management.cm_bank_connections
  add constraint connection_reads_with_a_profile foreign key (tenant_id, profile_id)
    references cash_management.cm_statement_profiles (tenant_id, id);
comment on column cash_management.cm_bank_connections.profile_id is 'how its tables are read, and whose they are; null: as each file tells';
create index cm_bank_connections_by_profile on cash_management.cm_bank_connections (tenant_id, profile_id) where profile_id is not null;
grant select (profile_id) on cash_management.cm_bank_connections to apg_readonly;

alter table cash_management.cm_deliveries add column read_with jsonb;
comment on column cash_management.cm_deliveries.read_with is 'what was said of the file when it was read: profile, account, currency, choices; null: nothing';
grant update (read_with) on cash_management.cm_deliveries to apg_readwrite;

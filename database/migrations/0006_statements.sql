-- Evidence as it arrived: each file byte for byte, each statement in it, each balance a bank stated. Only ever added to.
set local role cm_owner;

create table cash_management.cm_deliveries (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  sha256 bytea not null,
  file_name text not null,
  byte_count bigint not null,
  channel text not null default 'upload',
  format text,
  variant text,
  status text not null,
  problems jsonb not null default '[]',
  statement_count integer not null default 0,
  entry_count integer not null default 0,
  reader_version text not null,
  received_by text not null,
  received_at timestamptz not null,
  constraint cm_deliveries_pkey primary key (tenant_id, id),
  constraint a_file_is_delivered_once unique (tenant_id, sha256),
  constraint delivery_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint delivery_status_is_known check (status in ('imported', 'refused')),
  constraint delivery_sha256_is_whole check (length(sha256) = 32),
  constraint delivery_file_name_is_short check (length(file_name) between 1 and 500)
);

create index cm_deliveries_newest on cash_management.cm_deliveries (tenant_id, received_at desc, id);

-- The bytes in pieces of 1 MiB, each compressed with gzip by the program, so that neither side holds a file in memory.
create table cash_management.cm_delivery_chunks (
  tenant_id cash_management.tenant_key not null,
  delivery_id uuid not null,
  ordinal integer not null,
  gzip bytea not null,
  constraint cm_delivery_chunks_pkey primary key (tenant_id, delivery_id, ordinal),
  constraint chunk_belongs_to_a_delivery foreign key (tenant_id, delivery_id) references cash_management.cm_deliveries (tenant_id, id)
);

alter table cash_management.cm_delivery_chunks alter column gzip set storage external;

create table cash_management.cm_statements (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  delivery_id uuid not null,
  account_id uuid not null,
  ordinal integer not null,
  kind text not null,
  format text not null,
  statement_number text,
  sequence bigint,
  page integer,
  last_page boolean,
  created_by_bank_at text,
  copy_indicator text,
  period_from date not null,
  period_to date not null,
  entries_from date,
  entries_to date,
  currency cash_management.currency_code not null,
  opening_minor bigint,
  closing_minor bigint,
  credits_minor bigint not null,
  debits_minor bigint not null,
  entry_count integer not null,
  status text not null,
  duplicate_of uuid,
  problems jsonb not null default '[]',
  line integer not null,
  recorded_at timestamptz not null,
  superseded_at timestamptz,
  constraint cm_statements_pkey primary key (tenant_id, id),
  constraint statement_came_in_a_delivery foreign key (tenant_id, delivery_id) references cash_management.cm_deliveries (tenant_id, id),
  constraint statement_is_of_an_account foreign key (tenant_id, account_id) references cash_management.cm_cash_accounts (tenant_id, id),
  constraint statement_repeats_a_statement foreign key (tenant_id, duplicate_of) references cash_management.cm_statements (tenant_id, id),
  constraint statement_kind_is_known check (kind in ('statement', 'report', 'notification')),
  constraint statement_status_is_known check (status in ('verified', 'break', 'unproven', 'provisional', 'advice', 'duplicate', 'conflict')),
  constraint statement_period_runs_forward check (period_from <= period_to),
  constraint a_duplicate_names_its_original check (status <> 'duplicate' or duplicate_of is not null)
);

create index cm_statements_account on cash_management.cm_statements (tenant_id, account_id, period_to desc, id);
create index cm_statements_delivery on cash_management.cm_statements (tenant_id, delivery_id, ordinal);
create index cm_statements_newest on cash_management.cm_statements (tenant_id, recorded_at desc, id);

create table cash_management.cm_statement_balances (
  tenant_id cash_management.tenant_key not null,
  statement_id uuid not null,
  ordinal integer not null,
  type text not null,
  code text not null,
  interim boolean not null,
  amount_minor bigint not null,
  currency cash_management.currency_code not null,
  day date,
  constraint cm_statement_balances_pkey primary key (tenant_id, statement_id, ordinal),
  constraint balance_stands_in_a_statement foreign key (tenant_id, statement_id) references cash_management.cm_statements (tenant_id, id)
);

select maintenance.secure_table('cash_management.cm_deliveries');
select maintenance.secure_table('cash_management.cm_delivery_chunks');
select maintenance.secure_table('cash_management.cm_statements');
select maintenance.secure_table('cash_management.cm_statement_balances');

comment on table cash_management.cm_deliveries is 'Files as received, identified by their SHA-256.';
comment on table cash_management.cm_delivery_chunks is 'The bytes of a delivery, gzip, 1 MiB each before compression.';
comment on table cash_management.cm_statements is 'One Stmt, Rpt or Ntfctn, one :20: block, one 03 record.';
comment on table cash_management.cm_statement_balances is 'Balances as the bank stated them, ISO 20022 types.';

grant select, insert on cash_management.cm_deliveries, cash_management.cm_delivery_chunks, cash_management.cm_statements, cash_management.cm_statement_balances to apg_readwrite;
grant update (status, problems, format, variant, statement_count, entry_count, reader_version, received_by, received_at, file_name) on cash_management.cm_deliveries to apg_readwrite;
grant update (superseded_at) on cash_management.cm_statements to apg_readwrite;
grant select on cash_management.cm_deliveries, cash_management.cm_delivery_chunks, cash_management.cm_statements, cash_management.cm_statement_balances to apg_readonly;

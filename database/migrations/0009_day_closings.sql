-- What positions are read from: what each statement says of each day, and the chain of proven days made of that.
set local role cm_owner;

-- One row for each day of a statement: the running balance around it and digests of its entries.
create table cash_management.cm_statement_days (
  tenant_id cash_management.tenant_key not null,
  account_id uuid not null,
  day date not null,
  statement_id uuid not null,
  state text not null,
  opening_minor bigint,
  closing_minor bigint,
  net_minor bigint not null,
  pending_minor bigint not null default 0,
  credits_minor bigint not null,
  debits_minor bigint not null,
  entry_count integer not null,
  amounts_hash bytea not null,
  entries_hash bytea not null,
  first_day boolean not null,
  last_day boolean not null,
  recorded_at timestamptz not null,
  superseded_at timestamptz,
  constraint cm_statement_days_pkey primary key (tenant_id, account_id, day, statement_id),
  constraint statement_day_is_of_a_statement foreign key (tenant_id, statement_id) references cash_management.cm_statements (tenant_id, id),
  constraint statement_day_is_of_an_account foreign key (tenant_id, account_id) references cash_management.cm_cash_account_keys (tenant_id, id),
  constraint statement_day_state_is_known check (state in ('verified', 'break', 'unproven', 'provisional')),
  constraint statement_day_adds_up check (net_minor = credits_minor - debits_minor)
);

create index cm_statement_days_statement on cash_management.cm_statement_days (tenant_id, statement_id, day);

-- The chain: one live row for each closed day of an account. A sealed row's hash covers its entries and the seal before.
create table cash_management.cm_day_closings (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  account_id uuid not null,
  day date not null,
  statement_id uuid not null,
  state text not null,
  reason text,
  link text,
  opening_minor bigint not null,
  closing_minor bigint not null,
  difference_minor bigint not null default 0,
  credits_minor bigint not null,
  debits_minor bigint not null,
  entry_count integer not null,
  entries_hash bytea not null,
  previous_hash bytea,
  seal_hash bytea,
  recorded_at timestamptz not null,
  superseded_at timestamptz,
  constraint cm_day_closings_pkey primary key (tenant_id, id),
  constraint closing_is_of_an_account foreign key (tenant_id, account_id) references cash_management.cm_cash_account_keys (tenant_id, id),
  constraint closing_is_stated_by_a_statement foreign key (tenant_id, statement_id) references cash_management.cm_statements (tenant_id, id),
  constraint closing_state_is_known check (state in ('sealed', 'unproven', 'gap', 'break')),
  constraint closing_link_is_known check (link in ('first', 'sequence', 'dates', 'balance', 'statement')),
  constraint closing_is_sealed_by_a_hash check ((state = 'sealed') = (seal_hash is not null)),
  constraint a_sealed_day_adds_up check (state <> 'sealed' or closing_minor = opening_minor + credits_minor - debits_minor)
);

create unique index cm_day_closings_live on cash_management.cm_day_closings (tenant_id, account_id, day desc) where superseded_at is null;
create index cm_day_closings_known on cash_management.cm_day_closings (tenant_id, account_id, day desc, recorded_at desc);

-- Entries whose value date is not their ledger day: what the value-date position differs by.
create table cash_management.cm_value_shifts (
  tenant_id cash_management.tenant_key not null,
  account_id uuid not null,
  until_day date not null,
  from_day date not null,
  statement_id uuid not null,
  back_valued boolean not null,
  net_minor bigint not null,
  recorded_at timestamptz not null,
  superseded_at timestamptz,
  constraint cm_value_shifts_pkey primary key (tenant_id, account_id, until_day, from_day, statement_id, back_valued),
  constraint value_shift_is_of_a_statement foreign key (tenant_id, statement_id) references cash_management.cm_statements (tenant_id, id),
  constraint value_shift_is_of_an_account foreign key (tenant_id, account_id) references cash_management.cm_cash_account_keys (tenant_id, id),
  constraint value_shift_spans_days check (from_day < until_day)
);

create index cm_value_shifts_statement on cash_management.cm_value_shifts (tenant_id, statement_id);

-- The days that no chain covers: intraday reports and statements without balances. Few, and asked for by every position.
create index cm_statement_days_outside_the_chain on cash_management.cm_statement_days (tenant_id, account_id, day) where closing_minor is null and superseded_at is null;

select maintenance.secure_table('cash_management.cm_statement_days');
select maintenance.secure_table('cash_management.cm_day_closings');
select maintenance.secure_table('cash_management.cm_value_shifts');

comment on table cash_management.cm_statement_days is 'Each day of each posted statement, with the running balance around it.';
comment on table cash_management.cm_day_closings is 'The chain of closed days of an account; rows with seal_hash are seals.';
comment on table cash_management.cm_value_shifts is 'Sums of entries booked on one day and valued on another, by statement.';

grant select, insert on cash_management.cm_statement_days, cash_management.cm_day_closings, cash_management.cm_value_shifts to apg_readwrite;
grant update (superseded_at) on cash_management.cm_statement_days, cash_management.cm_day_closings, cash_management.cm_value_shifts to apg_readwrite;
grant select on cash_management.cm_statement_days, cash_management.cm_day_closings, cash_management.cm_value_shifts to apg_readonly;

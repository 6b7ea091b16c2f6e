-- Entries of statements, once each: the fingerprint with its occurrence is what "once" means.
set local role cm_owner;

create table cash_management.cm_bank_transactions (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  account_id uuid not null,
  statement_id uuid not null,
  ordinal integer not null,
  booking_date date not null,
  value_date date not null,
  ledger_day date not null,
  amount_minor bigint not null,
  currency cash_management.currency_code not null,
  state text not null,
  reversal boolean not null,
  bank_reference text,
  reference text,
  end_to_end_id text,
  transaction_reference text,
  mandate_id text,
  uetr text,
  transaction_code text,
  counterparty_name text,
  counterparty_account text,
  counterparty_bic text,
  remittance text,
  structured_reference text,
  purpose text,
  batch_count integer,
  detail_count integer not null default 0,
  line integer not null,
  fingerprint uuid not null,
  occurrence integer not null,
  sync_status text not null default 'synced',
  last_sync_attempt timestamptz,
  recorded_at timestamptz not null,
  superseded_at timestamptz,
  constraint cm_bank_transactions_pkey primary key (tenant_id, id, booking_date),
  constraint a_bank_transaction_is_posted_once unique (tenant_id, account_id, booking_date, fingerprint, occurrence),
  constraint bank_transaction_is_of_an_account foreign key (tenant_id, account_id) references cash_management.cm_cash_account_keys (tenant_id, id),
  constraint bank_transaction_id_carries_its_day check (cash_management.day_of_id(id) = booking_date),
  constraint bank_transaction_state_is_known check (state in ('booked', 'provisional', 'pending', 'information')),
  constraint bank_transaction_sync_status_is_known check (sync_status in ('pending', 'synced', 'failed')),
  constraint bank_transaction_occurrence_counts_from_one check (occurrence >= 1)
) partition by range (booking_date);

create table cash_management.cm_bank_transaction_details (
  tenant_id cash_management.tenant_key not null,
  transaction_id uuid not null,
  ordinal integer not null,
  booking_date date not null,
  amount_minor bigint,
  currency cash_management.currency_code,
  end_to_end_id text,
  transaction_reference text,
  mandate_id text,
  uetr text,
  counterparty_name text,
  counterparty_account text,
  counterparty_bic text,
  remittance text,
  structured_reference text,
  purpose text,
  constraint cm_bank_transaction_details_pkey primary key (tenant_id, transaction_id, ordinal, booking_date),
  constraint detail_stands_under_a_transaction foreign key (tenant_id, transaction_id, booking_date)
    references cash_management.cm_bank_transactions (tenant_id, id, booking_date),
  constraint detail_id_carries_its_day check (cash_management.day_of_id(transaction_id) = booking_date)
) partition by range (booking_date);

select maintenance.secure_table('cash_management.cm_bank_transactions');
select maintenance.secure_table('cash_management.cm_bank_transaction_details');

comment on table cash_management.cm_bank_transactions is 'Entries of bank statements (Ntry, :61:, 16), append-only; superseded_at ends what a later statement replaced.';
comment on table cash_management.cm_bank_transaction_details is 'TxDtls of batch entries: under their transaction, never beside it.';

grant select, insert on cash_management.cm_bank_transactions, cash_management.cm_bank_transaction_details to apg_readwrite;
grant update (superseded_at, sync_status, last_sync_attempt) on cash_management.cm_bank_transactions to apg_readwrite;
grant select on cash_management.cm_bank_transactions, cash_management.cm_bank_transaction_details to apg_readonly;

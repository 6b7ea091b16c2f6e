-- The plain columns go, once nothing stands in them alone: see 0037 and src/operations/keys/encrypt-existing.ts.
-- Columns go and tables are rewritten on purpose, under their locks, once: so that old bytes leave the data files, and no program of the
-- old form goes on.
-- squawk-ignore-file ban-drop-column, changing-column-type, adding-not-nullable-field, constraint-missing-not-valid, disallowed-unique-constraint, require-concurrent-index-creation, adding-serial-primary-key-field, renaming-column, adding-field-with-default
set local role cm_owner;

do $left$
declare
  rest bigint;
begin
  -- As the owner, whom 0037 lets see every tenant's rows.
  select
    (select count(*) from cash_management.cm_cash_accounts where account_number_encrypted is null)
    + (select count(*) from cash_management.cm_account_identifiers where identifier_encrypted is null)
    + (select count(*) from cash_management.cm_counterparties where iban is not null)
    + (select count(*) from cash_management.cm_bank_transactions where counterparty_account is not null)
    + (select count(*) from cash_management.cm_bank_transaction_details where counterparty_account is not null)
    + (select count(*) from cash_management.cm_deliveries where sha256_encrypted is null or file_name_encrypted is null)
    + (select count(*) from cash_management.cm_delivery_chunks where substring(gzip from 1 for 3) <> '\x415047')
    + (select count(*) from cash_management.cm_bank_connections where substring(credentials from 1 for 3) <> '\x415047')
  into rest;
  if rest > 0 then
    raise exception '% rows are not encrypted yet', rest
      using errcode = 'object_not_in_prerequisite_state',
        hint = 'Run apg db migrate, with the key-encryption key: it encrypts them, and goes on where it was stopped.';
  end if;
end
$left$;

-- Neither an update nor a dropped column takes old bytes out of a table's file. A changed type does: the table is written anew, with the
-- rows that are live and nothing else. ("vacuum full" may keep what a snapshot of another session could still see.)

-- Accounts
alter table cash_management.cm_cash_accounts drop column account_number,
  alter column account_number_encrypted type bytea using account_number_encrypted || ''::bytea;
alter table cash_management.cm_cash_accounts
  alter column account_number_encrypted set not null,
  alter column account_number_index set not null,
  alter column last_four set not null,
  add constraint an_account_is_known_once_by_number_and_currency unique (tenant_id, account_number_index, currency),
  add constraint account_number_is_encrypted check (substring(account_number_encrypted from 1 for 3) = '\x415047'),
  add constraint account_shows_four_characters_at_most check (length(last_four) between 1 and 4);
create index cm_cash_accounts_active on cash_management.cm_cash_accounts (tenant_id, last_four) where is_active;
comment on column cash_management.cm_cash_accounts.account_number_encrypted is 'encrypted by the program (docs/why/encryption.md); the database never sees a key';
comment on column cash_management.cm_cash_accounts.account_number_index is 'blind index: a keyed fingerprint of the number, for equality';
comment on column cash_management.cm_cash_accounts.last_four is 'the last characters of the number, for people and for search';

alter table cash_management.cm_account_identifiers drop column identifier,
  alter column identifier_encrypted type bytea using identifier_encrypted || ''::bytea;
alter table cash_management.cm_account_identifiers
  alter column identifier_encrypted set not null,
  alter column identifier_index set not null,
  add constraint cm_account_identifiers_pkey primary key (tenant_id, identifier_index, currency),
  add constraint identifier_is_encrypted check (substring(identifier_encrypted from 1 for 3) = '\x415047');
select maintenance.fix_columns('cash_management.cm_account_identifiers', 'tenant_id', 'identifier_index', 'currency');
comment on column cash_management.cm_account_identifiers.identifier_encrypted is 'encrypted by the program';
comment on column cash_management.cm_account_identifiers.identifier_index is 'blind index of the identifier';

-- Partners
alter table cash_management.cm_counterparties drop column iban,
  alter column iban_encrypted type bytea using iban_encrypted || ''::bytea;
alter table cash_management.cm_counterparties
  add constraint counterparty_iban_is_encrypted check (substring(iban_encrypted from 1 for 3) = '\x415047'),
  add constraint counterparty_iban_is_whole check (num_nulls(iban_encrypted, iban_index, iban_last_four) in (0, 3));
create index cm_counterparties_by_iban on cash_management.cm_counterparties (tenant_id, iban_index) where iban_index is not null;
comment on column cash_management.cm_counterparties.iban_encrypted is 'encrypted by the program';
comment on column cash_management.cm_counterparties.iban_index is 'blind index of the IBAN';

alter table cash_management.cm_bank_transactions drop column counterparty_account,
  alter column counterparty_account_encrypted type bytea using counterparty_account_encrypted || ''::bytea;
alter table cash_management.cm_bank_transactions
  add constraint counterparty_account_is_encrypted check (substring(counterparty_account_encrypted from 1 for 3) = '\x415047');
comment on column cash_management.cm_bank_transactions.counterparty_account_encrypted is 'encrypted by the program';
comment on column cash_management.cm_bank_transactions.counterparty_account_index is 'blind index of the partner''s account';
comment on column cash_management.cm_bank_transactions.remittance is 'as the bank tells it, not encrypted';
alter table cash_management.cm_bank_transaction_details drop column counterparty_account,
  alter column counterparty_account_encrypted type bytea using counterparty_account_encrypted || ''::bytea;
alter table cash_management.cm_bank_transaction_details
  add constraint counterparty_account_is_encrypted check (substring(counterparty_account_encrypted from 1 for 3) = '\x415047');
comment on column cash_management.cm_bank_transaction_details.counterparty_account_encrypted is 'encrypted by the program';
comment on column cash_management.cm_bank_transaction_details.counterparty_account_index is 'blind index of the partner''s account';

-- Files. Up to 15 a dropped column keeps its grants.
revoke update (file_name) on cash_management.cm_deliveries from apg_readwrite;
alter table cash_management.cm_deliveries drop column file_name, drop column sha256,
  alter column sha256_encrypted type bytea using sha256_encrypted || ''::bytea;
alter table cash_management.cm_deliveries
  alter column file_name_encrypted set not null,
  alter column sha256_encrypted set not null,
  alter column content_index set not null,
  add constraint a_file_is_delivered_once unique (tenant_id, content_index),
  add constraint delivery_is_encrypted check (
    substring(file_name_encrypted from 1 for 3) = '\x415047'
    and substring(sha256_encrypted from 1 for 3) = '\x415047'
  );
comment on column cash_management.cm_deliveries.file_name_encrypted is 'encrypted by the program: banks name files by account';
comment on column cash_management.cm_deliveries.sha256_encrypted is 'SHA-256 of the bytes as they came, encrypted: in clear it would confirm a guess of what stands in them';
comment on column cash_management.cm_deliveries.content_index is 'blind index of that digest: the same file again';
alter table cash_management.cm_delivery_chunks rename column gzip to content_encrypted;
alter table cash_management.cm_delivery_chunks alter column content_encrypted type bytea using content_encrypted || ''::bytea;
alter table cash_management.cm_delivery_chunks
  add constraint chunk_is_encrypted check (substring(content_encrypted from 1 for 3) = '\x415047');
comment on table cash_management.cm_delivery_chunks is 'The bytes of a delivery, 1 MiB each, compressed with gzip and then encrypted.';
comment on column cash_management.cm_delivery_chunks.content_encrypted is 'encrypted by the program';

-- Connections
alter table cash_management.cm_bank_connections drop column credentials_key_id;
alter table cash_management.cm_bank_connections alter column credentials type bytea using credentials || ''::bytea;
alter table cash_management.cm_bank_connections
  add constraint credentials_are_encrypted check (substring(credentials from 1 for 3) = '\x415047');

alter table cash_management.cm_day_closings alter column seal_hash type bytea using seal_hash || ''::bytea;
select maintenance.fix_columns('cash_management.cm_day_closings', 'tenant_id', 'id', 'account_id', 'day', 'seal_hash', 'previous_hash');

do $owner$
declare
  name text;
begin
  foreach name in array array[
    'cm_cash_accounts', 'cm_account_identifiers', 'cm_counterparties', 'cm_bank_transactions', 'cm_bank_transaction_details',
    'cm_deliveries', 'cm_delivery_chunks', 'cm_bank_connections', 'cm_day_closings', 'cm_data_keys'
  ]
  loop
    execute format('drop policy encrypted_by_its_owner on cash_management.%I', name);
  end loop;
end
$owner$;
reset role;
revoke execute on function cash_management.key_encryption_keys() from cm_owner;
set local role cm_owner;

-- Recorded again, with what must not be seen masked.
select audit.audit_table('cash_management.cm_cash_accounts', '{account_number_encrypted,account_number_index}');
select audit.audit_table('cash_management.cm_account_identifiers', '{identifier_encrypted,identifier_index}');
select audit.audit_table('cash_management.cm_counterparties', '{iban_encrypted,iban_index}');
select audit.audit_table('cash_management.cm_deliveries', '{file_name_encrypted,sha256_encrypted,content_index}');
select audit.audit_table('cash_management.cm_bank_connections', '{credentials}');
select audit.audit_table(
  format('cash_management.%I', name)::regclass, '{counterparty_account_encrypted,counterparty_account_index}', mode => 'batch'
)
from unnest(array['cm_bank_transactions', 'cm_bank_transaction_details']) as name;
select audit.audit_table('cash_management.cm_day_closings', mode => 'batch');

reset role;
-- A default that differs from row to row has the same effect.
alter table audit.audit_log add column written_anew uuid default gen_random_uuid();
alter table audit.audit_log drop column written_anew;

-- Room for encrypted account numbers beside the plain ones. "apg db migrate" then encrypts what is there, and 0038 drops the plain columns.
-- A program of the old form cannot write these columns any more, on purpose: what it wrote would stand in clear.
-- squawk-ignore-file ban-drop-not-null
-- loosens: until 0038 the owner sees and changes the rows of all tenants, to encrypt what is there
set local role cm_owner;

alter table cash_management.cm_cash_accounts
  add column account_number_encrypted bytea,
  add column account_number_index text,
  add column last_four text;
alter table cash_management.cm_cash_accounts alter column account_number drop not null;
alter table cash_management.cm_account_identifiers
  add column identifier_encrypted bytea,
  add column identifier_index text;
alter table cash_management.cm_counterparties
  add column iban_encrypted bytea,
  add column iban_index text,
  add column iban_last_four text;
alter table cash_management.cm_bank_transactions
  add column counterparty_account_encrypted bytea,
  add column counterparty_account_index text,
  add column counterparty_account_last_four text;
alter table cash_management.cm_bank_transaction_details
  add column counterparty_account_encrypted bytea,
  add column counterparty_account_index text,
  add column counterparty_account_last_four text;
alter table cash_management.cm_deliveries
  add column file_name_encrypted bytea,
  add column sha256_encrypted bytea,
  add column content_index text;
alter table cash_management.cm_deliveries alter column file_name drop not null;
alter table cash_management.cm_deliveries alter column sha256 drop not null;
alter table cash_management.cm_bank_connections drop constraint credentials_name_their_key;

-- Seals of old had the account number in them, beside facts that are all known: whoever has a copy could try numbers until one fits.
-- They are made again over its last four characters (docs/reference/seals.md); 0038 fixes the columns again.
select maintenance.fix_columns('cash_management.cm_day_closings', 'tenant_id', 'id', 'account_id', 'day');
-- The key of an identifier becomes its blind index.
drop trigger key_never_changes on cash_management.cm_account_identifiers;
alter table cash_management.cm_account_identifiers drop constraint cm_account_identifiers_pkey;
alter table cash_management.cm_account_identifiers alter column identifier drop not null;

-- Until 0038 the owner may see and change the rows of all tenants, which the encrypting program is then.
do $owner$
declare
  name text;
  item record;
begin
  foreach name in array array[
    'cm_cash_accounts', 'cm_account_identifiers', 'cm_counterparties', 'cm_bank_transactions', 'cm_bank_transaction_details',
    'cm_deliveries', 'cm_delivery_chunks', 'cm_bank_connections', 'cm_day_closings', 'cm_data_keys'
  ]
  loop
    execute format('create policy encrypted_by_its_owner on cash_management.%I to cm_owner using (true) with check (true)', name);
  end loop;
  -- An image of each row on its way from plain to encrypted would keep what the change takes away.
  for item in
    select tree.relid as part, pg_trigger.tgname as trigger_name
    from unnest(array[
      'cm_cash_accounts', 'cm_account_identifiers', 'cm_counterparties', 'cm_bank_transactions', 'cm_bank_transaction_details',
      'cm_deliveries', 'cm_bank_connections', 'cm_day_closings'
    ]) as audited (name)
    cross join lateral (
      select format('cash_management.%I', audited.name)::regclass as relid
      union
      select relid from pg_partition_tree(format('cash_management.%I', audited.name)::regclass)
    ) as tree
    join pg_trigger on pg_trigger.tgrelid = tree.relid
    where pg_trigger.tgname like 'audit\_%'
      and not pg_trigger.tgisinternal
  loop
    execute format('drop trigger %I on %s', item.trigger_name, item.part);
  end loop;
end
$owner$;

-- What the trail already tells of account numbers is masked there: it would outlive every key.
reset role;
grant execute on function cash_management.key_encryption_keys() to cm_owner;
do $trail$
declare
  part regclass;
  usual name[];
  always name[];
  guard name;
begin
  for part in select relid from pg_partition_tree('audit.audit_log') where isleaf
  loop
    usual := array(select tgname from pg_trigger where tgrelid = part and not tgisinternal and tgenabled = 'O');
    always := array(select tgname from pg_trigger where tgrelid = part and not tgisinternal and tgenabled = 'A');
    foreach guard in array usual || always
    loop
      execute format('alter table %s disable trigger %I', part, guard);
    end loop;
    execute format('alter table %s no force row level security', part);
    execute format(
      $update$
        update %s as entry
        set
          row_key = case when entry.table_name = 'cm_account_identifiers' then '(redacted)' else entry.row_key end,
          old_values = audit.without_secrets(entry.old_values, masked.names),
          new_values = audit.without_secrets(entry.new_values, masked.names)
        from (
          values
            ('cm_cash_accounts', '{account_number}'::text[]),
            ('cm_account_identifiers', '{identifier}'),
            ('cm_counterparties', '{iban}'),
            ('cm_bank_transactions', '{counterparty_account}'),
            ('cm_bank_transaction_details', '{counterparty_account}'),
            ('cm_deliveries', '{file_name,sha256}'),
            ('cm_day_closings', '{seal_hash,previous_hash}')
        ) as masked (table_name, names)
        where entry.schema_name = 'cash_management'
          and entry.table_name = masked.table_name
      $update$,
      part
    );
    execute format('alter table %s force row level security', part);
    foreach guard in array usual
    loop
      execute format('alter table %s enable trigger %I', part, guard);
    end loop;
    foreach guard in array always
    loop
      execute format('alter table %s enable always trigger %I', part, guard);
    end loop;
  end loop;
end
$trail$;

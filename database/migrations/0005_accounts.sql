-- Cash accounts: whose money lies where. 16 hash partitions, because a tenant's work then touches one of them.
set local role cm_owner;

-- What the large tables refer to instead of the account itself: a foreign key to a table in 16 hash partitions costs 100 us a row
-- (the check locks all 16), one to this costs 4 (docs/why/account-keys.md). Filled by a trigger of the accounts and by nothing else.
create table cash_management.cm_cash_account_keys (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  constraint cm_cash_account_keys_pkey primary key (tenant_id, id)
);
comment on table cash_management.cm_cash_account_keys is 'tenant: the keys of cm_cash_accounts, for foreign keys of tables that grow by the thousand';
select maintenance.secure_table('cash_management.cm_cash_account_keys');

create function cash_management.keep_account_key() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  insert into cash_management.cm_cash_account_keys (tenant_id, id) values (new.tenant_id, new.id)
  on conflict (tenant_id, id) do nothing;
  return new;
end
$$;
comment on function cash_management.keep_account_key() is 'an account brings its key along';
-- A trigger fires for whoever may insert an account; nobody needs to call it.

create table cash_management.cm_cash_accounts (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  entity_id uuid,
  bank_id uuid,
  connection_id uuid,
  calendar_id uuid,
  kind text not null default 'bank',
  name text not null,
  account_number text not null,
  account_scheme text not null default 'other',
  servicer text,
  currency cash_management.currency_code not null,
  liquidity_class text not null default 'free',
  min_balance_minor bigint,
  target_balance_minor bigint,
  max_balance_minor bigint,
  overdraft_limit_minor bigint,
  statement_cycle text not null default 'daily',
  expected_by time not null default '09:00',
  expected_time_zone text not null default 'UTC',
  sequence_checked boolean not null default true,
  current_balance_minor bigint not null default 0,
  balance_day date,
  sealed_through date,
  is_active boolean not null default true,
  discovered boolean not null default false,
  opened_on date,
  closed_on date,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_cash_accounts_pkey primary key (tenant_id, id),
  constraint an_account_is_known_once_by_number_and_currency unique (tenant_id, account_number, currency),
  constraint account_has_a_key foreign key (tenant_id, id) references cash_management.cm_cash_account_keys (tenant_id, id),
  constraint account_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint account_belongs_to_an_entity foreign key (tenant_id, entity_id) references cash_management.cm_entities (tenant_id, id),
  constraint account_is_kept_by_a_bank foreign key (tenant_id, bank_id) references cash_management.cm_banks (tenant_id, id),
  constraint account_currency_is_known foreign key (currency) references cash_management.cm_currencies (code),
  constraint account_kind_is_known check (kind in ('bank', 'pool', 'virtual', 'fund', 'loan', 'petty')),
  constraint account_scheme_is_known check (account_scheme in ('iban', 'other')),
  constraint account_liquidity_class_is_known check (liquidity_class in ('free', 'restricted', 'trapped')),
  constraint account_statement_cycle_is_known check (statement_cycle in ('daily', 'weekly', 'monthly', 'none')),
  constraint account_number_is_not_blank check (account_number ~ '^[^\s]{1,64}$'),
  constraint account_name_is_short check (length(name) between 1 and 200)
) partition by hash (tenant_id);

-- The balance is updated by every import: room in the page keeps those updates HOT. For the same reason no index holds
-- current_balance_minor (the guide's X3): a tenant's accounts are few and sorted in memory.
do $partitions$
begin
  for remainder in 0..15 loop
    execute format(
      'create table cm_parts.cm_cash_accounts_p%s partition of cash_management.cm_cash_accounts for values with (modulus 16, remainder %s) with (fillfactor = 70)',
      remainder, remainder);
    perform maintenance.secure_table(format('cm_parts.cm_cash_accounts_p%s', remainder)::regclass);
  end loop;
end
$partitions$;

select maintenance.secure_table('cash_management.cm_cash_accounts');

create index cm_cash_accounts_active on cash_management.cm_cash_accounts (tenant_id, account_number) where is_active;
create index cm_cash_accounts_newest on cash_management.cm_cash_accounts (tenant_id, created_at desc);

select maintenance.touch_table('cash_management.cm_cash_accounts');
create trigger account_brings_its_key
  before insert on cash_management.cm_cash_accounts
  for each row execute function cash_management.keep_account_key();
grant select on cash_management.cm_cash_account_keys to apg_readonly, apg_readwrite;

comment on table cash_management.cm_cash_accounts is 'Cash accounts of a tenant; current_balance_minor is a cached projection of the last stated closing balance.';

-- A bank calls one account by several names (IBAN, domestic number, with and without currency).
create table cash_management.cm_account_identifiers (
  tenant_id cash_management.tenant_key not null,
  identifier text not null,
  currency cash_management.currency_code not null,
  account_id uuid not null,
  created_at timestamptz not null default now(),
  constraint cm_account_identifiers_pkey primary key (tenant_id, identifier, currency),
  constraint identifier_names_an_account foreign key (tenant_id, account_id) references cash_management.cm_cash_accounts (tenant_id, id)
);

create index cm_account_identifiers_account on cash_management.cm_account_identifiers (tenant_id, account_id);

select maintenance.secure_table('cash_management.cm_account_identifiers');

comment on table cash_management.cm_account_identifiers is 'The names under which statements may speak of an account.';

grant select, insert, update on cash_management.cm_cash_accounts, cash_management.cm_account_identifiers to apg_readwrite;
grant select on cash_management.cm_cash_accounts, cash_management.cm_account_identifiers to apg_readonly;

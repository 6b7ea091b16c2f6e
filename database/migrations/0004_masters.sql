-- What statements and flows refer to: entities, banks and how they are reached, calendars, counterparties, categories, rates.
set local role cm_owner;

create table cash_management.cm_calendars (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  weekend_days smallint[] not null default '{6,7}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_calendars_pkey primary key (tenant_id, id),
  constraint calendar_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint calendar_name_is_used_once unique (tenant_id, name),
  constraint weekend_days_are_iso_weekdays check (weekend_days <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[])
);
comment on table cash_management.cm_calendars is 'tenant: business days of a country, currency or bank';

create table cash_management.cm_calendar_days (
  tenant_id cash_management.tenant_key not null,
  calendar_id uuid not null,
  day date not null,
  kind text not null default 'holiday',
  name text,
  constraint cm_calendar_days_pkey primary key (tenant_id, calendar_id, day),
  constraint day_is_of_a_calendar foreign key (tenant_id, calendar_id) references cash_management.cm_calendars (tenant_id, id),
  constraint day_kind_is_known check (kind in ('holiday', 'business'))
);
comment on table cash_management.cm_calendar_days is 'tenant: days that differ from the weekday rule: holidays, and weekends that are worked';

create table cash_management.cm_entities (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  code text not null,
  name text not null,
  country text,
  lei text,
  parent_id uuid,
  functional_currency cash_management.currency_code not null default 'EUR',
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_entities_pkey primary key (tenant_id, id),
  constraint entity_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint parent_is_an_entity_of_the_tenant foreign key (tenant_id, parent_id) references cash_management.cm_entities (tenant_id, id),
  constraint functional_currency_exists foreign key (functional_currency) references cash_management.cm_currencies (code),
  constraint entity_code_is_used_once unique (tenant_id, code),
  constraint entity_name_is_not_blank check (name ~ '\S' and length(name) <= 200),
  constraint entity_country_is_iso_3166 check (country ~ '^[A-Z]{2}$'),
  constraint lei_is_20_characters check (lei ~ '^[A-Z0-9]{18}[0-9]{2}$'),
  constraint entity_is_not_its_own_parent check (parent_id <> id)
);
comment on table cash_management.cm_entities is 'tenant: companies that own accounts';
create index cm_entities_by_parent on cash_management.cm_entities (tenant_id, parent_id) where parent_id is not null;

create table cash_management.cm_banks (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  bic text,
  country text,
  time_zone text not null default 'Europe/Berlin',
  calendar_id uuid,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_banks_pkey primary key (tenant_id, id),
  constraint bank_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint bank_calendar_exists foreign key (tenant_id, calendar_id) references cash_management.cm_calendars (tenant_id, id),
  constraint bic_is_used_once unique (tenant_id, bic),
  constraint bank_name_is_not_blank check (name ~ '\S' and length(name) <= 200),
  constraint bic_has_8_or_11_characters check (bic ~ '^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$'),
  constraint bank_country_is_iso_3166 check (country ~ '^[A-Z]{2}$')
);
comment on table cash_management.cm_banks is 'tenant: banks as this tenant knows them';

create table cash_management.cm_cutoffs (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  bank_id uuid not null,
  currency cash_management.currency_code not null,
  rail text not null,
  cut_off time not null,
  time_zone text not null,
  value_date_shift smallint not null default 0,
  fee_minor bigint not null default 0,
  fee_currency cash_management.currency_code not null,
  valid_from date not null,
  valid_to date,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_cutoffs_pkey primary key (tenant_id, id),
  constraint cut_off_is_of_a_bank foreign key (tenant_id, bank_id) references cash_management.cm_banks (tenant_id, id),
  constraint cut_off_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint cut_off_fee_currency_exists foreign key (fee_currency) references cash_management.cm_currencies (code),
  constraint cut_off_starts_once unique (tenant_id, bank_id, currency, rail, valid_from),
  constraint rail_is_named check (rail ~ '\S' and length(rail) <= 50),
  constraint value_date_shift_is_small check (value_date_shift between 0 and 10),
  constraint fee_is_not_negative check (fee_minor >= 0),
  constraint cut_off_ends_after_it_starts check (valid_to >= valid_from)
);
comment on table cash_management.cm_cutoffs is 'tenant: until when a payment goes out today, by bank, currency and rail';

create table cash_management.cm_counterparties (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  kind text not null default 'unknown',
  country text,
  iban text,
  entity_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_counterparties_pkey primary key (tenant_id, id),
  constraint counterparty_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint own_counterparty_is_an_entity foreign key (tenant_id, entity_id) references cash_management.cm_entities (tenant_id, id),
  constraint counterparty_name_is_used_once unique (tenant_id, name),
  constraint counterparty_name_is_not_blank check (name ~ '\S' and length(name) <= 300),
  constraint counterparty_kind_is_known check (kind in ('unknown', 'customer', 'supplier', 'own', 'bank', 'employee', 'authority')),
  constraint counterparty_country_is_iso_3166 check (country ~ '^[A-Z]{2}$'),
  constraint counterparty_iban_has_its_form check (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$')
);
comment on table cash_management.cm_counterparties is 'tenant: who is on the other side of a flow';
create index cm_counterparties_by_iban on cash_management.cm_counterparties (tenant_id, iban) where iban is not null;

create table cash_management.cm_categories (
  tenant_id cash_management.tenant_key not null,
  code text not null,
  name text not null,
  parent_code text,
  direction text not null default 'both',
  bank_transaction_codes text[] not null default '{}',
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_categories_pkey primary key (tenant_id, code),
  constraint category_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint parent_is_a_category_of_the_tenant foreign key (tenant_id, parent_code)
    references cash_management.cm_categories (tenant_id, code),
  constraint category_code_has_its_form check (code ~ '^[a-z0-9][a-z0-9._-]{0,99}$'),
  constraint category_name_is_not_blank check (name ~ '\S' and length(name) <= 200),
  constraint category_is_not_its_own_parent check (parent_code <> code),
  constraint category_direction_is_known check (direction in ('in', 'out', 'both'))
);
comment on table cash_management.cm_categories is 'tenant: the tree of liquidity items';
comment on column cash_management.cm_categories.bank_transaction_codes is 'BkTxCd families that mean this when nothing else says so';

create table cash_management.cm_category_rules (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  priority integer not null,
  name text not null,
  predicate jsonb not null,
  category_code text not null,
  counterparty_id uuid,
  author text not null,
  hit_count bigint not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_category_rules_pkey primary key (tenant_id, id),
  constraint rule_gives_a_category foreign key (tenant_id, category_code) references cash_management.cm_categories (tenant_id, code),
  constraint rule_gives_a_counterparty foreign key (tenant_id, counterparty_id)
    references cash_management.cm_counterparties (tenant_id, id),
  constraint rule_predicate_is_an_object check (jsonb_typeof(predicate) = 'object'),
  constraint hit_count_is_counted_up check (hit_count >= 0)
);
comment on table cash_management.cm_category_rules is 'tenant: first rule that holds gives the category';
create index cm_category_rules_in_order on cash_management.cm_category_rules (tenant_id, priority) where is_active;

create table cash_management.cm_rate_sets (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  kind text not null,
  source text not null,
  rate_date date not null,
  frozen_at timestamptz,
  created_at timestamptz not null default now(),
  constraint cm_rate_sets_pkey primary key (tenant_id, id),
  constraint rate_set_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint rate_set_kind_is_known check (kind in ('fixing', 'spot', 'budget')),
  constraint rate_set_is_made_once unique (tenant_id, kind, source, rate_date, name)
);
comment on table cash_management.cm_rate_sets is 'tenant: rates of one day and source; a converted figure names the set it used';
create index cm_rate_sets_by_day on cash_management.cm_rate_sets (tenant_id, kind, rate_date desc);

create table cash_management.cm_fx_rates (
  tenant_id cash_management.tenant_key not null,
  rate_set_id uuid not null,
  base_currency cash_management.currency_code not null,
  quote_currency cash_management.currency_code not null,
  rate numeric(24, 12) not null,
  created_at timestamptz not null default now(),
  constraint cm_fx_rates_pkey primary key (tenant_id, rate_set_id, base_currency, quote_currency),
  constraint rate_is_of_a_set foreign key (tenant_id, rate_set_id) references cash_management.cm_rate_sets (tenant_id, id),
  constraint base_currency_exists foreign key (base_currency) references cash_management.cm_currencies (code),
  constraint quote_currency_exists foreign key (quote_currency) references cash_management.cm_currencies (code),
  constraint rate_is_a_positive_number check (rate > 0 and rate <> 'NaN'),
  constraint rate_is_between_two_currencies check (base_currency <> quote_currency)
);
comment on table cash_management.cm_fx_rates is 'tenant: one unit of base is worth rate units of quote; numeric, for a rate is not money';

create table cash_management.cm_bank_connections (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  bank_id uuid not null,
  kind text not null default 'upload',
  name text not null,
  connection_status text not null default 'untested',
  last_test_date timestamptz,
  last_success_at timestamptz,
  last_error text,
  is_active boolean not null default true,
  formats text[] not null default '{}',
  expected_by time,
  expected_by_time_zone text,
  consent_until timestamptz,
  credentials bytea,
  credentials_key_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_bank_connections_pkey primary key (tenant_id, id),
  constraint connection_is_to_a_bank foreign key (tenant_id, bank_id) references cash_management.cm_banks (tenant_id, id),
  constraint connection_kind_is_known check (kind in ('upload', 'folder', 'ebics', 'sftp', 'swift', 'api', 'psd2')),
  constraint connection_status_is_known check (connection_status in ('untested', 'connected', 'degraded', 'failed', 'expired')),
  constraint connection_name_is_not_blank check (name ~ '\S' and length(name) <= 200),
  constraint expected_time_has_a_zone check ((expected_by is null) = (expected_by_time_zone is null)),
  constraint credentials_name_their_key check ((credentials is null) = (credentials_key_id is null))
);
comment on table cash_management.cm_bank_connections is 'tenant: how a bank is reached, and when its statement is due';
comment on column cash_management.cm_bank_connections.credentials is 'encrypted by the program; the database never sees a key';
create index cm_bank_connections_by_status on cash_management.cm_bank_connections (tenant_id, connection_status, last_test_date);
create unique index one_active_connection_per_bank_and_name on cash_management.cm_bank_connections (tenant_id, bank_id, name)
where is_active;

select maintenance.secure_table(format('cash_management.%I', name)::regclass)
from unnest(array[
  'cm_calendars', 'cm_calendar_days', 'cm_entities', 'cm_banks', 'cm_cutoffs', 'cm_counterparties', 'cm_categories',
  'cm_category_rules', 'cm_rate_sets', 'cm_fx_rates', 'cm_bank_connections'
]) as name;
select maintenance.touch_table(format('cash_management.%I', name)::regclass)
from unnest(array[
  'cm_calendars', 'cm_entities', 'cm_banks', 'cm_cutoffs', 'cm_counterparties', 'cm_categories', 'cm_category_rules',
  'cm_bank_connections'
]) as name;
select maintenance.fix_columns(format('cash_management.%I', name)::regclass, 'tenant_id', 'id')
from unnest(array[
  'cm_calendars', 'cm_entities', 'cm_banks', 'cm_cutoffs', 'cm_counterparties', 'cm_category_rules', 'cm_rate_sets',
  'cm_bank_connections'
]) as name;
select maintenance.fix_columns('cash_management.cm_categories', 'tenant_id', 'code');

-- A frozen set is what a figure was computed with: it does not change any more.
create function cash_management.refuse_frozen_rates() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select
    from cash_management.cm_rate_sets as rate_set
    where rate_set.tenant_id = coalesce(new.tenant_id, old.tenant_id)
      and rate_set.id = coalesce(new.rate_set_id, old.rate_set_id)
      and rate_set.frozen_at is not null
  ) then
    raise exception 'the rate set is frozen'
      using errcode = 'restrict_violation',
        hint = 'Make a new set.';
  end if;
  return coalesce(new, old);
end
$$;
create trigger frozen_rates_never_change before insert or update or delete on cash_management.cm_fx_rates
for each row execute function cash_management.refuse_frozen_rates();

grant select on
  cash_management.cm_calendars, cash_management.cm_calendar_days, cash_management.cm_entities, cash_management.cm_banks,
  cash_management.cm_cutoffs, cash_management.cm_counterparties, cash_management.cm_categories,
  cash_management.cm_category_rules, cash_management.cm_rate_sets, cash_management.cm_fx_rates
to apg_readonly, apg_readwrite;
grant insert, update on
  cash_management.cm_calendars, cash_management.cm_entities, cash_management.cm_banks, cash_management.cm_cutoffs,
  cash_management.cm_counterparties, cash_management.cm_categories, cash_management.cm_category_rules,
  cash_management.cm_rate_sets, cash_management.cm_bank_connections
to apg_readwrite;
grant insert, update, delete on cash_management.cm_calendar_days, cash_management.cm_fx_rates to apg_readwrite;
grant delete on cash_management.cm_category_rules to apg_readwrite;
grant select on cash_management.cm_bank_connections to apg_readwrite;
-- A reader of reports has no business with credentials, not even encrypted ones.
grant select (
  tenant_id, id, bank_id, kind, name, connection_status, last_test_date, last_success_at, last_error, is_active, formats,
  expected_by, expected_by_time_zone, consent_until, created_at, updated_at
) on cash_management.cm_bank_connections to apg_readonly;

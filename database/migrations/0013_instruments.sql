-- Policy and instruments: limits, credit, investments, pools, what banks charge, planning, and which flows belong together.
set local role cm_owner;

create table cash_management.cm_limits (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  kind text not null,
  bank_id uuid,
  entity_id uuid,
  rating text,
  currency cash_management.currency_code not null,
  limit_minor bigint not null,
  valid_from date not null,
  valid_to date,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_limits_pkey primary key (tenant_id, id),
  constraint limit_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint limit_is_of_a_bank foreign key (tenant_id, bank_id) references cash_management.cm_banks (tenant_id, id),
  constraint limit_is_of_an_entity foreign key (tenant_id, entity_id) references cash_management.cm_entities (tenant_id, id),
  constraint limit_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint limit_kind_is_known check (kind in ('bank', 'rating', 'entity', 'currency', 'payment')),
  constraint a_bank_limit_names_its_bank check (kind <> 'bank' or bank_id is not null),
  constraint limit_is_not_negative check (limit_minor >= 0),
  constraint limit_ends_after_it_starts check (valid_to >= valid_from)
);
comment on table cash_management.cm_limits is 'tenant: how much may lie or move where';
create index cm_limits_by_bank on cash_management.cm_limits (tenant_id, bank_id) where bank_id is not null;

create table cash_management.cm_facilities (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  bank_id uuid not null,
  entity_id uuid,
  account_id uuid,
  kind text not null,
  currency cash_management.currency_code not null,
  limit_minor bigint not null,
  drawn_minor bigint not null default 0,
  is_committed boolean not null,
  notice_days integer not null default 0,
  interest_rate numeric(9, 6),
  commitment_fee_rate numeric(9, 6),
  covenants jsonb not null default '[]',
  valid_from date not null,
  valid_to date,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_facilities_pkey primary key (tenant_id, id),
  constraint facility_is_given_by_a_bank foreign key (tenant_id, bank_id) references cash_management.cm_banks (tenant_id, id),
  constraint facility_is_of_an_entity foreign key (tenant_id, entity_id) references cash_management.cm_entities (tenant_id, id),
  constraint facility_is_on_an_account foreign key (tenant_id, account_id) references cash_management.cm_cash_accounts (tenant_id, id),
  constraint facility_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint facility_kind_is_known check (kind in ('revolving', 'overdraft', 'term_loan', 'guarantee')),
  constraint drawn_lies_within_the_limit check (drawn_minor between 0 and limit_minor),
  constraint notice_is_not_negative check (notice_days >= 0),
  constraint facility_ends_after_it_starts check (valid_to >= valid_from)
);
comment on table cash_management.cm_facilities is 'tenant: credit lines: what is drawn, what is left, at what price';
create index cm_facilities_by_bank on cash_management.cm_facilities (tenant_id, bank_id);

create table cash_management.cm_investments (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  bank_id uuid not null,
  account_id uuid,
  kind text not null,
  currency cash_management.currency_code not null,
  amount_minor bigint not null,
  rate numeric(9, 6),
  trade_date date not null,
  value_date date not null,
  maturity_date date,
  break_rule text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_investments_pkey primary key (tenant_id, id),
  constraint investment_is_with_a_bank foreign key (tenant_id, bank_id) references cash_management.cm_banks (tenant_id, id),
  constraint investment_is_paid_from_an_account foreign key (tenant_id, account_id) references cash_management.cm_cash_accounts (tenant_id, id),
  constraint investment_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint investment_kind_is_known check (kind in ('deposit', 'money_market_fund', 'commercial_paper', 'bill')),
  constraint investment_is_positive check (amount_minor > 0),
  constraint investment_dates_run_forward check (trade_date <= value_date and maturity_date > value_date),
  constraint a_deposit_matures check (kind <> 'deposit' or maturity_date is not null)
);
comment on table cash_management.cm_investments is 'tenant: deposits, funds and paper';
create index cm_investments_by_maturity on cash_management.cm_investments (tenant_id, maturity_date) where maturity_date is not null;

create table cash_management.cm_pools (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  name text not null,
  kind text not null,
  header_account_id uuid not null,
  currency cash_management.currency_code not null,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_pools_pkey primary key (tenant_id, id),
  constraint pool_has_a_header foreign key (tenant_id, header_account_id) references cash_management.cm_cash_accounts (tenant_id, id),
  constraint pool_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint pool_name_is_used_once unique (tenant_id, name),
  constraint pool_kind_is_known check (kind in ('zero_balance', 'target_balance', 'range', 'notional'))
);
comment on table cash_management.cm_pools is 'tenant: accounts whose balances are concentrated, or counted together';

create table cash_management.cm_pool_members (
  tenant_id cash_management.tenant_key not null,
  pool_id uuid not null,
  account_id uuid not null,
  priority integer not null default 100,
  target_minor bigint not null default 0,
  min_transfer_minor bigint not null default 0,
  rounding_minor bigint not null default 1,
  valid_from date not null,
  valid_to date,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_pool_members_pkey primary key (tenant_id, pool_id, account_id, valid_from),
  constraint member_is_in_a_pool foreign key (tenant_id, pool_id) references cash_management.cm_pools (tenant_id, id),
  constraint member_is_an_account foreign key (tenant_id, account_id) references cash_management.cm_cash_accounts (tenant_id, id),
  constraint transfers_are_not_negative check (min_transfer_minor >= 0 and rounding_minor >= 1),
  constraint membership_ends_after_it_starts check (valid_to >= valid_from)
);
comment on table cash_management.cm_pool_members is 'tenant: which account is swept into which pool, and when';
create index cm_pool_members_by_account on cash_management.cm_pool_members (tenant_id, account_id);

create table cash_management.cm_fee_agreements (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  bank_id uuid not null,
  service_code text not null,
  description text,
  currency cash_management.currency_code not null,
  unit_price_minor numeric(20, 6) not null,
  tiers jsonb not null default '[]',
  valid_from date not null,
  valid_to date,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_fee_agreements_pkey primary key (tenant_id, id),
  constraint agreement_is_with_a_bank foreign key (tenant_id, bank_id) references cash_management.cm_banks (tenant_id, id),
  constraint agreement_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint a_service_has_one_price_at_a_time unique (tenant_id, bank_id, service_code, currency, valid_from),
  constraint unit_price_is_a_number check (unit_price_minor >= 0 and unit_price_minor <> 'NaN'),
  constraint agreement_ends_after_it_starts check (valid_to >= valid_from)
);
comment on table cash_management.cm_fee_agreements is 'tenant: what a bank may charge for a service (AFP code)';
comment on column cash_management.cm_fee_agreements.unit_price_minor is 'a price, not an amount: fractions of a minor unit are usual, hence numeric';

create table cash_management.cm_fee_lines (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  bank_id uuid not null,
  account_id uuid,
  agreement_id uuid,
  service_code text not null,
  period_from date not null,
  period_to date not null,
  volume numeric(20, 4) not null,
  charged_minor bigint not null,
  expected_minor bigint,
  currency cash_management.currency_code not null,
  source text not null,
  created_at timestamptz not null default now(),
  constraint cm_fee_lines_pkey primary key (tenant_id, id),
  constraint fee_is_charged_by_a_bank foreign key (tenant_id, bank_id) references cash_management.cm_banks (tenant_id, id),
  constraint fee_is_charged_to_an_account foreign key (tenant_id, account_id) references cash_management.cm_cash_accounts (tenant_id, id),
  constraint fee_follows_an_agreement foreign key (tenant_id, agreement_id) references cash_management.cm_fee_agreements (tenant_id, id),
  constraint fee_line_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint fee_source_is_known check (source in ('camt.086', 'bsb', 'edi.822', 'entry', 'manual')),
  constraint volume_is_a_number check (volume >= 0 and volume <> 'NaN'),
  constraint fee_period_runs_forward check (period_from <= period_to)
);
comment on table cash_management.cm_fee_lines is 'tenant: what a bank did charge, beside what the agreement expects';
create index cm_fee_lines_by_bank on cash_management.cm_fee_lines (tenant_id, bank_id, period_to desc);

create table cash_management.cm_scenarios (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  name text not null,
  parent_id uuid,
  overrides jsonb not null default '[]',
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_scenarios_pkey primary key (tenant_id, id),
  constraint scenario_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint scenario_changes_a_parent foreign key (tenant_id, parent_id) references cash_management.cm_scenarios (tenant_id, id),
  constraint scenario_name_is_used_once unique (tenant_id, name),
  constraint scenario_is_not_its_own_parent check (parent_id <> id),
  constraint overrides_are_a_list check (jsonb_typeof(overrides) = 'array')
);
comment on table cash_management.cm_scenarios is 'tenant: a plan as differences to its parent';

create table cash_management.cm_variances (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  forecast_run_id uuid not null,
  period_start date not null,
  series_key text not null,
  currency cash_management.currency_code not null,
  cause text not null,
  amount_minor bigint not null,
  detail jsonb not null default '{}',
  created_at timestamptz not null default now(),
  constraint cm_variances_pkey primary key (tenant_id, id),
  constraint variance_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint variance_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint variance_cause_is_known check (cause in ('timing', 'amount', 'fx', 'slipped', 'void', 'unforeseen', 'mapping')),
  constraint a_cause_is_stated_once unique (tenant_id, forecast_run_id, period_start, series_key, currency, cause)
);
comment on table cash_management.cm_variances is 'tenant: the bridge from forecast to actual; its rows sum exactly to the difference';

create table cash_management.cm_match_groups (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  method text not null,
  state text not null default 'suggested',
  score double precision,
  margin double precision,
  rule_id uuid,
  model_version_id uuid,
  residual_minor bigint not null default 0,
  residual_currency cash_management.currency_code,
  residual_reason text,
  decided_by text,
  decided_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_match_groups_pkey primary key (tenant_id, id),
  constraint group_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint group_was_suggested_by_a_version foreign key (tenant_id, model_version_id)
    references ml_models.cm_model_versions (tenant_id, id),
  constraint residual_currency_exists foreign key (residual_currency) references cash_management.cm_currencies (code),
  constraint match_method_is_known check (method in ('reference', 'transfer', 'assignment', 'subset_sum', 'manual')),
  constraint match_state_is_known check (state in ('suggested', 'confirmed', 'automatic', 'undone')),
  constraint residual_reason_is_known check (residual_reason in ('fee', 'fx', 'discount', 'short_pay', 'other')),
  constraint a_residual_is_explained check (residual_minor = 0 or (residual_currency is not null and residual_reason is not null)),
  constraint a_person_who_confirmed_is_named check (state not in ('confirmed', 'undone') or (decided_by is not null and decided_at is not null))
);
comment on table cash_management.cm_match_groups is 'tenant: flows and entries that belong together, many to many, and why';

create table cash_management.cm_match_members (
  tenant_id cash_management.tenant_key not null,
  group_id uuid not null,
  member_kind text not null,
  member_id uuid not null,
  member_day date not null,
  amount_minor bigint not null,
  currency cash_management.currency_code not null,
  constraint cm_match_members_pkey primary key (tenant_id, group_id, member_kind, member_id),
  constraint member_is_of_a_group foreign key (tenant_id, group_id) references cash_management.cm_match_groups (tenant_id, id),
  constraint member_kind_is_known check (member_kind in ('entry', 'flow')),
  constraint member_id_carries_its_day check (cash_management.day_of_id(member_id) = member_day)
);
comment on table cash_management.cm_match_members is 'tenant: an entry or a flow of a group, by the id that carries its day';
create index cm_match_members_by_member on cash_management.cm_match_members (tenant_id, member_id);

create table cash_management.cm_match_rejections (
  tenant_id cash_management.tenant_key not null,
  entry_id uuid not null,
  flow_id uuid not null,
  rejected_by text not null,
  rejected_at timestamptz not null default now(),
  reason text,
  constraint cm_match_rejections_pkey primary key (tenant_id, entry_id, flow_id),
  constraint rejection_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id)
);
comment on table cash_management.cm_match_rejections is 'tenant: pairs a person has refused, never to be suggested again';

select maintenance.secure_table(format('cash_management.%I', name)::regclass)
from unnest(array[
  'cm_limits', 'cm_facilities', 'cm_investments', 'cm_pools', 'cm_pool_members', 'cm_fee_agreements', 'cm_fee_lines',
  'cm_scenarios', 'cm_variances', 'cm_match_groups', 'cm_match_members', 'cm_match_rejections'
]) as name;
select maintenance.touch_table(format('cash_management.%I', name)::regclass)
from unnest(array[
  'cm_limits', 'cm_facilities', 'cm_investments', 'cm_pools', 'cm_pool_members', 'cm_fee_agreements', 'cm_scenarios', 'cm_match_groups'
]) as name;
select maintenance.fix_columns(format('cash_management.%I', name)::regclass, 'tenant_id', 'id')
from unnest(array[
  'cm_limits', 'cm_facilities', 'cm_investments', 'cm_pools', 'cm_fee_agreements', 'cm_fee_lines', 'cm_scenarios', 'cm_variances',
  'cm_match_groups'
]) as name;
select audit.audit_table(format('cash_management.%I', name)::regclass)
from unnest(array[
  'cm_limits', 'cm_facilities', 'cm_investments', 'cm_pools', 'cm_pool_members', 'cm_fee_agreements', 'cm_scenarios',
  'cm_match_groups', 'cm_match_rejections'
]) as name;
select audit.audit_table(format('cash_management.%I', name)::regclass, mode => 'batch')
from unnest(array['cm_fee_lines', 'cm_variances', 'cm_match_members']) as name;

grant select, insert, update on
  cash_management.cm_limits, cash_management.cm_facilities, cash_management.cm_investments, cash_management.cm_pools,
  cash_management.cm_pool_members, cash_management.cm_fee_agreements, cash_management.cm_scenarios, cash_management.cm_match_groups
to apg_readwrite;
-- Charges, variances and members of a group are facts of a moment: a group is undone, not emptied.
grant select, insert on
  cash_management.cm_fee_lines, cash_management.cm_variances, cash_management.cm_match_members, cash_management.cm_match_rejections
to apg_readwrite;
grant select on
  cash_management.cm_limits, cash_management.cm_facilities, cash_management.cm_investments, cash_management.cm_pools,
  cash_management.cm_pool_members, cash_management.cm_fee_agreements, cash_management.cm_fee_lines, cash_management.cm_scenarios,
  cash_management.cm_variances, cash_management.cm_match_groups, cash_management.cm_match_members, cash_management.cm_match_rejections
to apg_readonly;

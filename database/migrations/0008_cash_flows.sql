-- The flow book: every movement of cash, from budget to booked, with its certainty.
set local role cm_owner;

create table cash_management.cm_cash_flows (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  account_id uuid not null,
  amount_minor bigint not null,
  currency cash_management.currency_code not null,
  transaction_date date not null,
  value_date date not null,
  certainty smallint not null,
  category text,
  counterparty_id uuid,
  counterparty text,
  description text,
  source text not null,
  reversal_of uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  superseded_at timestamptz,
  constraint cm_cash_flows_pkey primary key (tenant_id, id, transaction_date),
  constraint flow_is_of_an_account foreign key (tenant_id, account_id) references cash_management.cm_cash_account_keys (tenant_id, id),
  constraint flow_category_is_known foreign key (tenant_id, category) references cash_management.cm_categories (tenant_id, code),
  constraint flow_counterparty_is_known foreign key (tenant_id, counterparty_id) references cash_management.cm_counterparties (tenant_id, id),
  constraint flow_id_carries_its_day check (cash_management.day_of_id(id) = transaction_date),
  -- SAP One Exposure's ladder: 10 budget, 20 statistical, 30 pipeline, 40 invoice open, 50 approved, 60 sent,
  -- 70 advised by the bank, 80 intraday pending, 85 intraday booked, 90 booked.
  constraint flow_certainty_is_on_the_ladder check (certainty in (10, 20, 30, 40, 50, 60, 70, 80, 85, 90)),
  constraint flow_source_is_known check (source in ('statement', 'report', 'manual', 'erp', 'forecast', 'transfer')),
  constraint flow_counterparty_is_short check (length(counterparty) <= 200),
  constraint flow_description_is_short check (length(description) <= 500)
) partition by range (transaction_date);

-- One statement of an account (X5), the search by amount (X6). Amounts are bigint, whose comparisons are leakproof, so that the
-- index serves under row-level security. A range of days reads the primary key: ids are ordered by their day.
create index cm_cash_flows_account on cash_management.cm_cash_flows (tenant_id, account_id, transaction_date desc);
create index cm_cash_flows_amount on cash_management.cm_cash_flows (tenant_id, amount_minor, transaction_date desc);

select maintenance.secure_table('cash_management.cm_cash_flows');

select maintenance.touch_table('cash_management.cm_cash_flows');

comment on table cash_management.cm_cash_flows is 'The flow book; a flow from a statement has the id of its bank transaction.';

grant select, insert on cash_management.cm_cash_flows to apg_readwrite;
grant update (certainty, category, counterparty_id, counterparty, description, superseded_at) on cash_management.cm_cash_flows to apg_readwrite;
grant select on cash_management.cm_cash_flows to apg_readonly;

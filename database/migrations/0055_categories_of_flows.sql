-- The category of a flow is an opinion beside the evidence: who or what decided and why stand with it, and what it was before is kept.
-- squawk-ignore-file require-concurrent-index-creation, constraint-missing-not-valid, adding-foreign-key-constraint
-- loosens: the program writes who or what gave a flow its category, why and when, beside the category that it could write before
set local role cm_owner;

alter table cash_management.cm_categories add column purpose_codes text[] not null default '{}';
comment on column cash_management.cm_categories.purpose_codes is 'ISO 20022 purposes that mean this';

alter table cash_management.cm_category_rules add constraint rule_name_is_not_blank check (name ~ '\S' and length(name) <= 200);
alter table cash_management.cm_category_rules add constraint priority_counts_from_one check (priority >= 1) not valid;
alter table cash_management.cm_category_rules validate constraint priority_counts_from_one;

alter table cash_management.cm_cash_flows
  add column category_source text,
  add column category_rule_id uuid,
  add column category_reason text,
  add column categorised_at timestamptz;
comment on column cash_management.cm_cash_flows.category_source is 'person locks it; else rule, own_account, bank_code, memory, bank_code_family; null: nothing decided';
comment on column cash_management.cm_cash_flows.category_reason is 'why, in words: the rule as it read when it decided';
grant update (category_source, category_rule_id, category_reason, categorised_at) on cash_management.cm_cash_flows to apg_readwrite;

-- What was believed before: asked for by --known-at. Only a change of opinion leaves a row, so it stays small.
create table cash_management.cm_flow_categories (
  tenant_id cash_management.tenant_key not null,
  flow_id uuid not null,
  known_until timestamptz not null,
  flow_day date not null,
  category text,
  counterparty_id uuid,
  source text,
  reason text,
  known_from timestamptz not null,
  constraint cm_flow_categories_pkey primary key (tenant_id, flow_id, known_until),
  constraint earlier_category_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint it_was_known_before_it_was_not check (known_from < known_until),
  constraint earlier_flow_id_carries_its_day check (cash_management.day_of_id(flow_id) = flow_day)
);
comment on table cash_management.cm_flow_categories is 'tenant: categories that flows had before, and from when until when';

-- Work that may be interrupted: each batch moves the cursor in the transaction that does it.
create table cash_management.cm_category_runs (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  reason text not null,
  delivery_id uuid,
  account_ids uuid[],
  from_day date,
  to_day date,
  cursor_id uuid,
  examined bigint not null default 0,
  changed bigint not null default 0,
  state text not null default 'waiting',
  requested_by text not null,
  requested_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  constraint cm_category_runs_pkey primary key (tenant_id, id),
  constraint run_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint run_is_of_a_delivery foreign key (tenant_id, delivery_id) references cash_management.cm_deliveries (tenant_id, id),
  constraint run_reason_is_known check (reason in ('delivery', 'rules', 'asked')),
  constraint run_state_is_known check (state in ('waiting', 'done'))
);
comment on table cash_management.cm_category_runs is 'tenant: sorting of flows into categories, after a delivery or a change of rules; resumable';
create unique index a_delivery_is_sorted_once on cash_management.cm_category_runs (tenant_id, delivery_id) where delivery_id is not null;
create index cm_category_runs_waiting on cash_management.cm_category_runs (tenant_id, requested_at) where state = 'waiting';

-- What people decided for a counterparty: the last word counts, and says when it was.
create table cash_management.cm_counterparty_categories (
  tenant_id cash_management.tenant_key not null,
  counterparty_id uuid not null,
  direction text not null,
  category_code text not null,
  decided_by text not null default cash_management.current_actor(),
  decided_at timestamptz not null default now(),
  constraint cm_counterparty_categories_pkey primary key (tenant_id, counterparty_id, direction),
  constraint memory_is_of_a_counterparty foreign key (tenant_id, counterparty_id) references cash_management.cm_counterparties (tenant_id, id),
  constraint memory_gives_a_category foreign key (tenant_id, category_code) references cash_management.cm_categories (tenant_id, code),
  constraint memory_direction_is_known check (direction in ('in', 'out'))
);
comment on table cash_management.cm_counterparty_categories is 'tenant: the memory of corrections, by counterparty and direction';
create index cm_counterparty_categories_by_category on cash_management.cm_counterparty_categories (tenant_id, category_code);

-- One row a counterparty, whatever its spelling. In byte order, so that a prefix is a range of the index; text comparison is leakproof,
-- so it is an index condition under row-level security as well.
alter table cash_management.cm_counterparties add column name_key text collate "C";
comment on column cash_management.cm_counterparties.name_key is 'the name without case, accents, punctuation and legal form (src/categories/fold.ts)';
create unique index cm_counterparties_by_name_key on cash_management.cm_counterparties (tenant_id, name_key) where name_key is not null;

select maintenance.secure_table(format('cash_management.%I', name)::regclass)
from unnest(array['cm_flow_categories', 'cm_category_runs', 'cm_counterparty_categories']) as name;
select audit.audit_table('cash_management.cm_flow_categories', mode => 'batch');
select audit.audit_table('cash_management.cm_counterparty_categories');

grant select on cash_management.cm_flow_categories, cash_management.cm_category_runs, cash_management.cm_counterparty_categories to apg_readonly, apg_readwrite;
grant insert on cash_management.cm_flow_categories, cash_management.cm_category_runs, cash_management.cm_counterparty_categories to apg_readwrite;
grant update (cursor_id, examined, changed, state, finished_at) on cash_management.cm_category_runs to apg_readwrite;
grant update (category_code, decided_by, decided_at) on cash_management.cm_counterparty_categories to apg_readwrite;

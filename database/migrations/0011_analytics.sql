-- What is computed: forecasts with their measured accuracy, liquidity risk with its back-tests, proposals with their receipts, features.
set local role cm_owner;

create table analytics.cm_forecasts (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  run_id uuid not null,
  series_key text not null,
  account_id uuid,
  currency cash_management.currency_code not null,
  model_type text not null,
  code_version text not null,
  forecast_date date not null,
  horizon_days integer not null,
  trained_through date not null,
  data_known_at timestamptz not null,
  accuracy_score double precision,
  mae double precision,
  rmse double precision,
  wape double precision,
  bias double precision,
  mase double precision,
  pinball double precision,
  coverage_80 double precision,
  coverage_95 double precision,
  created_at timestamptz not null default now(),
  constraint cm_forecasts_pkey primary key (tenant_id, id),
  constraint forecast_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint forecast_is_of_an_account foreign key (tenant_id, account_id) references cash_management.cm_cash_accounts (tenant_id, id),
  constraint forecast_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint a_run_forecasts_a_series_once unique (tenant_id, run_id, series_key, model_type, forecast_date),
  constraint model_type_is_named check (model_type ~ '\S' and length(model_type) <= 100),
  constraint forecast_looks_ahead check (horizon_days between 1 and 1830),
  constraint forecast_knows_nothing_of_its_future check (trained_through <= forecast_date),
  constraint accuracy_is_0_to_1 check (accuracy_score between 0 and 1),
  constraint errors_are_not_negative check (mae >= 0 and rmse >= 0 and wape >= 0 and mase >= 0 and pinball >= 0),
  constraint coverage_is_a_share check (coverage_80 between 0 and 1 and coverage_95 between 0 and 1)
);
comment on table analytics.cm_forecasts is 'tenant: one run x series x model x origin, with the errors its back-test measured';
comment on column analytics.cm_forecasts.forecast_date is 'the origin: the last day the model could know';
comment on column analytics.cm_forecasts.data_known_at is 'knowledge time of the inputs, so that a back-test cannot see what came later';
comment on column analytics.cm_forecasts.accuracy_score is '1 - WAPE, at least 0';
comment on column analytics.cm_forecasts.mae is 'in minor units, as rmse and bias; a measure, not money, hence a double';

create table analytics.cm_forecast_lines (
  tenant_id cash_management.tenant_key not null,
  forecast_id uuid not null,
  period_start date not null,
  period_end date not null,
  expected_minor bigint not null,
  p05_minor bigint,
  p25_minor bigint,
  p50_minor bigint,
  p75_minor bigint,
  p95_minor bigint,
  components jsonb not null default '{}',
  constraint cm_forecast_lines_pkey primary key (tenant_id, forecast_id, period_start),
  constraint line_is_of_a_forecast foreign key (tenant_id, forecast_id) references analytics.cm_forecasts (tenant_id, id),
  constraint period_ends_after_it_starts check (period_end >= period_start),
  constraint quantiles_do_not_cross check (p05_minor <= p25_minor and p25_minor <= p50_minor and p50_minor <= p75_minor and p75_minor <= p95_minor)
);
comment on table analytics.cm_forecast_lines is 'tenant: expected amount and quantiles of each period of a forecast';

create table analytics.cm_forecast_scores (
  tenant_id cash_management.tenant_key not null,
  forecast_id uuid not null,
  horizon_days integer not null,
  metric text not null,
  value double precision not null,
  observations integer not null,
  constraint cm_forecast_scores_pkey primary key (tenant_id, forecast_id, horizon_days, metric),
  constraint score_is_of_a_forecast foreign key (tenant_id, forecast_id) references analytics.cm_forecasts (tenant_id, id),
  constraint metric_is_known check (
    metric in ('wape', 'mae', 'rmse', 'bias', 'mase', 'pinball', 'coverage_80', 'coverage_95', 'width_80', 'width_95', 'crps', 'regret')
  ),
  constraint score_is_a_number check (value <> 'NaN' and value <> 'Infinity' and value <> '-Infinity'),
  constraint score_has_observations check (observations > 0)
);
comment on table analytics.cm_forecast_scores is 'tenant: accuracy by horizon, measured on days the model had not seen';

create table analytics.cm_risk_metrics (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  scope_kind text not null,
  scope_key text not null,
  calculation_date date not null,
  horizon_days integer not null,
  method text not null,
  currency cash_management.currency_code not null,
  var_95_minor bigint,
  var_99_minor bigint,
  es_95_minor bigint,
  lar_95_minor bigint,
  shortfall_probability double precision,
  survival_days integer,
  hhi double precision,
  inputs_hash bytea not null,
  random_seed bigint,
  created_at timestamptz not null default now(),
  constraint cm_risk_metrics_pkey primary key (tenant_id, id),
  constraint risk_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint risk_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint risk_is_measured_once unique (tenant_id, calculation_date, scope_kind, scope_key, currency, horizon_days, method, inputs_hash),
  constraint risk_scope_is_known check (scope_kind in ('tenant', 'entity', 'currency', 'bank', 'account')),
  constraint risk_method_is_known check (method in ('historical', 'filtered_historical', 'parametric', 'cornish_fisher', 'monte_carlo')),
  constraint risk_looks_ahead check (horizon_days between 1 and 1830),
  constraint a_rarer_loss_is_not_smaller check (var_99_minor >= var_95_minor and es_95_minor >= var_95_minor),
  constraint shortfall_is_a_probability check (shortfall_probability between 0 and 1),
  constraint concentration_is_0_to_1 check (hhi between 0 and 1),
  constraint inputs_hash_is_a_sha256 check (octet_length(inputs_hash) = 32)
);
comment on table analytics.cm_risk_metrics is 'tenant: liquidity risk per scope, day, horizon and method';
comment on column analytics.cm_risk_metrics.lar_95_minor is 'liquidity at risk: cash needed today so that the running minimum stays above zero in 95 of 100 paths';

create table analytics.cm_backtests (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  scope_kind text not null,
  scope_key text not null,
  method text not null,
  horizon_days integer not null,
  level double precision not null,
  period_from date not null,
  period_to date not null,
  observations integer not null,
  hits integer not null,
  lr_uc double precision,
  lr_ind double precision,
  lr_cc double precision,
  p_uc double precision,
  p_ind double precision,
  p_cc double precision,
  verdict text not null,
  created_at timestamptz not null default now(),
  constraint cm_backtests_pkey primary key (tenant_id, id),
  constraint backtest_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint backtest_scope_is_known check (scope_kind in ('tenant', 'entity', 'currency', 'bank', 'account')),
  constraint backtest_period_runs_forward check (period_from <= period_to),
  constraint hits_are_among_observations check (hits between 0 and observations),
  constraint level_is_a_probability check (level > 0 and level < 1),
  constraint verdict_is_known check (verdict in ('green', 'yellow', 'red', 'too_few'))
);
comment on table analytics.cm_backtests is 'tenant: how often a risk figure was broken, and whether that is what it promised';
create index cm_backtests_by_scope on analytics.cm_backtests (tenant_id, scope_kind, scope_key, period_to desc);

create table analytics.cm_optimizations (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  optimization_date date not null,
  status text not null,
  currency cash_management.currency_code not null,
  objective_value_minor bigint,
  baseline_nothing_minor bigint,
  baseline_zero_balancing_minor bigint,
  gap double precision,
  duals jsonb not null default '{}',
  conflicts jsonb not null default '[]',
  forecast_run_id uuid,
  solver text not null,
  solved_in_ms integer,
  approval_state text not null default 'proposed',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_optimizations_pkey primary key (tenant_id, id),
  constraint optimization_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint optimization_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint optimization_status_is_known check (status in ('optimal', 'gap', 'infeasible', 'failed')),
  constraint a_solution_has_a_value check (status not in ('optimal', 'gap') or objective_value_minor is not null),
  constraint an_infeasible_plan_names_its_conflicts check (status <> 'infeasible' or jsonb_array_length(conflicts) > 0),
  constraint gap_is_not_negative check (gap >= 0),
  constraint optimization_approval_is_known check (approval_state in ('proposed', 'approved', 'rejected', 'executed', 'expired'))
);
comment on table analytics.cm_optimizations is 'tenant: a solved plan of transfers, beside doing nothing and plain zero balancing';

create table analytics.cm_transfer_proposals (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  optimization_id uuid not null,
  from_account_id uuid not null,
  to_account_id uuid not null,
  amount_minor bigint not null,
  currency cash_management.currency_code not null,
  value_date date not null,
  rail text not null,
  cut_off_at timestamptz not null,
  reason text not null,
  approval_state text not null default 'proposed',
  executed_transaction_ids uuid[] not null default '{}',
  expected_saving_minor bigint,
  realised_saving_minor bigint,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_transfer_proposals_pkey primary key (tenant_id, id),
  constraint proposal_is_part_of_a_plan foreign key (tenant_id, optimization_id) references analytics.cm_optimizations (tenant_id, id),
  constraint money_leaves_an_account foreign key (tenant_id, from_account_id) references cash_management.cm_cash_accounts (tenant_id, id),
  constraint money_reaches_an_account foreign key (tenant_id, to_account_id) references cash_management.cm_cash_accounts (tenant_id, id),
  constraint proposal_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint proposal_moves_money check (amount_minor > 0 and from_account_id <> to_account_id),
  constraint proposal_approval_is_known check (approval_state in ('proposed', 'approved', 'rejected', 'executed', 'expired'))
);
comment on table analytics.cm_transfer_proposals is 'tenant: one transfer of a plan, why, until when, and what became of it';
create index cm_transfer_proposals_by_plan on analytics.cm_transfer_proposals (tenant_id, optimization_id);

-- Two levels, as the guide has it: by tenant for spread, by quarter for retention. Distributed, the hash level falls away.
create table analytics.cm_ml_features (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  feature_date date not null,
  feature_type text not null,
  feature_values jsonb not null,
  schema_version integer not null default 1,
  computed_from_known_at timestamptz not null,
  created_at timestamptz not null default now(),
  constraint cm_ml_features_pkey primary key (tenant_id, id, feature_date),
  constraint feature_id_carries_its_day check (cash_management.day_of_id(id) = feature_date),
  constraint feature_type_is_named check (feature_type ~ '\S' and length(feature_type) <= 100),
  constraint feature_values_are_an_object check (jsonb_typeof(feature_values) = 'object')
) partition by hash (tenant_id);
comment on table analytics.cm_ml_features is 'tenant: inputs of models as of a day, 8 hash parts x quarters';
comment on column analytics.cm_ml_features.feature_date is 'the day the values describe; they use nothing known later than computed_from_known_at';
create index cm_ml_features_by_type on analytics.cm_ml_features (tenant_id, feature_type, feature_date desc);
select maintenance.secure_table('analytics.cm_ml_features');
do $$
begin
  for remainder in 0..7 loop
    execute format(
      'create table cm_parts.cm_ml_features_h%s partition of analytics.cm_ml_features
         for values with (modulus 8, remainder %s) partition by range (feature_date)',
      remainder, remainder
    );
    perform maintenance.secure_table(format('cm_parts.cm_ml_features_h%s', remainder)::regclass);
  end loop;
end
$$;
insert into maintenance.partition_policies (parent, granularity, retention_months)
values ('analytics.cm_ml_features', 'quarter', 84);

select maintenance.secure_table(format('analytics.%I', name)::regclass)
from unnest(array[
  'cm_forecasts', 'cm_forecast_lines', 'cm_forecast_scores', 'cm_risk_metrics', 'cm_backtests', 'cm_optimizations', 'cm_transfer_proposals'
]) as name;
select maintenance.fix_columns(format('analytics.%I', name)::regclass, 'tenant_id', 'id')
from unnest(array['cm_forecasts', 'cm_risk_metrics', 'cm_backtests', 'cm_optimizations', 'cm_transfer_proposals']) as name;
select maintenance.fix_columns('analytics.cm_ml_features', 'tenant_id', 'id', 'feature_date');
select maintenance.touch_table(format('analytics.%I', name)::regclass)
from unnest(array['cm_optimizations', 'cm_transfer_proposals']) as name;
select audit.audit_table(format('analytics.%I', name)::regclass)
from unnest(array['cm_forecasts', 'cm_risk_metrics', 'cm_backtests', 'cm_optimizations', 'cm_transfer_proposals']) as name;
select audit.audit_table(format('analytics.%I', name)::regclass, mode => 'batch')
from unnest(array['cm_forecast_lines', 'cm_forecast_scores', 'cm_ml_features']) as name;

-- A result is added and never corrected; a new run makes new rows. Only what is decided about a plan changes.
grant select, insert on
  analytics.cm_forecasts, analytics.cm_forecast_lines, analytics.cm_forecast_scores, analytics.cm_risk_metrics,
  analytics.cm_backtests, analytics.cm_optimizations, analytics.cm_transfer_proposals, analytics.cm_ml_features
to apg_readwrite;
grant update (approval_state) on analytics.cm_optimizations to apg_readwrite;
grant update (approval_state, executed_transaction_ids, realised_saving_minor) on analytics.cm_transfer_proposals to apg_readwrite;
grant select on
  analytics.cm_forecasts, analytics.cm_forecast_lines, analytics.cm_forecast_scores, analytics.cm_risk_metrics,
  analytics.cm_backtests, analytics.cm_optimizations, analytics.cm_transfer_proposals, analytics.cm_ml_features
to apg_readonly;

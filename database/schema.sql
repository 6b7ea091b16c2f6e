-- What the migrations make, written by "apg db schema" from the catalogue. Not for loading: that is what migrations are for.
-- Partitions are left out; maintenance.partition_policies says which there are.

-- Schemas -----------------------------------------------------------------------------------------------------------------

create schema analytics authorization cm_owner;
grant usage on schema analytics to apg_readonly;
grant usage on schema analytics to apg_readwrite;

create schema audit authorization audit_owner;
grant usage on schema audit to apg_admin;
grant usage on schema audit to apg_readonly;
grant usage on schema audit to apg_readwrite;
grant usage on schema audit to apg_sealer;
grant usage on schema audit to cm_gatekeeper;
grant usage on schema audit to cm_owner;
grant usage on schema audit to monitoring;

create schema cash_management authorization cm_owner;
grant usage on schema cash_management to apg_admin;
grant usage on schema cash_management to apg_gate;
grant usage on schema cash_management to apg_readonly;
grant usage on schema cash_management to apg_readwrite;
grant usage on schema cash_management to audit_owner;
grant usage on schema cash_management to cm_gatekeeper;

create schema cm_parts authorization cm_owner;
grant create, usage on schema cm_parts to audit_owner;

create schema ext authorization "the superuser";
grant usage on schema ext to apg_readonly;
grant usage on schema ext to apg_readwrite;
grant usage on schema ext to audit_owner;
grant usage on schema ext to cm_owner;
grant usage on schema ext to monitoring;

create schema maintenance authorization cm_owner;
grant usage on schema maintenance to apg_admin;
grant usage on schema maintenance to audit_owner;
grant usage on schema maintenance to monitoring;

create schema ml_models authorization cm_owner;
grant usage on schema ml_models to apg_readonly;
grant usage on schema ml_models to apg_readwrite;

create schema monitoring authorization cm_owner;
grant usage on schema monitoring to apg_admin;
grant usage on schema monitoring to monitoring;

-- Extensions --------------------------------------------------------------------------------------------------------------

create extension btree_gin with schema ext;

create extension btree_gist with schema ext;

create extension pg_prewarm with schema ext;

create extension pg_stat_statements with schema ext;

create extension pg_trgm with schema ext;

create extension pgcrypto with schema ext;

-- Domains -----------------------------------------------------------------------------------------------------------------

create domain cash_management.currency_code as text
  constraint currency_code_is_three_capital_letters CHECK ((VALUE ~ '^[A-Z]{3}$'::text));

create domain cash_management.tenant_key as text
  constraint tenant_key_is_lower_case_letters_digits_dash_underscore CHECK ((VALUE ~ '^[a-z0-9][a-z0-9_-]{0,49}$'::text));

-- Sequences ---------------------------------------------------------------------------------------------------------------

create sequence audit.audit_log_id as bigint;

-- Tables ------------------------------------------------------------------------------------------------------------------

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
  created_at timestamp with time zone not null default now(),
  constraint cm_backtests_pkey PRIMARY KEY (tenant_id, id),
  constraint backtest_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint backtest_period_runs_forward CHECK ((period_from <= period_to)),
  constraint backtest_scope_is_known CHECK ((scope_kind = ANY (ARRAY['tenant'::text, 'entity'::text, 'currency'::text, 'bank'::text, 'account'::text]))),
  constraint hits_are_among_observations CHECK (((hits >= 0) AND (hits <= observations))),
  constraint level_is_a_probability CHECK (((level > (0)::double precision) AND (level < (1)::double precision))),
  constraint verdict_is_known CHECK ((verdict = ANY (ARRAY['green'::text, 'yellow'::text, 'red'::text, 'too_few'::text])))
);
alter table analytics.cm_backtests owner to cm_owner;
alter table analytics.cm_backtests enable row level security;
alter table analytics.cm_backtests force row level security;
comment on table analytics.cm_backtests is 'tenant: how often a risk figure was broken, and whether that is what it promised';
create policy tenant_isolation on analytics.cm_backtests for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_backtests_by_scope ON analytics.cm_backtests USING btree (tenant_id, scope_kind, scope_key, period_to DESC);
CREATE TRIGGER audit_delete AFTER DELETE ON analytics.cm_backtests REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('analytics', 'cm_backtests', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON analytics.cm_backtests REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('analytics', 'cm_backtests', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON analytics.cm_backtests FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('analytics', 'cm_backtests', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON analytics.cm_backtests REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('analytics', 'cm_backtests', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON analytics.cm_backtests FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
grant select on analytics.cm_backtests to apg_readonly;
grant insert, select on analytics.cm_backtests to apg_readwrite;

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
  components jsonb not null default '{}'::jsonb,
  constraint cm_forecast_lines_pkey PRIMARY KEY (tenant_id, forecast_id, period_start),
  constraint line_is_of_a_forecast FOREIGN KEY (tenant_id, forecast_id) REFERENCES analytics.cm_forecasts(tenant_id, id),
  constraint period_ends_after_it_starts CHECK ((period_end >= period_start)),
  constraint quantiles_do_not_cross CHECK (((p05_minor <= p25_minor) AND (p25_minor <= p50_minor) AND (p50_minor <= p75_minor) AND (p75_minor <= p95_minor)))
);
alter table analytics.cm_forecast_lines owner to cm_owner;
alter table analytics.cm_forecast_lines enable row level security;
alter table analytics.cm_forecast_lines force row level security;
comment on table analytics.cm_forecast_lines is 'tenant: expected amount and quantiles of each period of a forecast';
create policy tenant_isolation on analytics.cm_forecast_lines for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON analytics.cm_forecast_lines REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('analytics', 'cm_forecast_lines', 'batch', 'forecast_id,period_start', '');
CREATE TRIGGER audit_insert AFTER INSERT ON analytics.cm_forecast_lines REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('analytics', 'cm_forecast_lines', 'batch', 'forecast_id,period_start', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON analytics.cm_forecast_lines FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('analytics', 'cm_forecast_lines', 'batch', 'forecast_id,period_start', '');
CREATE TRIGGER audit_update AFTER UPDATE ON analytics.cm_forecast_lines REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('analytics', 'cm_forecast_lines', 'batch', 'forecast_id,period_start', '');
grant select on analytics.cm_forecast_lines to apg_readonly;
grant insert, select on analytics.cm_forecast_lines to apg_readwrite;

create table analytics.cm_forecast_scores (
  tenant_id cash_management.tenant_key not null,
  forecast_id uuid not null,
  horizon_days integer not null,
  metric text not null,
  value double precision not null,
  observations integer not null,
  constraint cm_forecast_scores_pkey PRIMARY KEY (tenant_id, forecast_id, horizon_days, metric),
  constraint score_is_of_a_forecast FOREIGN KEY (tenant_id, forecast_id) REFERENCES analytics.cm_forecasts(tenant_id, id),
  constraint metric_is_known CHECK ((metric = ANY (ARRAY['wape'::text, 'mae'::text, 'rmse'::text, 'bias'::text, 'mase'::text, 'pinball'::text, 'coverage_80'::text, 'coverage_95'::text, 'width_80'::text, 'width_95'::text, 'crps'::text, 'regret'::text]))),
  constraint score_has_observations CHECK ((observations > 0)),
  constraint score_is_a_number CHECK (((value <> 'NaN'::double precision) AND (value <> 'Infinity'::double precision) AND (value <> '-Infinity'::double precision)))
);
alter table analytics.cm_forecast_scores owner to cm_owner;
alter table analytics.cm_forecast_scores enable row level security;
alter table analytics.cm_forecast_scores force row level security;
comment on table analytics.cm_forecast_scores is 'tenant: accuracy by horizon, measured on days the model had not seen';
create policy tenant_isolation on analytics.cm_forecast_scores for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON analytics.cm_forecast_scores REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('analytics', 'cm_forecast_scores', 'batch', 'forecast_id,horizon_days,metric', '');
CREATE TRIGGER audit_insert AFTER INSERT ON analytics.cm_forecast_scores REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('analytics', 'cm_forecast_scores', 'batch', 'forecast_id,horizon_days,metric', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON analytics.cm_forecast_scores FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('analytics', 'cm_forecast_scores', 'batch', 'forecast_id,horizon_days,metric', '');
CREATE TRIGGER audit_update AFTER UPDATE ON analytics.cm_forecast_scores REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('analytics', 'cm_forecast_scores', 'batch', 'forecast_id,horizon_days,metric', '');
grant select on analytics.cm_forecast_scores to apg_readonly;
grant insert, select on analytics.cm_forecast_scores to apg_readwrite;

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
  data_known_at timestamp with time zone not null,
  accuracy_score double precision,
  mae double precision,
  rmse double precision,
  wape double precision,
  bias double precision,
  mase double precision,
  pinball double precision,
  coverage_80 double precision,
  coverage_95 double precision,
  created_at timestamp with time zone not null default now(),
  model_version_id uuid,
  constraint cm_forecasts_pkey PRIMARY KEY (tenant_id, id),
  constraint a_run_forecasts_a_series_once UNIQUE (tenant_id, run_id, series_key, model_type, forecast_date),
  constraint forecast_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint forecast_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint forecast_is_of_an_account FOREIGN KEY (tenant_id, account_id) REFERENCES cash_management.cm_cash_accounts(tenant_id, id),
  constraint forecast_was_made_by_a_version FOREIGN KEY (tenant_id, model_version_id) REFERENCES ml_models.cm_model_versions(tenant_id, id),
  constraint accuracy_is_0_to_1 CHECK (((accuracy_score >= (0)::double precision) AND (accuracy_score <= (1)::double precision))),
  constraint coverage_is_a_share CHECK ((((coverage_80 >= (0)::double precision) AND (coverage_80 <= (1)::double precision)) AND ((coverage_95 >= (0)::double precision) AND (coverage_95 <= (1)::double precision)))),
  constraint errors_are_not_negative CHECK (((mae >= (0)::double precision) AND (rmse >= (0)::double precision) AND (wape >= (0)::double precision) AND (mase >= (0)::double precision) AND (pinball >= (0)::double precision))),
  constraint forecast_knows_nothing_of_its_future CHECK ((trained_through <= forecast_date)),
  constraint forecast_looks_ahead CHECK (((horizon_days >= 1) AND (horizon_days <= 1830))),
  constraint model_type_is_named CHECK (((model_type ~ '\S'::text) AND (length(model_type) <= 100)))
);
alter table analytics.cm_forecasts owner to cm_owner;
alter table analytics.cm_forecasts enable row level security;
alter table analytics.cm_forecasts force row level security;
comment on table analytics.cm_forecasts is 'tenant: one run x series x model x origin, with the errors its back-test measured';
comment on column analytics.cm_forecasts.forecast_date is 'the origin: the last day the model could know';
comment on column analytics.cm_forecasts.data_known_at is 'knowledge time of the inputs, so that a back-test cannot see what came later';
comment on column analytics.cm_forecasts.accuracy_score is '1 - WAPE, at least 0';
comment on column analytics.cm_forecasts.mae is 'in minor units, as rmse and bias; a measure, not money, hence a double';
alter table analytics.cm_forecasts alter column accuracy_score set statistics 1000;
create policy tenant_isolation on analytics.cm_forecasts for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_forecasts_by_accuracy ON analytics.cm_forecasts USING btree (tenant_id, accuracy_score DESC NULLS LAST);
CREATE INDEX cm_forecasts_performance ON analytics.cm_forecasts USING btree (tenant_id, model_type, forecast_date DESC) INCLUDE (accuracy_score, mae, rmse);
CREATE TRIGGER audit_delete AFTER DELETE ON analytics.cm_forecasts REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('analytics', 'cm_forecasts', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON analytics.cm_forecasts REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('analytics', 'cm_forecasts', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON analytics.cm_forecasts FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('analytics', 'cm_forecasts', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON analytics.cm_forecasts REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('analytics', 'cm_forecasts', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON analytics.cm_forecasts FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
grant select on analytics.cm_forecasts to apg_readonly;
grant insert, select on analytics.cm_forecasts to apg_readwrite;

create table analytics.cm_ml_features (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  feature_date date not null,
  feature_type text not null,
  feature_values jsonb not null,
  schema_version integer not null default 1,
  computed_from_known_at timestamp with time zone not null,
  created_at timestamp with time zone not null default now(),
  constraint cm_ml_features_pkey PRIMARY KEY (tenant_id, id, feature_date),
  constraint feature_id_carries_its_day CHECK ((cash_management.day_of_id(id) = feature_date)),
  constraint feature_type_is_named CHECK (((feature_type ~ '\S'::text) AND (length(feature_type) <= 100))),
  constraint feature_values_are_an_object CHECK ((jsonb_typeof(feature_values) = 'object'::text))
)
partition by hash (tenant_id);
alter table analytics.cm_ml_features owner to cm_owner;
alter table analytics.cm_ml_features enable row level security;
alter table analytics.cm_ml_features force row level security;
comment on table analytics.cm_ml_features is 'tenant: inputs of models as of a day, 8 hash parts x quarters';
comment on column analytics.cm_ml_features.feature_date is 'the day the values describe; they use nothing known later than computed_from_known_at';
create policy tenant_isolation on analytics.cm_ml_features for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_ml_features_by_type ON analytics.cm_ml_features USING btree (tenant_id, feature_type, feature_date DESC);
CREATE TRIGGER audit_delete AFTER DELETE ON analytics.cm_ml_features REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('analytics', 'cm_ml_features', 'batch', 'id,feature_date', '');
CREATE TRIGGER audit_insert AFTER INSERT ON analytics.cm_ml_features REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('analytics', 'cm_ml_features', 'batch', 'id,feature_date', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON analytics.cm_ml_features FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('analytics', 'cm_ml_features', 'batch', 'id,feature_date', '');
CREATE TRIGGER audit_update AFTER UPDATE ON analytics.cm_ml_features REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('analytics', 'cm_ml_features', 'batch', 'id,feature_date', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, feature_date ON analytics.cm_ml_features FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.feature_date IS DISTINCT FROM new.feature_date))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'feature_date');
grant select on analytics.cm_ml_features to apg_readonly;
grant insert, select on analytics.cm_ml_features to apg_readwrite;

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
  duals jsonb not null default '{}'::jsonb,
  conflicts jsonb not null default '[]'::jsonb,
  forecast_run_id uuid,
  solver text not null,
  solved_in_ms integer,
  approval_state text not null default 'proposed'::text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_optimizations_pkey PRIMARY KEY (tenant_id, id),
  constraint optimization_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint optimization_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint a_solution_has_a_value CHECK (((status <> ALL (ARRAY['optimal'::text, 'gap'::text])) OR (objective_value_minor IS NOT NULL))),
  constraint an_infeasible_plan_names_its_conflicts CHECK (((status <> 'infeasible'::text) OR (jsonb_array_length(conflicts) > 0))),
  constraint gap_is_not_negative CHECK ((gap >= (0)::double precision)),
  constraint optimization_approval_is_known CHECK ((approval_state = ANY (ARRAY['proposed'::text, 'approved'::text, 'rejected'::text, 'executed'::text, 'expired'::text]))),
  constraint optimization_status_is_known CHECK ((status = ANY (ARRAY['optimal'::text, 'gap'::text, 'infeasible'::text, 'failed'::text])))
);
alter table analytics.cm_optimizations owner to cm_owner;
alter table analytics.cm_optimizations enable row level security;
alter table analytics.cm_optimizations force row level security;
comment on table analytics.cm_optimizations is 'tenant: a solved plan of transfers, beside doing nothing and plain zero balancing';
create policy tenant_isolation on analytics.cm_optimizations for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_optimizations_by_date ON analytics.cm_optimizations USING btree (tenant_id, optimization_date DESC);
CREATE INDEX cm_optimizations_by_value ON analytics.cm_optimizations USING btree (tenant_id, objective_value_minor DESC NULLS LAST);
CREATE TRIGGER audit_delete AFTER DELETE ON analytics.cm_optimizations REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('analytics', 'cm_optimizations', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON analytics.cm_optimizations REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('analytics', 'cm_optimizations', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON analytics.cm_optimizations FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('analytics', 'cm_optimizations', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON analytics.cm_optimizations REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('analytics', 'cm_optimizations', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON analytics.cm_optimizations FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON analytics.cm_optimizations FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on analytics.cm_optimizations to apg_readonly;
grant insert, select on analytics.cm_optimizations to apg_readwrite;
grant update (approval_state) on analytics.cm_optimizations to apg_readwrite;

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
  created_at timestamp with time zone not null default now(),
  constraint cm_risk_metrics_pkey PRIMARY KEY (tenant_id, id),
  constraint risk_is_measured_once UNIQUE (tenant_id, calculation_date, scope_kind, scope_key, currency, horizon_days, method, inputs_hash),
  constraint risk_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint risk_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint a_rarer_loss_is_not_smaller CHECK (((var_99_minor >= var_95_minor) AND (es_95_minor >= var_95_minor))),
  constraint concentration_is_0_to_1 CHECK (((hhi >= (0)::double precision) AND (hhi <= (1)::double precision))),
  constraint inputs_hash_is_a_sha256 CHECK ((octet_length(inputs_hash) = 32)),
  constraint risk_looks_ahead CHECK (((horizon_days >= 1) AND (horizon_days <= 1830))),
  constraint risk_method_is_known CHECK ((method = ANY (ARRAY['historical'::text, 'filtered_historical'::text, 'parametric'::text, 'cornish_fisher'::text, 'monte_carlo'::text]))),
  constraint risk_scope_is_known CHECK ((scope_kind = ANY (ARRAY['tenant'::text, 'entity'::text, 'currency'::text, 'bank'::text, 'account'::text]))),
  constraint shortfall_is_a_probability CHECK (((shortfall_probability >= (0)::double precision) AND (shortfall_probability <= (1)::double precision)))
);
alter table analytics.cm_risk_metrics owner to cm_owner;
alter table analytics.cm_risk_metrics enable row level security;
alter table analytics.cm_risk_metrics force row level security;
comment on table analytics.cm_risk_metrics is 'tenant: liquidity risk per scope, day, horizon and method';
comment on column analytics.cm_risk_metrics.lar_95_minor is 'liquidity at risk: cash needed today so that the running minimum stays above zero in 95 of 100 paths';
create policy tenant_isolation on analytics.cm_risk_metrics for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_risk_metrics_by_var ON analytics.cm_risk_metrics USING btree (tenant_id, var_95_minor DESC NULLS LAST);
CREATE TRIGGER audit_delete AFTER DELETE ON analytics.cm_risk_metrics REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('analytics', 'cm_risk_metrics', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON analytics.cm_risk_metrics REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('analytics', 'cm_risk_metrics', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON analytics.cm_risk_metrics FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('analytics', 'cm_risk_metrics', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON analytics.cm_risk_metrics REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('analytics', 'cm_risk_metrics', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON analytics.cm_risk_metrics FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
grant select on analytics.cm_risk_metrics to apg_readonly;
grant insert, select on analytics.cm_risk_metrics to apg_readwrite;

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
  cut_off_at timestamp with time zone not null,
  reason text not null,
  approval_state text not null default 'proposed'::text,
  executed_transaction_ids uuid[] not null default '{}'::uuid[],
  expected_saving_minor bigint,
  realised_saving_minor bigint,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_transfer_proposals_pkey PRIMARY KEY (tenant_id, id),
  constraint money_leaves_an_account FOREIGN KEY (tenant_id, from_account_id) REFERENCES cash_management.cm_cash_accounts(tenant_id, id),
  constraint money_reaches_an_account FOREIGN KEY (tenant_id, to_account_id) REFERENCES cash_management.cm_cash_accounts(tenant_id, id),
  constraint proposal_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint proposal_is_part_of_a_plan FOREIGN KEY (tenant_id, optimization_id) REFERENCES analytics.cm_optimizations(tenant_id, id),
  constraint proposal_approval_is_known CHECK ((approval_state = ANY (ARRAY['proposed'::text, 'approved'::text, 'rejected'::text, 'executed'::text, 'expired'::text]))),
  constraint proposal_moves_money CHECK (((amount_minor > 0) AND (from_account_id <> to_account_id)))
);
alter table analytics.cm_transfer_proposals owner to cm_owner;
alter table analytics.cm_transfer_proposals enable row level security;
alter table analytics.cm_transfer_proposals force row level security;
comment on table analytics.cm_transfer_proposals is 'tenant: one transfer of a plan, why, until when, and what became of it';
create policy tenant_isolation on analytics.cm_transfer_proposals for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_transfer_proposals_by_plan ON analytics.cm_transfer_proposals USING btree (tenant_id, optimization_id);
CREATE TRIGGER audit_delete AFTER DELETE ON analytics.cm_transfer_proposals REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('analytics', 'cm_transfer_proposals', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON analytics.cm_transfer_proposals REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('analytics', 'cm_transfer_proposals', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON analytics.cm_transfer_proposals FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('analytics', 'cm_transfer_proposals', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON analytics.cm_transfer_proposals REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('analytics', 'cm_transfer_proposals', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON analytics.cm_transfer_proposals FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON analytics.cm_transfer_proposals FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on analytics.cm_transfer_proposals to apg_readonly;
grant insert, select on analytics.cm_transfer_proposals to apg_readwrite;
grant update (approval_state, executed_transaction_ids, realised_saving_minor) on analytics.cm_transfer_proposals to apg_readwrite;

create table audit.audit_log (
  tenant_id text not null,
  id bigint not null default nextval('audit.audit_log_id'::regclass),
  occurred_at timestamp with time zone not null default clock_timestamp(),
  transaction_id xid8 not null default pg_current_xact_id(),
  schema_name text not null,
  table_name text not null,
  operation text not null,
  row_key text,
  row_count bigint not null default 1,
  digest bytea,
  old_values jsonb,
  new_values jsonb,
  actor text default cash_management.current_actor(),
  request_id text default cash_management.current_request(),
  user_name text not null default SESSION_USER,
  client_address inet default inet_client_addr(),
  constraint audit_log_pkey PRIMARY KEY (tenant_id, id, occurred_at),
  constraint operation_is_known CHECK ((operation = ANY (ARRAY['INSERT'::text, 'UPDATE'::text, 'DELETE'::text, 'TRUNCATE'::text, 'DDL'::text]))),
  constraint row_says_what_it_was CHECK (
CASE
    WHEN (operation = 'TRUNCATE'::text) THEN (tenant_id = '*'::text)
    WHEN (operation = 'DDL'::text) THEN ((tenant_id = '*'::text) AND (row_key IS NOT NULL) AND (new_values ? 'command'::text))
    WHEN (digest IS NOT NULL) THEN ((octet_length(digest) = 32) AND (row_count > 0))
    ELSE ((row_key IS NOT NULL) AND (row_count = 1) AND (COALESCE(old_values, new_values) IS NOT NULL))
END)
)
partition by range (occurred_at);
alter table audit.audit_log owner to audit_owner;
alter table audit.audit_log enable row level security;
alter table audit.audit_log force row level security;
comment on table audit.audit_log is 'tenant: append-only trail; one row per changed row, or one per batch with a digest over its rows';
comment on column audit.audit_log.tenant_id is 'owner of the changed row; * for TRUNCATE and DDL, which concern all tenants';
comment on column audit.audit_log.occurred_at is 'the clock, not the start of the transaction: two changes of one transaction keep their order';
comment on column audit.audit_log.row_key is 'primary key without the tenant, parts joined by /';
comment on column audit.audit_log.digest is 'of a batch: sha256 over the sorted sha256 of each row as text, its columns by name, without ciphertext';
comment on column audit.audit_log.old_values is 'UPDATE: changed columns only; DELETE: the row. Secret columns read "(redacted)"';
comment on column audit.audit_log.actor is 'person or key the program acted for; null: none was given, then user_name is all that is known';
comment on column audit.audit_log.user_name is 'the login of the session; never the owner of this table';
create policy administrators_read_all on audit.audit_log for select to apg_admin
  using (true);
create policy sealer_reads_all on audit.audit_log for select to audit_owner
  using (true);
create policy tenant_isolation on audit.audit_log for all to public
  using ((tenant_id = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check ((tenant_id = ( SELECT cash_management.current_tenant() AS current_tenant)));
create policy triggers_write_for_every_tenant on audit.audit_log for insert to audit_owner
  using ()
  with check (true);
CREATE INDEX audit_log_by_actor ON audit.audit_log USING btree (tenant_id, actor, occurred_at DESC);
CREATE INDEX audit_log_by_key ON audit.audit_log USING btree (tenant_id, row_key, occurred_at DESC);
CREATE INDEX audit_log_by_table ON audit.audit_log USING btree (tenant_id, table_name, occurred_at DESC);
CREATE INDEX audit_log_by_time ON audit.audit_log USING btree (tenant_id, occurred_at DESC, id DESC);
CREATE INDEX audit_log_in_sealing_order ON audit.audit_log USING btree (transaction_id, id);
CREATE TRIGGER audit_log_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit.audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change(); -- enabled always
CREATE TRIGGER audit_log_is_written_by_triggers BEFORE INSERT ON audit.audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_forgery();
grant select on audit.audit_log to apg_admin;
grant select on audit.audit_log to apg_readonly;
grant select on audit.audit_log to apg_readwrite;

create table audit.block_leaves (
  number bigint not null,
  salt bytea not null,
  leaves bytea not null,
  constraint block_leaves_pkey PRIMARY KEY (number),
  constraint leaves_belong_to_a_block FOREIGN KEY (number) REFERENCES audit.blocks(number),
  constraint leaves_are_40_bytes_each CHECK (((octet_length(leaves) % 40) = 0)),
  constraint salt_is_32_bytes CHECK ((octet_length(salt) = 32))
);
alter table audit.block_leaves owner to audit_owner;
alter table audit.block_leaves enable row level security;
alter table audit.block_leaves force row level security;
comment on table audit.block_leaves is 'local: id and digest of each sealed row, in order, so that a row that was changed can be named; the salt keeps digests from being guessed';
alter table audit.block_leaves alter column leaves set storage external;
create policy same_for_all_tenants on audit.block_leaves for all to public
  using (true)
  with check (true);
CREATE TRIGGER leaves_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit.block_leaves FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_seal_change(); -- enabled always
grant select on audit.block_leaves to apg_admin;

create table audit.blocks (
  number bigint not null,
  kind text not null,
  chain uuid not null,
  system_identifier text not null,
  timeline integer not null,
  snapshot text not null,
  floor_id bigint not null,
  ceiling_id bigint,
  after_transaction xid8 not null,
  after_id bigint not null,
  upto_transaction xid8 not null,
  upto_id bigint not null,
  row_count bigint not null,
  root bytea not null,
  salt_commitment bytea not null,
  previous_hash bytea,
  lost_number bigint,
  lost_hash bytea,
  reason text,
  sealed_at timestamp with time zone not null,
  key_id text not null,
  hash bytea not null,
  signature bytea not null,
  constraint blocks_pkey PRIMARY KEY (number),
  constraint block_was_signed_by_a_key FOREIGN KEY (key_id) REFERENCES audit.signing_keys(key_id),
  constraint block_is_a_seal_or_a_fork CHECK ((kind = ANY (ARRAY['seal'::text, 'fork'::text]))),
  constraint first_block_has_none_before CHECK (((number = 1) = (previous_hash IS NULL))),
  constraint hashes_are_32_bytes CHECK (((octet_length(root) = 32) AND (octet_length(salt_commitment) = 32) AND (octet_length(hash) = 32) AND (octet_length(previous_hash) = 32) AND (octet_length(lost_hash) = 32) AND (octet_length(signature) = 64))),
  constraint only_a_fork_ends_an_epoch CHECK (((kind = 'fork'::text) = (ceiling_id IS NOT NULL))),
  constraint only_a_fork_loses CHECK ((((kind = 'fork'::text) = (reason IS NOT NULL)) AND ((kind = 'fork'::text) OR (lost_number IS NULL))))
);
alter table audit.blocks owner to audit_owner;
alter table audit.blocks enable row level security;
alter table audit.blocks force row level security;
comment on table audit.blocks is 'local: signed, chained seals over the rows of the trail; what each is made of: docs/reference/audit-seals.md';
comment on column audit.blocks.snapshot is 'pg_current_snapshot() when it was made: nothing it covers can still be running';
comment on column audit.blocks.floor_id is 'rows of this epoch have a greater id: after a restore to another cluster transaction ids may begin again';
comment on column audit.blocks.ceiling_id is 'of a fork: the last id of the epoch that it ends';
comment on column audit.blocks.upto_transaction is 'the last position it covers, with upto_id: rows in the order of transaction and id, behind the block before';
create policy same_for_all_tenants on audit.blocks for all to public
  using (true)
  with check (true);
CREATE INDEX blocks_by_coverage ON audit.blocks USING btree (floor_id, upto_transaction, upto_id);
CREATE INDEX blocks_by_time ON audit.blocks USING btree (sealed_at);
CREATE TRIGGER blocks_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit.blocks FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_seal_change(); -- enabled always
grant select on audit.blocks to apg_admin;

create table audit.key_rotations (
  key_id text not null,
  replaces text not null,
  after_block bigint not null,
  is_endorsed boolean not null,
  statement text not null,
  signature bytea not null,
  recorded_at timestamp with time zone not null default clock_timestamp(),
  constraint key_rotations_pkey PRIMARY KEY (key_id),
  constraint a_key_is_replaced_once UNIQUE (replaces),
  constraint new_key_is_listed FOREIGN KEY (key_id) REFERENCES audit.signing_keys(key_id),
  constraint replaced_key_is_listed FOREIGN KEY (replaces) REFERENCES audit.signing_keys(key_id),
  constraint a_key_does_not_replace_itself CHECK ((key_id <> replaces)),
  constraint rotation_is_signed CHECK ((octet_length(signature) = 64)),
  constraint statement_has_its_form CHECK ((statement ~~ 'apg-audit-key-1%'::text))
);
alter table audit.key_rotations owner to audit_owner;
alter table audit.key_rotations enable row level security;
alter table audit.key_rotations force row level security;
comment on table audit.key_rotations is 'local: which signing key replaced which behind which block, as signed statements (docs/reference/audit-seals.md); trust is not read from here but from signatures';
comment on column audit.key_rotations.is_endorsed is 'signed by the key it replaces; false: that one was lost, and the new key says so itself';
create policy same_for_all_tenants on audit.key_rotations for all to public
  using (true)
  with check (true);
CREATE TRIGGER key_rotations_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit.key_rotations FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_seal_change(); -- enabled always
CREATE TRIGGER recorded_in_the_trail AFTER INSERT ON audit.key_rotations FOR EACH ROW EXECUTE FUNCTION audit.record_for_all('key_id'); -- enabled always
grant select on audit.key_rotations to apg_admin;

create table audit.personal_values (
  tenant_id text not null,
  entry_id bigint not null,
  occurred_at timestamp with time zone not null,
  salt bytea not null,
  old_values jsonb,
  new_values jsonb,
  constraint personal_values_pkey PRIMARY KEY (tenant_id, entry_id),
  constraint salt_is_32_bytes CHECK ((octet_length(salt) = 32)),
  constraint there_is_a_value CHECK ((num_nonnulls(old_values, new_values) > 0))
);
alter table audit.personal_values owner to audit_owner;
alter table audit.personal_values enable row level security;
alter table audit.personal_values force row level security;
comment on table audit.personal_values is 'tenant: names, addresses and free texts of entries of the trail, which has their salted digests; erased with the tenant, retired with the month';
comment on column audit.personal_values.salt is 'random; each value has one of its own made of it. Without it nobody can try out what a digest stood for';
create policy administrators_read_all on audit.personal_values for select to apg_admin
  using (true);
create policy gone_with_the_month on audit.personal_values for all to audit_owner
  using ((EXISTS ( SELECT
   FROM audit.retirements
  WHERE ((personal_values.occurred_at >= retirements.from_moment) AND (personal_values.occurred_at < retirements.to_moment)))))
  with check (false);
create policy tenant_isolation on audit.personal_values for all to public
  using ((tenant_id = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check ((tenant_id = ( SELECT cash_management.current_tenant() AS current_tenant)));
create policy triggers_write_for_every_tenant on audit.personal_values for insert to audit_owner
  using ()
  with check (true);
CREATE INDEX personal_values_by_time ON audit.personal_values USING btree (occurred_at);
CREATE TRIGGER personal_values_are_not_emptied BEFORE TRUNCATE ON audit.personal_values FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change(); -- enabled always
CREATE TRIGGER personal_values_are_written_by_triggers BEFORE INSERT ON audit.personal_values FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_forgery();
CREATE TRIGGER personal_values_stay BEFORE DELETE OR UPDATE ON audit.personal_values FOR EACH ROW EXECUTE FUNCTION audit.keep_personal_values(); -- enabled always
grant select on audit.personal_values to apg_admin;
grant select on audit.personal_values to apg_readonly;
grant select on audit.personal_values to apg_readwrite;

create table audit.retirements (
  part text not null,
  from_moment timestamp with time zone not null,
  to_moment timestamp with time zone not null,
  row_count bigint not null,
  statement text not null,
  signature bytea not null,
  key_id text not null,
  retired_at timestamp with time zone not null default clock_timestamp(),
  constraint retirements_pkey PRIMARY KEY (part),
  constraint retirement_was_signed_by_a_key FOREIGN KEY (key_id) REFERENCES audit.signing_keys(key_id),
  constraint retired_month_has_an_end CHECK ((from_moment < to_moment)),
  constraint retirement_is_signed CHECK ((octet_length(signature) = 64)),
  constraint statement_has_its_form CHECK ((statement ~~ 'apg-audit-retired-1%'::text))
);
alter table audit.retirements owner to audit_owner;
alter table audit.retirements enable row level security;
alter table audit.retirements force row level security;
comment on table audit.retirements is 'local: months of the trail that were retired, as signed statements: which rows of which blocks are gone by right (docs/reference/audit-seals.md)';
create policy same_for_all_tenants on audit.retirements for all to public
  using (true)
  with check (true);
CREATE TRIGGER recorded_in_the_trail AFTER INSERT ON audit.retirements FOR EACH ROW EXECUTE FUNCTION audit.record_for_all('part'); -- enabled always
CREATE TRIGGER retirements_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit.retirements FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_seal_change(); -- enabled always
grant select on audit.retirements to apg_admin;

create table audit.signing_keys (
  key_id text not null,
  public_key text not null,
  created_at timestamp with time zone not null default clock_timestamp(),
  constraint signing_keys_pkey PRIMARY KEY (key_id),
  constraint key_id_is_16_hex_digits CHECK ((key_id ~ '^[0-9a-f]{16}$'::text)),
  constraint public_key_is_pem CHECK ((public_key ~~ '-----BEGIN PUBLIC KEY-----%'::text))
);
alter table audit.signing_keys owner to audit_owner;
alter table audit.signing_keys enable row level security;
alter table audit.signing_keys force row level security;
comment on table audit.signing_keys is 'local: public halves of the keys that signed blocks; the private ones never come here. Whom to trust is not read from here';
create policy same_for_all_tenants on audit.signing_keys for all to public
  using (true)
  with check (true);
CREATE TRIGGER signing_keys_are_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON audit.signing_keys FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_seal_change(); -- enabled always
grant select on audit.signing_keys to apg_admin;

create table audit.tenant_erasures (
  tenant_id text not null,
  id uuid not null,
  tenant_name text not null,
  reason text not null,
  state text not null default 'requested'::text,
  requested_by text not null,
  requested_at timestamp with time zone not null default clock_timestamp(),
  cancelled_by text,
  cancelled_at timestamp with time zone,
  begun_by text,
  begun_at timestamp with time zone,
  rows_before jsonb,
  finished_at timestamp with time zone,
  certificate text,
  certificate_sha256 bytea,
  attempts integer not null default 0,
  interrupted_at timestamp with time zone,
  interruption text,
  constraint tenant_erasures_pkey PRIMARY KEY (tenant_id, id),
  constraint certificate_has_its_sha256 CHECK ((certificate_sha256 = sha256(convert_to(certificate, 'UTF8'::name)))),
  constraint erasure_gives_a_reason CHECK ((reason ~ '\S'::text)),
  constraint erasure_state_is_known CHECK ((state = ANY (ARRAY['requested'::text, 'cancelled'::text, 'running'::text, 'done'::text]))),
  constraint what_has_begun_says_by_whom CHECK ((((state = ANY (ARRAY['running'::text, 'done'::text])) = (begun_at IS NOT NULL)) AND (num_nulls(begun_by, begun_at, rows_before) = ANY (ARRAY[0, 3])))),
  constraint what_is_done_is_certified CHECK ((((state = 'done'::text) = (finished_at IS NOT NULL)) AND (num_nulls(finished_at, certificate, certificate_sha256) = ANY (ARRAY[0, 3])))),
  constraint what_is_done_was_not_interrupted CHECK (((state <> 'done'::text) OR (interrupted_at IS NULL))),
  constraint what_was_cancelled_says_by_whom CHECK ((((state = 'cancelled'::text) = (cancelled_at IS NOT NULL)) AND (num_nulls(cancelled_by, cancelled_at) = ANY (ARRAY[0, 2])))),
  constraint what_was_interrupted_says_why CHECK ((num_nulls(interrupted_at, interruption) = ANY (ARRAY[0, 2])))
);
alter table audit.tenant_erasures owner to audit_owner;
alter table audit.tenant_erasures enable row level security;
alter table audit.tenant_erasures force row level security;
comment on table audit.tenant_erasures is 'tenant: erasures that were asked for, and the certificates of those that were carried out; stays when the tenant is gone';
comment on column audit.tenant_erasures.rows_before is 'rows by table when it began';
comment on column audit.tenant_erasures.interruption is 'why the last attempt stopped; null while one runs, and when the process was killed';
create policy looked_up_by_tenant on audit.tenant_erasures for select to cm_gatekeeper
  using (true);
create policy tenant_isolation on audit.tenant_erasures for all to public
  using ((tenant_id = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check ((tenant_id = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE UNIQUE INDEX a_tenant_is_erased_once ON audit.tenant_erasures USING btree (tenant_id) WHERE (state <> 'cancelled'::text);
CREATE TRIGGER audit_delete AFTER DELETE ON audit.tenant_erasures REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('audit', 'tenant_erasures', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON audit.tenant_erasures REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('audit', 'tenant_erasures', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON audit.tenant_erasures FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('audit', 'tenant_erasures', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON audit.tenant_erasures REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('audit', 'tenant_erasures', 'rows', 'id', '');
CREATE TRIGGER erasure_goes_forward BEFORE DELETE OR UPDATE ON audit.tenant_erasures FOR EACH ROW EXECUTE FUNCTION audit.keep_course_of_erasure(); -- enabled always
CREATE TRIGGER erasure_records_stay BEFORE TRUNCATE ON audit.tenant_erasures FOR EACH STATEMENT EXECUTE FUNCTION audit.keep_course_of_erasure(); -- enabled always
grant insert, select, update on audit.tenant_erasures to apg_admin;
grant select on audit.tenant_erasures to apg_readonly;
grant select on audit.tenant_erasures to apg_readwrite;
grant select (tenant_id, state) on audit.tenant_erasures to cm_gatekeeper;

create table cash_management.cm_access_rules (
  tenant_id cash_management.tenant_key not null,
  session_hours integer not null default 12,
  session_idle_minutes integer not null default 120,
  key_default_days integer not null default 90,
  key_max_days integer not null default 365,
  password_sign_in boolean not null default true,
  updated_at timestamp with time zone not null default now(),
  constraint cm_access_rules_pkey PRIMARY KEY (tenant_id),
  constraint access_rules_are_of_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint a_key_lasts_a_day_to_two_years CHECK ((((key_default_days >= 1) AND (key_default_days <= key_max_days)) AND (key_max_days <= 730))),
  constraint a_session_idles_five_minutes_to_a_day CHECK (((session_idle_minutes >= 5) AND (session_idle_minutes <= 1440))),
  constraint a_session_lasts_an_hour_to_a_week CHECK (((session_hours >= 1) AND (session_hours <= 168)))
);
alter table cash_management.cm_access_rules owner to cm_owner;
alter table cash_management.cm_access_rules enable row level security;
alter table cash_management.cm_access_rules force row level security;
comment on table cash_management.cm_access_rules is 'tenant: how long sessions and keys live, and whether passwords do; without a row the defaults hold';
comment on column cash_management.cm_access_rules.password_sign_in is 'false: only the identity provider and links; for tenants whose people all come from there';
create policy looked_up_at_sign_in on cash_management.cm_access_rules for select to cm_gatekeeper
  using (true);
create policy tenant_isolation on cash_management.cm_access_rules for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_access_rules REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_access_rules', 'rows', 'tenant_id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_access_rules REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_access_rules', 'rows', 'tenant_id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_access_rules FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_access_rules', 'rows', 'tenant_id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_access_rules REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_access_rules', 'rows', 'tenant_id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id ON cash_management.cm_access_rules FOR EACH ROW WHEN (((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text)) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id');
CREATE TRIGGER rules_are_guarded BEFORE INSERT OR UPDATE ON cash_management.cm_access_rules FOR EACH ROW EXECUTE FUNCTION cash_management.guard_sign_in_rules('session and key rules');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_access_rules FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant insert, select, update on cash_management.cm_access_rules to apg_readwrite;
grant select on cash_management.cm_access_rules to cm_gatekeeper;

create table cash_management.cm_account_identifiers (
  tenant_id cash_management.tenant_key not null,
  currency cash_management.currency_code not null,
  account_id uuid not null,
  created_at timestamp with time zone not null default now(),
  identifier_encrypted bytea not null,
  identifier_index text not null,
  constraint cm_account_identifiers_pkey PRIMARY KEY (tenant_id, identifier_index, currency),
  constraint identifier_names_an_account FOREIGN KEY (tenant_id, account_id) REFERENCES cash_management.cm_cash_accounts(tenant_id, id),
  constraint identifier_is_encrypted CHECK ((SUBSTRING(identifier_encrypted FROM 1 FOR 3) = '\x415047'::bytea))
);
alter table cash_management.cm_account_identifiers owner to cm_owner;
alter table cash_management.cm_account_identifiers enable row level security;
alter table cash_management.cm_account_identifiers force row level security;
comment on table cash_management.cm_account_identifiers is 'The names under which statements may speak of an account.';
comment on column cash_management.cm_account_identifiers.identifier_encrypted is 'encrypted by the program';
comment on column cash_management.cm_account_identifiers.identifier_index is 'blind index of the identifier';
create policy tenant_isolation on cash_management.cm_account_identifiers for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_account_identifiers_account ON cash_management.cm_account_identifiers USING btree (tenant_id, account_id);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_account_identifiers REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_account_identifiers', 'rows', 'identifier_index,currency', 'identifier_encrypted,identifier_index');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_account_identifiers REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_account_identifiers', 'rows', 'identifier_index,currency', 'identifier_encrypted,identifier_index');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_account_identifiers FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_account_identifiers', 'rows', 'identifier_index,currency', 'identifier_encrypted,identifier_index');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_account_identifiers REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_account_identifiers', 'rows', 'identifier_index,currency', 'identifier_encrypted,identifier_index');
CREATE TRIGGER identifier_is_guarded BEFORE INSERT OR UPDATE OF account_id ON cash_management.cm_account_identifiers FOR EACH ROW EXECUTE FUNCTION cash_management.guard_identifier();
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, identifier_index, currency ON cash_management.cm_account_identifiers FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.identifier_index IS DISTINCT FROM new.identifier_index) OR ((old.currency)::text IS DISTINCT FROM (new.currency)::text))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'identifier_index', 'currency');
grant select on cash_management.cm_account_identifiers to apg_readonly;
grant insert, select, update on cash_management.cm_account_identifiers to apg_readwrite;

create table cash_management.cm_alert_rules (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  name text not null,
  kind text not null,
  condition jsonb not null,
  severity text not null default 'warning'::text,
  recipients text[] not null default '{}'::text[],
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_alert_rules_pkey PRIMARY KEY (tenant_id, id),
  constraint alert_rule_name_is_used_once UNIQUE (tenant_id, name),
  constraint alert_rule_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint alert_kind_is_known CHECK ((kind = ANY (ARRAY['balance'::text, 'statement_late'::text, 'statement_break'::text, 'limit'::text, 'forecast'::text, 'risk'::text, 'connection'::text, 'fee'::text]))),
  constraint alert_severity_is_known CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'critical'::text]))),
  constraint condition_is_an_object CHECK ((jsonb_typeof(condition) = 'object'::text))
);
alter table cash_management.cm_alert_rules owner to cm_owner;
alter table cash_management.cm_alert_rules enable row level security;
alter table cash_management.cm_alert_rules force row level security;
comment on table cash_management.cm_alert_rules is 'tenant: what is watched, and who is told';
create policy tenant_isolation on cash_management.cm_alert_rules for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_alert_rules REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_alert_rules', 'rows', 'id', '', 'recipients');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_alert_rules REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_alert_rules', 'rows', 'id', '', 'recipients');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_alert_rules FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_alert_rules', 'rows', 'id', '', 'recipients');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_alert_rules REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_alert_rules', 'rows', 'id', '', 'recipients');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_alert_rules FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_alert_rules FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_alert_rules to apg_readonly;
grant insert, select, update on cash_management.cm_alert_rules to apg_readwrite;

create table cash_management.cm_alerts (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  rule_id uuid not null,
  subject text not null,
  severity text not null,
  message text not null,
  detail jsonb not null default '{}'::jsonb,
  raised_at timestamp with time zone not null default now(),
  acknowledged_at timestamp with time zone,
  acknowledged_by text,
  resolved_at timestamp with time zone,
  constraint cm_alerts_pkey PRIMARY KEY (tenant_id, id),
  constraint alert_follows_a_rule FOREIGN KEY (tenant_id, rule_id) REFERENCES cash_management.cm_alert_rules(tenant_id, id),
  constraint an_acknowledgement_is_by_somebody CHECK (((acknowledged_at IS NULL) = (acknowledged_by IS NULL))),
  constraint raised_alert_severity_is_known CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'critical'::text])))
);
alter table cash_management.cm_alerts owner to cm_owner;
alter table cash_management.cm_alerts enable row level security;
alter table cash_management.cm_alerts force row level security;
comment on table cash_management.cm_alerts is 'tenant: what was found; open until resolved, once per rule and subject';
create policy tenant_isolation on cash_management.cm_alerts for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE UNIQUE INDEX an_open_alert_is_raised_once ON cash_management.cm_alerts USING btree (tenant_id, rule_id, subject) WHERE (resolved_at IS NULL);
CREATE INDEX cm_alerts_newest ON cash_management.cm_alerts USING btree (tenant_id, raised_at DESC);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_alerts REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_alerts', 'rows', 'id', '', 'subject,message,detail');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_alerts REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_alerts', 'rows', 'id', '', 'subject,message,detail');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_alerts FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_alerts', 'rows', 'id', '', 'subject,message,detail');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_alerts REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_alerts', 'rows', 'id', '', 'subject,message,detail');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_alerts FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
grant select on cash_management.cm_alerts to apg_readonly;
grant insert, select on cash_management.cm_alerts to apg_readwrite;
grant update (acknowledged_at, acknowledged_by, resolved_at) on cash_management.cm_alerts to apg_readwrite;

create table cash_management.cm_api_keys (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  key_hash bytea not null,
  prefix text not null,
  scopes text[] not null,
  created_by uuid,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint cm_api_keys_pkey PRIMARY KEY (tenant_id, id),
  constraint key_hash_is_used_once UNIQUE (tenant_id, key_hash),
  constraint key_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint key_was_made_by_a_person FOREIGN KEY (tenant_id, created_by) REFERENCES cash_management.cm_people(tenant_id, id),
  constraint key_hash_is_a_sha256 CHECK ((octet_length(key_hash) = 32)),
  constraint key_name_is_not_blank CHECK (((name ~ '\S'::text) AND (length(name) <= 100))),
  constraint prefix_shows_little_of_the_key CHECK (((length(prefix) >= 4) AND (length(prefix) <= 16))),
  constraint scopes_are_known CHECK (((scopes <@ ARRAY['read'::text, 'write'::text, 'accounts:read'::text, 'accounts:write'::text, 'statements:read'::text, 'statements:import'::text, 'positions:read'::text, 'cash-flows:read'::text, 'cash-flows:write'::text, 'audit:read'::text]) AND ((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 10))))
);
alter table cash_management.cm_api_keys owner to cm_owner;
alter table cash_management.cm_api_keys enable row level security;
alter table cash_management.cm_api_keys force row level security;
comment on table cash_management.cm_api_keys is 'tenant: keys of programs; only the sha256 of a key is kept';
create policy looked_up_at_sign_in on cash_management.cm_api_keys for select to cm_gatekeeper
  using (true);
create policy tenant_isolation on cash_management.cm_api_keys for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_api_keys_by_hash ON cash_management.cm_api_keys USING btree (key_hash);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_api_keys REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_api_keys', 'rows', 'id', 'key_hash', 'name');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_api_keys REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_api_keys', 'rows', 'id', 'key_hash', 'name');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_api_keys FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_api_keys', 'rows', 'id', 'key_hash', 'name');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_api_keys REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_api_keys', 'rows', 'id', 'key_hash', 'name');
CREATE TRIGGER key_is_guarded BEFORE INSERT OR UPDATE OF name, expires_at, revoked_at ON cash_management.cm_api_keys FOR EACH ROW EXECUTE FUNCTION cash_management.guard_api_key();
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, key_hash, scopes ON cash_management.cm_api_keys FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.key_hash IS DISTINCT FROM new.key_hash) OR (old.scopes IS DISTINCT FROM new.scopes))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'key_hash', 'scopes');
grant insert, select, update on cash_management.cm_api_keys to apg_readwrite;
grant select on cash_management.cm_api_keys to cm_gatekeeper;

create table cash_management.cm_approval_kinds (
  kind text not null,
  title text not null,
  has_amount boolean not null,
  used_up_by text not null,
  constraint cm_approval_kinds_pkey PRIMARY KEY (kind),
  constraint it_is_used_up_by_a_table_or_a_call CHECK ((used_up_by = ANY (ARRAY['table'::text, 'call'::text]))),
  constraint kind_is_a_word CHECK ((kind ~ '^[a-z_]{3,40}$'::text))
);
alter table cash_management.cm_approval_kinds owner to cm_owner;
alter table cash_management.cm_approval_kinds enable row level security;
alter table cash_management.cm_approval_kinds force row level security;
comment on table cash_management.cm_approval_kinds is 'reference: deeds that can need another person; table: a trigger there uses the approval up, call: use_approval() does';
create policy same_for_all_tenants on cash_management.cm_approval_kinds for all to public
  using (true)
  with check (true);
grant select on cash_management.cm_approval_kinds to apg_admin;
grant select on cash_management.cm_approval_kinds to apg_readonly;
grant select on cash_management.cm_approval_kinds to apg_readwrite;

create table cash_management.cm_approval_policies (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  kind text not null,
  above_minor bigint,
  currency cash_management.currency_code,
  approvals_needed smallint not null default 1,
  approver_role text not null default 'approver'::text,
  expires_after_hours integer not null default 72,
  created_by text not null default cash_management.current_actor(),
  created_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  constraint cm_approval_policies_pkey PRIMARY KEY (tenant_id, id),
  constraint rule_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint rule_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint rule_is_for_a_known_kind FOREIGN KEY (kind) REFERENCES cash_management.cm_approval_kinds(kind),
  constraint a_limit_has_a_currency CHECK (((above_minor IS NULL) = (currency IS NULL))),
  constraint a_limit_is_not_negative CHECK ((above_minor >= 0)),
  constraint a_request_waits_an_hour_to_a_month CHECK (((expires_after_hours >= 1) AND (expires_after_hours <= 744))),
  constraint approver_role_is_known CHECK ((approver_role = ANY (ARRAY['treasurer'::text, 'approver'::text, 'administrator'::text]))),
  constraint ending_a_rule_has_a_rule_already CHECK ((kind <> 'approval_policy'::text)),
  constraint one_to_three_people_approve CHECK (((approvals_needed >= 1) AND (approvals_needed <= 3)))
);
alter table cash_management.cm_approval_policies owner to cm_owner;
alter table cash_management.cm_approval_policies enable row level security;
alter table cash_management.cm_approval_policies force row level security;
comment on table cash_management.cm_approval_policies is 'tenant: what needs other people, from which amount, how many, of which role; a rule is never changed, it is ended under itself';
comment on column cash_management.cm_approval_policies.above_minor is 'amounts up to and including this one need nobody; null: every deed of the kind';
create policy tenant_isolation on cash_management.cm_approval_policies for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_approval_policies_in_force ON cash_management.cm_approval_policies USING btree (tenant_id, kind) WHERE (ended_at IS NULL);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_approval_policies REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_approval_policies', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_approval_policies REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_approval_policies', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_approval_policies FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_approval_policies', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_approval_policies REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_approval_policies', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, kind, above_minor, currency, approvals_needed, approver_role, expires_after_hours, created_by, created_at ON cash_management.cm_approval_policies FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.kind IS DISTINCT FROM new.kind) OR (old.above_minor IS DISTINCT FROM new.above_minor) OR ((old.currency)::text IS DISTINCT FROM (new.currency)::text) OR (old.approvals_needed IS DISTINCT FROM new.approvals_needed) OR (old.approver_role IS DISTINCT FROM new.approver_role) OR (old.expires_after_hours IS DISTINCT FROM new.expires_after_hours) OR (old.created_by IS DISTINCT FROM new.created_by) OR (old.created_at IS DISTINCT FROM new.created_at))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'kind', 'above_minor', 'currency', 'approvals_needed', 'approver_role', 'expires_after_hours', 'created_by', 'created_at');
CREATE TRIGGER rule_is_guarded BEFORE INSERT OR UPDATE ON cash_management.cm_approval_policies FOR EACH ROW EXECUTE FUNCTION cash_management.guard_approval_rule();
grant select on cash_management.cm_approval_policies to apg_readonly;
grant insert, select on cash_management.cm_approval_policies to apg_readwrite;
grant update (ended_at) on cash_management.cm_approval_policies to apg_readwrite;

create table cash_management.cm_approval_requests (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  kind text not null,
  subject text not null,
  amount_minor bigint,
  currency cash_management.currency_code,
  payload jsonb not null,
  payload_hash bytea not null,
  reason text,
  policy_id uuid not null,
  approvals_needed smallint not null,
  approver_role text not null,
  requested_by text not null,
  requested_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  state text not null default 'waiting'::text,
  decided_at timestamp with time zone,
  executed_at timestamp with time zone,
  executed_by text,
  executed_in xid8,
  input_encrypted bytea,
  code_hash bytea,
  constraint cm_approval_requests_pkey PRIMARY KEY (tenant_id, id),
  constraint request_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint request_follows_a_rule FOREIGN KEY (tenant_id, policy_id) REFERENCES cash_management.cm_approval_policies(tenant_id, id),
  constraint request_is_of_a_known_kind FOREIGN KEY (kind) REFERENCES cash_management.cm_approval_kinds(kind),
  constraint a_requested_amount_has_a_currency CHECK (((amount_minor IS NULL) = (currency IS NULL))),
  constraint approval_code_hash_is_a_sha256 CHECK ((octet_length(code_hash) = 32)),
  constraint approval_input_is_encrypted CHECK ((SUBSTRING(input_encrypted FROM 1 FOR 3) = '\x415047'::bytea)),
  constraint it_is_executed_once_and_by_somebody CHECK ((((state = 'executed'::text) = (executed_at IS NOT NULL)) AND ((executed_at IS NULL) = (executed_in IS NULL)))),
  constraint payload_hash_is_a_sha256 CHECK ((octet_length(payload_hash) = 32)),
  constraint payload_is_an_object CHECK ((jsonb_typeof(payload) = 'object'::text)),
  constraint reason_is_short CHECK ((length(reason) <= 1000)),
  constraint request_state_is_known CHECK ((state = ANY (ARRAY['waiting'::text, 'approved'::text, 'refused'::text, 'withdrawn'::text, 'executed'::text]))),
  constraint subject_is_short CHECK (((length(subject) >= 1) AND (length(subject) <= 400)))
);
alter table cash_management.cm_approval_requests owner to cm_owner;
alter table cash_management.cm_approval_requests enable row level security;
alter table cash_management.cm_approval_requests force row level security;
comment on table cash_management.cm_approval_requests is 'tenant: deeds that wait for other people; what is asked never changes, and what is approved is done once';
comment on column cash_management.cm_approval_requests.payload_hash is 'sha256 over kind, subject, amount, currency and payload: the guarded write is held against it';
comment on column cash_management.cm_approval_requests.input_encrypted is 'encrypted by the program: what carrying it out needs; gone once that is done, refused or withdrawn';
comment on column cash_management.cm_approval_requests.code_hash is 'sha256 of the code that who approved tells the person: without it the link of who asked opens nothing';
create policy tenant_isolation on cash_management.cm_approval_requests for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE UNIQUE INDEX a_deed_waits_once ON cash_management.cm_approval_requests USING btree (tenant_id, payload_hash) WHERE (state = ANY (ARRAY['waiting'::text, 'approved'::text]));
CREATE INDEX cm_approval_requests_newest ON cash_management.cm_approval_requests USING btree (tenant_id, requested_at DESC, id);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_approval_requests REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_approval_requests', 'rows', 'id', 'input_encrypted,code_hash', 'subject,payload,reason');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_approval_requests REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_approval_requests', 'rows', 'id', 'input_encrypted,code_hash', 'subject,payload,reason');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_approval_requests FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_approval_requests', 'rows', 'id', 'input_encrypted,code_hash', 'subject,payload,reason');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_approval_requests REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_approval_requests', 'rows', 'id', 'input_encrypted,code_hash', 'subject,payload,reason');
CREATE TRIGGER input_goes_with_the_request BEFORE UPDATE OF state ON cash_management.cm_approval_requests FOR EACH ROW WHEN ((new.state = ANY (ARRAY['refused'::text, 'withdrawn'::text, 'executed'::text]))) EXECUTE FUNCTION cash_management.forget_approval_input();
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, kind, subject, amount_minor, currency, payload, payload_hash, reason, policy_id, approvals_needed, approver_role, requested_by, requested_at, expires_at ON cash_management.cm_approval_requests FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.kind IS DISTINCT FROM new.kind) OR (old.subject IS DISTINCT FROM new.subject) OR (old.amount_minor IS DISTINCT FROM new.amount_minor) OR ((old.currency)::text IS DISTINCT FROM (new.currency)::text) OR (old.payload IS DISTINCT FROM new.payload) OR (old.payload_hash IS DISTINCT FROM new.payload_hash) OR (old.reason IS DISTINCT FROM new.reason) OR (old.policy_id IS DISTINCT FROM new.policy_id) OR (old.approvals_needed IS DISTINCT FROM new.approvals_needed) OR (old.approver_role IS DISTINCT FROM new.approver_role) OR (old.requested_by IS DISTINCT FROM new.requested_by) OR (old.requested_at IS DISTINCT FROM new.requested_at) OR (old.expires_at IS DISTINCT FROM new.expires_at))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'kind', 'subject', 'amount_minor', 'currency', 'payload', 'payload_hash', 'reason', 'policy_id', 'approvals_needed', 'approver_role', 'requested_by', 'requested_at', 'expires_at');
grant select on cash_management.cm_approval_requests to apg_readwrite;
grant select (tenant_id, id, kind, subject, amount_minor, currency, payload, payload_hash, reason, policy_id, approvals_needed, approver_role, requested_by, requested_at, expires_at, state, decided_at, executed_at, executed_by, executed_in) on cash_management.cm_approval_requests to apg_readonly;

create table cash_management.cm_approvals (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  subject_kind text not null,
  subject_id uuid not null,
  decision text not null,
  decided_by text not null,
  decided_at timestamp with time zone not null default now(),
  amount_minor bigint,
  currency cash_management.currency_code,
  reason text,
  constraint cm_approvals_pkey PRIMARY KEY (tenant_id, id),
  constraint a_person_decides_once UNIQUE (tenant_id, subject_kind, subject_id, decided_by),
  constraint approval_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint approval_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint decision_is_on_a_request FOREIGN KEY (tenant_id, subject_id) REFERENCES cash_management.cm_approval_requests(tenant_id, id),
  constraint a_rejection_gives_a_reason CHECK (((decision = 'approved'::text) OR (COALESCE(reason, ''::text) ~ '\S'::text))),
  constraint an_amount_has_a_currency CHECK (((amount_minor IS NULL) = (currency IS NULL))),
  constraint decision_is_known CHECK ((decision = ANY (ARRAY['approved'::text, 'rejected'::text])))
);
alter table cash_management.cm_approvals owner to cm_owner;
alter table cash_management.cm_approvals enable row level security;
alter table cash_management.cm_approvals force row level security;
comment on table cash_management.cm_approvals is 'tenant: decisions of two pairs of eyes; a person decides once on a subject';
create policy tenant_isolation on cash_management.cm_approvals for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_approvals_of_a_request ON cash_management.cm_approvals USING btree (tenant_id, subject_id);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_approvals REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_approvals', 'rows', 'id', '', 'reason');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_approvals REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_approvals', 'rows', 'id', '', 'reason');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_approvals FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_approvals', 'rows', 'id', '', 'reason');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_approvals REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_approvals', 'rows', 'id', '', 'reason');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF subject_kind, subject_id, decision, decided_by, decided_at, reason ON cash_management.cm_approvals FOR EACH ROW WHEN (((old.subject_kind IS DISTINCT FROM new.subject_kind) OR (old.subject_id IS DISTINCT FROM new.subject_id) OR (old.decision IS DISTINCT FROM new.decision) OR (old.decided_by IS DISTINCT FROM new.decided_by) OR (old.decided_at IS DISTINCT FROM new.decided_at) OR (old.reason IS DISTINCT FROM new.reason))) EXECUTE FUNCTION cash_management.refuse_key_change('subject_kind', 'subject_id', 'decision', 'decided_by', 'decided_at', 'reason');
grant select on cash_management.cm_approvals to apg_readonly;
grant select on cash_management.cm_approvals to apg_readwrite;

create table cash_management.cm_bank_connections (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  bank_id uuid not null,
  kind text not null default 'upload'::text,
  name text not null,
  connection_status text not null default 'untested'::text,
  last_test_date timestamp with time zone,
  last_success_at timestamp with time zone,
  last_error text,
  is_active boolean not null default true,
  formats text[] not null default '{}'::text[],
  expected_by time without time zone,
  expected_by_time_zone text,
  consent_until timestamp with time zone,
  credentials bytea,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  credentials_index text,
  profile_id uuid,
  settings jsonb not null default '{}'::jsonb,
  host_key text,
  schedule text,
  sla_minutes integer not null default 60,
  covered_through date,
  api_key_id uuid,
  failures integer not null default 0,
  constraint cm_bank_connections_pkey PRIMARY KEY (tenant_id, id),
  constraint connection_is_to_a_bank FOREIGN KEY (tenant_id, bank_id) REFERENCES cash_management.cm_banks(tenant_id, id),
  constraint connection_reads_with_a_profile FOREIGN KEY (tenant_id, profile_id) REFERENCES cash_management.cm_statement_profiles(tenant_id, id),
  constraint connection_uses_a_key_of_the_tenant FOREIGN KEY (tenant_id, api_key_id) REFERENCES cash_management.cm_api_keys(tenant_id, id),
  constraint connection_failures_are_counted_up CHECK ((failures >= 0)),
  constraint connection_kind_is_known CHECK ((kind = ANY (ARRAY['upload'::text, 'folder'::text, 'mail'::text, 'ebics'::text, 'sftp'::text, 'swift'::text, 'api'::text, 'psd2'::text]))),
  constraint connection_name_is_not_blank CHECK (((name ~ '\S'::text) AND (length(name) <= 200))),
  constraint connection_settings_are_an_object CHECK ((jsonb_typeof(settings) = 'object'::text)),
  constraint connection_status_is_known CHECK ((connection_status = ANY (ARRAY['untested'::text, 'connected'::text, 'degraded'::text, 'failed'::text, 'expired'::text]))),
  constraint credentials_are_encrypted CHECK ((SUBSTRING(credentials FROM 1 FOR 3) = '\x415047'::bytea)),
  constraint credentials_have_a_fingerprint CHECK (((credentials IS NULL) = (credentials_index IS NULL))),
  constraint expected_time_has_a_zone CHECK (((expected_by IS NULL) = (expected_by_time_zone IS NULL))),
  constraint host_key_has_its_form CHECK ((host_key ~ '^SHA256:[A-Za-z0-9+/]{43}$'::text)),
  constraint sla_is_at_most_a_week CHECK (((sla_minutes >= 0) AND (sla_minutes <= 10080)))
);
alter table cash_management.cm_bank_connections owner to cm_owner;
alter table cash_management.cm_bank_connections enable row level security;
alter table cash_management.cm_bank_connections force row level security;
comment on table cash_management.cm_bank_connections is 'tenant: how a bank is reached, and when its statement is due';
comment on column cash_management.cm_bank_connections.credentials is 'encrypted by the program; the database never sees a key';
comment on column cash_management.cm_bank_connections.credentials_index is 'blind index of the credentials: what a four-eyes rule holds a change against';
comment on column cash_management.cm_bank_connections.profile_id is 'how its tables are read, and whose they are; null: as each file tells';
comment on column cash_management.cm_bank_connections.settings is 'where and what: host, path, patterns, what becomes of a file at the bank; never a secret';
comment on column cash_management.cm_bank_connections.host_key is 'fingerprint that somebody confirmed; a server with another key is not spoken to';
comment on column cash_management.cm_bank_connections.schedule is '"every 15m" or five cron fields in the zone of the bank; null: only by hand';
comment on column cash_management.cm_bank_connections.sla_minutes is 'how long after expected_by a delivery counts as late';
comment on column cash_management.cm_bank_connections.covered_through is 'the last day that a statement which came this way is about';
comment on column cash_management.cm_bank_connections.failures is 'syncs that failed in a row';
create policy tenant_isolation on cash_management.cm_bank_connections for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_bank_connections_by_api_key ON cash_management.cm_bank_connections USING btree (tenant_id, api_key_id) WHERE (api_key_id IS NOT NULL);
CREATE INDEX cm_bank_connections_by_profile ON cash_management.cm_bank_connections USING btree (tenant_id, profile_id) WHERE (profile_id IS NOT NULL);
CREATE INDEX cm_bank_connections_by_status ON cash_management.cm_bank_connections USING btree (tenant_id, connection_status, last_test_date);
CREATE UNIQUE INDEX one_active_connection_per_bank_and_name ON cash_management.cm_bank_connections USING btree (tenant_id, bank_id, name) WHERE is_active;
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_bank_connections REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_bank_connections', 'rows', 'id', 'credentials,credentials_index', 'last_error,settings');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_bank_connections REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_bank_connections', 'rows', 'id', 'credentials,credentials_index', 'last_error,settings');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_bank_connections FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_bank_connections', 'rows', 'id', 'credentials,credentials_index', 'last_error,settings');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_bank_connections REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_bank_connections', 'rows', 'id', 'credentials,credentials_index', 'last_error,settings');
CREATE TRIGGER connection_is_guarded BEFORE INSERT OR UPDATE ON cash_management.cm_bank_connections FOR EACH ROW EXECUTE FUNCTION cash_management.guard_row('bank_connection', 'cm_bank_connections', 'credentials,connection_status,last_test_date,last_success_at,last_error,covered_through,failures');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_bank_connections FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_bank_connections FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant insert, select, update on cash_management.cm_bank_connections to apg_readwrite;
grant select (tenant_id, id, bank_id, kind, name, connection_status, last_test_date, last_success_at, last_error, is_active, formats, expected_by, expected_by_time_zone, consent_until, created_at, updated_at, profile_id, settings, host_key, schedule, sla_minutes, covered_through, api_key_id, failures) on cash_management.cm_bank_connections to apg_readonly;

create table cash_management.cm_bank_file_deliveries (
  tenant_id cash_management.tenant_key not null,
  file_id uuid not null,
  ordinal integer not null,
  delivery_id uuid not null,
  constraint cm_bank_file_deliveries_pkey PRIMARY KEY (tenant_id, file_id, ordinal),
  constraint delivery_came_as_a_file FOREIGN KEY (tenant_id, file_id) REFERENCES cash_management.cm_bank_files(tenant_id, id),
  constraint file_became_a_delivery FOREIGN KEY (tenant_id, delivery_id) REFERENCES cash_management.cm_deliveries(tenant_id, id)
);
alter table cash_management.cm_bank_file_deliveries owner to cm_owner;
alter table cash_management.cm_bank_file_deliveries enable row level security;
alter table cash_management.cm_bank_file_deliveries force row level security;
comment on table cash_management.cm_bank_file_deliveries is 'tenant: which deliveries a file of a bank became';
create policy tenant_isolation on cash_management.cm_bank_file_deliveries for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_bank_file_deliveries_by_delivery ON cash_management.cm_bank_file_deliveries USING btree (tenant_id, delivery_id);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_bank_file_deliveries REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_bank_file_deliveries', 'rows', 'file_id,ordinal', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_bank_file_deliveries REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_bank_file_deliveries', 'rows', 'file_id,ordinal', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_bank_file_deliveries FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_bank_file_deliveries', 'rows', 'file_id,ordinal', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_bank_file_deliveries REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_bank_file_deliveries', 'rows', 'file_id,ordinal', '');
grant select on cash_management.cm_bank_file_deliveries to apg_readonly;
grant insert, select on cash_management.cm_bank_file_deliveries to apg_readwrite;

create table cash_management.cm_bank_file_pieces (
  tenant_id cash_management.tenant_key not null,
  file_id uuid not null,
  ordinal integer not null,
  content_encrypted bytea not null,
  constraint cm_bank_file_pieces_pkey PRIMARY KEY (tenant_id, file_id, ordinal),
  constraint piece_is_of_a_file FOREIGN KEY (tenant_id, file_id) REFERENCES cash_management.cm_bank_files(tenant_id, id),
  constraint bank_file_piece_is_encrypted CHECK ((SUBSTRING(content_encrypted FROM 1 FOR 3) = '\x415047'::bytea))
);
alter table cash_management.cm_bank_file_pieces owner to cm_owner;
alter table cash_management.cm_bank_file_pieces enable row level security;
alter table cash_management.cm_bank_file_pieces force row level security;
comment on table cash_management.cm_bank_file_pieces is 'tenant: the bytes of a file on its way, as the bank has them, encrypted by the program';
alter table cash_management.cm_bank_file_pieces alter column content_encrypted set storage external;
create policy tenant_isolation on cash_management.cm_bank_file_pieces for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
grant delete, insert, select on cash_management.cm_bank_file_pieces to apg_readwrite;

create table cash_management.cm_bank_files (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  connection_id uuid not null,
  name_encrypted bytea not null,
  version_index text not null,
  byte_count bigint not null,
  modified_at timestamp with time zone,
  sha256_encrypted bytea,
  sync_status text not null default 'settling'::text,
  last_sync_attempt timestamp with time zone,
  attempts integer not null default 0,
  next_attempt_at timestamp with time zone,
  stored_bytes bigint not null default 0,
  outcome text,
  problem jsonb,
  at_bank text not null default 'there'::text,
  moved_to_encrypted bytea,
  first_seen_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  ended_by text,
  constraint cm_bank_files_pkey PRIMARY KEY (tenant_id, id),
  constraint a_version_of_a_file_is_taken_once UNIQUE (tenant_id, connection_id, version_index),
  constraint file_is_of_a_connection FOREIGN KEY (tenant_id, connection_id) REFERENCES cash_management.cm_bank_connections(tenant_id, id),
  constraint bank_file_digest_is_encrypted CHECK ((SUBSTRING(sha256_encrypted FROM 1 FOR 3) = '\x415047'::bytea)),
  constraint bank_file_name_is_encrypted CHECK ((SUBSTRING(name_encrypted FROM 1 FOR 3) = '\x415047'::bytea)),
  constraint bank_file_target_is_encrypted CHECK ((SUBSTRING(moved_to_encrypted FROM 1 FOR 3) = '\x415047'::bytea)),
  constraint bytes_are_counted_up CHECK (((byte_count >= 0) AND ((stored_bytes >= 0) AND (stored_bytes <= byte_count)))),
  constraint file_outcome_is_known CHECK ((outcome = ANY (ARRAY['imported'::text, 'duplicate'::text, 'refused'::text]))),
  constraint file_place_is_known CHECK ((at_bank = ANY (ARRAY['there'::text, 'left'::text, 'moved'::text, 'deleted'::text, 'gone'::text]))),
  constraint only_what_was_imported_is_moved_or_deleted CHECK (((at_bank <> ALL (ARRAY['moved'::text, 'deleted'::text])) OR (outcome = ANY (ARRAY['imported'::text, 'duplicate'::text])))),
  constraint sync_attempts_are_counted_up CHECK ((attempts >= 0)),
  constraint sync_status_is_known CHECK ((sync_status = ANY (ARRAY['settling'::text, 'pending'::text, 'stored'::text, 'imported'::text, 'failed'::text, 'error'::text, 'dismissed'::text, 'replaced'::text]))),
  constraint what_is_wrong_says_why CHECK (((sync_status <> ALL (ARRAY['failed'::text, 'error'::text])) OR (problem IS NOT NULL)))
);
alter table cash_management.cm_bank_files owner to cm_owner;
alter table cash_management.cm_bank_files enable row level security;
alter table cash_management.cm_bank_files force row level security;
comment on table cash_management.cm_bank_files is 'tenant: each version of a file at a bank (name, size, time), and how far it has come';
comment on column cash_management.cm_bank_files.version_index is 'blind index of name, size and time of change: the same version is taken once';
comment on column cash_management.cm_bank_files.stored_bytes is 'how much of it lies in cm_bank_file_pieces: a transfer goes on behind that';
comment on column cash_management.cm_bank_files.at_bank is 'what became of the file at the bank';
create policy tenant_isolation on cash_management.cm_bank_files for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_bank_files_by_sync_status ON cash_management.cm_bank_files USING btree (tenant_id, sync_status, last_sync_attempt) WHERE (sync_status = ANY (ARRAY['pending'::text, 'failed'::text]));
CREATE INDEX cm_bank_files_newest ON cash_management.cm_bank_files USING btree (tenant_id, connection_id, first_seen_at DESC, id DESC);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_bank_files REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_bank_files', 'rows', 'id', 'name_encrypted,version_index,sha256_encrypted,moved_to_encrypted', 'problem');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_bank_files REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_bank_files', 'rows', 'id', 'name_encrypted,version_index,sha256_encrypted,moved_to_encrypted', 'problem');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_bank_files FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_bank_files', 'rows', 'id', 'name_encrypted,version_index,sha256_encrypted,moved_to_encrypted', 'problem');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_bank_files REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_bank_files', 'rows', 'id', 'name_encrypted,version_index,sha256_encrypted,moved_to_encrypted', 'problem');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, connection_id ON cash_management.cm_bank_files FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.connection_id IS DISTINCT FROM new.connection_id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'connection_id');
CREATE TRIGGER what_was_taken_stays BEFORE DELETE ON cash_management.cm_bank_files FOR EACH ROW EXECUTE FUNCTION cash_management.refuse_forgetting_a_file();
grant select on cash_management.cm_bank_files to apg_readonly;
grant delete, insert, select, update on cash_management.cm_bank_files to apg_readwrite;

create table cash_management.cm_bank_jobs (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  connection_id uuid not null,
  kind text not null,
  state text not null default 'waiting'::text,
  run_at timestamp with time zone not null,
  attempt integer not null default 1,
  requested_by text not null default cash_management.current_actor(),
  worker uuid,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  result jsonb not null default '{}'::jsonb,
  problem jsonb,
  created_at timestamp with time zone not null default now(),
  constraint cm_bank_jobs_pkey PRIMARY KEY (tenant_id, id),
  constraint job_is_of_a_connection FOREIGN KEY (tenant_id, connection_id) REFERENCES cash_management.cm_bank_connections(tenant_id, id),
  constraint a_failed_job_says_why CHECK (((state = 'failed'::text) = (problem IS NOT NULL))),
  constraint a_running_job_has_a_worker CHECK (((state = 'running'::text) = (worker IS NOT NULL))),
  constraint an_ended_job_has_an_end CHECK (((state = ANY (ARRAY['done'::text, 'failed'::text])) = (ended_at IS NOT NULL))),
  constraint job_attempts_count_from_one CHECK ((attempt >= 1)),
  constraint job_kind_is_known CHECK ((kind = ANY (ARRAY['sync'::text, 'arrival'::text]))),
  constraint job_state_is_known CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text])))
);
alter table cash_management.cm_bank_jobs owner to cm_owner;
alter table cash_management.cm_bank_jobs enable row level security;
alter table cash_management.cm_bank_jobs force row level security;
comment on table cash_management.cm_bank_jobs is 'tenant: syncs and checks of arrival, waiting, running and past; not audited: what they change is';
comment on column cash_management.cm_bank_jobs.run_at is 'from when on it may be taken; of a running job, when its worker is given up';
create policy looked_up_when_due on cash_management.cm_bank_jobs for select to cm_gatekeeper
  using (true);
create policy tenant_isolation on cash_management.cm_bank_jobs for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE UNIQUE INDEX a_job_waits_once ON cash_management.cm_bank_jobs USING btree (tenant_id, connection_id, kind) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));
CREATE INDEX cm_bank_jobs_due ON cash_management.cm_bank_jobs USING btree (run_at) WHERE (state = ANY (ARRAY['waiting'::text, 'running'::text]));
CREATE INDEX cm_bank_jobs_newest ON cash_management.cm_bank_jobs USING btree (tenant_id, connection_id, created_at DESC);
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, connection_id ON cash_management.cm_bank_jobs FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.connection_id IS DISTINCT FROM new.connection_id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'connection_id');
grant select on cash_management.cm_bank_jobs to apg_readonly;
grant delete, insert, select, update on cash_management.cm_bank_jobs to apg_readwrite;
grant select on cash_management.cm_bank_jobs to cm_gatekeeper;

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
  counterparty_bic text,
  remittance text,
  structured_reference text,
  purpose text,
  counterparty_account_encrypted bytea,
  counterparty_account_index text,
  counterparty_account_last_four text,
  constraint cm_bank_transaction_details_pkey PRIMARY KEY (tenant_id, transaction_id, ordinal, booking_date),
  constraint detail_stands_under_a_transaction FOREIGN KEY (tenant_id, transaction_id, booking_date) REFERENCES cash_management.cm_bank_transactions(tenant_id, id, booking_date),
  constraint counterparty_account_is_encrypted CHECK ((SUBSTRING(counterparty_account_encrypted FROM 1 FOR 3) = '\x415047'::bytea)),
  constraint detail_id_carries_its_day CHECK ((cash_management.day_of_id(transaction_id) = booking_date))
)
partition by range (booking_date);
alter table cash_management.cm_bank_transaction_details owner to cm_owner;
alter table cash_management.cm_bank_transaction_details enable row level security;
alter table cash_management.cm_bank_transaction_details force row level security;
comment on table cash_management.cm_bank_transaction_details is 'TxDtls of batch entries: under their transaction, never beside it.';
comment on column cash_management.cm_bank_transaction_details.counterparty_account_encrypted is 'encrypted by the program';
comment on column cash_management.cm_bank_transaction_details.counterparty_account_index is 'blind index of the partner''s account';
create policy tenant_isolation on cash_management.cm_bank_transaction_details for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_bank_transaction_details_by_partner ON cash_management.cm_bank_transaction_details USING btree (tenant_id, counterparty_account_index) WHERE (counterparty_account_index IS NOT NULL);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_bank_transaction_details REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_bank_transaction_details', 'batch', 'transaction_id,ordinal,booking_date', 'counterparty_account_encrypted,counterparty_account_index', 'counterparty_name,remittance');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_bank_transaction_details REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_bank_transaction_details', 'batch', 'transaction_id,ordinal,booking_date', 'counterparty_account_encrypted,counterparty_account_index', 'counterparty_name,remittance');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_bank_transaction_details FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_bank_transaction_details', 'batch', 'transaction_id,ordinal,booking_date', 'counterparty_account_encrypted,counterparty_account_index', 'counterparty_name,remittance');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_bank_transaction_details REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_bank_transaction_details', 'batch', 'transaction_id,ordinal,booking_date', 'counterparty_account_encrypted,counterparty_account_index', 'counterparty_name,remittance');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, transaction_id, ordinal, booking_date, amount_minor ON cash_management.cm_bank_transaction_details FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.transaction_id IS DISTINCT FROM new.transaction_id) OR (old.ordinal IS DISTINCT FROM new.ordinal) OR (old.booking_date IS DISTINCT FROM new.booking_date) OR (old.amount_minor IS DISTINCT FROM new.amount_minor))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'transaction_id', 'ordinal', 'booking_date', 'amount_minor');
grant select on cash_management.cm_bank_transaction_details to apg_readonly;
grant insert, select on cash_management.cm_bank_transaction_details to apg_readwrite;

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
  counterparty_bic text,
  remittance text,
  structured_reference text,
  purpose text,
  batch_count integer,
  detail_count integer not null default 0,
  line integer not null,
  fingerprint uuid not null,
  occurrence integer not null,
  sync_status text not null default 'synced'::text,
  last_sync_attempt timestamp with time zone,
  recorded_at timestamp with time zone not null,
  superseded_at timestamp with time zone,
  counterparty_account_encrypted bytea,
  counterparty_account_index text,
  counterparty_account_last_four text,
  constraint cm_bank_transactions_pkey PRIMARY KEY (tenant_id, id, booking_date),
  constraint a_bank_transaction_is_posted_once UNIQUE (tenant_id, account_id, booking_date, fingerprint, occurrence),
  constraint bank_transaction_is_of_an_account FOREIGN KEY (tenant_id, account_id) REFERENCES cash_management.cm_cash_account_keys(tenant_id, id),
  constraint bank_transaction_id_carries_its_day CHECK ((cash_management.day_of_id(id) = booking_date)),
  constraint bank_transaction_occurrence_counts_from_one CHECK ((occurrence >= 1)),
  constraint bank_transaction_state_is_known CHECK ((state = ANY (ARRAY['booked'::text, 'provisional'::text, 'pending'::text, 'information'::text]))),
  constraint bank_transaction_sync_status_is_known CHECK ((sync_status = ANY (ARRAY['pending'::text, 'synced'::text, 'failed'::text]))),
  constraint counterparty_account_is_encrypted CHECK ((SUBSTRING(counterparty_account_encrypted FROM 1 FOR 3) = '\x415047'::bytea))
)
partition by range (booking_date);
alter table cash_management.cm_bank_transactions owner to cm_owner;
alter table cash_management.cm_bank_transactions enable row level security;
alter table cash_management.cm_bank_transactions force row level security;
comment on table cash_management.cm_bank_transactions is 'Entries of bank statements (Ntry, :61:, 16), append-only; superseded_at ends what a later statement replaced.';
comment on column cash_management.cm_bank_transactions.remittance is 'as the bank tells it, not encrypted';
comment on column cash_management.cm_bank_transactions.counterparty_account_encrypted is 'encrypted by the program';
comment on column cash_management.cm_bank_transactions.counterparty_account_index is 'blind index of the partner''s account';
create policy tenant_isolation on cash_management.cm_bank_transactions for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_bank_transactions_by_partner ON cash_management.cm_bank_transactions USING btree (tenant_id, counterparty_account_index) WHERE (counterparty_account_index IS NOT NULL);
CREATE INDEX cm_bank_transactions_to_sync ON cash_management.cm_bank_transactions USING btree (tenant_id, sync_status, last_sync_attempt) WHERE (sync_status = ANY (ARRAY['pending'::text, 'failed'::text]));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_bank_transactions REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_bank_transactions', 'batch', 'id,booking_date', 'counterparty_account_encrypted,counterparty_account_index', 'counterparty_name,remittance,reference');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_bank_transactions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_bank_transactions', 'batch', 'id,booking_date', 'counterparty_account_encrypted,counterparty_account_index', 'counterparty_name,remittance,reference');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_bank_transactions FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_bank_transactions', 'batch', 'id,booking_date', 'counterparty_account_encrypted,counterparty_account_index', 'counterparty_name,remittance,reference');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_bank_transactions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_bank_transactions', 'batch', 'id,booking_date', 'counterparty_account_encrypted,counterparty_account_index', 'counterparty_name,remittance,reference');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, account_id, statement_id, booking_date, amount_minor, currency ON cash_management.cm_bank_transactions FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.account_id IS DISTINCT FROM new.account_id) OR (old.statement_id IS DISTINCT FROM new.statement_id) OR (old.booking_date IS DISTINCT FROM new.booking_date) OR (old.amount_minor IS DISTINCT FROM new.amount_minor) OR ((old.currency)::text IS DISTINCT FROM (new.currency)::text))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'account_id', 'statement_id', 'booking_date', 'amount_minor', 'currency');
grant select on cash_management.cm_bank_transactions to apg_readonly;
grant insert, select on cash_management.cm_bank_transactions to apg_readwrite;
grant update (sync_status, last_sync_attempt, superseded_at) on cash_management.cm_bank_transactions to apg_readwrite;

create table cash_management.cm_banks (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  bic text,
  country text,
  time_zone text not null default 'Europe/Berlin'::text,
  calendar_id uuid,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_banks_pkey PRIMARY KEY (tenant_id, id),
  constraint bic_is_used_once UNIQUE (tenant_id, bic),
  constraint bank_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint bank_calendar_exists FOREIGN KEY (tenant_id, calendar_id) REFERENCES cash_management.cm_calendars(tenant_id, id),
  constraint bank_country_is_iso_3166 CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint bank_name_is_not_blank CHECK (((name ~ '\S'::text) AND (length(name) <= 200))),
  constraint bic_has_8_or_11_characters CHECK ((bic ~ '^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$'::text))
);
alter table cash_management.cm_banks owner to cm_owner;
alter table cash_management.cm_banks enable row level security;
alter table cash_management.cm_banks force row level security;
comment on table cash_management.cm_banks is 'tenant: banks as this tenant knows them';
create policy tenant_isolation on cash_management.cm_banks for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_banks REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_banks', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_banks REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_banks', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_banks FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_banks', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_banks REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_banks', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_banks FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_banks FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_banks to apg_readonly;
grant insert, select, update on cash_management.cm_banks to apg_readwrite;

create table cash_management.cm_calendar_days (
  tenant_id cash_management.tenant_key not null,
  calendar_id uuid not null,
  day date not null,
  kind text not null default 'holiday'::text,
  name text,
  constraint cm_calendar_days_pkey PRIMARY KEY (tenant_id, calendar_id, day),
  constraint day_is_of_a_calendar FOREIGN KEY (tenant_id, calendar_id) REFERENCES cash_management.cm_calendars(tenant_id, id),
  constraint day_kind_is_known CHECK ((kind = ANY (ARRAY['holiday'::text, 'business'::text])))
);
alter table cash_management.cm_calendar_days owner to cm_owner;
alter table cash_management.cm_calendar_days enable row level security;
alter table cash_management.cm_calendar_days force row level security;
comment on table cash_management.cm_calendar_days is 'tenant: days that differ from the weekday rule: holidays, and weekends that are worked';
create policy tenant_isolation on cash_management.cm_calendar_days for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_calendar_days REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_calendar_days', 'rows', 'calendar_id,day', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_calendar_days REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_calendar_days', 'rows', 'calendar_id,day', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_calendar_days FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_calendar_days', 'rows', 'calendar_id,day', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_calendar_days REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_calendar_days', 'rows', 'calendar_id,day', '');
grant select on cash_management.cm_calendar_days to apg_readonly;
grant delete, insert, select, update on cash_management.cm_calendar_days to apg_readwrite;

create table cash_management.cm_calendars (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  weekend_days smallint[] not null default '{6,7}'::smallint[],
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_calendars_pkey PRIMARY KEY (tenant_id, id),
  constraint calendar_name_is_used_once UNIQUE (tenant_id, name),
  constraint calendar_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint weekend_days_are_iso_weekdays CHECK ((weekend_days <@ ARRAY[(1)::smallint, (2)::smallint, (3)::smallint, (4)::smallint, (5)::smallint, (6)::smallint, (7)::smallint]))
);
alter table cash_management.cm_calendars owner to cm_owner;
alter table cash_management.cm_calendars enable row level security;
alter table cash_management.cm_calendars force row level security;
comment on table cash_management.cm_calendars is 'tenant: business days of a country, currency or bank';
create policy tenant_isolation on cash_management.cm_calendars for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_calendars REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_calendars', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_calendars REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_calendars', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_calendars FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_calendars', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_calendars REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_calendars', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_calendars FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_calendars FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_calendars to apg_readonly;
grant insert, select, update on cash_management.cm_calendars to apg_readwrite;

create table cash_management.cm_cash_account_keys (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  constraint cm_cash_account_keys_pkey PRIMARY KEY (tenant_id, id)
);
alter table cash_management.cm_cash_account_keys owner to cm_owner;
alter table cash_management.cm_cash_account_keys enable row level security;
alter table cash_management.cm_cash_account_keys force row level security;
comment on table cash_management.cm_cash_account_keys is 'tenant: the keys of cm_cash_accounts, for foreign keys of tables that grow by the thousand';
create policy tenant_isolation on cash_management.cm_cash_account_keys for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
grant select on cash_management.cm_cash_account_keys to apg_readonly;
grant select on cash_management.cm_cash_account_keys to apg_readwrite;

create table cash_management.cm_cash_accounts (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  entity_id uuid,
  bank_id uuid,
  connection_id uuid,
  calendar_id uuid,
  kind text not null default 'bank'::text,
  name text not null,
  account_scheme text not null default 'other'::text,
  servicer text,
  currency cash_management.currency_code not null,
  liquidity_class text not null default 'free'::text,
  min_balance_minor bigint,
  target_balance_minor bigint,
  max_balance_minor bigint,
  overdraft_limit_minor bigint,
  statement_cycle text not null default 'daily'::text,
  expected_by time without time zone not null default '09:00:00'::time without time zone,
  expected_time_zone text not null default 'UTC'::text,
  sequence_checked boolean not null default true,
  current_balance_minor bigint not null default 0,
  balance_day date,
  sealed_through date,
  is_active boolean not null default true,
  discovered boolean not null default false,
  opened_on date,
  closed_on date,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  account_number_encrypted bytea not null,
  account_number_index text not null,
  last_four text not null,
  constraint cm_cash_accounts_pkey PRIMARY KEY (tenant_id, id),
  constraint an_account_is_known_once_by_number_and_currency UNIQUE (tenant_id, account_number_index, currency),
  constraint account_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint account_belongs_to_an_entity FOREIGN KEY (tenant_id, entity_id) REFERENCES cash_management.cm_entities(tenant_id, id),
  constraint account_currency_is_known FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint account_has_a_key FOREIGN KEY (tenant_id, id) REFERENCES cash_management.cm_cash_account_keys(tenant_id, id),
  constraint account_is_kept_by_a_bank FOREIGN KEY (tenant_id, bank_id) REFERENCES cash_management.cm_banks(tenant_id, id),
  constraint account_kind_is_known CHECK ((kind = ANY (ARRAY['bank'::text, 'pool'::text, 'virtual'::text, 'fund'::text, 'loan'::text, 'petty'::text]))),
  constraint account_liquidity_class_is_known CHECK ((liquidity_class = ANY (ARRAY['free'::text, 'restricted'::text, 'trapped'::text]))),
  constraint account_name_is_short CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint account_number_is_encrypted CHECK ((SUBSTRING(account_number_encrypted FROM 1 FOR 3) = '\x415047'::bytea)),
  constraint account_scheme_is_known CHECK ((account_scheme = ANY (ARRAY['iban'::text, 'other'::text]))),
  constraint account_shows_four_characters_at_most CHECK (((length(last_four) >= 1) AND (length(last_four) <= 4))),
  constraint account_statement_cycle_is_known CHECK ((statement_cycle = ANY (ARRAY['daily'::text, 'weekly'::text, 'monthly'::text, 'none'::text])))
)
partition by hash (tenant_id);
alter table cash_management.cm_cash_accounts owner to cm_owner;
alter table cash_management.cm_cash_accounts enable row level security;
alter table cash_management.cm_cash_accounts force row level security;
comment on table cash_management.cm_cash_accounts is 'Cash accounts of a tenant; current_balance_minor is a cached projection of the last stated closing balance.';
comment on column cash_management.cm_cash_accounts.account_number_encrypted is 'encrypted by the program (docs/why/encryption.md); the database never sees a key';
comment on column cash_management.cm_cash_accounts.account_number_index is 'blind index: a keyed fingerprint of the number, for equality';
comment on column cash_management.cm_cash_accounts.last_four is 'the last characters of the number, for people and for search';
alter table cash_management.cm_cash_accounts alter column current_balance_minor set statistics 1000;
create policy tenant_isolation on cash_management.cm_cash_accounts for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_cash_accounts_active ON cash_management.cm_cash_accounts USING btree (tenant_id, last_four) WHERE is_active;
CREATE INDEX cm_cash_accounts_newest ON cash_management.cm_cash_accounts USING btree (tenant_id, created_at DESC);
CREATE TRIGGER account_brings_its_key BEFORE INSERT ON cash_management.cm_cash_accounts FOR EACH ROW EXECUTE FUNCTION cash_management.keep_account_key();
CREATE TRIGGER account_change_is_guarded BEFORE UPDATE OF entity_id, bank_id, connection_id, kind, name, account_number_index, last_four, account_scheme, servicer, currency, liquidity_class, overdraft_limit_minor, is_active, discovered, opened_on, closed_on ON cash_management.cm_cash_accounts FOR EACH ROW EXECUTE FUNCTION cash_management.guard_row('account_master', 'cm_cash_accounts', 'account_number_encrypted,current_balance_minor,balance_day,sealed_through,calendar_id,min_balance_minor,target_balance_minor,max_balance_minor,statement_cycle,expected_by,expected_time_zone,sequence_checked');
CREATE TRIGGER account_is_guarded BEFORE INSERT ON cash_management.cm_cash_accounts FOR EACH ROW WHEN ((NOT new.discovered)) EXECUTE FUNCTION cash_management.guard_row('account_master', 'cm_cash_accounts', 'account_number_encrypted,current_balance_minor,balance_day,sealed_through,calendar_id,min_balance_minor,target_balance_minor,max_balance_minor,statement_cycle,expected_by,expected_time_zone,sequence_checked');
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_cash_accounts REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_cash_accounts', 'rows', 'id', 'account_number_encrypted,account_number_index');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_cash_accounts REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_cash_accounts', 'rows', 'id', 'account_number_encrypted,account_number_index');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_cash_accounts FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_cash_accounts', 'rows', 'id', 'account_number_encrypted,account_number_index');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_cash_accounts REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_cash_accounts', 'rows', 'id', 'account_number_encrypted,account_number_index');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, currency ON cash_management.cm_cash_accounts FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR ((old.currency)::text IS DISTINCT FROM (new.currency)::text))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'currency');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_cash_accounts FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_cash_accounts to apg_readonly;
grant insert, select, update on cash_management.cm_cash_accounts to apg_readwrite;

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
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  superseded_at timestamp with time zone,
  category_source text,
  category_rule_id uuid,
  category_reason text,
  categorised_at timestamp with time zone,
  constraint cm_cash_flows_pkey PRIMARY KEY (tenant_id, id, transaction_date),
  constraint flow_category_is_known FOREIGN KEY (tenant_id, category) REFERENCES cash_management.cm_categories(tenant_id, code),
  constraint flow_counterparty_is_known FOREIGN KEY (tenant_id, counterparty_id) REFERENCES cash_management.cm_counterparties(tenant_id, id),
  constraint flow_is_of_an_account FOREIGN KEY (tenant_id, account_id) REFERENCES cash_management.cm_cash_account_keys(tenant_id, id),
  constraint flow_certainty_is_on_the_ladder CHECK ((certainty = ANY (ARRAY[10, 20, 30, 40, 50, 60, 70, 80, 85, 90]))),
  constraint flow_counterparty_is_short CHECK ((length(counterparty) <= 200)),
  constraint flow_description_is_short CHECK ((length(description) <= 500)),
  constraint flow_id_carries_its_day CHECK ((cash_management.day_of_id(id) = transaction_date)),
  constraint flow_source_is_known CHECK ((source = ANY (ARRAY['statement'::text, 'report'::text, 'manual'::text, 'erp'::text, 'forecast'::text, 'transfer'::text])))
)
partition by range (transaction_date);
alter table cash_management.cm_cash_flows owner to cm_owner;
alter table cash_management.cm_cash_flows enable row level security;
alter table cash_management.cm_cash_flows force row level security;
comment on table cash_management.cm_cash_flows is 'The flow book; a flow from a statement has the id of its bank transaction.';
comment on column cash_management.cm_cash_flows.category_source is 'person locks it; else rule, own_account, bank_code, memory, bank_code_family; null: nothing decided';
comment on column cash_management.cm_cash_flows.category_reason is 'why, in words: the rule as it read when it decided';
alter table cash_management.cm_cash_flows alter column amount_minor set statistics 1000;
alter table cash_management.cm_cash_flows alter column transaction_date set statistics 1000;
create policy tenant_isolation on cash_management.cm_cash_flows for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_cash_flows_account ON cash_management.cm_cash_flows USING btree (tenant_id, account_id, transaction_date DESC);
CREATE INDEX cm_cash_flows_amount ON cash_management.cm_cash_flows USING btree (tenant_id, amount_minor, transaction_date DESC);
CREATE INDEX cm_cash_flows_by_category ON cash_management.cm_cash_flows USING btree (tenant_id, category, transaction_date DESC) WHERE (category IS NOT NULL);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_cash_flows REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_cash_flows', 'batch', 'id,transaction_date', '', 'counterparty,description,category_reason');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_cash_flows REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_cash_flows', 'batch', 'id,transaction_date', '', 'counterparty,description,category_reason');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_cash_flows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_cash_flows', 'batch', 'id,transaction_date', '', 'counterparty,description,category_reason');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_cash_flows REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_cash_flows', 'batch', 'id,transaction_date', '', 'counterparty,description,category_reason');
CREATE TRIGGER flow_by_hand_changes_guarded BEFORE UPDATE OF certainty, superseded_at ON cash_management.cm_cash_flows FOR EACH ROW WHEN (((old.source = 'manual'::text) AND ((old.certainty <> new.certainty) OR ((old.superseded_at IS NULL) <> (new.superseded_at IS NULL))))) EXECUTE FUNCTION cash_management.guard_flow();
CREATE TRIGGER flow_by_hand_is_guarded BEFORE INSERT ON cash_management.cm_cash_flows FOR EACH ROW WHEN ((new.source = 'manual'::text)) EXECUTE FUNCTION cash_management.guard_flow();
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, account_id, transaction_date, amount_minor, currency ON cash_management.cm_cash_flows FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.account_id IS DISTINCT FROM new.account_id) OR (old.transaction_date IS DISTINCT FROM new.transaction_date) OR (old.amount_minor IS DISTINCT FROM new.amount_minor) OR ((old.currency)::text IS DISTINCT FROM (new.currency)::text))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'account_id', 'transaction_date', 'amount_minor', 'currency');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_cash_flows FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_cash_flows to apg_readonly;
grant insert, select on cash_management.cm_cash_flows to apg_readwrite;
grant update (certainty, category, counterparty_id, counterparty, description, superseded_at, category_source, category_rule_id, category_reason, categorised_at) on cash_management.cm_cash_flows to apg_readwrite;

create table cash_management.cm_categories (
  tenant_id cash_management.tenant_key not null,
  code text not null,
  name text not null,
  parent_code text,
  direction text not null default 'both'::text,
  bank_transaction_codes text[] not null default '{}'::text[],
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  purpose_codes text[] not null default '{}'::text[],
  constraint cm_categories_pkey PRIMARY KEY (tenant_id, code),
  constraint category_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint parent_is_a_category_of_the_tenant FOREIGN KEY (tenant_id, parent_code) REFERENCES cash_management.cm_categories(tenant_id, code),
  constraint category_code_has_its_form CHECK ((code ~ '^[a-z0-9][a-z0-9._-]{0,99}$'::text)),
  constraint category_direction_is_known CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text, 'both'::text]))),
  constraint category_is_not_its_own_parent CHECK ((parent_code <> code)),
  constraint category_name_is_not_blank CHECK (((name ~ '\S'::text) AND (length(name) <= 200)))
);
alter table cash_management.cm_categories owner to cm_owner;
alter table cash_management.cm_categories enable row level security;
alter table cash_management.cm_categories force row level security;
comment on table cash_management.cm_categories is 'tenant: the tree of liquidity items';
comment on column cash_management.cm_categories.bank_transaction_codes is 'BkTxCd families that mean this when nothing else says so';
comment on column cash_management.cm_categories.purpose_codes is 'ISO 20022 purposes that mean this';
create policy tenant_isolation on cash_management.cm_categories for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_categories REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_categories', 'rows', 'code', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_categories REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_categories', 'rows', 'code', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_categories FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_categories', 'rows', 'code', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_categories REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_categories', 'rows', 'code', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, code ON cash_management.cm_categories FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.code IS DISTINCT FROM new.code))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'code');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_categories FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_categories to apg_readonly;
grant insert, select, update on cash_management.cm_categories to apg_readwrite;

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
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_category_rules_pkey PRIMARY KEY (tenant_id, id),
  constraint rule_gives_a_category FOREIGN KEY (tenant_id, category_code) REFERENCES cash_management.cm_categories(tenant_id, code),
  constraint rule_gives_a_counterparty FOREIGN KEY (tenant_id, counterparty_id) REFERENCES cash_management.cm_counterparties(tenant_id, id),
  constraint hit_count_is_counted_up CHECK ((hit_count >= 0)),
  constraint priority_counts_from_one CHECK ((priority >= 1)),
  constraint rule_name_is_not_blank CHECK (((name ~ '\S'::text) AND (length(name) <= 200))),
  constraint rule_predicate_is_an_object CHECK ((jsonb_typeof(predicate) = 'object'::text))
);
alter table cash_management.cm_category_rules owner to cm_owner;
alter table cash_management.cm_category_rules enable row level security;
alter table cash_management.cm_category_rules force row level security;
comment on table cash_management.cm_category_rules is 'tenant: first rule that holds gives the category';
create policy tenant_isolation on cash_management.cm_category_rules for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_category_rules_in_order ON cash_management.cm_category_rules USING btree (tenant_id, priority) WHERE is_active;
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_category_rules REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_category_rules', 'rows', 'id', '', 'predicate');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_category_rules REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_category_rules', 'rows', 'id', '', 'predicate');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_category_rules FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_category_rules', 'rows', 'id', '', 'predicate');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_category_rules REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_category_rules', 'rows', 'id', '', 'predicate');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_category_rules FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_category_rules FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_category_rules to apg_readonly;
grant delete, insert, select, update on cash_management.cm_category_rules to apg_readwrite;

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
  state text not null default 'waiting'::text,
  requested_by text not null,
  requested_at timestamp with time zone not null default clock_timestamp(),
  finished_at timestamp with time zone,
  constraint cm_category_runs_pkey PRIMARY KEY (tenant_id, id),
  constraint run_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint run_is_of_a_delivery FOREIGN KEY (tenant_id, delivery_id) REFERENCES cash_management.cm_deliveries(tenant_id, id),
  constraint run_reason_is_known CHECK ((reason = ANY (ARRAY['delivery'::text, 'rules'::text, 'asked'::text]))),
  constraint run_state_is_known CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text])))
);
alter table cash_management.cm_category_runs owner to cm_owner;
alter table cash_management.cm_category_runs enable row level security;
alter table cash_management.cm_category_runs force row level security;
comment on table cash_management.cm_category_runs is 'tenant: sorting of flows into categories, after a delivery or a change of rules; resumable';
create policy tenant_isolation on cash_management.cm_category_runs for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE UNIQUE INDEX a_delivery_is_sorted_once ON cash_management.cm_category_runs USING btree (tenant_id, delivery_id) WHERE (delivery_id IS NOT NULL);
CREATE INDEX cm_category_runs_waiting ON cash_management.cm_category_runs USING btree (tenant_id, requested_at) WHERE (state = 'waiting'::text);
grant select on cash_management.cm_category_runs to apg_readonly;
grant insert, select on cash_management.cm_category_runs to apg_readwrite;
grant update (cursor_id, examined, changed, state, finished_at) on cash_management.cm_category_runs to apg_readwrite;

create table cash_management.cm_context_keys (
  key_id text not null,
  purpose text not null,
  inner_pad bytea not null,
  outer_pad bytea not null,
  not_before timestamp with time zone not null default now(),
  not_after timestamp with time zone,
  is_retired boolean not null default false,
  changed_by text not null default 'apg'::text,
  constraint cm_context_keys_pkey PRIMARY KEY (key_id),
  constraint key_ends_after_it_began CHECK ((not_after > not_before)),
  constraint key_id_is_short CHECK ((key_id ~ '^[a-z0-9]{8,32}$'::text)),
  constraint pads_are_a_block_of_sha256 CHECK (((octet_length(inner_pad) = 64) AND (octet_length(outer_pad) = 64))),
  constraint purpose_is_token_or_stamp CHECK ((purpose = ANY (ARRAY['token'::text, 'stamp'::text])))
);
alter table cash_management.cm_context_keys owner to cm_gatekeeper;
alter table cash_management.cm_context_keys enable row level security;
alter table cash_management.cm_context_keys force row level security;
comment on table cash_management.cm_context_keys is 'local: keys that sign the context of a transaction; read by functions of cm_gatekeeper alone, and not worth a place in a backup: migrate makes them anew';
comment on column cash_management.cm_context_keys.purpose is 'token: the program signs with it; stamp: this database signs with it';
comment on column cash_management.cm_context_keys.not_after is 'end of its overlap with the key that replaces it; null: in use';
comment on column cash_management.cm_context_keys.is_retired is 'nothing is signed or verified with it any more, and its halves are random; the id stays, so that nobody brings it back';
comment on column cash_management.cm_context_keys.changed_by is 'who made it, or changed it last, for the trail';
alter table cash_management.cm_context_keys alter column inner_pad set statistics 0;
alter table cash_management.cm_context_keys alter column outer_pad set statistics 0;
create policy for_the_functions_that_check on cash_management.cm_context_keys for all to cm_gatekeeper
  using (true)
  with check (true);
CREATE TRIGGER audit_delete BEFORE DELETE ON cash_management.cm_context_keys FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_seal_change();
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_context_keys FOR EACH ROW EXECUTE FUNCTION audit.record_context_key('cash_management', 'cm_context_keys', 'rows', 'key_id', 'inner_pad,outer_pad');
CREATE TRIGGER audit_truncate BEFORE TRUNCATE ON cash_management.cm_context_keys FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_seal_change();
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_context_keys FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit.record_context_key('cash_management', 'cm_context_keys', 'rows', 'key_id', 'inner_pad,outer_pad');

create table cash_management.cm_counterparties (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  kind text not null default 'unknown'::text,
  country text,
  entity_id uuid,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  iban_encrypted bytea,
  iban_index text,
  iban_last_four text,
  name_key text,
  constraint cm_counterparties_pkey PRIMARY KEY (tenant_id, id),
  constraint counterparty_name_is_used_once UNIQUE (tenant_id, name),
  constraint counterparty_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint own_counterparty_is_an_entity FOREIGN KEY (tenant_id, entity_id) REFERENCES cash_management.cm_entities(tenant_id, id),
  constraint counterparty_country_is_iso_3166 CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint counterparty_iban_is_encrypted CHECK ((SUBSTRING(iban_encrypted FROM 1 FOR 3) = '\x415047'::bytea)),
  constraint counterparty_iban_is_whole CHECK ((num_nulls(iban_encrypted, iban_index, iban_last_four) = ANY (ARRAY[0, 3]))),
  constraint counterparty_kind_is_known CHECK ((kind = ANY (ARRAY['unknown'::text, 'customer'::text, 'supplier'::text, 'own'::text, 'bank'::text, 'employee'::text, 'authority'::text]))),
  constraint counterparty_name_is_not_blank CHECK (((name ~ '\S'::text) AND (length(name) <= 300)))
);
alter table cash_management.cm_counterparties owner to cm_owner;
alter table cash_management.cm_counterparties enable row level security;
alter table cash_management.cm_counterparties force row level security;
comment on table cash_management.cm_counterparties is 'tenant: who is on the other side of a flow';
comment on column cash_management.cm_counterparties.iban_encrypted is 'encrypted by the program';
comment on column cash_management.cm_counterparties.iban_index is 'blind index of the IBAN';
comment on column cash_management.cm_counterparties.name_key is 'the name without case, accents, punctuation and legal form (src/categories/fold.ts)';
create policy searched_for_the_chosen_tenant on cash_management.cm_counterparties for select to cm_gatekeeper
  using (true);
create policy tenant_isolation on cash_management.cm_counterparties for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_counterparties_by_iban ON cash_management.cm_counterparties USING btree (tenant_id, iban_index) WHERE (iban_index IS NOT NULL);
CREATE INDEX cm_counterparties_by_name ON cash_management.cm_counterparties USING gin (tenant_id, name ext.gin_trgm_ops) WITH (fastupdate=off);
CREATE UNIQUE INDEX cm_counterparties_by_name_key ON cash_management.cm_counterparties USING btree (tenant_id, name_key) WHERE (name_key IS NOT NULL);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_counterparties REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_counterparties', 'rows', 'id', 'iban_encrypted,iban_index', 'name');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_counterparties REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_counterparties', 'rows', 'id', 'iban_encrypted,iban_index', 'name');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_counterparties FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_counterparties', 'rows', 'id', 'iban_encrypted,iban_index', 'name');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_counterparties REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_counterparties', 'rows', 'id', 'iban_encrypted,iban_index', 'name');
CREATE TRIGGER counterparty_account_is_guarded BEFORE UPDATE OF iban_index ON cash_management.cm_counterparties FOR EACH ROW WHEN (((old.iban_index IS NOT NULL) AND (old.iban_index IS DISTINCT FROM new.iban_index))) EXECUTE FUNCTION cash_management.guard_row('account_master', 'cm_counterparties', 'name,kind,country,entity_id,iban_encrypted');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_counterparties FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_counterparties FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_counterparties to apg_readonly;
grant insert, select, update on cash_management.cm_counterparties to apg_readwrite;
grant select on cash_management.cm_counterparties to cm_gatekeeper;

create table cash_management.cm_counterparty_categories (
  tenant_id cash_management.tenant_key not null,
  counterparty_id uuid not null,
  direction text not null,
  category_code text not null,
  decided_by text not null default cash_management.current_actor(),
  decided_at timestamp with time zone not null default now(),
  constraint cm_counterparty_categories_pkey PRIMARY KEY (tenant_id, counterparty_id, direction),
  constraint memory_gives_a_category FOREIGN KEY (tenant_id, category_code) REFERENCES cash_management.cm_categories(tenant_id, code),
  constraint memory_is_of_a_counterparty FOREIGN KEY (tenant_id, counterparty_id) REFERENCES cash_management.cm_counterparties(tenant_id, id),
  constraint memory_direction_is_known CHECK ((direction = ANY (ARRAY['in'::text, 'out'::text])))
);
alter table cash_management.cm_counterparty_categories owner to cm_owner;
alter table cash_management.cm_counterparty_categories enable row level security;
alter table cash_management.cm_counterparty_categories force row level security;
comment on table cash_management.cm_counterparty_categories is 'tenant: the memory of corrections, by counterparty and direction';
create policy tenant_isolation on cash_management.cm_counterparty_categories for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_counterparty_categories_by_category ON cash_management.cm_counterparty_categories USING btree (tenant_id, category_code);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_counterparty_categories REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_counterparty_categories', 'rows', 'counterparty_id,direction', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_counterparty_categories REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_counterparty_categories', 'rows', 'counterparty_id,direction', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_counterparty_categories FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_counterparty_categories', 'rows', 'counterparty_id,direction', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_counterparty_categories REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_counterparty_categories', 'rows', 'counterparty_id,direction', '');
grant select on cash_management.cm_counterparty_categories to apg_readonly;
grant insert, select on cash_management.cm_counterparty_categories to apg_readwrite;
grant update (category_code, decided_by, decided_at) on cash_management.cm_counterparty_categories to apg_readwrite;

create table cash_management.cm_currencies (
  code cash_management.currency_code not null,
  exponent smallint not null,
  constraint cm_currencies_pkey PRIMARY KEY (code),
  constraint exponent_is_0_to_4 CHECK (((exponent >= 0) AND (exponent <= 4)))
);
alter table cash_management.cm_currencies owner to cm_owner;
alter table cash_management.cm_currencies enable row level security;
alter table cash_management.cm_currencies force row level security;
comment on table cash_management.cm_currencies is 'reference: ISO 4217, the digits of a minor unit; the same for all tenants';
create policy same_for_all_tenants on cash_management.cm_currencies for all to public
  using (true)
  with check (true);
grant select on cash_management.cm_currencies to apg_admin;
grant select on cash_management.cm_currencies to apg_readonly;
grant select on cash_management.cm_currencies to apg_readwrite;

create table cash_management.cm_cutoffs (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  bank_id uuid not null,
  currency cash_management.currency_code not null,
  rail text not null,
  cut_off time without time zone not null,
  time_zone text not null,
  value_date_shift smallint not null default 0,
  fee_minor bigint not null default 0,
  fee_currency cash_management.currency_code not null,
  valid_from date not null,
  valid_to date,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_cutoffs_pkey PRIMARY KEY (tenant_id, id),
  constraint cut_off_starts_once UNIQUE (tenant_id, bank_id, currency, rail, valid_from),
  constraint cut_off_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint cut_off_fee_currency_exists FOREIGN KEY (fee_currency) REFERENCES cash_management.cm_currencies(code),
  constraint cut_off_is_of_a_bank FOREIGN KEY (tenant_id, bank_id) REFERENCES cash_management.cm_banks(tenant_id, id),
  constraint cut_off_ends_after_it_starts CHECK ((valid_to >= valid_from)),
  constraint fee_is_not_negative CHECK ((fee_minor >= 0)),
  constraint rail_is_named CHECK (((rail ~ '\S'::text) AND (length(rail) <= 50))),
  constraint value_date_shift_is_small CHECK (((value_date_shift >= 0) AND (value_date_shift <= 10)))
);
alter table cash_management.cm_cutoffs owner to cm_owner;
alter table cash_management.cm_cutoffs enable row level security;
alter table cash_management.cm_cutoffs force row level security;
comment on table cash_management.cm_cutoffs is 'tenant: until when a payment goes out today, by bank, currency and rail';
create policy tenant_isolation on cash_management.cm_cutoffs for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_cutoffs REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_cutoffs', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_cutoffs REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_cutoffs', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_cutoffs FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_cutoffs', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_cutoffs REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_cutoffs', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_cutoffs FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_cutoffs FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_cutoffs to apg_readonly;
grant insert, select, update on cash_management.cm_cutoffs to apg_readwrite;

create table cash_management.cm_data_keys (
  tenant_id cash_management.tenant_key not null,
  purpose text not null,
  version integer not null,
  state text not null default 'active'::text,
  kek_id text not null,
  wrapped bytea,
  created_at timestamp with time zone not null default now(),
  retired_at timestamp with time zone,
  shredded_at timestamp with time zone,
  constraint cm_data_keys_pkey PRIMARY KEY (tenant_id, purpose, version),
  constraint data_key_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint a_retired_key_says_when CHECK (((state <> 'retired'::text) OR (retired_at IS NOT NULL))),
  constraint a_shredded_key_is_gone CHECK (((state = 'shredded'::text) = (wrapped IS NULL))),
  constraint a_shredded_key_says_when CHECK (((state = 'shredded'::text) = (shredded_at IS NOT NULL))),
  constraint data_key_purpose_is_known CHECK ((purpose = ANY (ARRAY['value'::text, 'index'::text]))),
  constraint data_key_state_is_known CHECK ((state = ANY (ARRAY['active'::text, 'retired'::text, 'shredded'::text]))),
  constraint data_key_version_counts_from_one CHECK ((version >= 1))
);
alter table cash_management.cm_data_keys owner to cm_owner;
alter table cash_management.cm_data_keys enable row level security;
alter table cash_management.cm_data_keys force row level security;
comment on table cash_management.cm_data_keys is 'tenant: data keys by purpose and version, wrapped by the key-encryption key; useless without that';
comment on column cash_management.cm_data_keys.purpose is 'value: encrypts; index: makes blind indexes, and so is not rotated with the others';
comment on column cash_management.cm_data_keys.kek_id is 'which key-encryption key wrapped it';
create policy key_ids_are_looked_up on cash_management.cm_data_keys for select to cm_gatekeeper
  using (true);
create policy tenant_isolation on cash_management.cm_data_keys for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE UNIQUE INDEX one_active_data_key_per_purpose ON cash_management.cm_data_keys USING btree (tenant_id, purpose) WHERE (state = 'active'::text);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_data_keys REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_data_keys', 'rows', 'purpose,version', 'wrapped');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_data_keys REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_data_keys', 'rows', 'purpose,version', 'wrapped');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_data_keys FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_data_keys', 'rows', 'purpose,version', 'wrapped');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_data_keys REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_data_keys', 'rows', 'purpose,version', 'wrapped');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, purpose, version ON cash_management.cm_data_keys FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.purpose IS DISTINCT FROM new.purpose) OR (old.version IS DISTINCT FROM new.version))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'purpose', 'version');
CREATE TRIGGER shredded_keys_stay_shredded BEFORE UPDATE ON cash_management.cm_data_keys FOR EACH ROW WHEN (((old.state = 'shredded'::text) AND (new.state <> 'shredded'::text))) EXECUTE FUNCTION cash_management.refuse_unshredding();
grant insert, select on cash_management.cm_data_keys to apg_readwrite;
grant select (kek_id, wrapped) on cash_management.cm_data_keys to cm_gatekeeper;

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
  recorded_at timestamp with time zone not null,
  superseded_at timestamp with time zone,
  constraint cm_day_closings_pkey PRIMARY KEY (tenant_id, id),
  constraint closing_is_of_an_account FOREIGN KEY (tenant_id, account_id) REFERENCES cash_management.cm_cash_account_keys(tenant_id, id),
  constraint closing_is_stated_by_a_statement FOREIGN KEY (tenant_id, statement_id) REFERENCES cash_management.cm_statements(tenant_id, id),
  constraint a_sealed_day_adds_up CHECK (((state <> 'sealed'::text) OR (closing_minor = ((opening_minor + credits_minor) - debits_minor)))),
  constraint closing_is_sealed_by_a_hash CHECK (((state = 'sealed'::text) = (seal_hash IS NOT NULL))),
  constraint closing_link_is_known CHECK ((link = ANY (ARRAY['first'::text, 'sequence'::text, 'dates'::text, 'balance'::text, 'statement'::text]))),
  constraint closing_state_is_known CHECK ((state = ANY (ARRAY['sealed'::text, 'unproven'::text, 'gap'::text, 'break'::text])))
);
alter table cash_management.cm_day_closings owner to cm_owner;
alter table cash_management.cm_day_closings enable row level security;
alter table cash_management.cm_day_closings force row level security;
comment on table cash_management.cm_day_closings is 'The chain of closed days of an account; rows with seal_hash are seals.';
create policy tenant_isolation on cash_management.cm_day_closings for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_day_closings_known ON cash_management.cm_day_closings USING btree (tenant_id, account_id, day DESC, recorded_at DESC);
CREATE UNIQUE INDEX cm_day_closings_live ON cash_management.cm_day_closings USING btree (tenant_id, account_id, day DESC) WHERE (superseded_at IS NULL);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_day_closings REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_day_closings', 'batch', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_day_closings REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_day_closings', 'batch', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_day_closings FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_day_closings', 'batch', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_day_closings REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_day_closings', 'batch', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, account_id, day, seal_hash, previous_hash ON cash_management.cm_day_closings FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.account_id IS DISTINCT FROM new.account_id) OR (old.day IS DISTINCT FROM new.day) OR (old.seal_hash IS DISTINCT FROM new.seal_hash) OR (old.previous_hash IS DISTINCT FROM new.previous_hash))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'account_id', 'day', 'seal_hash', 'previous_hash');
grant select on cash_management.cm_day_closings to apg_readonly;
grant insert, select on cash_management.cm_day_closings to apg_readwrite;
grant update (superseded_at) on cash_management.cm_day_closings to apg_readwrite;

create table cash_management.cm_deliveries (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  byte_count bigint not null,
  channel text not null default 'upload'::text,
  format text,
  variant text,
  status text not null,
  problems jsonb not null default '[]'::jsonb,
  statement_count integer not null default 0,
  entry_count integer not null default 0,
  reader_version text not null,
  received_by text not null,
  received_at timestamp with time zone not null,
  file_name_encrypted bytea not null,
  sha256_encrypted bytea not null,
  content_index text not null,
  read_with jsonb,
  constraint cm_deliveries_pkey PRIMARY KEY (tenant_id, id),
  constraint a_file_is_delivered_once UNIQUE (tenant_id, content_index),
  constraint delivery_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint delivery_is_encrypted CHECK (((SUBSTRING(file_name_encrypted FROM 1 FOR 3) = '\x415047'::bytea) AND (SUBSTRING(sha256_encrypted FROM 1 FOR 3) = '\x415047'::bytea))),
  constraint delivery_status_is_known CHECK ((status = ANY (ARRAY['imported'::text, 'refused'::text])))
);
alter table cash_management.cm_deliveries owner to cm_owner;
alter table cash_management.cm_deliveries enable row level security;
alter table cash_management.cm_deliveries force row level security;
comment on table cash_management.cm_deliveries is 'Files as received, identified by their SHA-256.';
comment on column cash_management.cm_deliveries.file_name_encrypted is 'encrypted by the program: banks name files by account';
comment on column cash_management.cm_deliveries.sha256_encrypted is 'SHA-256 of the bytes as they came, encrypted: in clear it would confirm a guess of what stands in them';
comment on column cash_management.cm_deliveries.content_index is 'blind index of that digest: the same file again';
comment on column cash_management.cm_deliveries.read_with is 'what was said of the file when it was read: profile, account, currency, choices; null: nothing';
create policy tenant_isolation on cash_management.cm_deliveries for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_deliveries_newest ON cash_management.cm_deliveries USING btree (tenant_id, received_at DESC, id);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_deliveries REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_deliveries', 'rows', 'id', 'file_name_encrypted,sha256_encrypted,content_index', 'problems');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_deliveries REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_deliveries', 'rows', 'id', 'file_name_encrypted,sha256_encrypted,content_index', 'problems');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_deliveries FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_deliveries', 'rows', 'id', 'file_name_encrypted,sha256_encrypted,content_index', 'problems');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_deliveries REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_deliveries', 'rows', 'id', 'file_name_encrypted,sha256_encrypted,content_index', 'problems');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_deliveries FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
grant select on cash_management.cm_deliveries to apg_readonly;
grant insert, select on cash_management.cm_deliveries to apg_readwrite;
grant update (format, variant, status, problems, statement_count, entry_count, reader_version, received_by, received_at, read_with) on cash_management.cm_deliveries to apg_readwrite;

create table cash_management.cm_delivery_chunks (
  tenant_id cash_management.tenant_key not null,
  delivery_id uuid not null,
  ordinal integer not null,
  content_encrypted bytea not null,
  constraint cm_delivery_chunks_pkey PRIMARY KEY (tenant_id, delivery_id, ordinal),
  constraint chunk_belongs_to_a_delivery FOREIGN KEY (tenant_id, delivery_id) REFERENCES cash_management.cm_deliveries(tenant_id, id),
  constraint chunk_is_encrypted CHECK ((SUBSTRING(content_encrypted FROM 1 FOR 3) = '\x415047'::bytea))
);
alter table cash_management.cm_delivery_chunks owner to cm_owner;
alter table cash_management.cm_delivery_chunks enable row level security;
alter table cash_management.cm_delivery_chunks force row level security;
comment on table cash_management.cm_delivery_chunks is 'The bytes of a delivery, 1 MiB each, compressed with gzip and then encrypted.';
comment on column cash_management.cm_delivery_chunks.content_encrypted is 'encrypted by the program';
create policy tenant_isolation on cash_management.cm_delivery_chunks for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
grant select on cash_management.cm_delivery_chunks to apg_readonly;
grant insert, select on cash_management.cm_delivery_chunks to apg_readwrite;

create table cash_management.cm_entities (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  code text not null,
  name text not null,
  country text,
  lei text,
  parent_id uuid,
  functional_currency cash_management.currency_code not null default 'EUR'::text,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_entities_pkey PRIMARY KEY (tenant_id, id),
  constraint entity_code_is_used_once UNIQUE (tenant_id, code),
  constraint entity_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint functional_currency_exists FOREIGN KEY (functional_currency) REFERENCES cash_management.cm_currencies(code),
  constraint parent_is_an_entity_of_the_tenant FOREIGN KEY (tenant_id, parent_id) REFERENCES cash_management.cm_entities(tenant_id, id),
  constraint entity_country_is_iso_3166 CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint entity_is_not_its_own_parent CHECK ((parent_id <> id)),
  constraint entity_name_is_not_blank CHECK (((name ~ '\S'::text) AND (length(name) <= 200))),
  constraint lei_is_20_characters CHECK ((lei ~ '^[A-Z0-9]{18}[0-9]{2}$'::text))
);
alter table cash_management.cm_entities owner to cm_owner;
alter table cash_management.cm_entities enable row level security;
alter table cash_management.cm_entities force row level security;
comment on table cash_management.cm_entities is 'tenant: companies that own accounts';
create policy tenant_isolation on cash_management.cm_entities for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_entities_by_parent ON cash_management.cm_entities USING btree (tenant_id, parent_id) WHERE (parent_id IS NOT NULL);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_entities REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_entities', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_entities REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_entities', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_entities FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_entities', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_entities REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_entities', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_entities FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_entities FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_entities to apg_readonly;
grant insert, select, update on cash_management.cm_entities to apg_readwrite;

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
  interest_rate numeric(9,6),
  commitment_fee_rate numeric(9,6),
  covenants jsonb not null default '[]'::jsonb,
  valid_from date not null,
  valid_to date,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_facilities_pkey PRIMARY KEY (tenant_id, id),
  constraint facility_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint facility_is_given_by_a_bank FOREIGN KEY (tenant_id, bank_id) REFERENCES cash_management.cm_banks(tenant_id, id),
  constraint facility_is_of_an_entity FOREIGN KEY (tenant_id, entity_id) REFERENCES cash_management.cm_entities(tenant_id, id),
  constraint facility_is_on_an_account FOREIGN KEY (tenant_id, account_id) REFERENCES cash_management.cm_cash_accounts(tenant_id, id),
  constraint drawn_lies_within_the_limit CHECK (((drawn_minor >= 0) AND (drawn_minor <= limit_minor))),
  constraint facility_ends_after_it_starts CHECK ((valid_to >= valid_from)),
  constraint facility_kind_is_known CHECK ((kind = ANY (ARRAY['revolving'::text, 'overdraft'::text, 'term_loan'::text, 'guarantee'::text]))),
  constraint notice_is_not_negative CHECK ((notice_days >= 0))
);
alter table cash_management.cm_facilities owner to cm_owner;
alter table cash_management.cm_facilities enable row level security;
alter table cash_management.cm_facilities force row level security;
comment on table cash_management.cm_facilities is 'tenant: credit lines: what is drawn, what is left, at what price';
create policy tenant_isolation on cash_management.cm_facilities for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_facilities_by_bank ON cash_management.cm_facilities USING btree (tenant_id, bank_id);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_facilities REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_facilities', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_facilities REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_facilities', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_facilities FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_facilities', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_facilities REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_facilities', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_facilities FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_facilities FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_facilities to apg_readonly;
grant insert, select, update on cash_management.cm_facilities to apg_readwrite;

create table cash_management.cm_fee_agreements (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  bank_id uuid not null,
  service_code text not null,
  description text,
  currency cash_management.currency_code not null,
  unit_price_minor numeric(20,6) not null,
  tiers jsonb not null default '[]'::jsonb,
  valid_from date not null,
  valid_to date,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_fee_agreements_pkey PRIMARY KEY (tenant_id, id),
  constraint a_service_has_one_price_at_a_time UNIQUE (tenant_id, bank_id, service_code, currency, valid_from),
  constraint agreement_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint agreement_is_with_a_bank FOREIGN KEY (tenant_id, bank_id) REFERENCES cash_management.cm_banks(tenant_id, id),
  constraint agreement_ends_after_it_starts CHECK ((valid_to >= valid_from)),
  constraint unit_price_is_a_number CHECK (((unit_price_minor >= (0)::numeric) AND (unit_price_minor <> 'NaN'::numeric)))
);
alter table cash_management.cm_fee_agreements owner to cm_owner;
alter table cash_management.cm_fee_agreements enable row level security;
alter table cash_management.cm_fee_agreements force row level security;
comment on table cash_management.cm_fee_agreements is 'tenant: what a bank may charge for a service (AFP code)';
comment on column cash_management.cm_fee_agreements.unit_price_minor is 'a price, not an amount: fractions of a minor unit are usual, hence numeric';
create policy tenant_isolation on cash_management.cm_fee_agreements for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_fee_agreements REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_fee_agreements', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_fee_agreements REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_fee_agreements', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_fee_agreements FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_fee_agreements', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_fee_agreements REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_fee_agreements', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_fee_agreements FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_fee_agreements FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_fee_agreements to apg_readonly;
grant insert, select, update on cash_management.cm_fee_agreements to apg_readwrite;

create table cash_management.cm_fee_lines (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  bank_id uuid not null,
  account_id uuid,
  agreement_id uuid,
  service_code text not null,
  period_from date not null,
  period_to date not null,
  volume numeric(20,4) not null,
  charged_minor bigint not null,
  expected_minor bigint,
  currency cash_management.currency_code not null,
  source text not null,
  created_at timestamp with time zone not null default now(),
  constraint cm_fee_lines_pkey PRIMARY KEY (tenant_id, id),
  constraint fee_follows_an_agreement FOREIGN KEY (tenant_id, agreement_id) REFERENCES cash_management.cm_fee_agreements(tenant_id, id),
  constraint fee_is_charged_by_a_bank FOREIGN KEY (tenant_id, bank_id) REFERENCES cash_management.cm_banks(tenant_id, id),
  constraint fee_is_charged_to_an_account FOREIGN KEY (tenant_id, account_id) REFERENCES cash_management.cm_cash_accounts(tenant_id, id),
  constraint fee_line_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint fee_period_runs_forward CHECK ((period_from <= period_to)),
  constraint fee_source_is_known CHECK ((source = ANY (ARRAY['camt.086'::text, 'bsb'::text, 'edi.822'::text, 'entry'::text, 'manual'::text]))),
  constraint volume_is_a_number CHECK (((volume >= (0)::numeric) AND (volume <> 'NaN'::numeric)))
);
alter table cash_management.cm_fee_lines owner to cm_owner;
alter table cash_management.cm_fee_lines enable row level security;
alter table cash_management.cm_fee_lines force row level security;
comment on table cash_management.cm_fee_lines is 'tenant: what a bank did charge, beside what the agreement expects';
create policy tenant_isolation on cash_management.cm_fee_lines for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_fee_lines_by_bank ON cash_management.cm_fee_lines USING btree (tenant_id, bank_id, period_to DESC);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_fee_lines REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_fee_lines', 'batch', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_fee_lines REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_fee_lines', 'batch', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_fee_lines FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_fee_lines', 'batch', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_fee_lines REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_fee_lines', 'batch', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_fee_lines FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
grant select on cash_management.cm_fee_lines to apg_readonly;
grant insert, select on cash_management.cm_fee_lines to apg_readwrite;

create table cash_management.cm_flow_categories (
  tenant_id cash_management.tenant_key not null,
  flow_id uuid not null,
  known_until timestamp with time zone not null,
  flow_day date not null,
  category text,
  counterparty_id uuid,
  source text,
  reason text,
  known_from timestamp with time zone not null,
  constraint cm_flow_categories_pkey PRIMARY KEY (tenant_id, flow_id, known_until),
  constraint earlier_category_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint earlier_flow_id_carries_its_day CHECK ((cash_management.day_of_id(flow_id) = flow_day)),
  constraint it_was_known_before_it_was_not CHECK ((known_from < known_until))
);
alter table cash_management.cm_flow_categories owner to cm_owner;
alter table cash_management.cm_flow_categories enable row level security;
alter table cash_management.cm_flow_categories force row level security;
comment on table cash_management.cm_flow_categories is 'tenant: categories that flows had before, and from when until when';
create policy tenant_isolation on cash_management.cm_flow_categories for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_flow_categories REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_flow_categories', 'batch', 'flow_id,known_until', '', 'reason');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_flow_categories REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_flow_categories', 'batch', 'flow_id,known_until', '', 'reason');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_flow_categories FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_flow_categories', 'batch', 'flow_id,known_until', '', 'reason');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_flow_categories REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_flow_categories', 'batch', 'flow_id,known_until', '', 'reason');
grant select on cash_management.cm_flow_categories to apg_readonly;
grant insert, select on cash_management.cm_flow_categories to apg_readwrite;

create table cash_management.cm_fx_rates (
  tenant_id cash_management.tenant_key not null,
  rate_set_id uuid not null,
  base_currency cash_management.currency_code not null,
  quote_currency cash_management.currency_code not null,
  rate numeric(24,12) not null,
  created_at timestamp with time zone not null default now(),
  constraint cm_fx_rates_pkey PRIMARY KEY (tenant_id, rate_set_id, base_currency, quote_currency),
  constraint base_currency_exists FOREIGN KEY (base_currency) REFERENCES cash_management.cm_currencies(code),
  constraint quote_currency_exists FOREIGN KEY (quote_currency) REFERENCES cash_management.cm_currencies(code),
  constraint rate_is_of_a_set FOREIGN KEY (tenant_id, rate_set_id) REFERENCES cash_management.cm_rate_sets(tenant_id, id),
  constraint rate_is_a_positive_number CHECK (((rate > (0)::numeric) AND (rate <> 'NaN'::numeric))),
  constraint rate_is_between_two_currencies CHECK (((base_currency)::text <> (quote_currency)::text))
);
alter table cash_management.cm_fx_rates owner to cm_owner;
alter table cash_management.cm_fx_rates enable row level security;
alter table cash_management.cm_fx_rates force row level security;
comment on table cash_management.cm_fx_rates is 'tenant: one unit of base is worth rate units of quote; numeric, for a rate is not money';
create policy tenant_isolation on cash_management.cm_fx_rates for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_fx_rates REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_fx_rates', 'batch', 'rate_set_id,base_currency,quote_currency', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_fx_rates REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_fx_rates', 'batch', 'rate_set_id,base_currency,quote_currency', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_fx_rates FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_fx_rates', 'batch', 'rate_set_id,base_currency,quote_currency', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_fx_rates REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_fx_rates', 'batch', 'rate_set_id,base_currency,quote_currency', '');
CREATE TRIGGER frozen_rates_never_change BEFORE INSERT OR DELETE OR UPDATE ON cash_management.cm_fx_rates FOR EACH ROW EXECUTE FUNCTION cash_management.refuse_frozen_rates();
grant select on cash_management.cm_fx_rates to apg_readonly;
grant delete, insert, select, update on cash_management.cm_fx_rates to apg_readwrite;

create table cash_management.cm_idempotency_keys (
  tenant_id cash_management.tenant_key not null,
  key text not null,
  actor text not null,
  status integer,
  created_at timestamp with time zone not null default now(),
  request_index text not null,
  response_encrypted bytea,
  constraint cm_idempotency_keys_pkey PRIMARY KEY (tenant_id, key),
  constraint idempotency_key_is_of_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint answer_is_whole CHECK (((status IS NULL) = (response_encrypted IS NULL))),
  constraint idempotency_key_is_1_to_200_characters CHECK (((length(key) >= 1) AND (length(key) <= 200))),
  constraint response_is_encrypted CHECK ((SUBSTRING(response_encrypted FROM 1 FOR 3) = '\x415047'::bytea))
);
alter table cash_management.cm_idempotency_keys owner to cm_owner;
alter table cash_management.cm_idempotency_keys enable row level security;
alter table cash_management.cm_idempotency_keys force row level security;
comment on table cash_management.cm_idempotency_keys is 'tenant: what was answered to a write, to answer the same again; not audited: the write itself is';
comment on column cash_management.cm_idempotency_keys.request_index is 'blind index of what makes a request the same as another';
comment on column cash_management.cm_idempotency_keys.response_encrypted is 'encrypted by the program (docs/why/encryption.md); the database never sees a key';
create policy tenant_isolation on cash_management.cm_idempotency_keys for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_idempotency_keys_by_age ON cash_management.cm_idempotency_keys USING btree (tenant_id, created_at);
grant delete, insert, select, update on cash_management.cm_idempotency_keys to apg_readwrite;

create table cash_management.cm_identity_providers (
  tenant_id cash_management.tenant_key not null,
  name text not null,
  issuer text not null,
  client_id text not null,
  client_secret bytea,
  allowed_domains text[] not null,
  role_claim text,
  role_map jsonb not null default '{}'::jsonb,
  create_people boolean not null default false,
  new_person_role text,
  is_listed boolean not null default false,
  clock_tolerance_seconds integer not null default 60,
  updated_at timestamp with time zone not null default now(),
  constraint cm_identity_providers_pkey PRIMARY KEY (tenant_id),
  constraint provider_is_of_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint client_id_is_not_blank CHECK (((client_id ~ '\S'::text) AND (length(client_id) <= 300))),
  constraint clocks_differ_by_five_minutes_at_most CHECK (((clock_tolerance_seconds >= 0) AND (clock_tolerance_seconds <= 300))),
  constraint issuer_is_an_address CHECK (((issuer ~ '^https?://[^\s?#]+$'::text) AND (length(issuer) <= 500))),
  constraint new_person_role_is_known CHECK ((new_person_role = ANY (ARRAY['treasurer'::text, 'analyst'::text, 'approver'::text, 'auditor'::text, 'administrator'::text]))),
  constraint provider_name_is_not_blank CHECK (((name ~ '\S'::text) AND (length(name) <= 60))),
  constraint role_map_is_an_object CHECK ((jsonb_typeof(role_map) = 'object'::text)),
  constraint some_domains_are_allowed CHECK ((((cardinality(allowed_domains) >= 1) AND (cardinality(allowed_domains) <= 50)) AND (array_to_string(allowed_domains, ' '::text) ~ '^[a-z0-9.-]+( [a-z0-9.-]+)*$'::text))),
  constraint who_is_new_gets_a_role CHECK (((NOT create_people) OR (new_person_role IS NOT NULL) OR (role_claim IS NOT NULL)))
);
alter table cash_management.cm_identity_providers owner to cm_owner;
alter table cash_management.cm_identity_providers enable row level security;
alter table cash_management.cm_identity_providers force row level security;
comment on table cash_management.cm_identity_providers is 'tenant: the OpenID Connect provider its people sign in with';
comment on column cash_management.cm_identity_providers.client_secret is 'encrypted with the tenant''s key (src/keys); null for a public client';
comment on column cash_management.cm_identity_providers.is_listed is 'whether its button is shown to everybody, or only to who types an address of its domains';
create policy looked_up_at_sign_in on cash_management.cm_identity_providers for select to cm_gatekeeper
  using (true);
create policy tenant_isolation on cash_management.cm_identity_providers for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_identity_providers REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_identity_providers', 'rows', 'tenant_id', 'client_secret');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_identity_providers REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_identity_providers', 'rows', 'tenant_id', 'client_secret');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_identity_providers FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_identity_providers', 'rows', 'tenant_id', 'client_secret');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_identity_providers REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_identity_providers', 'rows', 'tenant_id', 'client_secret');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id ON cash_management.cm_identity_providers FOR EACH ROW WHEN (((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text)) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id');
CREATE TRIGGER provider_is_guarded BEFORE INSERT OR DELETE OR UPDATE ON cash_management.cm_identity_providers FOR EACH ROW EXECUTE FUNCTION cash_management.guard_sign_in_rules('identity provider');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_identity_providers FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant delete, insert, select, update on cash_management.cm_identity_providers to apg_readwrite;
grant select (tenant_id, name, allowed_domains, is_listed) on cash_management.cm_identity_providers to cm_gatekeeper;

create table cash_management.cm_investments (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  bank_id uuid not null,
  account_id uuid,
  kind text not null,
  currency cash_management.currency_code not null,
  amount_minor bigint not null,
  rate numeric(9,6),
  trade_date date not null,
  value_date date not null,
  maturity_date date,
  break_rule text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_investments_pkey PRIMARY KEY (tenant_id, id),
  constraint investment_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint investment_is_paid_from_an_account FOREIGN KEY (tenant_id, account_id) REFERENCES cash_management.cm_cash_accounts(tenant_id, id),
  constraint investment_is_with_a_bank FOREIGN KEY (tenant_id, bank_id) REFERENCES cash_management.cm_banks(tenant_id, id),
  constraint a_deposit_matures CHECK (((kind <> 'deposit'::text) OR (maturity_date IS NOT NULL))),
  constraint investment_dates_run_forward CHECK (((trade_date <= value_date) AND (maturity_date > value_date))),
  constraint investment_is_positive CHECK ((amount_minor > 0)),
  constraint investment_kind_is_known CHECK ((kind = ANY (ARRAY['deposit'::text, 'money_market_fund'::text, 'commercial_paper'::text, 'bill'::text])))
);
alter table cash_management.cm_investments owner to cm_owner;
alter table cash_management.cm_investments enable row level security;
alter table cash_management.cm_investments force row level security;
comment on table cash_management.cm_investments is 'tenant: deposits, funds and paper';
create policy tenant_isolation on cash_management.cm_investments for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_investments_by_maturity ON cash_management.cm_investments USING btree (tenant_id, maturity_date) WHERE (maturity_date IS NOT NULL);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_investments REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_investments', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_investments REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_investments', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_investments FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_investments', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_investments REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_investments', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_investments FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_investments FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_investments to apg_readonly;
grant insert, select, update on cash_management.cm_investments to apg_readwrite;

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
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_limits_pkey PRIMARY KEY (tenant_id, id),
  constraint limit_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint limit_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint limit_is_of_a_bank FOREIGN KEY (tenant_id, bank_id) REFERENCES cash_management.cm_banks(tenant_id, id),
  constraint limit_is_of_an_entity FOREIGN KEY (tenant_id, entity_id) REFERENCES cash_management.cm_entities(tenant_id, id),
  constraint a_bank_limit_names_its_bank CHECK (((kind <> 'bank'::text) OR (bank_id IS NOT NULL))),
  constraint limit_ends_after_it_starts CHECK ((valid_to >= valid_from)),
  constraint limit_is_not_negative CHECK ((limit_minor >= 0)),
  constraint limit_kind_is_known CHECK ((kind = ANY (ARRAY['bank'::text, 'rating'::text, 'entity'::text, 'currency'::text, 'payment'::text])))
);
alter table cash_management.cm_limits owner to cm_owner;
alter table cash_management.cm_limits enable row level security;
alter table cash_management.cm_limits force row level security;
comment on table cash_management.cm_limits is 'tenant: how much may lie or move where';
create policy tenant_isolation on cash_management.cm_limits for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_limits_by_bank ON cash_management.cm_limits USING btree (tenant_id, bank_id) WHERE (bank_id IS NOT NULL);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_limits REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_limits', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_limits REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_limits', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_limits FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_limits', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_limits REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_limits', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_limits FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_limits FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_limits to apg_readonly;
grant insert, select, update on cash_management.cm_limits to apg_readwrite;

create table cash_management.cm_match_groups (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  method text not null,
  state text not null default 'suggested'::text,
  score double precision,
  margin double precision,
  rule_id uuid,
  model_version_id uuid,
  residual_minor bigint not null default 0,
  residual_currency cash_management.currency_code,
  residual_reason text,
  decided_by text,
  decided_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_match_groups_pkey PRIMARY KEY (tenant_id, id),
  constraint group_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint group_was_suggested_by_a_version FOREIGN KEY (tenant_id, model_version_id) REFERENCES ml_models.cm_model_versions(tenant_id, id),
  constraint residual_currency_exists FOREIGN KEY (residual_currency) REFERENCES cash_management.cm_currencies(code),
  constraint a_person_who_confirmed_is_named CHECK (((state <> ALL (ARRAY['confirmed'::text, 'undone'::text])) OR ((decided_by IS NOT NULL) AND (decided_at IS NOT NULL)))),
  constraint a_residual_is_explained CHECK (((residual_minor = 0) OR ((residual_currency IS NOT NULL) AND (residual_reason IS NOT NULL)))),
  constraint match_method_is_known CHECK ((method = ANY (ARRAY['reference'::text, 'transfer'::text, 'assignment'::text, 'subset_sum'::text, 'manual'::text]))),
  constraint match_state_is_known CHECK ((state = ANY (ARRAY['suggested'::text, 'confirmed'::text, 'automatic'::text, 'undone'::text]))),
  constraint residual_reason_is_known CHECK ((residual_reason = ANY (ARRAY['fee'::text, 'fx'::text, 'discount'::text, 'short_pay'::text, 'other'::text])))
);
alter table cash_management.cm_match_groups owner to cm_owner;
alter table cash_management.cm_match_groups enable row level security;
alter table cash_management.cm_match_groups force row level security;
comment on table cash_management.cm_match_groups is 'tenant: flows and entries that belong together, many to many, and why';
create policy tenant_isolation on cash_management.cm_match_groups for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_match_groups REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_match_groups', 'rows', 'id', '', 'residual_reason');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_match_groups REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_match_groups', 'rows', 'id', '', 'residual_reason');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_match_groups FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_match_groups', 'rows', 'id', '', 'residual_reason');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_match_groups REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_match_groups', 'rows', 'id', '', 'residual_reason');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_match_groups FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_match_groups FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_match_groups to apg_readonly;
grant insert, select, update on cash_management.cm_match_groups to apg_readwrite;

create table cash_management.cm_match_members (
  tenant_id cash_management.tenant_key not null,
  group_id uuid not null,
  member_kind text not null,
  member_id uuid not null,
  member_day date not null,
  amount_minor bigint not null,
  currency cash_management.currency_code not null,
  constraint cm_match_members_pkey PRIMARY KEY (tenant_id, group_id, member_kind, member_id),
  constraint member_is_of_a_group FOREIGN KEY (tenant_id, group_id) REFERENCES cash_management.cm_match_groups(tenant_id, id),
  constraint member_id_carries_its_day CHECK ((cash_management.day_of_id(member_id) = member_day)),
  constraint member_kind_is_known CHECK ((member_kind = ANY (ARRAY['entry'::text, 'flow'::text])))
);
alter table cash_management.cm_match_members owner to cm_owner;
alter table cash_management.cm_match_members enable row level security;
alter table cash_management.cm_match_members force row level security;
comment on table cash_management.cm_match_members is 'tenant: an entry or a flow of a group, by the id that carries its day';
create policy tenant_isolation on cash_management.cm_match_members for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_match_members_by_member ON cash_management.cm_match_members USING btree (tenant_id, member_id);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_match_members REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_match_members', 'batch', 'group_id,member_kind,member_id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_match_members REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_match_members', 'batch', 'group_id,member_kind,member_id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_match_members FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_match_members', 'batch', 'group_id,member_kind,member_id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_match_members REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_match_members', 'batch', 'group_id,member_kind,member_id', '');
grant select on cash_management.cm_match_members to apg_readonly;
grant insert, select on cash_management.cm_match_members to apg_readwrite;

create table cash_management.cm_match_rejections (
  tenant_id cash_management.tenant_key not null,
  entry_id uuid not null,
  flow_id uuid not null,
  rejected_by text not null,
  rejected_at timestamp with time zone not null default now(),
  reason text,
  constraint cm_match_rejections_pkey PRIMARY KEY (tenant_id, entry_id, flow_id),
  constraint rejection_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id)
);
alter table cash_management.cm_match_rejections owner to cm_owner;
alter table cash_management.cm_match_rejections enable row level security;
alter table cash_management.cm_match_rejections force row level security;
comment on table cash_management.cm_match_rejections is 'tenant: pairs a person has refused, never to be suggested again';
create policy tenant_isolation on cash_management.cm_match_rejections for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_match_rejections REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_match_rejections', 'rows', 'entry_id,flow_id', '', 'reason');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_match_rejections REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_match_rejections', 'rows', 'entry_id,flow_id', '', 'reason');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_match_rejections FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_match_rejections', 'rows', 'entry_id,flow_id', '', 'reason');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_match_rejections REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_match_rejections', 'rows', 'entry_id,flow_id', '', 'reason');
grant select on cash_management.cm_match_rejections to apg_readonly;
grant insert, select on cash_management.cm_match_rejections to apg_readwrite;

create table cash_management.cm_outbox (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  topic text not null,
  payload jsonb not null,
  created_at timestamp with time zone not null default now(),
  available_at timestamp with time zone not null default now(),
  attempts integer not null default 0,
  last_error text,
  delivered_at timestamp with time zone,
  constraint cm_outbox_pkey PRIMARY KEY (tenant_id, id),
  constraint message_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint attempts_are_counted_up CHECK ((attempts >= 0)),
  constraint topic_is_named CHECK ((topic ~ '^[a-z][a-z0-9._-]{0,99}$'::text))
);
alter table cash_management.cm_outbox owner to cm_owner;
alter table cash_management.cm_outbox enable row level security;
alter table cash_management.cm_outbox force row level security;
comment on table cash_management.cm_outbox is 'tenant: messages for webhooks, written with the change they tell of; not audited: the change is';
create policy tenant_isolation on cash_management.cm_outbox for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_outbox_waiting ON cash_management.cm_outbox USING btree (tenant_id, available_at) WHERE (delivered_at IS NULL);
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_outbox FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
grant delete, insert, select on cash_management.cm_outbox to apg_readwrite;
grant update (available_at, attempts, last_error, delivered_at) on cash_management.cm_outbox to apg_readwrite;

create table cash_management.cm_people (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  email text not null,
  name text not null,
  password_hash text,
  role text not null,
  failed_attempts integer not null default 0,
  locked_until timestamp with time zone,
  disabled_at timestamp with time zone,
  last_signed_in_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_people_pkey PRIMARY KEY (tenant_id, id),
  constraint email_is_used_once_per_tenant UNIQUE (tenant_id, email),
  constraint person_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint email_is_lower_case_with_one_at CHECK (((email = lower(email)) AND (email ~ '^[^@\s]+@[^@\s]+$'::text) AND (length(email) <= 320))),
  constraint failed_attempts_are_counted_up CHECK ((failed_attempts >= 0)),
  constraint password_is_kept_as_an_argon2id_hash CHECK ((password_hash ~~ '$argon2id$%'::text)),
  constraint person_name_is_not_blank CHECK (((name ~ '\S'::text) AND (length(name) <= 200))),
  constraint role_is_known CHECK ((role = ANY (ARRAY['treasurer'::text, 'analyst'::text, 'approver'::text, 'auditor'::text, 'administrator'::text])))
);
alter table cash_management.cm_people owner to cm_owner;
alter table cash_management.cm_people enable row level security;
alter table cash_management.cm_people force row level security;
comment on table cash_management.cm_people is 'tenant: who signs in; a person of two tenants has two rows with one e-mail address';
comment on column cash_management.cm_people.password_hash is 'argon2id in its encoded form; null: can sign in by a link only';
create policy looked_up_at_sign_in on cash_management.cm_people for select to cm_gatekeeper
  using (true);
create policy tenant_isolation on cash_management.cm_people for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_people_by_email ON cash_management.cm_people USING btree (email);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_people REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_people', 'rows', 'id', 'password_hash', 'email,name');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_people REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_people', 'rows', 'id', 'password_hash', 'email,name');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_people FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_people', 'rows', 'id', 'password_hash', 'email,name');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_people REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_people', 'rows', 'id', 'password_hash', 'email,name');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_people FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER person_is_guarded BEFORE INSERT OR UPDATE OF email, name, role, disabled_at, password_hash ON cash_management.cm_people FOR EACH ROW EXECUTE FUNCTION cash_management.guard_person();
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_people FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant insert, select, update on cash_management.cm_people to apg_readwrite;
grant select on cash_management.cm_people to cm_gatekeeper;

create table cash_management.cm_permissions (
  holder_kind text not null,
  holder text not null,
  permission text not null,
  constraint cm_permissions_pkey PRIMARY KEY (holder_kind, holder, permission),
  constraint a_role_or_a_scope_holds_it CHECK ((holder_kind = ANY (ARRAY['role'::text, 'scope'::text]))),
  constraint permission_is_to_read_or_write CHECK ((permission ~ '^[a-z-]+:(read|write)$'::text))
);
alter table cash_management.cm_permissions owner to cm_owner;
alter table cash_management.cm_permissions enable row level security;
alter table cash_management.cm_permissions force row level security;
comment on table cash_management.cm_permissions is 'reference: what each role of a person and each scope of a key allows; the same for all tenants';
create policy same_for_all_tenants on cash_management.cm_permissions for all to public
  using (true)
  with check (true);
grant select on cash_management.cm_permissions to apg_admin;
grant select on cash_management.cm_permissions to apg_readonly;
grant select on cash_management.cm_permissions to apg_readwrite;

create table cash_management.cm_person_identities (
  tenant_id cash_management.tenant_key not null,
  issuer text not null,
  subject text not null,
  person_id uuid not null,
  created_at timestamp with time zone not null default now(),
  constraint cm_person_identities_pkey PRIMARY KEY (tenant_id, issuer, subject),
  constraint a_person_is_one_subject_over_there UNIQUE (tenant_id, person_id, issuer),
  constraint identity_is_of_a_person FOREIGN KEY (tenant_id, person_id) REFERENCES cash_management.cm_people(tenant_id, id),
  constraint subject_is_255_characters_at_most CHECK (((length(subject) >= 1) AND (length(subject) <= 255)))
);
alter table cash_management.cm_person_identities owner to cm_owner;
alter table cash_management.cm_person_identities enable row level security;
alter table cash_management.cm_person_identities force row level security;
comment on table cash_management.cm_person_identities is 'tenant: who a person is at the provider; from the first sign-in on it is this that counts, not the address';
create policy tenant_isolation on cash_management.cm_person_identities for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_person_identities REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_person_identities', 'rows', 'person_id,issuer', '', 'subject');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_person_identities REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_person_identities', 'rows', 'person_id,issuer', '', 'subject');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_person_identities FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_person_identities', 'rows', 'person_id,issuer', '', 'subject');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_person_identities REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_person_identities', 'rows', 'person_id,issuer', '', 'subject');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, issuer, subject, person_id ON cash_management.cm_person_identities FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.issuer IS DISTINCT FROM new.issuer) OR (old.subject IS DISTINCT FROM new.subject) OR (old.person_id IS DISTINCT FROM new.person_id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'issuer', 'subject', 'person_id');
grant insert, select on cash_management.cm_person_identities to apg_readwrite;

create table cash_management.cm_platform_keys (
  id uuid not null default gen_random_uuid(),
  name text not null,
  key_hash bytea not null,
  prefix text not null,
  scopes text[] not null,
  created_by text not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  revoked_by text,
  constraint cm_platform_keys_pkey PRIMARY KEY (id),
  constraint platform_key_hash_is_used_once UNIQUE (key_hash),
  constraint platform_key_name_is_used_once UNIQUE (name),
  constraint a_revoked_key_says_by_whom CHECK (((revoked_at IS NULL) = (revoked_by IS NULL))),
  constraint platform_key_hash_is_a_sha256 CHECK ((octet_length(key_hash) = 32)),
  constraint platform_key_name_has_its_form CHECK ((name ~ '^[a-z0-9][a-z0-9._-]{0,99}$'::text)),
  constraint platform_key_prefix_shows_little CHECK (((length(prefix) >= 4) AND (length(prefix) <= 16))),
  constraint platform_scopes_are_known CHECK (((scopes <@ ARRAY['tenants:read'::text, 'tenants:manage'::text, 'tenants:erase'::text]) AND ((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 3))))
);
alter table cash_management.cm_platform_keys owner to cm_owner;
alter table cash_management.cm_platform_keys enable row level security;
alter table cash_management.cm_platform_keys force row level security;
comment on table cash_management.cm_platform_keys is 'local: keys of programs that open and close tenants; of no tenant, and no way to the data in one; only the sha256 of a key is kept';
create policy same_for_all_tenants on cash_management.cm_platform_keys for all to public
  using (true)
  with check (true);
CREATE TRIGGER audit_delete BEFORE DELETE ON cash_management.cm_platform_keys FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_seal_change();
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_platform_keys FOR EACH ROW EXECUTE FUNCTION audit.record_platform_key('cash_management', 'cm_platform_keys', 'rows', 'id', 'key_hash');
CREATE TRIGGER audit_truncate BEFORE TRUNCATE ON cash_management.cm_platform_keys FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_seal_change();
CREATE TRIGGER audit_update AFTER UPDATE OF name, key_hash, scopes, expires_at, revoked_at, revoked_by ON cash_management.cm_platform_keys FOR EACH ROW WHEN ((old.* IS DISTINCT FROM new.*)) EXECUTE FUNCTION audit.record_platform_key('cash_management', 'cm_platform_keys', 'rows', 'id', 'key_hash');
grant insert, select on cash_management.cm_platform_keys to apg_admin;
grant select on cash_management.cm_platform_keys to cm_gatekeeper;
grant update (revoked_at, revoked_by) on cash_management.cm_platform_keys to apg_admin;
grant update (last_used_at) on cash_management.cm_platform_keys to cm_gatekeeper;

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
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_pool_members_pkey PRIMARY KEY (tenant_id, pool_id, account_id, valid_from),
  constraint member_is_an_account FOREIGN KEY (tenant_id, account_id) REFERENCES cash_management.cm_cash_accounts(tenant_id, id),
  constraint member_is_in_a_pool FOREIGN KEY (tenant_id, pool_id) REFERENCES cash_management.cm_pools(tenant_id, id),
  constraint membership_ends_after_it_starts CHECK ((valid_to >= valid_from)),
  constraint transfers_are_not_negative CHECK (((min_transfer_minor >= 0) AND (rounding_minor >= 1)))
);
alter table cash_management.cm_pool_members owner to cm_owner;
alter table cash_management.cm_pool_members enable row level security;
alter table cash_management.cm_pool_members force row level security;
comment on table cash_management.cm_pool_members is 'tenant: which account is swept into which pool, and when';
create policy tenant_isolation on cash_management.cm_pool_members for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_pool_members_by_account ON cash_management.cm_pool_members USING btree (tenant_id, account_id);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_pool_members REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_pool_members', 'rows', 'pool_id,account_id,valid_from', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_pool_members REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_pool_members', 'rows', 'pool_id,account_id,valid_from', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_pool_members FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_pool_members', 'rows', 'pool_id,account_id,valid_from', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_pool_members REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_pool_members', 'rows', 'pool_id,account_id,valid_from', '');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_pool_members FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_pool_members to apg_readonly;
grant insert, select, update on cash_management.cm_pool_members to apg_readwrite;

create table cash_management.cm_pools (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  name text not null,
  kind text not null,
  header_account_id uuid not null,
  currency cash_management.currency_code not null,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_pools_pkey PRIMARY KEY (tenant_id, id),
  constraint pool_name_is_used_once UNIQUE (tenant_id, name),
  constraint pool_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint pool_has_a_header FOREIGN KEY (tenant_id, header_account_id) REFERENCES cash_management.cm_cash_accounts(tenant_id, id),
  constraint pool_kind_is_known CHECK ((kind = ANY (ARRAY['zero_balance'::text, 'target_balance'::text, 'range'::text, 'notional'::text])))
);
alter table cash_management.cm_pools owner to cm_owner;
alter table cash_management.cm_pools enable row level security;
alter table cash_management.cm_pools force row level security;
comment on table cash_management.cm_pools is 'tenant: accounts whose balances are concentrated, or counted together';
create policy tenant_isolation on cash_management.cm_pools for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_pools REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_pools', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_pools REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_pools', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_pools FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_pools', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_pools REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_pools', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_pools FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_pools FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_pools to apg_readonly;
grant insert, select, update on cash_management.cm_pools to apg_readwrite;

create table cash_management.cm_rate_sets (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  kind text not null,
  source text not null,
  rate_date date not null,
  frozen_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  content_hash bytea,
  rate_count integer,
  imported_by text,
  constraint cm_rate_sets_pkey PRIMARY KEY (tenant_id, id),
  constraint rate_set_is_made_once UNIQUE (tenant_id, kind, source, rate_date, name),
  constraint rate_set_name_is_used_once UNIQUE (tenant_id, name),
  constraint rate_set_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint content_hash_is_a_sha256 CHECK ((octet_length(content_hash) = 32)),
  constraint rate_set_kind_is_known CHECK ((kind = ANY (ARRAY['fixing'::text, 'spot'::text, 'budget'::text])))
);
alter table cash_management.cm_rate_sets owner to cm_owner;
alter table cash_management.cm_rate_sets enable row level security;
alter table cash_management.cm_rate_sets force row level security;
comment on table cash_management.cm_rate_sets is 'tenant: rates of one day and source; a converted figure names the set it used';
comment on column cash_management.cm_rate_sets.content_hash is 'sha256 over rate_set_text(), set by trigger when the set is frozen';
comment on column cash_management.cm_rate_sets.imported_by is 'who made the set, as the audit trail names them';
create policy tenant_isolation on cash_management.cm_rate_sets for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_rate_sets_by_day ON cash_management.cm_rate_sets USING btree (tenant_id, kind, rate_date DESC);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_rate_sets REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_rate_sets', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_rate_sets REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_rate_sets', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_rate_sets FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_rate_sets', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_rate_sets REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_rate_sets', 'rows', 'id', '');
CREATE TRIGGER freezing_is_guarded BEFORE UPDATE ON cash_management.cm_rate_sets FOR EACH ROW WHEN (((old.frozen_at IS NOT NULL) OR (new.frozen_at IS NOT NULL))) EXECUTE FUNCTION cash_management.guard_rate_set();
CREATE TRIGGER frozen_set_is_guarded BEFORE INSERT ON cash_management.cm_rate_sets FOR EACH ROW WHEN ((new.frozen_at IS NOT NULL)) EXECUTE FUNCTION cash_management.guard_rate_set();
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_rate_sets FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER rate_set_is_frozen_once BEFORE INSERT OR UPDATE ON cash_management.cm_rate_sets FOR EACH ROW EXECUTE FUNCTION cash_management.freeze_rate_set();
grant select on cash_management.cm_rate_sets to apg_readonly;
grant insert, select, update on cash_management.cm_rate_sets to apg_readwrite;

create table cash_management.cm_scenarios (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  name text not null,
  parent_id uuid,
  overrides jsonb not null default '[]'::jsonb,
  created_by text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_scenarios_pkey PRIMARY KEY (tenant_id, id),
  constraint scenario_name_is_used_once UNIQUE (tenant_id, name),
  constraint scenario_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint scenario_changes_a_parent FOREIGN KEY (tenant_id, parent_id) REFERENCES cash_management.cm_scenarios(tenant_id, id),
  constraint overrides_are_a_list CHECK ((jsonb_typeof(overrides) = 'array'::text)),
  constraint scenario_is_not_its_own_parent CHECK ((parent_id <> id))
);
alter table cash_management.cm_scenarios owner to cm_owner;
alter table cash_management.cm_scenarios enable row level security;
alter table cash_management.cm_scenarios force row level security;
comment on table cash_management.cm_scenarios is 'tenant: a plan as differences to its parent';
create policy tenant_isolation on cash_management.cm_scenarios for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_scenarios REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_scenarios', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_scenarios REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_scenarios', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_scenarios FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_scenarios', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_scenarios REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_scenarios', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_scenarios FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_scenarios FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_scenarios to apg_readonly;
grant insert, select, update on cash_management.cm_scenarios to apg_readwrite;

create table cash_management.cm_sessions (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  token_hash bytea not null,
  person_id uuid not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  user_agent text,
  last_seen_at timestamp with time zone,
  method text not null default 'password'::text,
  constraint cm_sessions_pkey PRIMARY KEY (tenant_id, id),
  constraint session_token_is_used_once UNIQUE (tenant_id, token_hash),
  constraint session_is_of_a_person FOREIGN KEY (tenant_id, person_id) REFERENCES cash_management.cm_people(tenant_id, id),
  constraint session_ends_after_it_began CHECK ((expires_at > created_at)),
  constraint sign_in_method_is_known CHECK ((method = ANY (ARRAY['password'::text, 'link'::text, 'oidc'::text]))),
  constraint token_hash_is_a_sha256 CHECK ((octet_length(token_hash) = 32))
);
alter table cash_management.cm_sessions owner to cm_owner;
alter table cash_management.cm_sessions enable row level security;
alter table cash_management.cm_sessions force row level security;
comment on table cash_management.cm_sessions is 'tenant: signed-in browsers; only the sha256 of a token is kept';
comment on column cash_management.cm_sessions.last_seen_at is 'moves at most once a minute; null: not since it began';
create policy looked_up_at_sign_in on cash_management.cm_sessions for select to cm_gatekeeper
  using (true);
create policy tenant_isolation on cash_management.cm_sessions for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_sessions_by_person ON cash_management.cm_sessions USING btree (tenant_id, person_id);
CREATE INDEX cm_sessions_by_token ON cash_management.cm_sessions USING btree (token_hash);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_sessions REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_sessions', 'rows', 'id', 'token_hash', 'user_agent');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_sessions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_sessions', 'rows', 'id', 'token_hash', 'user_agent');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_sessions FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_sessions', 'rows', 'id', 'token_hash', 'user_agent');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_sessions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_sessions', 'rows', 'id', 'token_hash', 'user_agent');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, token_hash, person_id ON cash_management.cm_sessions FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.token_hash IS DISTINCT FROM new.token_hash) OR (old.person_id IS DISTINCT FROM new.person_id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'token_hash', 'person_id');
grant delete, insert, select, update on cash_management.cm_sessions to apg_readwrite;
grant select on cash_management.cm_sessions to cm_gatekeeper;

create table cash_management.cm_sign_in_attempts (
  tenant_id cash_management.tenant_key not null,
  state_hash bytea not null,
  browser_hash bytea not null,
  nonce text not null,
  code_verifier text not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint cm_sign_in_attempts_pkey PRIMARY KEY (tenant_id, state_hash),
  constraint attempt_is_of_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint browser_hash_is_a_sha256 CHECK ((octet_length(browser_hash) = 32)),
  constraint state_hash_is_a_sha256 CHECK ((octet_length(state_hash) = 32))
);
alter table cash_management.cm_sign_in_attempts owner to cm_owner;
alter table cash_management.cm_sign_in_attempts enable row level security;
alter table cash_management.cm_sign_in_attempts force row level security;
comment on table cash_management.cm_sign_in_attempts is 'tenant: ways to the provider that have begun, each to be come back from once by the same browser';
create policy tenant_isolation on cash_management.cm_sign_in_attempts for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_sign_in_attempts REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_sign_in_attempts', 'rows', 'state_hash', 'nonce,code_verifier,browser_hash');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_sign_in_attempts REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_sign_in_attempts', 'rows', 'state_hash', 'nonce,code_verifier,browser_hash');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_sign_in_attempts FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_sign_in_attempts', 'rows', 'state_hash', 'nonce,code_verifier,browser_hash');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_sign_in_attempts REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_sign_in_attempts', 'rows', 'state_hash', 'nonce,code_verifier,browser_hash');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, state_hash, browser_hash, nonce, code_verifier ON cash_management.cm_sign_in_attempts FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.state_hash IS DISTINCT FROM new.state_hash) OR (old.browser_hash IS DISTINCT FROM new.browser_hash) OR (old.nonce IS DISTINCT FROM new.nonce) OR (old.code_verifier IS DISTINCT FROM new.code_verifier))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'state_hash', 'browser_hash', 'nonce', 'code_verifier');
grant delete, insert, select on cash_management.cm_sign_in_attempts to apg_readwrite;
grant update (used_at) on cash_management.cm_sign_in_attempts to apg_readwrite;

create table cash_management.cm_sign_in_links (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  token_hash bytea not null,
  person_id uuid not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  created_by text,
  code_hash bytea,
  wrong_codes smallint not null default 0,
  constraint cm_sign_in_links_pkey PRIMARY KEY (tenant_id, id),
  constraint link_token_is_used_once UNIQUE (tenant_id, token_hash),
  constraint link_is_for_a_person FOREIGN KEY (tenant_id, person_id) REFERENCES cash_management.cm_people(tenant_id, id),
  constraint link_code_hash_is_a_sha256 CHECK ((octet_length(code_hash) = 32)),
  constraint link_expires_within_a_week CHECK (((expires_at > created_at) AND (expires_at <= (created_at + '7 days'::interval)))),
  constraint link_token_hash_is_a_sha256 CHECK ((octet_length(token_hash) = 32))
);
alter table cash_management.cm_sign_in_links owner to cm_owner;
alter table cash_management.cm_sign_in_links enable row level security;
alter table cash_management.cm_sign_in_links force row level security;
comment on table cash_management.cm_sign_in_links is 'tenant: one-time links; used once, or never';
comment on column cash_management.cm_sign_in_links.created_by is 'set by trigger: who made it; whoever makes one for another could use it, so the trail keeps the name';
comment on column cash_management.cm_sign_in_links.code_hash is 'set by trigger: the code that has to come with the link; null: the link alone';
create policy looked_up_at_sign_in on cash_management.cm_sign_in_links for select to cm_gatekeeper
  using (true);
create policy tenant_isolation on cash_management.cm_sign_in_links for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
create policy used_up_at_sign_in on cash_management.cm_sign_in_links for update to cm_gatekeeper
  using (true)
  with check (true);
CREATE INDEX cm_sign_in_links_by_person ON cash_management.cm_sign_in_links USING btree (tenant_id, person_id);
CREATE INDEX cm_sign_in_links_by_token ON cash_management.cm_sign_in_links USING btree (token_hash);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_sign_in_links REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_sign_in_links', 'rows', 'id', 'token_hash,code_hash');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_sign_in_links REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_sign_in_links', 'rows', 'id', 'token_hash,code_hash');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_sign_in_links FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_sign_in_links', 'rows', 'id', 'token_hash,code_hash');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_sign_in_links REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_sign_in_links', 'rows', 'id', 'token_hash,code_hash');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, token_hash, person_id ON cash_management.cm_sign_in_links FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.token_hash IS DISTINCT FROM new.token_hash) OR (old.person_id IS DISTINCT FROM new.person_id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'token_hash', 'person_id');
CREATE TRIGGER link_is_guarded BEFORE INSERT ON cash_management.cm_sign_in_links FOR EACH ROW EXECUTE FUNCTION cash_management.guard_link();
grant delete, insert, select, update on cash_management.cm_sign_in_links to apg_readwrite;
grant select on cash_management.cm_sign_in_links to cm_gatekeeper;
grant update (used_at, wrong_codes) on cash_management.cm_sign_in_links to cm_gatekeeper;

create table cash_management.cm_statement_balances (
  tenant_id cash_management.tenant_key not null,
  statement_id uuid not null,
  ordinal integer not null,
  type text not null,
  code text not null,
  interim boolean not null,
  amount_minor bigint not null,
  currency cash_management.currency_code not null,
  day date,
  constraint cm_statement_balances_pkey PRIMARY KEY (tenant_id, statement_id, ordinal),
  constraint balance_stands_in_a_statement FOREIGN KEY (tenant_id, statement_id) REFERENCES cash_management.cm_statements(tenant_id, id)
);
alter table cash_management.cm_statement_balances owner to cm_owner;
alter table cash_management.cm_statement_balances enable row level security;
alter table cash_management.cm_statement_balances force row level security;
comment on table cash_management.cm_statement_balances is 'Balances as the bank stated them, ISO 20022 types.';
create policy tenant_isolation on cash_management.cm_statement_balances for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_statement_balances REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_statement_balances', 'rows', 'statement_id,ordinal', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_statement_balances REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_statement_balances', 'rows', 'statement_id,ordinal', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_statement_balances FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_statement_balances', 'rows', 'statement_id,ordinal', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_statement_balances REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_statement_balances', 'rows', 'statement_id,ordinal', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, statement_id, ordinal, amount_minor ON cash_management.cm_statement_balances FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.statement_id IS DISTINCT FROM new.statement_id) OR (old.ordinal IS DISTINCT FROM new.ordinal) OR (old.amount_minor IS DISTINCT FROM new.amount_minor))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'statement_id', 'ordinal', 'amount_minor');
grant select on cash_management.cm_statement_balances to apg_readonly;
grant insert, select on cash_management.cm_statement_balances to apg_readwrite;

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
  recorded_at timestamp with time zone not null,
  superseded_at timestamp with time zone,
  constraint cm_statement_days_pkey PRIMARY KEY (tenant_id, account_id, day, statement_id, recorded_at),
  constraint statement_day_is_of_a_statement FOREIGN KEY (tenant_id, statement_id) REFERENCES cash_management.cm_statements(tenant_id, id),
  constraint statement_day_is_of_an_account FOREIGN KEY (tenant_id, account_id) REFERENCES cash_management.cm_cash_account_keys(tenant_id, id),
  constraint statement_day_adds_up CHECK ((net_minor = (credits_minor - debits_minor))),
  constraint statement_day_state_is_known CHECK ((state = ANY (ARRAY['verified'::text, 'break'::text, 'unproven'::text, 'provisional'::text])))
);
alter table cash_management.cm_statement_days owner to cm_owner;
alter table cash_management.cm_statement_days enable row level security;
alter table cash_management.cm_statement_days force row level security;
comment on table cash_management.cm_statement_days is 'Each day of each posted statement, with the running balance around it.';
create policy tenant_isolation on cash_management.cm_statement_days for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_statement_days_outside_the_chain ON cash_management.cm_statement_days USING btree (tenant_id, account_id, day) WHERE ((closing_minor IS NULL) AND (superseded_at IS NULL));
CREATE INDEX cm_statement_days_statement ON cash_management.cm_statement_days USING btree (tenant_id, statement_id, day);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_statement_days REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_statement_days', 'batch', 'account_id,day,statement_id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_statement_days REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_statement_days', 'batch', 'account_id,day,statement_id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_statement_days FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_statement_days', 'batch', 'account_id,day,statement_id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_statement_days REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_statement_days', 'batch', 'account_id,day,statement_id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, account_id, day, statement_id ON cash_management.cm_statement_days FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.account_id IS DISTINCT FROM new.account_id) OR (old.day IS DISTINCT FROM new.day) OR (old.statement_id IS DISTINCT FROM new.statement_id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'account_id', 'day', 'statement_id');
grant select on cash_management.cm_statement_days to apg_readonly;
grant insert, select on cash_management.cm_statement_days to apg_readwrite;
grant update (superseded_at) on cash_management.cm_statement_days to apg_readwrite;

create table cash_management.cm_statement_profiles (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  account_id uuid,
  currency cash_management.currency_code,
  choices jsonb not null,
  created_by text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_statement_profiles_pkey PRIMARY KEY (tenant_id, id),
  constraint profile_name_is_used_once UNIQUE (tenant_id, name),
  constraint profile_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint profile_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint profile_is_of_an_account FOREIGN KEY (tenant_id, account_id) REFERENCES cash_management.cm_cash_accounts(tenant_id, id),
  constraint profile_choices_are_an_object CHECK ((jsonb_typeof(choices) = 'object'::text)),
  constraint profile_name_is_not_blank CHECK (((name ~ '\S'::text) AND (length(name) <= 100)))
);
alter table cash_management.cm_statement_profiles owner to cm_owner;
alter table cash_management.cm_statement_profiles enable row level security;
alter table cash_management.cm_statement_profiles force row level security;
comment on table cash_management.cm_statement_profiles is 'tenant: how the tables (CSV, XLSX) and QIF files of a bank or an account are read';
comment on column cash_management.cm_statement_profiles.account_id is 'whose the files are, where they name no account';
comment on column cash_management.cm_statement_profiles.choices is 'what a person chose; the rest is inferred from each file (src/statements/formats/table/choices.ts)';
create policy tenant_isolation on cash_management.cm_statement_profiles for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_statement_profiles_by_account ON cash_management.cm_statement_profiles USING btree (tenant_id, account_id) WHERE (account_id IS NOT NULL);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_statement_profiles REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_statement_profiles', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_statement_profiles REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_statement_profiles', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_statement_profiles FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_statement_profiles', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_statement_profiles REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_statement_profiles', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, created_by, created_at ON cash_management.cm_statement_profiles FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.created_by IS DISTINCT FROM new.created_by) OR (old.created_at IS DISTINCT FROM new.created_at))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'created_by', 'created_at');
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_statement_profiles FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on cash_management.cm_statement_profiles to apg_readonly;
grant delete, insert, select, update on cash_management.cm_statement_profiles to apg_readwrite;

create table cash_management.cm_statements (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  delivery_id uuid not null,
  account_id uuid not null,
  ordinal integer not null,
  kind text not null,
  format text not null,
  statement_number text,
  sequence bigint,
  page integer,
  last_page boolean,
  created_by_bank_at text,
  copy_indicator text,
  period_from date not null,
  period_to date not null,
  entries_from date,
  entries_to date,
  currency cash_management.currency_code not null,
  opening_minor bigint,
  closing_minor bigint,
  credits_minor bigint not null,
  debits_minor bigint not null,
  entry_count integer not null,
  status text not null,
  duplicate_of uuid,
  problems jsonb not null default '[]'::jsonb,
  line integer not null,
  recorded_at timestamp with time zone not null,
  superseded_at timestamp with time zone,
  constraint cm_statements_pkey PRIMARY KEY (tenant_id, id),
  constraint statement_came_in_a_delivery FOREIGN KEY (tenant_id, delivery_id) REFERENCES cash_management.cm_deliveries(tenant_id, id),
  constraint statement_is_of_an_account FOREIGN KEY (tenant_id, account_id) REFERENCES cash_management.cm_cash_accounts(tenant_id, id),
  constraint statement_repeats_a_statement FOREIGN KEY (tenant_id, duplicate_of) REFERENCES cash_management.cm_statements(tenant_id, id),
  constraint a_duplicate_names_its_original CHECK (((status <> 'duplicate'::text) OR (duplicate_of IS NOT NULL))),
  constraint statement_kind_is_known CHECK ((kind = ANY (ARRAY['statement'::text, 'report'::text, 'notification'::text]))),
  constraint statement_period_runs_forward CHECK ((period_from <= period_to)),
  constraint statement_status_is_known CHECK ((status = ANY (ARRAY['verified'::text, 'break'::text, 'unproven'::text, 'provisional'::text, 'advice'::text, 'duplicate'::text, 'conflict'::text])))
);
alter table cash_management.cm_statements owner to cm_owner;
alter table cash_management.cm_statements enable row level security;
alter table cash_management.cm_statements force row level security;
comment on table cash_management.cm_statements is 'One Stmt, Rpt or Ntfctn, one :20: block, one 03 record.';
create policy tenant_isolation on cash_management.cm_statements for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_statements_account ON cash_management.cm_statements USING btree (tenant_id, account_id, period_to DESC, id);
CREATE INDEX cm_statements_delivery ON cash_management.cm_statements USING btree (tenant_id, delivery_id, ordinal);
CREATE INDEX cm_statements_newest ON cash_management.cm_statements USING btree (tenant_id, recorded_at DESC, id);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_statements REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_statements', 'rows', 'id', '', 'problems');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_statements REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_statements', 'rows', 'id', '', 'problems');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_statements FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_statements', 'rows', 'id', '', 'problems');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_statements REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_statements', 'rows', 'id', '', 'problems');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, delivery_id, account_id ON cash_management.cm_statements FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.delivery_id IS DISTINCT FROM new.delivery_id) OR (old.account_id IS DISTINCT FROM new.account_id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'delivery_id', 'account_id');
grant select on cash_management.cm_statements to apg_readonly;
grant insert, select on cash_management.cm_statements to apg_readwrite;
grant update (superseded_at) on cash_management.cm_statements to apg_readwrite;

create table cash_management.cm_suspected_duplicates (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  account_id uuid not null,
  earlier_id uuid not null,
  earlier_day date not null,
  later_id uuid not null,
  later_day date not null,
  found_at timestamp with time zone not null default now(),
  decision text,
  decided_by text,
  decided_at timestamp with time zone,
  constraint cm_suspected_duplicates_pkey PRIMARY KEY (tenant_id, id),
  constraint a_pair_is_suspected_once UNIQUE (tenant_id, earlier_id, later_id),
  constraint suspicion_is_of_an_account FOREIGN KEY (tenant_id, account_id) REFERENCES cash_management.cm_cash_accounts(tenant_id, id),
  constraint a_decision_has_its_maker CHECK ((((decided_by IS NULL) = (decided_at IS NULL)) AND ((decision IS NULL) OR (decided_by IS NOT NULL)))),
  constraint suspected_ids_carry_their_days CHECK (((cash_management.day_of_id(earlier_id) = earlier_day) AND (cash_management.day_of_id(later_id) = later_day))),
  constraint suspicion_is_decided_as_same_or_different CHECK ((decision = ANY (ARRAY['same'::text, 'different'::text])))
);
alter table cash_management.cm_suspected_duplicates owner to cm_owner;
alter table cash_management.cm_suspected_duplicates enable row level security;
alter table cash_management.cm_suspected_duplicates force row level security;
comment on table cash_management.cm_suspected_duplicates is 'tenant: pairs of entries that may be one, and what a person decided; a pair comes up once';
comment on column cash_management.cm_suspected_duplicates.decision is 'same: the later entry counts for nothing; different: both count; null: open, or taken back';
create policy tenant_isolation on cash_management.cm_suspected_duplicates for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_suspected_duplicates_by_account ON cash_management.cm_suspected_duplicates USING btree (tenant_id, account_id);
CREATE INDEX cm_suspected_duplicates_newest ON cash_management.cm_suspected_duplicates USING btree (tenant_id, found_at DESC, id);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_suspected_duplicates REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_suspected_duplicates', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_suspected_duplicates REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_suspected_duplicates', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_suspected_duplicates FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_suspected_duplicates', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_suspected_duplicates REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_suspected_duplicates', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, account_id, earlier_id, earlier_day, later_id, later_day, found_at ON cash_management.cm_suspected_duplicates FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.account_id IS DISTINCT FROM new.account_id) OR (old.earlier_id IS DISTINCT FROM new.earlier_id) OR (old.earlier_day IS DISTINCT FROM new.earlier_day) OR (old.later_id IS DISTINCT FROM new.later_id) OR (old.later_day IS DISTINCT FROM new.later_day) OR (old.found_at IS DISTINCT FROM new.found_at))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'account_id', 'earlier_id', 'earlier_day', 'later_id', 'later_day', 'found_at');
grant select on cash_management.cm_suspected_duplicates to apg_readonly;
grant insert, select on cash_management.cm_suspected_duplicates to apg_readwrite;
grant update (decision, decided_by, decided_at) on cash_management.cm_suspected_duplicates to apg_readwrite;

create table cash_management.cm_tenant_exports (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  asked_by text not null,
  started_at timestamp with time zone not null default clock_timestamp(),
  finished_at timestamp with time zone,
  row_count bigint,
  byte_count bigint,
  manifest_sha256 bytea,
  constraint cm_tenant_exports_pkey PRIMARY KEY (tenant_id, id),
  constraint export_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint a_finished_export_says_what_it_was CHECK ((num_nulls(finished_at, row_count, byte_count, manifest_sha256) = ANY (ARRAY[0, 4]))),
  constraint manifest_sha256_is_whole CHECK ((octet_length(manifest_sha256) = 32))
);
alter table cash_management.cm_tenant_exports owner to cm_owner;
alter table cash_management.cm_tenant_exports enable row level security;
alter table cash_management.cm_tenant_exports force row level security;
comment on table cash_management.cm_tenant_exports is 'tenant: archives that were made of it; one without an end was interrupted';
create policy tenant_isolation on cash_management.cm_tenant_exports for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_tenant_exports REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_tenant_exports', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_tenant_exports REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_tenant_exports', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_tenant_exports FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_tenant_exports', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_tenant_exports REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_tenant_exports', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id, asked_by, started_at ON cash_management.cm_tenant_exports FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id) OR (old.asked_by IS DISTINCT FROM new.asked_by) OR (old.started_at IS DISTINCT FROM new.started_at))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id', 'asked_by', 'started_at');
grant select on cash_management.cm_tenant_exports to apg_readonly;
grant insert, select on cash_management.cm_tenant_exports to apg_readwrite;
grant update (finished_at, row_count, byte_count, manifest_sha256) on cash_management.cm_tenant_exports to apg_readwrite;

create table cash_management.cm_tenants (
  tenant_id cash_management.tenant_key not null,
  name text not null,
  status text not null default 'active'::text,
  legal_hold boolean not null default false,
  reporting_currency cash_management.currency_code not null default 'EUR'::text,
  time_zone text not null default 'Europe/Berlin'::text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  status_reason text,
  status_since timestamp with time zone not null default now(),
  legal_hold_reason text,
  constraint cm_tenants_pkey PRIMARY KEY (tenant_id),
  constraint reporting_currency_exists FOREIGN KEY (reporting_currency) REFERENCES cash_management.cm_currencies(code),
  constraint tenant_name_is_not_blank CHECK (((name ~ '\S'::text) AND (length(name) <= 200))),
  constraint tenant_status_is_known CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'erasing'::text]))),
  constraint what_is_on_hold_is_not_erased CHECK ((NOT (legal_hold AND (status = 'erasing'::text))))
);
alter table cash_management.cm_tenants owner to cm_owner;
alter table cash_management.cm_tenants enable row level security;
alter table cash_management.cm_tenants force row level security;
comment on table cash_management.cm_tenants is 'tenant: the registry every other table hangs from; one row per company group';
comment on column cash_management.cm_tenants.legal_hold is 'nothing of this tenant is retired or erased while true';
comment on column cash_management.cm_tenants.status_reason is 'why it was suspended, or is to be erased';
comment on column cash_management.cm_tenants.status_since is 'since when it has this status';
comment on column cash_management.cm_tenants.legal_hold_reason is 'why nothing of it may go';
create policy looked_up_at_sign_in on cash_management.cm_tenants for select to cm_gatekeeper
  using (true);
create policy tenant_isolation on cash_management.cm_tenants for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_tenants REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_tenants', 'rows', 'tenant_id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_tenants REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_tenants', 'rows', 'tenant_id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_tenants FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_tenants', 'rows', 'tenant_id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_tenants REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_tenants', 'rows', 'tenant_id', '');
CREATE TRIGGER erased_ids_are_not_given_again BEFORE INSERT ON cash_management.cm_tenants FOR EACH ROW EXECUTE FUNCTION cash_management.refuse_erased_id();
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id ON cash_management.cm_tenants FOR EACH ROW WHEN (((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text)) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id');
CREATE TRIGGER status_keeps_its_course BEFORE DELETE OR UPDATE ON cash_management.cm_tenants FOR EACH ROW EXECUTE FUNCTION cash_management.keep_course_of_tenant();
CREATE TRIGGER touch BEFORE UPDATE ON cash_management.cm_tenants FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant insert, select, update on cash_management.cm_tenants to apg_admin;
grant select on cash_management.cm_tenants to apg_readonly;
grant select on cash_management.cm_tenants to apg_readwrite;
grant select on cash_management.cm_tenants to cm_gatekeeper;
grant update (name, reporting_currency, time_zone) on cash_management.cm_tenants to apg_readwrite;

create table cash_management.cm_value_shifts (
  tenant_id cash_management.tenant_key not null,
  account_id uuid not null,
  until_day date not null,
  from_day date not null,
  statement_id uuid not null,
  back_valued boolean not null,
  net_minor bigint not null,
  recorded_at timestamp with time zone not null,
  superseded_at timestamp with time zone,
  constraint cm_value_shifts_pkey PRIMARY KEY (tenant_id, account_id, until_day, from_day, statement_id, back_valued, recorded_at),
  constraint value_shift_is_of_a_statement FOREIGN KEY (tenant_id, statement_id) REFERENCES cash_management.cm_statements(tenant_id, id),
  constraint value_shift_is_of_an_account FOREIGN KEY (tenant_id, account_id) REFERENCES cash_management.cm_cash_account_keys(tenant_id, id),
  constraint value_shift_spans_days CHECK ((from_day < until_day))
);
alter table cash_management.cm_value_shifts owner to cm_owner;
alter table cash_management.cm_value_shifts enable row level security;
alter table cash_management.cm_value_shifts force row level security;
comment on table cash_management.cm_value_shifts is 'Sums of entries booked on one day and valued on another, by statement.';
create policy tenant_isolation on cash_management.cm_value_shifts for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE INDEX cm_value_shifts_statement ON cash_management.cm_value_shifts USING btree (tenant_id, statement_id);
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_value_shifts REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_value_shifts', 'batch', 'account_id,until_day,from_day,statement_id,back_valued', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_value_shifts REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_value_shifts', 'batch', 'account_id,until_day,from_day,statement_id,back_valued', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_value_shifts FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_value_shifts', 'batch', 'account_id,until_day,from_day,statement_id,back_valued', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_value_shifts REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_value_shifts', 'batch', 'account_id,until_day,from_day,statement_id,back_valued', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, account_id, until_day, from_day, statement_id ON cash_management.cm_value_shifts FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.account_id IS DISTINCT FROM new.account_id) OR (old.until_day IS DISTINCT FROM new.until_day) OR (old.from_day IS DISTINCT FROM new.from_day) OR (old.statement_id IS DISTINCT FROM new.statement_id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'account_id', 'until_day', 'from_day', 'statement_id');
grant select on cash_management.cm_value_shifts to apg_readonly;
grant insert, select on cash_management.cm_value_shifts to apg_readwrite;
grant update (superseded_at) on cash_management.cm_value_shifts to apg_readwrite;

create table cash_management.cm_variances (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  forecast_run_id uuid not null,
  period_start date not null,
  series_key text not null,
  currency cash_management.currency_code not null,
  cause text not null,
  amount_minor bigint not null,
  detail jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  constraint cm_variances_pkey PRIMARY KEY (tenant_id, id),
  constraint a_cause_is_stated_once UNIQUE (tenant_id, forecast_run_id, period_start, series_key, currency, cause),
  constraint variance_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint variance_currency_exists FOREIGN KEY (currency) REFERENCES cash_management.cm_currencies(code),
  constraint variance_cause_is_known CHECK ((cause = ANY (ARRAY['timing'::text, 'amount'::text, 'fx'::text, 'slipped'::text, 'void'::text, 'unforeseen'::text, 'mapping'::text])))
);
alter table cash_management.cm_variances owner to cm_owner;
alter table cash_management.cm_variances enable row level security;
alter table cash_management.cm_variances force row level security;
comment on table cash_management.cm_variances is 'tenant: the bridge from forecast to actual; its rows sum exactly to the difference';
create policy tenant_isolation on cash_management.cm_variances for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON cash_management.cm_variances REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('cash_management', 'cm_variances', 'batch', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON cash_management.cm_variances REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('cash_management', 'cm_variances', 'batch', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON cash_management.cm_variances FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('cash_management', 'cm_variances', 'batch', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON cash_management.cm_variances REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('cash_management', 'cm_variances', 'batch', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON cash_management.cm_variances FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
grant select on cash_management.cm_variances to apg_readonly;
grant insert, select on cash_management.cm_variances to apg_readwrite;

create table maintenance.maintenance_log (
  id uuid not null default gen_random_uuid(),
  run_id uuid not null,
  maintenance_type text not null,
  target text,
  status text not null default 'running'::text,
  start_time timestamp with time zone not null default clock_timestamp(),
  end_time timestamp with time zone,
  details jsonb not null default '{}'::jsonb,
  error text,
  server text not null default COALESCE(host(inet_server_addr()), 'local'::text),
  created_at timestamp with time zone not null default now(),
  constraint maintenance_log_pkey PRIMARY KEY (id),
  constraint a_failure_says_why CHECK (((status = 'failed'::text) = (error IS NOT NULL))),
  constraint maintenance_ends_after_it_starts CHECK ((end_time >= start_time)),
  constraint maintenance_status_is_known CHECK ((status = ANY (ARRAY['running'::text, 'ok'::text, 'failed'::text]))),
  constraint what_ended_has_an_end CHECK (((status = 'running'::text) = (end_time IS NULL)))
);
alter table maintenance.maintenance_log owner to cm_owner;
alter table maintenance.maintenance_log enable row level security;
alter table maintenance.maintenance_log force row level security;
comment on table maintenance.maintenance_log is 'local: each step as a row, written as running before it begins and in a transaction of its own, so that a crash leaves its trace';
create policy same_for_all_tenants on maintenance.maintenance_log for all to public
  using (true)
  with check (true);
CREATE UNIQUE INDEX a_step_runs_once_at_a_time ON maintenance.maintenance_log USING btree (maintenance_type, COALESCE(target, ''::text)) WHERE (status = 'running'::text);
CREATE INDEX maintenance_log_newest ON maintenance.maintenance_log USING btree (maintenance_type, start_time DESC);
grant select on maintenance.maintenance_log to apg_admin;
grant select on maintenance.maintenance_log to monitoring;

create table maintenance.migrations (
  number integer not null,
  name text not null,
  sha256 text not null,
  applied_at timestamp with time zone not null default clock_timestamp(),
  applied_by text not null default SESSION_USER,
  duration_ms integer not null,
  constraint migrations_pkey PRIMARY KEY (number),
  constraint migration_name_is_used_once UNIQUE (name),
  constraint sha256_is_64_hex_digits CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
alter table maintenance.migrations owner to cm_owner;
alter table maintenance.migrations enable row level security;
alter table maintenance.migrations force row level security;
comment on table maintenance.migrations is 'local: what has been applied, and the hash of the text that was';
create policy same_for_all_tenants on maintenance.migrations for all to public
  using (true)
  with check (true);
grant select on maintenance.migrations to apg_admin;
grant select on maintenance.migrations to monitoring;

create table maintenance.partition_policies (
  parent text not null,
  granularity text not null,
  lookback_months integer not null default 24,
  horizon_days integer not null default 365,
  retention_months integer,
  leaf_options text,
  made_on_demand boolean not null default false,
  constraint partition_policies_pkey PRIMARY KEY (parent),
  constraint granularity_is_month_or_quarter CHECK ((granularity = ANY (ARRAY['month'::text, 'quarter'::text]))),
  constraint horizon_is_at_least_a_quarter CHECK ((horizon_days >= 90)),
  constraint lookback_is_not_negative CHECK ((lookback_months >= 0)),
  constraint retention_is_at_least_seven_years CHECK ((retention_months >= 84))
);
alter table maintenance.partition_policies owner to cm_owner;
alter table maintenance.partition_policies enable row level security;
alter table maintenance.partition_policies force row level security;
comment on table maintenance.partition_policies is 'local: how each table partitioned by a day is divided, how far ahead, how long it is kept; no DEFAULT partition anywhere (docs/why/no-default-partition.md)';
comment on column maintenance.partition_policies.parent is 'schema.table';
comment on column maintenance.partition_policies.lookback_months is 'how far back a fresh database has partitions';
comment on column maintenance.partition_policies.retention_months is 'age at which a whole partition may be archived and detached; null keeps it for good';
comment on column maintenance.partition_policies.leaf_options is 'storage parameters of each partition (a partitioned parent cannot have any)';
comment on column maintenance.partition_policies.made_on_demand is 'whether an import may ask for partitions of its days';
create policy same_for_all_tenants on maintenance.partition_policies for all to public
  using (true)
  with check (true);
grant select on maintenance.partition_policies to apg_admin;
grant select on maintenance.partition_policies to audit_owner;
grant select on maintenance.partition_policies to monitoring;

create table maintenance.request_counts (
  bucket text not null,
  hits bigint not null,
  ends_at timestamp with time zone not null,
  constraint request_counts_pkey PRIMARY KEY (bucket),
  constraint bucket_is_a_sha256 CHECK ((bucket ~ '^[A-Za-z0-9_-]{43}$'::text))
);
alter table maintenance.request_counts owner to cm_owner;
alter table maintenance.request_counts enable row level security;
alter table maintenance.request_counts force row level security;
comment on table maintenance.request_counts is 'local: requests of a window of time, by hashed address or tenant; read and written by count_requests() only';
create policy same_for_all_tenants on maintenance.request_counts for all to public
  using (true)
  with check (true);

create table ml_models.cm_model_metrics (
  tenant_id cash_management.tenant_key not null,
  version_id uuid not null,
  metric text not null,
  data_set text not null,
  value double precision not null,
  observations integer not null,
  measured_at timestamp with time zone not null default now(),
  constraint cm_model_metrics_pkey PRIMARY KEY (tenant_id, version_id, metric, data_set),
  constraint metric_is_of_a_version FOREIGN KEY (tenant_id, version_id) REFERENCES ml_models.cm_model_versions(tenant_id, id),
  constraint model_metric_has_observations CHECK ((observations > 0)),
  constraint model_metric_is_a_number CHECK (((value <> 'NaN'::double precision) AND (value <> 'Infinity'::double precision) AND (value <> '-Infinity'::double precision)))
);
alter table ml_models.cm_model_metrics owner to cm_owner;
alter table ml_models.cm_model_metrics enable row level security;
alter table ml_models.cm_model_metrics force row level security;
comment on table ml_models.cm_model_metrics is 'tenant: what a version scored, on which data';
create policy tenant_isolation on ml_models.cm_model_metrics for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON ml_models.cm_model_metrics REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('ml_models', 'cm_model_metrics', 'rows', 'version_id,metric,data_set', '');
CREATE TRIGGER audit_insert AFTER INSERT ON ml_models.cm_model_metrics REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('ml_models', 'cm_model_metrics', 'rows', 'version_id,metric,data_set', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON ml_models.cm_model_metrics FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('ml_models', 'cm_model_metrics', 'rows', 'version_id,metric,data_set', '');
CREATE TRIGGER audit_update AFTER UPDATE ON ml_models.cm_model_metrics REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('ml_models', 'cm_model_metrics', 'rows', 'version_id,metric,data_set', '');
grant select on ml_models.cm_model_metrics to apg_readonly;
grant insert, select on ml_models.cm_model_metrics to apg_readwrite;

create table ml_models.cm_model_versions (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  model_id uuid not null,
  version integer not null,
  model_type text not null,
  code_version text not null,
  parameters jsonb not null default '{}'::jsonb,
  trained_from date,
  trained_through date not null,
  data_known_at timestamp with time zone not null,
  artifact_location text,
  artifact_sha256 bytea,
  state text not null default 'candidate'::text,
  promoted_at timestamp with time zone,
  promoted_by text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint cm_model_versions_pkey PRIMARY KEY (tenant_id, id),
  constraint version_number_is_used_once UNIQUE (tenant_id, model_id, version),
  constraint version_is_of_a_model FOREIGN KEY (tenant_id, model_id) REFERENCES ml_models.cm_models(tenant_id, id),
  constraint a_champion_was_promoted_by_somebody CHECK (((state <> 'champion'::text) OR ((promoted_at IS NOT NULL) AND (promoted_by IS NOT NULL)))),
  constraint artifact_hash_is_a_sha256 CHECK ((octet_length(artifact_sha256) = 32)),
  constraint artifact_names_its_hash CHECK (((artifact_location IS NULL) = (artifact_sha256 IS NULL))),
  constraint version_counts_from_one CHECK ((version >= 1)),
  constraint version_state_is_known CHECK ((state = ANY (ARRAY['candidate'::text, 'champion'::text, 'retired'::text, 'rejected'::text])))
);
alter table ml_models.cm_model_versions owner to cm_owner;
alter table ml_models.cm_model_versions enable row level security;
alter table ml_models.cm_model_versions force row level security;
comment on table ml_models.cm_model_versions is 'tenant: a trained version and where its artefact lies; at most one champion per model';
create policy tenant_isolation on ml_models.cm_model_versions for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE UNIQUE INDEX a_model_has_one_champion ON ml_models.cm_model_versions USING btree (tenant_id, model_id) WHERE (state = 'champion'::text);
CREATE TRIGGER audit_delete AFTER DELETE ON ml_models.cm_model_versions REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('ml_models', 'cm_model_versions', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON ml_models.cm_model_versions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('ml_models', 'cm_model_versions', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON ml_models.cm_model_versions FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('ml_models', 'cm_model_versions', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON ml_models.cm_model_versions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('ml_models', 'cm_model_versions', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON ml_models.cm_model_versions FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
CREATE TRIGGER touch BEFORE UPDATE ON ml_models.cm_model_versions FOR EACH ROW EXECUTE FUNCTION cash_management.touch();
grant select on ml_models.cm_model_versions to apg_readonly;
grant insert, select on ml_models.cm_model_versions to apg_readwrite;
grant update (state, promoted_at, promoted_by) on ml_models.cm_model_versions to apg_readwrite;

create table ml_models.cm_models (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  name text not null,
  purpose text not null,
  created_at timestamp with time zone not null default now(),
  constraint cm_models_pkey PRIMARY KEY (tenant_id, id),
  constraint model_name_is_used_once UNIQUE (tenant_id, name),
  constraint model_belongs_to_a_tenant FOREIGN KEY (tenant_id) REFERENCES cash_management.cm_tenants(tenant_id),
  constraint model_purpose_is_known CHECK ((purpose = ANY (ARRAY['forecast'::text, 'matching'::text, 'category'::text, 'payment_delay'::text, 'risk'::text])))
);
alter table ml_models.cm_models owner to cm_owner;
alter table ml_models.cm_models enable row level security;
alter table ml_models.cm_models force row level security;
comment on table ml_models.cm_models is 'tenant: a model by name, such as the forecast of one account group';
create policy tenant_isolation on ml_models.cm_models for all to public
  using (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)))
  with check (((tenant_id)::text = ( SELECT cash_management.current_tenant() AS current_tenant)));
CREATE TRIGGER audit_delete AFTER DELETE ON ml_models.cm_models REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_delete('ml_models', 'cm_models', 'rows', 'id', '');
CREATE TRIGGER audit_insert AFTER INSERT ON ml_models.cm_models REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_insert('ml_models', 'cm_models', 'rows', 'id', '');
CREATE TRIGGER audit_truncate AFTER TRUNCATE ON ml_models.cm_models FOR EACH STATEMENT EXECUTE FUNCTION audit.record_truncate('ml_models', 'cm_models', 'rows', 'id', '');
CREATE TRIGGER audit_update AFTER UPDATE ON ml_models.cm_models REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_update('ml_models', 'cm_models', 'rows', 'id', '');
CREATE TRIGGER key_never_changes BEFORE UPDATE OF tenant_id, id ON ml_models.cm_models FOR EACH ROW WHEN ((((old.tenant_id)::text IS DISTINCT FROM (new.tenant_id)::text) OR (old.id IS DISTINCT FROM new.id))) EXECUTE FUNCTION cash_management.refuse_key_change('tenant_id', 'id');
grant select on ml_models.cm_models to apg_readonly;
grant insert, select on ml_models.cm_models to apg_readwrite;

-- Views -------------------------------------------------------------------------------------------------------------------

create view maintenance.partition_bounds with (security_invoker=true) as (
  parent text,
  branch regclass,
  part regclass,
  from_day date,
  to_day date
);
comment on view maintenance.partition_bounds is 'every range partition with its bounds [from_day, to_day), read from the catalogue and not from its name';
grant select on maintenance.partition_bounds to apg_admin;
grant select on maintenance.partition_bounds to monitoring;

create view maintenance.partition_horizons with (security_invoker=true) as (
  parent text,
  partitions bigint,
  first_day date,
  last_day date,
  days_left integer,
  horizon_days integer
);
comment on view maintenance.partition_horizons is 'how many days ahead each table can take a row; alarm well before zero';
grant select on maintenance.partition_horizons to apg_admin;
grant select on maintenance.partition_horizons to monitoring;

create view maintenance.retirement_candidates with (security_invoker=true) as (
  parent text,
  branch regclass,
  part regclass,
  from_day date,
  to_day date
);
comment on view maintenance.retirement_candidates is 'partitions whose last day is older than retention; detaching and dropping them wants a verified archive first';
grant select on maintenance.retirement_candidates to apg_admin;
grant select on maintenance.retirement_candidates to monitoring;

create view monitoring.active_connections with (security_invoker=true) as (
  pid integer,
  usename name,
  datname name,
  application_name text,
  client_addr inet,
  client_hostname text,
  client_port integer,
  backend_start timestamp with time zone,
  xact_start timestamp with time zone,
  query_start timestamp with time zone,
  state_change timestamp with time zone,
  state text,
  wait_event_type text,
  wait_event text,
  backend_xid xid,
  backend_xmin xid,
  blocked_by integer[],
  query text,
  backend_type text
);
comment on view monitoring.active_connections is 'sessions at work, background processes included; client_hostname only with log_hostname';
grant select on monitoring.active_connections to monitoring;

create view monitoring.audit_sealing with (security_invoker=true) as (
  block bigint,
  sealed_at timestamp with time zone,
  waiting bigint,
  held bigint,
  oldest timestamp with time zone,
  behind_seconds numeric,
  holder text,
  holder_pid integer,
  holder_application text,
  holder_user text,
  holder_database text,
  holder_state text,
  holder_seconds numeric
);
comment on view monitoring.audit_sealing is 'how far the seals of the audit trail are behind it, and the transaction that holds them back; alarm when behind_seconds stays above ten';
grant select on monitoring.audit_sealing to apg_admin;
grant select on monitoring.audit_sealing to monitoring;

create view monitoring.blocked_sessions with (security_invoker=true) as (
  pid integer,
  usename name,
  waiting_for interval,
  query text,
  blocked_by integer,
  blocking_user name,
  blocking_state text,
  blocking_transaction_age interval,
  blocking_query text
);
comment on view monitoring.blocked_sessions is 'who waits for whom';
grant select on monitoring.blocked_sessions to monitoring;

create view monitoring.idle_in_transaction with (security_invoker=true) as (
  pid integer,
  transaction_age interval,
  idle_for interval,
  usename name,
  application_name text,
  client_addr inet,
  has_written boolean,
  last_query text
);
comment on view monitoring.idle_in_transaction is 'transactions that wait for their client, oldest first; they hold locks and old row versions';
grant select on monitoring.idle_in_transaction to monitoring;

create view monitoring.index_usage with (security_invoker=true) as (
  schemaname name,
  tablename name,
  indexname name,
  idx_scan bigint,
  idx_tup_read bigint,
  idx_tup_fetch bigint,
  index_bytes bigint,
  enforces_uniqueness boolean,
  is_valid boolean,
  since timestamp with time zone,
  usage_category text
);
comment on view monitoring.index_usage is 'each index with its partitions summed; look at every replica before calling one unused';
grant select on monitoring.index_usage to monitoring;

create view monitoring.long_running_queries with (security_invoker=true) as (
  pid integer,
  duration interval,
  query text,
  state text,
  usename name,
  application_name text,
  client_addr inet
);
comment on view monitoring.long_running_queries is 'queries at work for more than a minute, longest first';
grant select on monitoring.long_running_queries to monitoring;

create view monitoring.performance_metrics with (security_invoker=true) as (
  metric text,
  value numeric,
  unit text,
  per_second numeric,
  since timestamp with time zone
);
comment on view monitoring.performance_metrics is 'counters since a moment that is stated; per_second is the average since then, for a course sample twice';
grant select on monitoring.performance_metrics to monitoring;

create view monitoring.replication_slots with (security_invoker=true) as (
  slot_name name,
  slot_type text,
  active boolean,
  restart_lsn pg_lsn,
  retained_bytes numeric,
  wal_status text,
  safe_wal_size bigint
);
comment on view monitoring.replication_slots is 'what replicas make this server keep; an inactive slot fills the disk';
grant select on monitoring.replication_slots to monitoring;

create view monitoring.replication_status with (security_invoker=true) as (
  application_name text,
  client_addr inet,
  client_hostname text,
  client_port integer,
  state text,
  sent_lsn pg_lsn,
  write_lsn pg_lsn,
  flush_lsn pg_lsn,
  replay_lsn pg_lsn,
  write_lag interval,
  flush_lag interval,
  replay_lag interval,
  bytes_behind numeric,
  sync_priority integer,
  sync_state text,
  reply_time timestamp with time zone
);
comment on view monitoring.replication_status is 'replicas as this server sees them; judge by bytes_behind, the lag times stand still when replay does';
grant select on monitoring.replication_status to monitoring;

create view monitoring.table_sizes with (security_invoker=true) as (
  schemaname name,
  tablename name,
  partitions bigint,
  total_bytes bigint,
  table_bytes bigint,
  index_bytes bigint,
  live_rows_estimate bigint,
  dead_rows_estimate bigint,
  last_autovacuum timestamp with time zone,
  last_autoanalyze timestamp with time zone
);
comment on view monitoring.table_sizes is 'bytes of each table with its partitions; for bloat use pgstattuple_approx, dead rows are not bloat';
grant select on monitoring.table_sizes to monitoring;

create view monitoring.transaction_id_age with (security_invoker=true) as (
  datname name,
  transaction_age integer,
  multixact_age integer,
  percent_to_wraparound numeric
);
comment on view monitoring.transaction_id_age is 'how near each database is to the wraparound of transaction ids';
grant select on monitoring.transaction_id_age to monitoring;

create view monitoring.vacuum_progress with (security_invoker=true) as (
  pid integer,
  datname name,
  schemaname name,
  tablename name,
  phase text,
  heap_blks_total bigint,
  heap_blks_scanned bigint,
  heap_blks_vacuumed bigint
);
comment on view monitoring.vacuum_progress is 'vacuums at work';
grant select on monitoring.vacuum_progress to monitoring;

create view monitoring.wal_receiver with (security_invoker=true) as (
  in_recovery boolean,
  status text,
  sender_host text,
  sender_port integer,
  slot_name text,
  written_lsn pg_lsn,
  flushed_lsn pg_lsn,
  latest_end_lsn pg_lsn,
  latest_end_time timestamp with time zone,
  replayed_lsn pg_lsn,
  replayed_until timestamp with time zone
);
comment on view monitoring.wal_receiver is 'a standby''s own side of replication';
grant select on monitoring.wal_receiver to monitoring;

create view monitoring.wal_status with (security_invoker=true) as (
  in_recovery boolean,
  current_wal_lsn pg_lsn,
  wal_files bigint,
  wal_bytes bigint,
  current_wal_file text,
  archived_count bigint,
  last_archived_time timestamp with time zone,
  failed_count bigint,
  last_failed_time timestamp with time zone
);
comment on view monitoring.wal_status is 'WAL on disk and in the archive; wal_bytes is what lies there now';
grant select on monitoring.wal_status to monitoring;

-- Functions ---------------------------------------------------------------------------------------------------------------

CREATE FUNCTION audit.append_block(p_block audit.blocks, p_salt bytea, p_leaves bytea)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  head audit.blocks;
begin
  select * into head from audit.blocks order by number desc limit 1;
  if p_block.number <> coalesce(head.number, 0) + 1 or p_block.previous_hash is distinct from head.hash then
    raise exception 'block % does not follow block %', p_block.number, head.number
      using errcode = 'serialization_failure';
  end if;
  if p_block.kind = 'seal' and p_block.upto_transaction >= pg_snapshot_xmin(pg_current_snapshot()) then
    raise exception 'transaction % may still run', p_block.upto_transaction
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  insert into audit.blocks select p_block.*;
  insert into audit.block_leaves (number, salt, leaves) values (p_block.number, p_salt, p_leaves);
end
$function$;
alter function audit.append_block(audit.blocks,bytea,bytea) owner to audit_owner;
comment on function audit.append_block(audit.blocks,bytea,bytea) is 'adds a block behind the last one, with its leaves, whole or not at all';
grant execute on function audit.append_block(audit.blocks,bytea,bytea) to apg_sealer;

CREATE FUNCTION audit.audit_table(target regclass, redact text[] DEFAULT '{}'::text[], mode text DEFAULT 'rows'::text, personal text[] DEFAULT NULL::text[], key text[] DEFAULT NULL::text[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  part regclass;
  arguments text;
  stands text[] := (
    select string_to_array(encode(tgargs, 'escape'), '\000')
    from pg_trigger
    where tgrelid = target and tgname = 'audit_insert'
  );
begin
  if mode not in ('rows', 'batch') then
    raise exception 'mode is rows or batch, not %', mode;
  end if;
  select concat_ws(
      ', ',
      quote_literal(pg_namespace.nspname),
      quote_literal(pg_class.relname),
      quote_literal(mode),
      coalesce(
        quote_literal(array_to_string(key, ',')),
        case when personal is null then quote_literal(stands[4]) end,
        (
          select quote_literal(string_agg(attname, ',' order by array_position(indkey::int2[], attnum)))
          from pg_index
          join pg_attribute on attrelid = indrelid and attnum = any (indkey)
          where indrelid = target
            and indisprimary
            and (attname <> 'tenant_id' or indnkeyatts = 1)
        )
      ),
      quote_literal(array_to_string(redact, ',')),
      quote_literal(nullif(coalesce(array_to_string(personal, ','), stands[6]), ''))
    )
  into arguments
  from pg_class
  join pg_namespace on pg_namespace.oid = pg_class.relnamespace
  where pg_class.oid = target;

  -- Each partition too: its owner may name it, and a trigger of the parent does not fire then.
  for part in select target union select relid from pg_partition_tree(target)
  loop
    execute format(
      'create or replace trigger audit_insert after insert on %s referencing new table as new_rows
         for each statement execute function audit.record_insert(%s)',
      part, arguments
    );
    execute format(
      'create or replace trigger audit_update after update on %s referencing old table as old_rows new table as new_rows
         for each statement execute function audit.record_update(%s)',
      part, arguments
    );
    execute format(
      'create or replace trigger audit_delete after delete on %s referencing old table as old_rows
         for each statement execute function audit.record_delete(%s)',
      part, arguments
    );
    execute format(
      'create or replace trigger audit_truncate after truncate on %s for each statement execute function audit.record_truncate(%s)',
      part, arguments
    );
  end loop;
end
$function$;
alter function audit.audit_table(regclass,text[],text,text[],text[]) owner to audit_owner;
comment on function audit.audit_table(regclass,text[],text,text[],text[]) is 'records every change of a table: rows: an image each; batch: the same up to 1000 rows of a statement, above that one digest; personal: columns kept apart';
grant execute on function audit.audit_table(regclass,text[],text,text[],text[]) to cm_owner;

CREATE FUNCTION audit.block_hash(p_number bigint)
 RETURNS bytea
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT blocks.hash
    FROM audit.blocks
   WHERE (blocks.number = block_hash.p_number);
END;
alter function audit.block_hash(bigint) owner to audit_owner;
comment on function audit.block_hash(bigint) is 'the hash of a block, null when there is none of this number';
grant execute on function audit.block_hash(bigint) to apg_admin;
grant execute on function audit.block_hash(bigint) to apg_sealer;

CREATE FUNCTION audit.block_of(p_transaction xid8, p_id bigint)
 RETURNS bigint
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT blocks.number
    FROM audit.blocks
   WHERE ((blocks.floor_id = ( SELECT max(blocks_1.floor_id) AS max
            FROM audit.blocks blocks_1
           WHERE (blocks_1.floor_id < block_of.p_id))) AND (ROW(blocks.upto_transaction, blocks.upto_id) >= ROW(block_of.p_transaction, block_of.p_id)))
   ORDER BY blocks.upto_transaction, blocks.upto_id
  LIMIT 1;
END;
alter function audit.block_of(xid8,bigint) owner to audit_owner;
comment on function audit.block_of(xid8,bigint) is 'number of the block that covers this position, null when it is not sealed yet';
grant execute on function audit.block_of(xid8,bigint) to apg_admin;
grant execute on function audit.block_of(xid8,bigint) to apg_readonly;
grant execute on function audit.block_of(xid8,bigint) to apg_readwrite;

CREATE FUNCTION audit.changed_columns(before jsonb, after jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (SELECT jsonb_object_agg(jsonb_each.key, jsonb_each.value) AS jsonb_object_agg FROM jsonb_each(changed_columns.before) jsonb_each(key, value) WHERE (jsonb_each.value IS DISTINCT FROM (changed_columns.after -> jsonb_each.key)));
alter function audit.changed_columns(jsonb,jsonb) owner to audit_owner;
comment on function audit.changed_columns(jsonb,jsonb) is NULL;

CREATE FUNCTION audit.close_epoch(OUT ceiling_id bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '30s'
AS $function$
begin
  lock table audit.audit_log in share mode;
  ceiling_id := greatest(nextval('audit.audit_log_id'), (select max(id) from audit.audit_log));
  perform setval('audit.audit_log_id', ceiling_id);
end
$function$;
alter function audit.close_epoch() owner to audit_owner;
comment on function audit.close_epoch() is 'waits for writers until this transaction ends; the last id of what was written before';
grant execute on function audit.close_epoch() to apg_sealer;

CREATE FUNCTION audit.ddl_text()
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  said text := trim(current_query());
begin
  -- Only a statement that stands alone and is nothing but a definition: values, passwords and bodies of functions stay out.
  if length(said) <= 4000
    and said ~* '^(create|alter|drop|grant|revoke)\s'
    and said !~ ';\s*\S'
    and said !~* '\m(role|user|group|password|secret|subscription|server|mapping|connection|as)\M'
    and said !~ '\$'
  then
    return rtrim(said, '; ');
  end if;
  return null;
end
$function$;
alter function audit.ddl_text() owner to audit_owner;
comment on function audit.ddl_text() is 'the statement that is being run, null when it might hold a secret or a value';

CREATE FUNCTION audit.digested_columns(target regclass, secrets text[])
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN (SELECT string_agg(quote_ident((pg_attribute.attname)::text), ', '::text ORDER BY pg_attribute.attname) AS string_agg FROM pg_attribute WHERE ((pg_attribute.attrelid = (digested_columns.target)::oid) AND (pg_attribute.attnum > 0) AND (NOT pg_attribute.attisdropped) AND (NOT ((pg_attribute.attname = ANY (digested_columns.secrets)) AND (pg_attribute.atttypid = ('bytea'::regtype)::oid)))));
alter function audit.digested_columns(regclass,text[]) owner to audit_owner;
comment on function audit.digested_columns(regclass,text[]) is 'the columns whose text a batch''s digest covers, by name: all but ciphertext (redacted columns of type bytea)';

CREATE FUNCTION audit.fresh_salt()
 RETURNS bytea
 LANGUAGE sql
 PARALLEL SAFE
RETURN sha256((uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
alter function audit.fresh_salt() owner to audit_owner;
comment on function audit.fresh_salt() is '32 bytes from 244 random bits';

CREATE FUNCTION audit.inclusion(p_tenant text, p_id bigint, OUT row_text text, OUT number bigint, OUT salt bytea, OUT place integer, OUT leaf_hashes bytea)
 RETURNS SETOF record
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  entry audit.audit_log;
  entries bytea;
begin
  if p_tenant is distinct from cash_management.current_tenant() and not pg_has_role(session_user, 'apg_admin', 'member') then
    raise exception 'this is a row of another tenant'
      using errcode = 'insufficient_privilege';
  end if;
  select * into entry from audit.audit_log where tenant_id = p_tenant and id = p_id;
  if not found then
    return;
  end if;
  row_text := audit.row_text(entry);
  number := audit.block_of(entry.transaction_id, entry.id);
  if number is not null then
    select sha256(leaves.salt || int8send(p_id)), leaves.leaves || ''::bytea
    into salt, entries
    from audit.block_leaves as leaves
    where leaves.number = inclusion.number;
    select
      min(index) filter (where substr(entries, index * 40 + 1, 8) = int8send(p_id)),
      string_agg(sha256('\x00'::bytea || substr(entries, index * 40 + 1, 40)), ''::bytea order by index)
    into place, leaf_hashes
    from generate_series(0, octet_length(entries) / 40 - 1) as index;
  end if;
  return next;
end
$function$;
alter function audit.inclusion(text,bigint) owner to audit_owner;
comment on function audit.inclusion(text,bigint) is 'what a proof of one row is made of: its text, its salt, its place in its block, and the hashes of all leaves of that block';
grant execute on function audit.inclusion(text,bigint) to apg_admin;
grant execute on function audit.inclusion(text,bigint) to apg_readonly;
grant execute on function audit.inclusion(text,bigint) to apg_readwrite;

CREATE FUNCTION audit.keep_course_of_erasure()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  noted constant text[] := '{attempts,interrupted_at,interruption}';
begin
  if tg_op <> 'UPDATE' then
    raise exception 'the record of an erasure stays' using errcode = 'insufficient_privilege';
  end if;
  -- That an attempt began or stopped is no step of its course.
  if old.state in ('requested', 'running') and to_jsonb(old) - noted = to_jsonb(new) - noted and new.attempts >= old.attempts then
    return new;
  end if;
  if (old.state, new.state) not in (('requested', 'cancelled'), ('requested', 'running'), ('running', 'done'))
    or (old.tenant_id, old.id, old.tenant_name, old.reason, old.requested_by, old.requested_at)
      is distinct from (new.tenant_id, new.id, new.tenant_name, new.reason, new.requested_by, new.requested_at)
    or (old.state = 'running' and (old.begun_by, old.begun_at, old.rows_before) is distinct from (new.begun_by, new.begun_at, new.rows_before))
  then
    raise exception 'an erasure is requested, then cancelled or carried out; what was written of it stays'
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$function$;
alter function audit.keep_course_of_erasure() owner to audit_owner;
comment on function audit.keep_course_of_erasure() is 'an erasure goes forward only';

CREATE FUNCTION audit.keep_personal_values()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tg_op = 'DELETE'
    and (
      cash_management.erasure_state(old.tenant_id) = 'running'
      or exists (select from audit.retirements where old.occurred_at >= from_moment and old.occurred_at < to_moment)
    )
  then
    return old;
  end if;
  raise exception 'personal_values is append-only while its tenant stands'
    using errcode = 'insufficient_privilege';
end
$function$;
alter function audit.keep_personal_values() owner to audit_owner;
comment on function audit.keep_personal_values() is 'what the trail says of people goes with their tenant and not before';

CREATE FUNCTION audit.key_statements(OUT key_id text, OUT replaces text, OUT statement text, OUT signature bytea)
 RETURNS SETOF record
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT rotation.key_id,
     rotation.replaces,
     rotation.statement,
     rotation.signature
    FROM audit.key_rotations rotation
   ORDER BY rotation.after_block, rotation.recorded_at;
END;
alter function audit.key_statements() owner to audit_owner;
comment on function audit.key_statements() is 'the statements of all rotations, the oldest first; they are made to be shown';
grant execute on function audit.key_statements() to apg_admin;
grant execute on function audit.key_statements() to apg_readonly;
grant execute on function audit.key_statements() to apg_readwrite;
grant execute on function audit.key_statements() to apg_sealer;

CREATE FUNCTION audit.personal_of(image jsonb, names text[])
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN ((image IS NULL) OR (NOT (image ?| names))) THEN NULL::jsonb ELSE (SELECT jsonb_object_agg(jsonb_each.key, jsonb_each.value) AS jsonb_object_agg FROM jsonb_each(personal_of.image) jsonb_each(key, value) WHERE ((jsonb_each.key = ANY (personal_of.names)) AND (jsonb_each.value <> 'null'::jsonb))) END;
alter function audit.personal_of(jsonb,text[]) owner to audit_owner;
comment on function audit.personal_of(jsonb,text[]) is 'the values of an image that name people, null without any';

CREATE FUNCTION audit.record_context_key()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  secrets text[] := string_to_array(tg_argv[4], ',');
begin
  insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, old_values, new_values, actor)
  values (
    '*', tg_table_schema, tg_table_name, tg_op, new.key_id,
    case when tg_op = 'UPDATE' then audit.without_secrets(audit.changed_columns(to_jsonb(old), to_jsonb(new)), secrets) end,
    case
      when tg_op = 'UPDATE' then audit.without_secrets(audit.changed_columns(to_jsonb(new), to_jsonb(old)), secrets)
      else audit.without_secrets(to_jsonb(new), secrets)
    end,
    new.changed_by
  );
  return null;
end
$function$;
alter function audit.record_context_key() owner to audit_owner;
comment on function audit.record_context_key() is 'records a context key made, given an end, or retired; never the key';
grant execute on function audit.record_context_key() to cm_gatekeeper;

CREATE FUNCTION audit.record_ddl()
 RETURNS event_trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  stack text;
  upkeep boolean;
begin
  get diagnostics stack = pg_context;
  -- A partition made by the upkeep is one event; what it is dressed with follows from its table.
  upkeep := stack ~ '\mfunction maintenance\.ensure_range\(';
  begin
    if tg_event = 'sql_drop' then
      insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, new_values, actor, request_id)
      select
        '*', coalesce(dropped.schema_name, ''), dropped.object_identity, 'DDL', dropped.object_type,
        jsonb_strip_nulls(jsonb_build_object('command', tg_tag, 'text', audit.ddl_text())),
        cash_management.current_actor(), cash_management.current_request()
      from pg_event_trigger_dropped_objects() as dropped
      where not dropped.is_temporary
        and (dropped.original or dropped.object_type = 'table')
        and not upkeep
        and coalesce(dropped.schema_name, '') !~ '^pg_';
    else
      insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, new_values, actor, request_id)
      select
        '*', coalesce(made.schema_name, ''), coalesce(made.object_identity, ''), 'DDL', made.object_type,
        jsonb_strip_nulls(jsonb_build_object('command', made.command_tag, 'text', audit.ddl_text())),
        cash_management.current_actor(), cash_management.current_request()
      from pg_event_trigger_ddl_commands() as made
      where made.command_tag <> 'COMMENT'
        and (not upkeep or made.command_tag = 'CREATE TABLE')
        and not made.in_extension
        and coalesce(made.schema_name, '') !~ '^pg_'
        and coalesce(made.object_identity, '') !~ '\mpg_temp';
    end if;
  exception
    when check_violation then
      -- The trail has no partition for now: on a fresh database, and when its upkeep comes late. It must be able to make one.
      if exists (select from pg_inherits where inhparent = 'audit.audit_log'::regclass) and not upkeep then
        raise;
      end if;
  end;
end
$function$;
alter function audit.record_ddl() owner to audit_owner;
comment on function audit.record_ddl() is 'a row of tenant * for each object of the schema that a statement made, changed or dropped';

CREATE FUNCTION audit.record_delete()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  keys text[] := string_to_array(tg_argv[3], ',');
  secrets text[] := string_to_array(tg_argv[4], ',');
  personal text[] := string_to_array(coalesce(tg_argv[5], ''), ',');
  erased text := (select tenant_id from old_rows limit 1);
begin
  if erased is not null
    and cash_management.erasure_state(erased) = 'running'
    and not exists (select from old_rows where tenant_id <> erased)
  then
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest, actor, request_id)
    select tenant_id, tg_argv[0], tg_argv[1], tg_op, count(*), sha256(string_agg(hash, '' order by hash)),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from (
      select tenant_id, sha256(convert_to(audit.row_key(to_jsonb(old_row), keys), 'UTF8')) as hash
      from old_rows as old_row
    ) as hashed
    group by tenant_id;
    return null;
  end if;
  if tg_argv[2] = 'batch' and (select count(*) > 1000 from (select from old_rows limit 1001) as some_rows) then
    execute format(
      $digest$
        insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest, actor, request_id)
        select tenant_id, $1, $2, $3, count(*), sha256(string_agg(hash, '' order by hash)),
          (select cash_management.current_actor()), (select cash_management.current_request())
        from (select tenant_id, sha256(convert_to(row(%s)::text, 'UTF8')) as hash from old_rows) as hashed
        group by tenant_id
      $digest$,
      audit.digested_columns(tg_relid, secrets)
    ) using tg_argv[0], tg_argv[1], tg_op;
  elsif cardinality(personal) = 0 then
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, old_values, actor, request_id)
    select image ->> 'tenant_id', tg_argv[0], tg_argv[1], tg_op, audit.row_key(image, keys), audit.without_secrets(image, secrets),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from (select to_jsonb(old_row) as image from old_rows as old_row) as images;
  else
    with images as materialized (
      select nextval('audit.audit_log_id') as id, clock_timestamp() as occurred_at, audit.fresh_salt() as salt,
        audit.without_secrets(to_jsonb(old_row), secrets) as image
      from old_rows as old_row
    ),
    apart as (
      insert into audit.personal_values (tenant_id, entry_id, occurred_at, salt, old_values)
      select tenant_id, id, occurred_at, salt, people
      from (select image ->> 'tenant_id' as tenant_id, id, occurred_at, salt, audit.personal_of(image, personal) as people from images) as all_values
      where people is not null
    )
    insert into audit.audit_log (id, occurred_at, tenant_id, schema_name, table_name, operation, row_key, old_values, actor, request_id)
    select id, occurred_at, image ->> 'tenant_id', tg_argv[0], tg_argv[1], tg_op, audit.row_key(image, keys),
      audit.without_personal(image, personal, 'old', salt),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from images;
  end if;
  return null;
end
$function$;
alter function audit.record_delete() owner to audit_owner;
comment on function audit.record_delete() is NULL;
grant execute on function audit.record_delete() to cm_owner;

CREATE FUNCTION audit.record_for_all()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, new_values, actor, request_id)
  values (
    '*', tg_table_schema, tg_table_name, tg_op, to_jsonb(new) ->> tg_argv[0], to_jsonb(new),
    cash_management.current_actor(), cash_management.current_request()
  );
  return null;
end
$function$;
alter function audit.record_for_all() owner to audit_owner;
comment on function audit.record_for_all() is 'records a row of a table that belongs to no tenant';

CREATE FUNCTION audit.record_insert()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  keys text[] := string_to_array(tg_argv[3], ',');
  secrets text[] := string_to_array(tg_argv[4], ',');
  personal text[] := string_to_array(coalesce(tg_argv[5], ''), ',');
begin
  if tg_argv[2] = 'batch' and (select count(*) > 1000 from (select from new_rows limit 1001) as some_rows) then
    execute format(
      $digest$
        insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest, actor, request_id)
        select tenant_id, $1, $2, $3, count(*), sha256(string_agg(hash, '' order by hash)),
          (select cash_management.current_actor()), (select cash_management.current_request())
        from (select tenant_id, sha256(convert_to(row(%s)::text, 'UTF8')) as hash from new_rows) as hashed
        group by tenant_id
      $digest$,
      audit.digested_columns(tg_relid, secrets)
    ) using tg_argv[0], tg_argv[1], tg_op;
  elsif cardinality(personal) = 0 then
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, new_values, actor, request_id)
    select image ->> 'tenant_id', tg_argv[0], tg_argv[1], tg_op, audit.row_key(image, keys), audit.without_secrets(image, secrets),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from (select to_jsonb(new_row) as image from new_rows as new_row) as images;
  else
    with images as materialized (
      select nextval('audit.audit_log_id') as id, clock_timestamp() as occurred_at, audit.fresh_salt() as salt,
        audit.without_secrets(to_jsonb(new_row), secrets) as image
      from new_rows as new_row
    ),
    apart as (
      insert into audit.personal_values (tenant_id, entry_id, occurred_at, salt, new_values)
      select tenant_id, id, occurred_at, salt, people
      from (select image ->> 'tenant_id' as tenant_id, id, occurred_at, salt, audit.personal_of(image, personal) as people from images) as all_values
      where people is not null
    )
    insert into audit.audit_log (id, occurred_at, tenant_id, schema_name, table_name, operation, row_key, new_values, actor, request_id)
    select id, occurred_at, image ->> 'tenant_id', tg_argv[0], tg_argv[1], tg_op, audit.row_key(image, keys),
      audit.without_personal(image, personal, 'new', salt),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from images;
  end if;
  return null;
end
$function$;
alter function audit.record_insert() owner to audit_owner;
comment on function audit.record_insert() is NULL;
grant execute on function audit.record_insert() to cm_owner;

CREATE FUNCTION audit.record_platform_key()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, old_values, new_values, actor, request_id)
  values (
    '*', tg_table_schema, tg_table_name, tg_op, new.id::text,
    case when tg_op = 'UPDATE' then audit.without_secrets(audit.changed_columns(to_jsonb(old), to_jsonb(new)), string_to_array(tg_argv[4], ',')) end,
    case
      when tg_op = 'UPDATE' then audit.without_secrets(audit.changed_columns(to_jsonb(new), to_jsonb(old)), string_to_array(tg_argv[4], ','))
      else audit.without_secrets(to_jsonb(new), string_to_array(tg_argv[4], ','))
    end,
    coalesce(cash_management.current_actor(), new.revoked_by, new.created_by), cash_management.current_request()
  );
  return null;
end
$function$;
alter function audit.record_platform_key() owner to audit_owner;
comment on function audit.record_platform_key() is 'records a platform key made or revoked; that it was used is not a change';
grant execute on function audit.record_platform_key() to cm_owner;

CREATE FUNCTION audit.record_truncate()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into audit.audit_log (tenant_id, schema_name, table_name, operation, actor, request_id)
  values ('*', tg_argv[0], tg_argv[1], tg_op, cash_management.current_actor(), cash_management.current_request());
  return null;
end
$function$;
alter function audit.record_truncate() owner to audit_owner;
comment on function audit.record_truncate() is NULL;
grant execute on function audit.record_truncate() to cm_owner;

CREATE FUNCTION audit.record_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  keys text[] := string_to_array(tg_argv[3], ',');
  secrets text[] := string_to_array(tg_argv[4], ',');
  personal text[] := string_to_array(coalesce(tg_argv[5], ''), ',');
begin
  if tg_argv[2] = 'batch' and (select count(*) > 1000 from (select from new_rows limit 1001) as some_rows) then
    -- Which rows changed is asked of whole rows: a new key changes ciphertext alone, and leaves its trace too.
    execute format(
      $digest$
        insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest, actor, request_id)
        select tenant_id, $1, $2, $3, count(*), sha256(string_agg(hash, '' order by hash)),
          (select cash_management.current_actor()), (select cash_management.current_request())
        from (
          select tenant_id, sha256(convert_to(digested, 'UTF8')) as hash
          from (
            select tenant_id, new_row::text as image, row(%1$s)::text as digested from new_rows as new_row
            except all
            select tenant_id, old_row::text, row(%1$s)::text from old_rows as old_row
          ) as changed_rows
        ) as hashed
        group by tenant_id
      $digest$,
      audit.digested_columns(tg_relid, secrets)
    ) using tg_argv[0], tg_argv[1], tg_op;
    return null;
  end if;
  -- A changed key (an idempotency key's rename, say) finds no partner: then one side shows the whole row.
  with changes as materialized (
    select
      nextval('audit.audit_log_id') as id,
      clock_timestamp() as occurred_at,
      coalesce(after.image, before.image) as image,
      audit.without_secrets(audit.changed_columns(before.image, coalesce(after.image, '{}')), secrets) as before,
      audit.without_secrets(audit.changed_columns(after.image, coalesce(before.image, '{}')), secrets) as after,
      case when cardinality(personal) > 0 then audit.fresh_salt() end as salt
    from (
      select to_jsonb(old_row) as image, old_row.tenant_id || '/' || audit.row_key(to_jsonb(old_row), keys) as key
      from old_rows as old_row
    ) as before
    full join (
      select to_jsonb(new_row) as image, new_row.tenant_id || '/' || audit.row_key(to_jsonb(new_row), keys) as key
      from new_rows as new_row
    ) as after on after.key = before.key
    where before.image is distinct from after.image
  ),
  apart as (
    insert into audit.personal_values (tenant_id, entry_id, occurred_at, salt, old_values, new_values)
    select tenant_id, id, occurred_at, salt, people_before, people_after
    from (
      select image ->> 'tenant_id' as tenant_id, id, occurred_at, salt,
        audit.personal_of(before, personal) as people_before, audit.personal_of(after, personal) as people_after
      from changes
      where cardinality(personal) > 0
    ) as all_values
    where num_nonnulls(people_before, people_after) > 0
  )
  insert into audit.audit_log (id, occurred_at, tenant_id, schema_name, table_name, operation, row_key, old_values, new_values, actor, request_id)
  select id, occurred_at, image ->> 'tenant_id', tg_argv[0], tg_argv[1], tg_op, audit.row_key(image, keys),
    audit.without_personal(before, personal, 'old', salt), audit.without_personal(after, personal, 'new', salt),
    (select cash_management.current_actor()), (select cash_management.current_request())
  from changes;
  return null;
end
$function$;
alter function audit.record_update() owner to audit_owner;
comment on function audit.record_update() is NULL;
grant execute on function audit.record_update() to cm_owner;

CREATE FUNCTION audit.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  raise exception 'audit_log is append-only'
    using errcode = 'insufficient_privilege';
end
$function$;
alter function audit.refuse_change() owner to audit_owner;
comment on function audit.refuse_change() is NULL;

CREATE FUNCTION audit.refuse_forgery()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  stack text;
begin
  if pg_trigger_depth() < 2 then
    -- An event trigger does not count as a depth.
    get diagnostics stack = pg_context;
    if stack !~ '(^|\n)PL/pgSQL function audit\.record_ddl\(\) line \d+ at SQL statement(\n|$)' then
      raise exception 'audit_log is written by triggers only'
        using errcode = 'insufficient_privilege';
    end if;
  end if;
  return null;
end
$function$;
alter function audit.refuse_forgery() owner to audit_owner;
comment on function audit.refuse_forgery() is NULL;

CREATE FUNCTION audit.refuse_seal_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  raise exception '% is append-only', tg_table_name
    using errcode = 'insufficient_privilege';
end
$function$;
alter function audit.refuse_seal_change() owner to audit_owner;
comment on function audit.refuse_seal_change() is NULL;
grant execute on function audit.refuse_seal_change() to cm_owner;

CREATE FUNCTION audit.register_key(p_key_id text, p_public_key text)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 INSERT INTO audit.signing_keys (key_id, public_key)
   VALUES (register_key.p_key_id, register_key.p_public_key) ON CONFLICT(key_id) DO NOTHING;
END;
alter function audit.register_key(text,text) owner to audit_owner;
comment on function audit.register_key(text,text) is 'lists a public key; listing it makes nobody trust it';
grant execute on function audit.register_key(text,text) to apg_sealer;

CREATE FUNCTION audit.retire_partition(p_part text, p_row_count bigint, p_statement text, p_signature bytea, p_key_id text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '5s'
 SET "TimeZone" TO 'UTC'
AS $function$
declare
  target regclass;
  bounds record;
  counted bigint;
begin
  select range.part, range.from_day, range.to_day into bounds
  from maintenance.partition_ranges('audit.audit_log') as range
  join pg_class on pg_class.oid = range.part
  where pg_class.relname = p_part;
  if not found then
    raise exception '% is no partition of the audit trail', p_part
      using errcode = 'undefined_table';
  end if;
  target := bounds.part;
  if bounds.to_day > (
    select current_date - make_interval(months => retention_months)
    from maintenance.partition_policies
    where parent = 'audit.audit_log' and retention_months is not null
  ) is not false then
    raise exception '% is kept longer: its last day is %', p_part, bounds.to_day - 1
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  if maintenance.any_legal_hold() then
    raise exception 'a tenant is on legal hold: nothing of the trail is retired'
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  lock table audit.audit_log in access exclusive mode;
  execute format('select count(*) from %s', target) into counted;
  if counted <> p_row_count then
    raise exception '% has % rows, not %', p_part, counted, p_row_count
      using errcode = 'serialization_failure';
  end if;
  insert into audit.retirements (part, from_moment, to_moment, row_count, statement, signature, key_id)
  values (p_part, bounds.from_day, bounds.to_day, p_row_count, p_statement, p_signature, p_key_id);
  delete from audit.personal_values where occurred_at >= bounds.from_day::timestamptz and occurred_at < bounds.to_day::timestamptz;
  execute format('alter table audit.audit_log detach partition %s', target);
  execute format('drop table %s', target);
end
$function$;
alter function audit.retire_partition(text,bigint,text,bytea,text) owner to audit_owner;
comment on function audit.retire_partition(text,bigint,text,bytea,text) is 'drops a month of the trail that is older than the policy keeps, and leaves its signed record';
grant execute on function audit.retire_partition(text,bigint,text,bytea,text) to apg_admin;

CREATE FUNCTION audit.rotate_key(p_key_id text, p_public_key text, p_replaces text, p_after_block bigint, p_is_endorsed boolean, p_statement text, p_signature bytea)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  head bigint := coalesce((select max(number) from audit.blocks), 0);
begin
  -- Of a database that was restored to before it, the statement names a block that is gone.
  if p_after_block < head then
    raise exception 'the chain ends at block %, not at block %', head, p_after_block
      using errcode = 'serialization_failure';
  end if;
  insert into audit.signing_keys (key_id, public_key) values (p_key_id, p_public_key) on conflict (key_id) do nothing;
  insert into audit.key_rotations (key_id, replaces, after_block, is_endorsed, statement, signature)
  values (p_key_id, p_replaces, p_after_block, p_is_endorsed, p_statement, p_signature);
end
$function$;
alter function audit.rotate_key(text,text,text,bigint,boolean,text,bytea) owner to audit_owner;
comment on function audit.rotate_key(text,text,text,bigint,boolean,text,bytea) is 'lists a new public key and the statement that it replaces another from the next block on';
grant execute on function audit.rotate_key(text,text,text,bigint,boolean,text,bytea) to apg_sealer;

CREATE FUNCTION audit.row_key(image jsonb, keys text[])
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (cardinality(keys) = 1) THEN (image ->> (keys)[1]) ELSE array_to_string(ARRAY(SELECT (row_key.image ->> name.name) FROM unnest(row_key.keys) name(name)), '/'::text) END;
alter function audit.row_key(jsonb,text[]) owner to audit_owner;
comment on function audit.row_key(jsonb,text[]) is NULL;

CREATE FUNCTION audit.row_text(entry audit.audit_log)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (json_build_array(((entry).id)::text, (entry).tenant_id, to_char(((entry).occurred_at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'::text), ((entry).transaction_id)::text, (entry).schema_name, (entry).table_name, (entry).operation, (entry).row_key, ((entry).row_count)::text, encode((entry).digest, 'hex'::text), (entry).old_values, (entry).new_values, (entry).actor, (entry).request_id, (entry).user_name, ((entry).client_address)::text))::text;
alter function audit.row_text(audit.audit_log) owner to audit_owner;
comment on function audit.row_text(audit.audit_log) is 'a row as it is sealed: every column, as a JSON array (docs/reference/audit-seals.md)';
grant execute on function audit.row_text(audit.audit_log) to apg_admin;

CREATE FUNCTION audit.seal_head()
 RETURNS SETOF audit.blocks
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT blocks.number,
     blocks.kind,
     blocks.chain,
     blocks.system_identifier,
     blocks.timeline,
     blocks.snapshot,
     blocks.floor_id,
     blocks.ceiling_id,
     blocks.after_transaction,
     blocks.after_id,
     blocks.upto_transaction,
     blocks.upto_id,
     blocks.row_count,
     blocks.root,
     blocks.salt_commitment,
     blocks.previous_hash,
     blocks.lost_number,
     blocks.lost_hash,
     blocks.reason,
     blocks.sealed_at,
     blocks.key_id,
     blocks.hash,
     blocks.signature
    FROM audit.blocks
   ORDER BY blocks.number DESC
  LIMIT 1;
END;
alter function audit.seal_head() owner to audit_owner;
comment on function audit.seal_head() is 'the last block, none before the first';
grant execute on function audit.seal_head() to apg_admin;
grant execute on function audit.seal_head() to apg_sealer;

CREATE FUNCTION audit.seal_place(OUT system_identifier text, OUT timeline integer, OUT snapshot text, OUT below xid8, OUT now timestamp with time zone)
 RETURNS record
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT ( SELECT (control.system_identifier)::text AS system_identifier
            FROM pg_control_system() control(pg_control_version, catalog_version_no, system_identifier, pg_control_last_modified)) AS system_identifier,
     ((('x'::text || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)))::bit(32))::integer AS int4,
     (pg_current_snapshot())::text AS pg_current_snapshot,
     pg_snapshot_xmin(pg_current_snapshot()) AS pg_snapshot_xmin,
     date_trunc('milliseconds'::text, clock_timestamp()) AS date_trunc;
END;
alter function audit.seal_place() owner to audit_owner;
comment on function audit.seal_place() is 'which cluster and timeline this is, and below which transaction nothing runs any more';
grant execute on function audit.seal_place() to apg_admin;
grant execute on function audit.seal_place() to apg_sealer;

CREATE FUNCTION audit.seal_state(OUT number bigint, OUT hash bytea, OUT sealed_at timestamp with time zone, OUT key_id text, OUT waiting bigint, OUT behind_seconds numeric, OUT held_by_pid integer, OUT held_seconds numeric)
 RETURNS record
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT head.number,
     head.hash,
     head.sealed_at,
     head.key_id,
     ( SELECT count(*) AS count
            FROM audit.audit_log entry
           WHERE ((entry.tenant_id = cash_management.current_tenant()) AND (ROW(entry.transaction_id, entry.id) > ROW(
                 CASE
                     WHEN ((head.number IS NULL) OR (head.ceiling_id IS NOT NULL)) THEN '0'::xid8
                     ELSE head.upto_transaction
                 END,
                 CASE
                     WHEN ((head.number IS NULL) OR (head.ceiling_id IS NOT NULL)) THEN (0)::bigint
                     ELSE head.upto_id
                 END)) AND (entry.id > COALESCE(head.ceiling_id, head.floor_id, (0)::bigint)))) AS count,
     sealing.behind_seconds,
     sealing.holder_pid,
     sealing.holder_seconds
    FROM (audit.sealing_state() sealing(block, sealed_at, waiting, held, oldest, behind_seconds, holder, holder_pid, holder_application, holder_user, holder_database, holder_state, holder_seconds)
      LEFT JOIN ( SELECT blocks.number,
             blocks.kind,
             blocks.chain,
             blocks.system_identifier,
             blocks.timeline,
             blocks.snapshot,
             blocks.floor_id,
             blocks.ceiling_id,
             blocks.after_transaction,
             blocks.after_id,
             blocks.upto_transaction,
             blocks.upto_id,
             blocks.row_count,
             blocks.root,
             blocks.salt_commitment,
             blocks.previous_hash,
             blocks.lost_number,
             blocks.lost_hash,
             blocks.reason,
             blocks.sealed_at,
             blocks.key_id,
             blocks.hash,
             blocks.signature
            FROM audit.blocks
           ORDER BY blocks.number DESC
          LIMIT 1) head ON (true));
END;
alter function audit.seal_state() owner to audit_owner;
comment on function audit.seal_state() is 'the head of the chain, how many rows of this tenant wait for a seal, and how many seconds sealing is behind';
grant execute on function audit.seal_state() to apg_admin;
grant execute on function audit.seal_state() to apg_readonly;
grant execute on function audit.seal_state() to apg_readwrite;

CREATE FUNCTION audit.sealing_state(OUT block bigint, OUT sealed_at timestamp with time zone, OUT waiting bigint, OUT held bigint, OUT oldest timestamp with time zone, OUT behind_seconds numeric, OUT holder text, OUT holder_pid integer, OUT holder_application text, OUT holder_user text, OUT holder_database text, OUT holder_state text, OUT holder_seconds numeric)
 RETURNS record
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 WITH head AS (
          SELECT last_block.number,
             last_block.sealed_at,
                 CASE
                     WHEN (last_block.ceiling_id IS NULL) THEN last_block.upto_transaction
                     ELSE NULL::xid8
                 END AS after_transaction,
                 CASE
                     WHEN (last_block.ceiling_id IS NULL) THEN last_block.upto_id
                     ELSE NULL::bigint
                 END AS after_id,
             COALESCE(last_block.ceiling_id, last_block.floor_id, (0)::bigint) AS floor_id
            FROM (( SELECT) always
              LEFT JOIN ( SELECT blocks.number,
                     blocks.kind,
                     blocks.chain,
                     blocks.system_identifier,
                     blocks.timeline,
                     blocks.snapshot,
                     blocks.floor_id,
                     blocks.ceiling_id,
                     blocks.after_transaction,
                     blocks.after_id,
                     blocks.upto_transaction,
                     blocks.upto_id,
                     blocks.row_count,
                     blocks.root,
                     blocks.salt_commitment,
                     blocks.previous_hash,
                     blocks.lost_number,
                     blocks.lost_hash,
                     blocks.reason,
                     blocks.sealed_at,
                     blocks.key_id,
                     blocks.hash,
                     blocks.signature
                    FROM audit.blocks
                   ORDER BY blocks.number DESC
                  LIMIT 1) last_block ON (true))
         ), unsealed AS MATERIALIZED (
          SELECT (entry.transaction_id >= pg_snapshot_xmin(pg_current_snapshot())) AS is_held,
             entry.occurred_at
            FROM (head head_1
              CROSS JOIN LATERAL ( SELECT log.transaction_id,
                     log.occurred_at
                    FROM audit.audit_log log
                   WHERE ((ROW(log.transaction_id, log.id) > ROW(COALESCE(head_1.after_transaction, '0'::xid8), COALESCE(head_1.after_id, (0)::bigint))) AND (log.id > head_1.floor_id))
                   ORDER BY log.transaction_id, log.id
                  LIMIT 100000) entry)
         ), counted AS (
          SELECT count(*) AS waiting,
             count(*) FILTER (WHERE unsealed.is_held) AS held,
             min(unsealed.occurred_at) AS oldest
            FROM unsealed
         ), running AS (
          SELECT 'session'::text AS kind,
             session.pid,
             session.application_name,
             (session.usename)::text AS user_name,
             (session.datname)::text AS database_name,
             session.state,
             session.xact_start AS since
            FROM pg_stat_activity session
           WHERE (session.backend_xid = (pg_snapshot_xmin(pg_current_snapshot()))::xid)
         UNION ALL
          SELECT ('prepared transaction '::text || prepared.gid),
             NULL::integer,
             NULL::text,
             (prepared.owner)::text AS owner,
             (prepared.database)::text AS database,
             NULL::text,
             prepared.prepared
            FROM pg_prepared_xacts prepared
           WHERE (prepared.transaction = (pg_snapshot_xmin(pg_current_snapshot()))::xid)
         )
  SELECT head.number,
     head.sealed_at,
     counted.waiting,
     counted.held,
     counted.oldest,
     round(GREATEST(EXTRACT(epoch FROM (clock_timestamp() - counted.oldest)), (0)::numeric), 1) AS round,
     running.kind,
     running.pid,
     running.application_name,
     running.user_name,
     running.database_name,
     running.state,
     round(GREATEST(EXTRACT(epoch FROM (clock_timestamp() - running.since)), (0)::numeric), 1) AS round
    FROM ((head
      CROSS JOIN counted)
      LEFT JOIN running ON ((counted.held > 0)));
END;
alter function audit.sealing_state() owner to audit_owner;
comment on function audit.sealing_state() is 'the last block; changes that wait for a seal (up to 100000), of them those behind a transaction that still runs, and that transaction';
grant execute on function audit.sealing_state() to apg_admin;
grant execute on function audit.sealing_state() to apg_sealer;
grant execute on function audit.sealing_state() to monitoring;

CREATE FUNCTION audit.signed_block(p_number bigint)
 RETURNS SETOF audit.blocks
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT blocks.number,
     blocks.kind,
     blocks.chain,
     blocks.system_identifier,
     blocks.timeline,
     blocks.snapshot,
     blocks.floor_id,
     blocks.ceiling_id,
     blocks.after_transaction,
     blocks.after_id,
     blocks.upto_transaction,
     blocks.upto_id,
     blocks.row_count,
     blocks.root,
     blocks.salt_commitment,
     blocks.previous_hash,
     blocks.lost_number,
     blocks.lost_hash,
     blocks.reason,
     blocks.sealed_at,
     blocks.key_id,
     blocks.hash,
     blocks.signature
    FROM audit.blocks
   WHERE (blocks.number = signed_block.p_number);
END;
alter function audit.signed_block(bigint) owner to audit_owner;
comment on function audit.signed_block(bigint) is 'a block as it was signed, for a proof';
grant execute on function audit.signed_block(bigint) to apg_admin;
grant execute on function audit.signed_block(bigint) to apg_readonly;
grant execute on function audit.signed_block(bigint) to apg_readwrite;

CREATE FUNCTION audit.unsealed_leaves(p_floor_id bigint, p_after_transaction xid8, p_after_id bigint, p_below xid8, p_salt bytea, p_limit integer, OUT row_count bigint, OUT last_transaction xid8, OUT leaves bytea)
 RETURNS record
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET jit TO 'off'
BEGIN ATOMIC
 SELECT count(*) AS count,
     max(leaf.transaction_id) AS max,
     string_agg((int8send(leaf.id) || leaf.digest), '\x'::bytea) AS string_agg
    FROM ( SELECT entry.transaction_id,
             entry.id,
             sha256((sha256((unsealed_leaves.p_salt || int8send(entry.id))) || convert_to(audit.row_text(entry.*), 'UTF8'::name))) AS digest
            FROM audit.audit_log entry
           WHERE ((ROW(entry.transaction_id, entry.id) > ROW(unsealed_leaves.p_after_transaction, unsealed_leaves.p_after_id)) AND (entry.transaction_id < unsealed_leaves.p_below) AND (entry.id > unsealed_leaves.p_floor_id))
           ORDER BY entry.transaction_id, entry.id
          LIMIT unsealed_leaves.p_limit) leaf;
END;
alter function audit.unsealed_leaves(bigint,xid8,bigint,xid8,bytea,integer) owner to audit_owner;
comment on function audit.unsealed_leaves(bigint,xid8,bigint,xid8,bytea,integer) is 'id and digest of the rows to seal next, 40 bytes each in their order, and the last one''s transaction';
grant execute on function audit.unsealed_leaves(bigint,xid8,bigint,xid8,bytea,integer) to apg_sealer;

CREATE FUNCTION audit.without_personal(image jsonb, names text[], side text, salt bytea)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN ((image IS NULL) OR (NOT (image ?| names))) THEN image ELSE (SELECT jsonb_object_agg(CASE WHEN each_value.is_personal THEN (each_value.key || '#'::text) ELSE each_value.key END, CASE WHEN each_value.is_personal THEN to_jsonb(encode(sha256((sha256((without_personal.salt || convert_to(((without_personal.side || '.'::text) || each_value.key), 'UTF8'::name))) || convert_to((each_value.value)::text, 'UTF8'::name))), 'hex'::text)) ELSE each_value.value END) AS jsonb_object_agg FROM (SELECT jsonb_each.key, jsonb_each.value, ((jsonb_each.key = ANY (without_personal.names)) AND (jsonb_each.value <> 'null'::jsonb)) AS is_personal FROM jsonb_each(without_personal.image) jsonb_each(key, value)) each_value) END;
alter function audit.without_personal(jsonb,text[],text,bytea) owner to audit_owner;
comment on function audit.without_personal(jsonb,text[],text,bytea) is 'an image with salted digests in place of what names people';

CREATE FUNCTION audit.without_secrets(image jsonb, secrets text[])
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN ((cardinality(secrets) = 0) OR (NOT (image ?| secrets))) THEN image ELSE (SELECT jsonb_object_agg(jsonb_each.key, CASE WHEN ((jsonb_each.key = ANY (without_secrets.secrets)) AND (jsonb_each.value <> 'null'::jsonb)) THEN '"(redacted)"'::jsonb ELSE jsonb_each.value END) AS jsonb_object_agg FROM jsonb_each(without_secrets.image) jsonb_each(key, value)) END;
alter function audit.without_secrets(jsonb,text[]) owner to audit_owner;
comment on function audit.without_secrets(jsonb,text[]) is NULL;

CREATE FUNCTION cash_management.account_labels(p_tenant text, p_account uuid)
 RETURNS TABLE(id uuid, name text, last_four text, currency text, bank_id uuid, bank text, entity_id uuid, entity text, is_active boolean, calendar_id uuid, statement_cycle text, expected_by time without time zone, expected_time_zone text)
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE ROWS 50
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  return query
    select a.id, a.name, a.last_four, a.currency::text, a.bank_id, b.name, a.entity_id, e.name, a.is_active,
      coalesce(a.calendar_id, b.calendar_id), a.statement_cycle, a.expected_by, a.expected_time_zone
    from cash_management.cm_cash_accounts as a
    left join cash_management.cm_banks as b on b.tenant_id = p_tenant and b.id = a.bank_id
    left join cash_management.cm_entities as e on e.tenant_id = p_tenant and e.id = a.entity_id
    where a.tenant_id = p_tenant
      and (p_account is null or a.id = p_account);
end
$function$;
alter function cash_management.account_labels(text,uuid) owner to cm_owner;
comment on function cash_management.account_labels(text,uuid) is 'names, bank, entity and schedule of accounts';
grant execute on function cash_management.account_labels(text,uuid) to apg_readonly;
grant execute on function cash_management.account_labels(text,uuid) to apg_readwrite;

CREATE FUNCTION cash_management.account_positions(p_tenant text, p_day date, p_known_at timestamp with time zone, p_value_basis boolean, p_account uuid)
 RETURNS TABLE(id uuid, closing_id uuid, closing_day date, closing_minor bigint, closing_state text, unproven_minor numeric, provisional_minor numeric, outside_through date, shifted_minor numeric)
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE ROWS 50
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  if p_known_at is null then
    return query
      select a.id, c.id, c.day, c.closing_minor, c.state, m.unproven, m.provisional, m.through, s.shifted
      from cash_management.cm_cash_account_keys as a
      left join lateral (
        select closing.id, closing.day, closing.closing_minor, closing.state
        from cash_management.cm_day_closings as closing
        where closing.tenant_id = p_tenant
          and closing.account_id = a.id
          and closing.day <= p_day
          and closing.superseded_at is null
        order by closing.day desc
        limit 1
      ) as c on true
      left join lateral (
        select
          sum(outside.net_minor) filter (where outside.state <> 'provisional') as unproven,
          sum(outside.net_minor) filter (where outside.state = 'provisional') as provisional,
          max(outside.day) as through
        from cash_management.cm_statement_days as outside
        where outside.tenant_id = p_tenant
          and outside.account_id = a.id
          and outside.closing_minor is null
          and outside.day > coalesce(c.day, '-infinity')
          and outside.day <= p_day
          and outside.superseded_at is null
      ) as m on true
      left join lateral (
        select sum(case when shift.back_valued then shift.net_minor else -shift.net_minor end) as shifted
        from cash_management.cm_value_shifts as shift
        where p_value_basis
          and shift.tenant_id = p_tenant
          and shift.account_id = a.id
          and shift.until_day > p_day
          and shift.from_day <= p_day
          and shift.superseded_at is null
      ) as s on true
      where a.tenant_id = p_tenant
        and (p_account is null or a.id = p_account);
  else
    return query
      select a.id, c.id, c.day, c.closing_minor, c.state, m.unproven, m.provisional, m.through, s.shifted
      from cash_management.cm_cash_account_keys as a
      left join lateral (
        select closing.id, closing.day, closing.closing_minor, closing.state
        from cash_management.cm_day_closings as closing
        where closing.tenant_id = p_tenant
          and closing.account_id = a.id
          and closing.day <= p_day
          and closing.recorded_at <= p_known_at
          and (closing.superseded_at is null or closing.superseded_at > p_known_at)
        order by closing.day desc
        limit 1
      ) as c on true
      left join lateral (
        select
          sum(outside.net_minor) filter (where outside.state <> 'provisional') as unproven,
          sum(outside.net_minor) filter (where outside.state = 'provisional') as provisional,
          max(outside.day) as through
        from cash_management.cm_statement_days as outside
        where outside.tenant_id = p_tenant
          and outside.account_id = a.id
          and outside.closing_minor is null
          and outside.day > coalesce(c.day, '-infinity')
          and outside.day <= p_day
          and outside.recorded_at <= p_known_at
          and (outside.superseded_at is null or outside.superseded_at > p_known_at)
      ) as m on true
      left join lateral (
        select sum(case when shift.back_valued then shift.net_minor else -shift.net_minor end) as shifted
        from cash_management.cm_value_shifts as shift
        where p_value_basis
          and shift.tenant_id = p_tenant
          and shift.account_id = a.id
          and shift.until_day > p_day
          and shift.from_day <= p_day
          and shift.recorded_at <= p_known_at
          and (shift.superseded_at is null or shift.superseded_at > p_known_at)
      ) as s on true
      where a.tenant_id = p_tenant
        and (p_account is null or a.id = p_account);
  end if;
end
$function$;
alter function cash_management.account_positions(text,date,timestamp with time zone,boolean,uuid) owner to cm_owner;
comment on function cash_management.account_positions(text,date,timestamp with time zone,boolean,uuid) is 'each account''s last closing at or before a day, what moved behind it outside the chain, and the difference of value dates, as known at a moment (null: now)';
grant execute on function cash_management.account_positions(text,date,timestamp with time zone,boolean,uuid) to apg_readonly;
grant execute on function cash_management.account_positions(text,date,timestamp with time zone,boolean,uuid) to apg_readwrite;

CREATE FUNCTION cash_management.actor_may(p_permission text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  actor text := cash_management.current_actor();
begin
  if actor ~ '^person:[0-9a-f-]{36}$' then
    return exists (
      select
      from cash_management.cm_people as person
      join cash_management.cm_permissions as matrix on matrix.holder_kind = 'role' and matrix.holder = person.role
      where person.tenant_id = cash_management.current_tenant()
        and person.id = substr(actor, 8)::uuid
        and person.disabled_at is null
        and matrix.permission = p_permission
    );
  elsif actor ~ '^key:[0-9a-f-]{36}$' then
    return exists (
      select
      from cash_management.cm_api_keys as key
      join cash_management.cm_permissions as matrix on matrix.holder_kind = 'scope' and matrix.holder = any (key.scopes)
      where key.tenant_id = cash_management.current_tenant()
        and key.id = substr(actor, 5)::uuid
        and key.revoked_at is null
        and (key.expires_at is null or key.expires_at > now())
        and matrix.permission = p_permission
    );
  end if;
  return actor is not null and actor !~ '^(person|key):';
end
$function$;
alter function cash_management.actor_may(text) owner to cm_owner;
comment on function cash_management.actor_may(text) is 'whether the matrix allows the actor of this transaction something; a name that is neither a person nor a key is the program itself';
grant execute on function cash_management.actor_may(text) to apg_admin;
grant execute on function cash_management.actor_may(text) to apg_readwrite;

CREATE FUNCTION cash_management.approval_hash(p_kind text, p_subject text, p_amount bigint, p_currency text, p_payload jsonb)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN sha256(convert_to((jsonb_build_array(p_kind, p_subject, p_amount, p_currency, p_payload))::text, 'UTF8'::name));
alter function cash_management.approval_hash(text,text,bigint,text,jsonb) owner to cm_owner;
comment on function cash_management.approval_hash(text,text,bigint,text,jsonb) is NULL;

CREATE FUNCTION cash_management.approval_rule(p_kind text, p_subject text, p_amount bigint, p_currency text)
 RETURNS cash_management.cm_approval_policies
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT rule.*::cash_management.cm_approval_policies AS rule
    FROM cash_management.cm_approval_policies rule
   WHERE (((rule.tenant_id)::text = cash_management.current_tenant()) AND (rule.ended_at IS NULL) AND
         CASE
             WHEN (approval_rule.p_kind = 'approval_policy'::text) THEN ((rule.id)::text = approval_rule.p_subject)
             ELSE ((rule.kind = approval_rule.p_kind) AND ((rule.above_minor IS NULL) OR (approval_rule.p_amount IS NULL) OR (((rule.currency)::text = approval_rule.p_currency) AND (abs(approval_rule.p_amount) > rule.above_minor)) OR (((rule.currency)::text <> approval_rule.p_currency) AND (NOT (EXISTS ( SELECT
                FROM cash_management.cm_approval_policies same
               WHERE (((same.tenant_id)::text = (rule.tenant_id)::text) AND (same.kind = rule.kind) AND ((same.currency)::text = approval_rule.p_currency) AND (same.ended_at IS NULL))))))))
         END)
   ORDER BY rule.approvals_needed DESC, rule.created_at, rule.id
  LIMIT 1;
END;
alter function cash_management.approval_rule(text,text,bigint,text) owner to cm_owner;
comment on function cash_management.approval_rule(text,text,bigint,text) is NULL;

CREATE FUNCTION cash_management.ask_approval(p_id uuid, p_kind text, p_subject text, p_amount bigint, p_currency text, p_payload jsonb, p_reason text)
 RETURNS SETOF cash_management.cm_approval_requests
 LANGUAGE plpgsql
 SECURITY DEFINER ROWS 1
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  rule cash_management.cm_approval_policies;
  hash bytea := cash_management.approval_hash(p_kind, p_subject, p_amount, p_currency, p_payload);
  found_id uuid;
begin
  if cash_management.current_actor() is null then
    raise exception 'nobody asks' using errcode = 'insufficient_privilege', constraint = 'somebody_asks';
  end if;
  rule := cash_management.approval_rule(p_kind, p_subject, p_amount, p_currency);
  if rule.id is null then
    return;
  end if;
  -- What is too old to be decided or done makes room for being asked again.
  update cash_management.cm_approval_requests
  set state = 'withdrawn', decided_at = coalesce(decided_at, clock_timestamp())
  where tenant_id = cash_management.current_tenant()
    and payload_hash = hash
    and state in ('waiting', 'approved')
    and expires_at <= now();
  insert into cash_management.cm_approval_requests (
    tenant_id, id, kind, subject, amount_minor, currency, payload, payload_hash, reason,
    policy_id, approvals_needed, approver_role, requested_by, expires_at
  )
  values (
    cash_management.current_tenant(), p_id, p_kind, p_subject, p_amount, p_currency, p_payload, hash, p_reason,
    rule.id, rule.approvals_needed, rule.approver_role, cash_management.current_actor(),
    now() + make_interval(hours => rule.expires_after_hours)
  )
  on conflict (tenant_id, payload_hash) where state in ('waiting', 'approved') do nothing;
  return query
  select *
  from cash_management.cm_approval_requests as request
  where request.tenant_id = cash_management.current_tenant()
    and request.payload_hash = hash
    and request.state in ('waiting', 'approved');
end
$function$;
alter function cash_management.ask_approval(uuid,text,text,bigint,text,jsonb,text) owner to cm_owner;
comment on function cash_management.ask_approval(uuid,text,text,bigint,text,jsonb,text) is 'asks for a deed: nothing when no rule holds for it, else the one open request for exactly this deed, made when there was none';
grant execute on function cash_management.ask_approval(uuid,text,text,bigint,text,jsonb,text) to apg_admin;
grant execute on function cash_management.ask_approval(uuid,text,text,bigint,text,jsonb,text) to apg_readwrite;

CREATE FUNCTION cash_management.consume_sign_in_link(p_token_hash bytea, p_code_hash bytea DEFAULT NULL::bytea)
 RETURNS TABLE(tenant_id text, person_id uuid, outcome text)
 LANGUAGE plpgsql
 SECURITY DEFINER ROWS 1
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  -- The row is locked by the update, so of two that come at once one gets the session and the other nothing. Five wrong codes end it.
  return query
  update cash_management.cm_sign_in_links as link
  set
    used_at = case
      when link.code_hash is null or link.code_hash = p_code_hash then clock_timestamp()
      when p_code_hash is not null and link.wrong_codes >= 4 then clock_timestamp()
    end,
    wrong_codes = link.wrong_codes + (link.code_hash is not null and p_code_hash is not null and link.code_hash <> p_code_hash)::integer
  where link.token_hash = p_token_hash
    and link.used_at is null
    and link.expires_at > now()
  returning
    link.tenant_id::text,
    link.person_id,
    case
      when link.code_hash is null or link.code_hash = p_code_hash then 'in'
      when p_code_hash is null then 'code_needed'
      else 'code_wrong'
    end;
end
$function$;
alter function cash_management.consume_sign_in_link(bytea,bytea) owner to cm_gatekeeper;
comment on function cash_management.consume_sign_in_link(bytea,bytea) is 'uses a link up and says for whom it was: outcome in, code_needed or code_wrong; nothing when used or expired';
grant execute on function cash_management.consume_sign_in_link(bytea,bytea) to apg_gate;

CREATE FUNCTION cash_management.context_part(p_part integer)
 RETURNS text
 LANGUAGE plpgsql
 STABLE PARALLEL RESTRICTED SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  stamp text := current_setting('app.context', true);
  inner_half bytea;
  outer_half bytea;
begin
  if stamp is null or stamp = '' then
    return null;
  end if;
  select key.inner_pad, key.outer_pad
  into inner_half, outer_half
  from cash_management.cm_context_keys as key
  where key.key_id = split_part(stamp, E'\x1f', 2)
    and key.purpose = 'stamp';
  -- Digests are compared, not the MACs: how long a comparison takes then tells nothing. Without a key all of it is null.
  if sha256(convert_to(left(stamp, 64), 'UTF8')) = sha256(convert_to(encode(sha256(outer_half || sha256(inner_half
    || timestamptz_send(transaction_timestamp()) || int4send(pg_backend_pid()) || convert_to(substr(stamp, 65), 'UTF8')
  )), 'hex'), 'UTF8')) then
    return nullif(split_part(stamp, E'\x1f', p_part), '');
  end if;
  return null;
end
$function$;
alter function cash_management.context_part(integer) owner to cm_gatekeeper;
comment on function cash_management.context_part(integer) is 'a part of the signed context of this transaction, 3 tenant, 4 actor, 5 request; null when there is none, or it is not of this transaction';
grant execute on function cash_management.context_part(integer) to apg_admin;
grant execute on function cash_management.context_part(integer) to apg_readonly;
grant execute on function cash_management.context_part(integer) to apg_readwrite;
grant execute on function cash_management.context_part(integer) to audit_owner;
grant execute on function cash_management.context_part(integer) to cm_owner;
grant execute on function cash_management.context_part(integer) to monitoring;

CREATE FUNCTION cash_management.count_requests(p_buckets text[], p_hits integer[], p_ends_at timestamp with time zone[])
 RETURNS TABLE(hits bigint)
 LANGUAGE plpgsql
 SECURITY DEFINER ROWS 10
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if random() < 0.02 then
    delete from maintenance.request_counts as old where old.ends_at < now() - interval '1 minute';
  end if;
  return query
  with counted as (
    insert into maintenance.request_counts as total (bucket, hits, ends_at)
    select asked.bucket, asked.hits, asked.ends_at
    from unnest(p_buckets, p_hits, p_ends_at) as asked (bucket, hits, ends_at)
    order by asked.bucket
    on conflict (bucket) do update set hits = total.hits + excluded.hits
    returning total.bucket, total.hits
  )
  select counted.hits
  from unnest(p_buckets) with ordinality as asked (bucket, at)
  join counted on counted.bucket = asked.bucket
  order by asked.at;
end
$function$;
alter function cash_management.count_requests(text[],integer[],timestamp with time zone[]) owner to cm_owner;
comment on function cash_management.count_requests(text[],integer[],timestamp with time zone[]) is 'adds to what all processes have counted, and answers the totals in the same order';
grant execute on function cash_management.count_requests(text[],integer[],timestamp with time zone[]) to apg_gate;

CREATE FUNCTION cash_management.current_actor()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL RESTRICTED
RETURN cash_management.context_part(4);
alter function cash_management.current_actor() owner to cm_owner;
comment on function cash_management.current_actor() is 'the person or key on whose behalf this transaction runs, null when none was given';
grant execute on function cash_management.current_actor() to apg_admin;
grant execute on function cash_management.current_actor() to apg_readonly;
grant execute on function cash_management.current_actor() to apg_readwrite;
grant execute on function cash_management.current_actor() to audit_owner;
grant execute on function cash_management.current_actor() to cm_gatekeeper;
grant execute on function cash_management.current_actor() to monitoring;

CREATE FUNCTION cash_management.current_request()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL RESTRICTED
RETURN cash_management.context_part(5);
alter function cash_management.current_request() owner to cm_owner;
comment on function cash_management.current_request() is 'the request this transaction belongs to, null when none was given';
grant execute on function cash_management.current_request() to apg_admin;
grant execute on function cash_management.current_request() to apg_readonly;
grant execute on function cash_management.current_request() to apg_readwrite;
grant execute on function cash_management.current_request() to audit_owner;
grant execute on function cash_management.current_request() to cm_gatekeeper;
grant execute on function cash_management.current_request() to monitoring;

CREATE FUNCTION cash_management.current_tenant()
 RETURNS text
 LANGUAGE plpgsql
 STABLE PARALLEL RESTRICTED SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  stamp text := current_setting('app.context', true);
  inner_half bytea;
  outer_half bytea;
begin
  if stamp is null or stamp = '' then
    return null;
  end if;
  select key.inner_pad, key.outer_pad
  into inner_half, outer_half
  from cash_management.cm_context_keys as key
  where key.key_id = split_part(stamp, E'\x1f', 2)
    and key.purpose = 'stamp';
  if sha256(convert_to(left(stamp, 64), 'UTF8')) = sha256(convert_to(encode(sha256(outer_half || sha256(inner_half
    || timestamptz_send(transaction_timestamp()) || int4send(pg_backend_pid()) || convert_to(substr(stamp, 65), 'UTF8')
  )), 'hex'), 'UTF8')) then
    return nullif(split_part(stamp, E'\x1f', 3), '');
  end if;
  return null;
end
$function$;
alter function cash_management.current_tenant() owner to cm_gatekeeper;
comment on function cash_management.current_tenant() is 'tenant of this transaction, null when none is chosen: then no row is seen and none can be written';
grant execute on function cash_management.current_tenant() to apg_admin;
grant execute on function cash_management.current_tenant() to apg_readonly;
grant execute on function cash_management.current_tenant() to apg_readwrite;
grant execute on function cash_management.current_tenant() to audit_owner;
grant execute on function cash_management.current_tenant() to cm_owner;
grant execute on function cash_management.current_tenant() to monitoring;

CREATE FUNCTION cash_management.day_of_id(id uuid)
 RETURNS date
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN ('2000-01-01'::date + (((get_byte(uuid_send(id), 0) * 65536) + (get_byte(uuid_send(id), 1) * 256)) + get_byte(uuid_send(id), 2)));
alter function cash_management.day_of_id(uuid) owner to cm_owner;
comment on function cash_management.day_of_id(uuid) is 'the day an id carries in its first 24 bits';
grant execute on function cash_management.day_of_id(uuid) to apg_admin;
grant execute on function cash_management.day_of_id(uuid) to apg_readonly;
grant execute on function cash_management.day_of_id(uuid) to apg_readwrite;

CREATE FUNCTION cash_management.decide_approval(p_id uuid, p_decision text, p_reason text DEFAULT NULL::text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  actor text := cash_management.current_actor();
  request cash_management.cm_approval_requests;
  decider cash_management.cm_people;
  reached text;
begin
  select * into request
  from cash_management.cm_approval_requests
  where tenant_id = cash_management.current_tenant() and id = p_id
  for update;
  if not found then
    raise exception 'there is no such request' using errcode = 'no_data_found', constraint = 'request_is_there';
  end if;
  if request.state <> 'waiting' or request.expires_at <= now() then
    raise exception 'the request is no longer open' using errcode = 'check_violation', constraint = 'request_is_open';
  end if;
  select * into decider
  from cash_management.cm_people
  where tenant_id = request.tenant_id
    and id = case when actor ~ '^person:' then cash_management.person_behind(actor) end
    and disabled_at is null;
  if not found then
    raise exception 'only a person decides' using errcode = 'insufficient_privilege', constraint = 'only_a_person_decides';
  end if;
  if decider.id = cash_management.person_behind(request.requested_by) or actor = request.requested_by then
    raise exception 'who asked does not decide' using errcode = 'insufficient_privilege', constraint = 'maker_is_never_approver';
  end if;
  if request.kind in ('person_role', 'person_recovery') and decider.email = request.subject then
    raise exception 'nobody decides about themselves' using errcode = 'insufficient_privilege', constraint = 'nobody_decides_about_themselves';
  end if;
  if decider.role <> request.approver_role then
    raise exception 'this is for another role to decide' using errcode = 'insufficient_privilege', constraint = 'only_the_approver_role_decides';
  end if;
  insert into cash_management.cm_approvals (
    tenant_id, subject_kind, subject_id, decision, decided_by, amount_minor, currency, reason
  )
  values (request.tenant_id, request.kind, request.id, p_decision, actor, request.amount_minor, request.currency, p_reason);
  select case
      when bool_or(decision = 'rejected') then 'refused'
      when count(*) >= request.approvals_needed then 'approved'
      else 'waiting'
    end
  into reached
  from cash_management.cm_approvals
  where tenant_id = request.tenant_id and subject_id = request.id;
  if reached <> 'waiting' then
    update cash_management.cm_approval_requests
    set state = reached, decided_at = clock_timestamp()
    where tenant_id = request.tenant_id and id = request.id;
  end if;
  return reached;
end
$function$;
alter function cash_management.decide_approval(uuid,text,text) owner to cm_owner;
comment on function cash_management.decide_approval(uuid,text,text) is 'approved or rejected by the person of this transaction: never who asked, never whom it is about, each once; answers the state reached';
grant execute on function cash_management.decide_approval(uuid,text,text) to apg_admin;
grant execute on function cash_management.decide_approval(uuid,text,text) to apg_readwrite;

CREATE FUNCTION cash_management.ensure_days(from_day date, to_day date)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  policy maintenance.partition_policies;
  made integer := 0;
begin
  if from_day is null or to_day is null or from_day > to_day
    or from_day < date '1990-01-01' or to_day > current_date + 5 * 365 then
    raise exception 'no partitions are made for % to %', coalesce(from_day::text, 'null'), coalesce(to_day::text, 'null')
      using errcode = 'datetime_field_overflow',
        hint = 'Days lie between 1990-01-01 and five years from today.';
  end if;
  for policy in select * from maintenance.partition_policies where made_on_demand order by parent
  loop
    continue when to_regclass(policy.parent) is null;
    made := made + maintenance.ensure_partitions(policy.parent::regclass, from_day, to_day);
  end loop;
  return made;
end
$function$;
alter function cash_management.ensure_days(date,date) owner to cm_owner;
comment on function cash_management.ensure_days(date,date) is 'partitions for the days of a statement. Call it in a transaction of its own: attaching locks the referenced accounts until commit';
grant execute on function cash_management.ensure_days(date,date) to apg_readwrite;

CREATE FUNCTION cash_management.enter(p_token text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  fields text[] := string_to_array(p_token, E'\x1f');
  inner_half bytea;
  outer_half bytea;
  ends_at timestamptz;
  stamp text;
begin
  if cash_management.context_part(3) is not null then
    raise exception 'invalid context: this transaction has entered a tenant already'
      using errcode = 'APG03', hint = 'Commit or roll back first: a transaction is of one tenant.';
  end if;
  if p_token is null
    or cardinality(fields) <> 8
    or fields[2] !~ '^[0-9]{1,15}$'
    or fields[3] !~ '^[0-9]{0,9}$'
    or fields[5] !~ '^[a-z0-9][a-z0-9_-]{0,49}$'
    or fields[8] !~ '^[0-9a-f]{64}$'
    or p_token ~ E'[\\x01-\\x1e\\x7f]'
    or length(p_token) > 2000
  then
    raise exception 'invalid context: not a token' using errcode = 'APG01';
  end if;

  select key.inner_pad, key.outer_pad
  into inner_half, outer_half
  from cash_management.cm_context_keys as key
  where key.key_id = fields[1]
    and key.purpose = 'token'
    and key.not_before <= clock_timestamp() + interval '30 seconds'
    and (key.not_after is null or key.not_after > clock_timestamp());
  if not found then
    raise exception 'invalid context: signed with a key that this database does not take'
      using errcode = 'APG02', hint = 'apg db migrate brings this program''s key here.';
  end if;
  if sha256(convert_to(fields[8], 'UTF8')) <> sha256(convert_to(encode(sha256(outer_half || sha256(inner_half
    || convert_to(left(p_token, -65), 'UTF8')
  )), 'hex'), 'UTF8')) then
    raise exception 'invalid context: the signature does not fit' using errcode = 'APG01';
  end if;

  -- A minute, and half a minute for clocks that differ. A token that says it lasts longer is not one of the program's.
  ends_at := to_timestamp(fields[2]::bigint / 1000.0);
  if ends_at < clock_timestamp() - interval '30 seconds' or ends_at > clock_timestamp() + interval '90 seconds' then
    raise exception 'invalid context: the token has expired, or is not valid yet'
      using errcode = 'APG04', hint = 'Compare the clocks of the program''s machine and of the server.';
  end if;
  if fields[3] <> '' and fields[3]::integer <> pg_backend_pid() then
    raise exception 'invalid context: the token was made for another connection' using errcode = 'APG01';
  end if;

  -- What somebody left on a pooled connection could act within the next one's transaction: a temporary type or table in the place of
  -- ours, with a function behind it. What is held besides is let go.
  if exists (select from pg_depend where refclassid = 'pg_namespace'::regclass and refobjid = pg_my_temp_schema())
    or exists (select from pg_cursors where is_holdable)
    or exists (select from pg_prepared_statements where from_sql)
    or exists (select from pg_listening_channels())
    or current_setting('role') <> 'none'
  then
    raise exception 'invalid context: an earlier transaction has left something on this connection'
      using errcode = 'APG05', hint = 'Roll back, then discard all.';
  end if;
  perform pg_advisory_unlock_all();

  select concat(E'\x1f', key.key_id, E'\x1f', fields[5], E'\x1f', fields[6], E'\x1f', fields[7]), key.inner_pad, key.outer_pad
  into stamp, inner_half, outer_half
  from cash_management.cm_context_keys as key
  where key.purpose = 'stamp'
    and key.not_after is null
  order by key.not_before desc
  limit 1;
  if not found then
    raise exception 'invalid context: this database has no key of its own yet'
      using errcode = 'APG02', hint = 'apg db migrate makes one.';
  end if;
  stamp := encode(sha256(outer_half || sha256(inner_half
    || timestamptz_send(transaction_timestamp()) || int4send(pg_backend_pid()) || convert_to(stamp, 'UTF8')
  )), 'hex') || stamp;
  perform set_config('app.context', stamp, true);
  -- Asked here, where nobody forgets it, and nobody can ask it for a tenant of others.
  if current_setting('transaction_read_only') = 'off' then
    perform cash_management.keep_closed_tenant_unchanged(fields[5]);
  end if;
end
$function$;
alter function cash_management.enter(text) owner to cm_gatekeeper;
comment on function cash_management.enter(text) is 'chooses the tenant of this transaction by a token that the program has signed; before it nothing of any tenant is seen or written';
grant execute on function cash_management.enter(text) to apg_admin;
grant execute on function cash_management.enter(text) to apg_readonly;
grant execute on function cash_management.enter(text) to apg_readwrite;

CREATE FUNCTION cash_management.erasure_state(p_tenant text)
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT erasure.state
    FROM audit.tenant_erasures erasure
   WHERE ((erasure.tenant_id = erasure_state.p_tenant) AND (erasure.state <> 'cancelled'::text) AND ((erasure_state.p_tenant = cash_management.current_tenant()) OR pg_has_role(SESSION_USER, 'apg_admin'::name, 'usage'::text)));
END;
alter function cash_management.erasure_state(text) owner to cm_gatekeeper;
comment on function cash_management.erasure_state(text) is 'requested, running or done, asked by the tenant itself or an administrator; else null. While it runs its rows may be deleted, frozen or not';
grant execute on function cash_management.erasure_state(text) to apg_admin;
grant execute on function cash_management.erasure_state(text) to apg_readwrite;
grant execute on function cash_management.erasure_state(text) to audit_owner;
grant execute on function cash_management.erasure_state(text) to cm_owner;

CREATE FUNCTION cash_management.find_api_key(p_key_hash bytea)
 RETURNS TABLE(tenant_id text, tenant_name text, tenant_status text, api_key_id uuid, name text, scopes text[], expires_at timestamp with time zone, revoked_at timestamp with time zone, last_used_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT key.tenant_id,
     tenant.name,
     tenant.status,
     key.id,
     key.name,
     key.scopes,
     key.expires_at,
     key.revoked_at,
     key.last_used_at
    FROM (cash_management.cm_api_keys key
      JOIN cash_management.cm_tenants tenant ON (((tenant.tenant_id)::text = (key.tenant_id)::text)))
   WHERE (key.key_hash = find_api_key.p_key_hash);
END;
alter function cash_management.find_api_key(bytea) owner to cm_gatekeeper;
comment on function cash_management.find_api_key(bytea) is 'the key with this sha256, expired or revoked ones too, so that the answer can say so';
grant execute on function cash_management.find_api_key(bytea) to apg_gate;

CREATE FUNCTION cash_management.find_due_bank_jobs(p_limit integer)
 RETURNS TABLE(tenant_id text, job_id uuid, kind text)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 10
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT job.tenant_id,
     job.id,
     job.kind
    FROM (cash_management.cm_bank_jobs job
      JOIN cash_management.cm_tenants tenant ON (((tenant.tenant_id)::text = (job.tenant_id)::text)))
   WHERE ((job.state = ANY (ARRAY['waiting'::text, 'running'::text])) AND (job.run_at <= now()) AND (tenant.status = 'active'::text))
   ORDER BY job.run_at
  LIMIT find_due_bank_jobs.p_limit;
END;
alter function cash_management.find_due_bank_jobs(integer) owner to cm_gatekeeper;
comment on function cash_management.find_due_bank_jobs(integer) is 'jobs of bank connections that may be taken now, the longest due first';
grant execute on function cash_management.find_due_bank_jobs(integer) to apg_gate;

CREATE FUNCTION cash_management.find_identity_providers(p_domain text)
 RETURNS TABLE(tenant_id text, tenant_name text, provider text)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 2
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT provider.tenant_id,
     tenant.name,
     provider.name
    FROM (cash_management.cm_identity_providers provider
      JOIN cash_management.cm_tenants tenant ON (((tenant.tenant_id)::text = (provider.tenant_id)::text)))
   WHERE ((tenant.status = 'active'::text) AND (provider.is_listed OR (lower(find_identity_providers.p_domain) = ANY (provider.allowed_domains))))
   ORDER BY provider.tenant_id
  LIMIT 20;
END;
alter function cash_management.find_identity_providers(text) owner to cm_gatekeeper;
comment on function cash_management.find_identity_providers(text) is 'providers to offer on the sign-in page: those shown to everybody, and those of the domain of the address that was typed';
grant execute on function cash_management.find_identity_providers(text) to apg_gate;

CREATE FUNCTION cash_management.find_platform_key(p_key_hash bytea)
 RETURNS TABLE(id uuid, name text, scopes text[], expires_at timestamp with time zone, revoked_at timestamp with time zone)
 LANGUAGE plpgsql
 SECURITY DEFINER ROWS 1
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  -- A write per request would be too much for what it tells.
  update cash_management.cm_platform_keys as key
  set last_used_at = now()
  where key.key_hash = p_key_hash
    and (key.last_used_at is null or key.last_used_at < now() - interval '5 minutes');
  return query
  select key.id, key.name, key.scopes, key.expires_at, key.revoked_at
  from cash_management.cm_platform_keys as key
  where key.key_hash = p_key_hash;
end
$function$;
alter function cash_management.find_platform_key(bytea) owner to cm_gatekeeper;
comment on function cash_management.find_platform_key(bytea) is 'the platform key with this sha256, expired or revoked ones too, so that the answer can say so';
grant execute on function cash_management.find_platform_key(bytea) to apg_gate;

CREATE FUNCTION cash_management.find_session(p_token_hash bytea)
 RETURNS TABLE(tenant_id text, tenant_name text, tenant_status text, person_id uuid, email text, name text, role text, disabled_at timestamp with time zone, created_at timestamp with time zone, expires_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT session.tenant_id,
     tenant.name,
     tenant.status,
     person.id,
     person.email,
     person.name,
     person.role,
     person.disabled_at,
     session.created_at,
     session.expires_at
    FROM (((cash_management.cm_sessions session
      JOIN cash_management.cm_people person ON ((((person.tenant_id)::text = (session.tenant_id)::text) AND (person.id = session.person_id))))
      JOIN cash_management.cm_tenants tenant ON (((tenant.tenant_id)::text = (session.tenant_id)::text)))
      LEFT JOIN cash_management.cm_access_rules rules ON (((rules.tenant_id)::text = (session.tenant_id)::text)))
   WHERE ((session.token_hash = find_session.p_token_hash) AND (session.ended_at IS NULL) AND (session.expires_at > now()) AND (COALESCE(session.last_seen_at, session.created_at) > (now() - make_interval(mins => COALESCE(rules.session_idle_minutes, 120)))));
END;
alter function cash_management.find_session(bytea) owner to cm_gatekeeper;
comment on function cash_management.find_session(bytea) is 'the running session with this sha256; ended and expired ones are not there, nor those where nobody was for too long';
grant execute on function cash_management.find_session(bytea) to apg_gate;

CREATE FUNCTION cash_management.find_sign_in(p_email text, p_tenant text DEFAULT NULL::text)
 RETURNS TABLE(tenant_id text, tenant_name text, tenant_status text, person_id uuid, email text, name text, role text, password_hash text, failed_attempts integer, locked_until timestamp with time zone, disabled_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 2
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT person.tenant_id,
     tenant.name,
     tenant.status,
     person.id,
     person.email,
     person.name,
     person.role,
     person.password_hash,
     person.failed_attempts,
     person.locked_until,
     person.disabled_at
    FROM (cash_management.cm_people person
      JOIN cash_management.cm_tenants tenant ON (((tenant.tenant_id)::text = (person.tenant_id)::text)))
   WHERE ((person.email = lower(find_sign_in.p_email)) AND ((find_sign_in.p_tenant IS NULL) OR ((person.tenant_id)::text = find_sign_in.p_tenant)))
   ORDER BY person.tenant_id;
END;
alter function cash_management.find_sign_in(text,text) owner to cm_gatekeeper;
comment on function cash_management.find_sign_in(text,text) is 'the people with this address, one row per tenant they belong to, with what checking a password needs';
grant execute on function cash_management.find_sign_in(text,text) to apg_gate;

CREATE FUNCTION cash_management.forget_approval_input()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  new.input_encrypted := null;
  return new;
end
$function$;
alter function cash_management.forget_approval_input() owner to cm_owner;
comment on function cash_management.forget_approval_input() is NULL;

CREATE FUNCTION cash_management.freeze_rate_set()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tg_op = 'INSERT' then
    if new.frozen_at is not null then
      raise exception 'a rate set is made first and frozen then' using errcode = 'restrict_violation';
    end if;
    new.imported_by := cash_management.current_actor();
    return new;
  end if;
  if old.frozen_at is not null then
    raise exception 'the rate set is frozen' using errcode = 'restrict_violation', hint = 'Make a new set.';
  end if;
  if new.frozen_at is null then
    return new;
  end if;
  new.frozen_at := clock_timestamp();
  new.content_hash := sha256(convert_to(cash_management.rate_set_text(new), 'UTF8'));
  new.rate_count := (
    select count(*)
    from cash_management.cm_fx_rates
    where tenant_id = new.tenant_id and rate_set_id = new.id
  );
  if new.rate_count = 0 then
    raise exception 'a rate set without rates is not frozen' using errcode = 'check_violation', constraint = 'a_frozen_set_has_rates';
  end if;
  return new;
end
$function$;
alter function cash_management.freeze_rate_set() owner to cm_owner;
comment on function cash_management.freeze_rate_set() is 'freezes a set once, with its hash; freezing_is_guarded holds it against an approval before';

CREATE FUNCTION cash_management.guard_api_key()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  rules cash_management.cm_access_rules;
begin
  if cash_management.is_administration() then
    return new;
  end if;
  if not cash_management.actor_may('access:write') then
    raise exception 'keys are managed by administrators' using errcode = 'insufficient_privilege', constraint = 'administrators_manage_access';
  end if;
  if tg_op = 'UPDATE' then
    if (old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at)
      or coalesce(new.expires_at, 'infinity') > coalesce(old.expires_at, 'infinity')
    then
      raise exception 'a key that ended stays ended' using errcode = 'check_violation', constraint = 'a_key_lives_no_longer_than_it_was_given';
    end if;
    return new;
  end if;
  select * into rules from cash_management.cm_access_rules where tenant_id = new.tenant_id;
  new.expires_at := coalesce(new.expires_at, now() + make_interval(days => coalesce(rules.key_default_days, 90)));
  if new.expires_at > now() + make_interval(days => coalesce(rules.key_max_days, 365)) + interval '1 minute' then
    raise exception 'the key would live too long' using errcode = 'check_violation', constraint = 'a_key_ends_as_the_rules_say';
  end if;
  new.scopes := array(select distinct scope collate "C" from unnest(new.scopes) as scope order by 1);
  if exists (
    select
    from cash_management.cm_permissions
    where holder_kind = 'scope' and holder = any (new.scopes) and permission like '%:write'
  ) then
    perform cash_management.use_approval('api_key', new.name, null, null, jsonb_build_object('scopes', to_jsonb(new.scopes)));
  end if;
  return new;
end
$function$;
alter function cash_management.guard_api_key() owner to cm_owner;
comment on function cash_management.guard_api_key() is NULL;

CREATE FUNCTION cash_management.guard_approval_rule()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if cash_management.is_administration() then
    return new;
  end if;
  if tg_op = 'UPDATE' then
    if old.ended_at is not null then
      raise exception 'the rule has ended' using errcode = 'check_violation', constraint = 'rule_is_in_force';
    end if;
    -- Never null here: a rule in force holds for its own end. Whoever approved last may carry it out.
    perform cash_management.use_approval('approval_policy', old.id::text, null, null, '{}');
    return new;
  end if;
  if not cash_management.actor_may('access:write') then
    raise exception 'rules are made by administrators' using errcode = 'insufficient_privilege', constraint = 'administrators_manage_access';
  end if;
  new.created_by := cash_management.current_actor();
  new.ended_at := null;
  -- A rule that nobody could satisfy would lock the tenant out: whoever asks is not among those who approve.
  if (
    select count(*)
    from cash_management.cm_people
    where tenant_id = new.tenant_id and role = new.approver_role and disabled_at is null
  ) < new.approvals_needed + (new.approver_role = 'administrator')::integer then
    raise exception 'too few people could approve' using errcode = 'check_violation', constraint = 'enough_people_could_approve';
  end if;
  return new;
end
$function$;
alter function cash_management.guard_approval_rule() owner to cm_owner;
comment on function cash_management.guard_approval_rule() is NULL;

CREATE FUNCTION cash_management.guard_flow()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  payload jsonb := jsonb_build_object('table', 'cm_cash_flows');
begin
  if cash_management.is_administration() then
    return new;
  end if;
  if tg_op = 'INSERT' then
    payload := payload || jsonb_build_object(
      'new', jsonb_strip_nulls(to_jsonb(new) - '{tenant_id,id,created_at,updated_at,superseded_at}'::text[])
    );
  else
    payload := payload || jsonb_build_object(
      'id', new.id,
      'old', jsonb_build_object('certainty', old.certainty, 'superseded', old.superseded_at is not null),
      'new', jsonb_build_object('certainty', new.certainty, 'superseded', new.superseded_at is not null)
    );
  end if;
  perform cash_management.use_approval(
    'cash_flow', coalesce(nullif(new.description, ''), nullif(new.counterparty, ''), 'cash flow'), new.amount_minor, new.currency, payload
  );
  return new;
end
$function$;
alter function cash_management.guard_flow() owner to cm_owner;
comment on function cash_management.guard_flow() is NULL;

CREATE FUNCTION cash_management.guard_identifier()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  account cash_management.cm_cash_accounts;
begin
  if cash_management.is_administration() or (tg_op = 'UPDATE' and new.account_id = old.account_id) then
    return new;
  end if;
  select * into account from cash_management.cm_cash_accounts where tenant_id = new.tenant_id and id = new.account_id;
  if tg_op = 'INSERT' and (account.discovered or new.identifier_index = account.account_number_index) then
    return new;
  end if;
  -- Approved together with the account, which this transaction has just written.
  if exists (
    select
    from cash_management.cm_approval_requests as request
    where request.tenant_id = new.tenant_id
      and request.kind = 'account_master'
      and request.executed_in = pg_current_xact_id()
      and request.payload #> '{with,identifiers}' ? new.identifier_index
  ) then
    return new;
  end if;
  perform cash_management.use_approval(
    'account_master', account.name, null, null,
    jsonb_build_object('table', 'cm_account_identifiers', 'id', account.id, 'new', jsonb_build_object('identifier_index', new.identifier_index, 'currency', new.currency))
  );
  return new;
end
$function$;
alter function cash_management.guard_identifier() owner to cm_owner;
comment on function cash_management.guard_identifier() is NULL;

CREATE FUNCTION cash_management.guard_link()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  person cash_management.cm_people;
  deed_kind text;
  deed_payload jsonb;
  request cash_management.cm_approval_requests;
begin
  new.created_by := cash_management.current_actor();
  if cash_management.is_administration() then
    return new;
  end if;
  new.code_hash := null;
  if not cash_management.actor_may('access:write') then
    raise exception 'links are made by administrators' using errcode = 'insufficient_privilege', constraint = 'administrators_manage_access';
  end if;
  select * into person from cash_management.cm_people where tenant_id = new.tenant_id and id = new.person_id;
  if not cash_management.is_trusted_role(person.role) then
    return new;
  end if;
  -- Who was here before lost their way in; who was not comes in for the first time, to a role that was approved.
  deed_kind := case when person.last_signed_in_at is null then 'person_role' else 'person_recovery' end;
  deed_payload := case when deed_kind = 'person_role' then jsonb_build_object('name', person.name, 'role', person.role) else '{}' end;
  if (cash_management.approval_rule(deed_kind, person.email, null, null)).id is null then
    return new;
  end if;
  -- A first link may be lost: the approval of the role, and its code, serve for another one until the person is in.
  select * into request
  from cash_management.cm_approval_requests as candidate
  where candidate.tenant_id = new.tenant_id
    and candidate.kind = deed_kind
    and candidate.subject = person.email
    and candidate.payload ->> 'role' is not distinct from deed_payload ->> 'role'
    and (
      candidate.state = 'approved' and candidate.expires_at > now()
      or candidate.kind = 'person_role' and candidate.state = 'executed' and candidate.decided_at > now() - interval '31 days'
    )
  order by candidate.decided_at desc
  limit 1;
  if not found then
    -- Refused, with the deed named.
    perform cash_management.use_approval(deed_kind, person.email, null, null, deed_payload);
  end if;
  if request.code_hash is null then
    raise exception 'the code is not made yet' using errcode = 'check_violation', constraint = 'the_code_is_there_before_the_link';
  end if;
  if exists (
    select
    from cash_management.cm_approvals as decision
    where decision.tenant_id = request.tenant_id
      and decision.subject_id = request.id
      and cash_management.person_behind(decision.decided_by) = cash_management.person_behind(new.created_by)
  ) then
    raise exception 'who has the code does not make the link' using errcode = 'insufficient_privilege', constraint = 'link_and_code_are_two_people';
  end if;
  if request.state = 'approved' then
    perform cash_management.use_approval(deed_kind, request.subject, null, null, request.payload);
  end if;
  new.code_hash := request.code_hash;
  return new;
end
$function$;
alter function cash_management.guard_link() owner to cm_owner;
comment on function cash_management.guard_link() is NULL;

CREATE FUNCTION cash_management.guard_person()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  actor text := cash_management.current_actor();
  is_self boolean := actor = 'person:' || new.id;
  was_open boolean := tg_op = 'UPDATE' and old.disabled_at is null;
  is_ruled boolean;
  maker text;
  approval uuid;
begin
  if cash_management.is_administration() then
    return new;
  end if;
  -- A password is its owner's. An operator may set one (a person who forgot), another person never; and of whoever a four-eyes rule is
  -- about nobody but the owner knows it.
  if new.password_hash is not null and not is_self and (tg_op = 'INSERT' or new.password_hash is distinct from old.password_hash) then
    is_ruled := cash_management.is_trusted_role(new.role)
      and (
        (cash_management.approval_rule('person_role', new.email, null, null)).id is not null
        or (cash_management.approval_rule('person_recovery', new.email, null, null)).id is not null
      );
    if is_ruled or tg_op = 'UPDATE' and actor ~ '^(person|key):' then
      raise exception 'a password is set by its owner' using errcode = 'insufficient_privilege', constraint = 'a_password_is_set_by_its_owner';
    end if;
  end if;
  if tg_op = 'UPDATE'
    and (new.email, new.name, new.role, new.disabled_at) is not distinct from (old.email, old.name, old.role, old.disabled_at)
  then
    return new;
  end if;
  -- Whoever carries out what was asked and approved need not be an administrator: the approver's last word may do it.
  if cash_management.is_trusted_role(new.role)
    and new.disabled_at is null
    and (not was_open or new.role <> old.role or new.email <> old.email)
  then
    approval := cash_management.use_approval(
      'person_role', new.email, null, null, jsonb_build_object('name', new.name, 'role', new.role)
    );
  end if;
  if approval is null and not cash_management.actor_may('access:write') then
    raise exception 'people are managed by administrators' using errcode = 'insufficient_privilege', constraint = 'administrators_manage_access';
  end if;
  if approval is not null and tg_op = 'UPDATE' then
    -- Who asked may have made the link this person came in by, and may still be the one who comes in. Then they prove themselves anew.
    select requested_by into maker from cash_management.cm_approval_requests where tenant_id = new.tenant_id and id = approval;
    if cash_management.person_behind(maker) is null
      or exists (
        select
        from cash_management.cm_sign_in_links as link
        where link.tenant_id = new.tenant_id
          and link.person_id = new.id
          and (link.created_by = maker or cash_management.person_behind(link.created_by) = cash_management.person_behind(maker))
      )
    then
      new.password_hash := null;
      new.last_signed_in_at := null;
      update cash_management.cm_sessions
      set ended_at = clock_timestamp()
      where tenant_id = new.tenant_id and person_id = new.id and ended_at is null;
      delete from cash_management.cm_sign_in_links where tenant_id = new.tenant_id and person_id = new.id and used_at is null;
    end if;
  end if;
  if tg_op = 'UPDATE' and is_self and (new.role, new.disabled_at) is distinct from (old.role, old.disabled_at) then
    raise exception 'nobody changes what they may do themselves'
      using errcode = 'insufficient_privilege', constraint = 'nobody_changes_their_own_role';
  end if;
  if was_open and old.role = 'administrator' and (new.role <> 'administrator' or new.disabled_at is not null) then
    -- Two administrators who remove each other at once would leave none: the tenant's row makes them queue.
    perform from cash_management.cm_tenants where tenant_id = new.tenant_id for no key update;
    if not exists (
      select
      from cash_management.cm_people
      where tenant_id = new.tenant_id and role = 'administrator' and disabled_at is null and id <> new.id
    ) then
      raise exception 'the last administrator stays' using errcode = 'check_violation', constraint = 'the_last_administrator_stays';
    end if;
  end if;
  return new;
end
$function$;
alter function cash_management.guard_person() owner to cm_owner;
comment on function cash_management.guard_person() is NULL;

CREATE FUNCTION cash_management.guard_rate_set()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  rates jsonb;
begin
  if cash_management.is_administration() then
    return new;
  end if;
  if tg_op = 'UPDATE' and old.frozen_at is not null then
    raise exception 'the rate set is frozen' using errcode = 'restrict_violation', hint = 'Make a new set.';
  end if;
  select coalesce(jsonb_object_agg(base_currency || '/' || quote_currency, trim_scale(rate)::text), '{}')
  into rates
  from cash_management.cm_fx_rates
  where tenant_id = new.tenant_id and rate_set_id = new.id;
  perform cash_management.use_approval(
    'rate_set', new.name, null, null,
    jsonb_build_object(
      'table', 'cm_rate_sets',
      'new', jsonb_build_object('name', new.name, 'kind', new.kind, 'source', new.source, 'rate_date', new.rate_date, 'rates', rates)
    )
  );
  return new;
end
$function$;
alter function cash_management.guard_rate_set() owner to cm_owner;
comment on function cash_management.guard_rate_set() is NULL;

CREATE FUNCTION cash_management.guard_row()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  free text[] := string_to_array(tg_argv[2], ',') || '{tenant_id,id,created_at,updated_at}'::text[];
  after_row jsonb := to_jsonb(new) - free;
  before_row jsonb;
  changed text[];
  payload jsonb;
begin
  if cash_management.is_administration() then
    return new;
  end if;
  if tg_op = 'INSERT' then
    payload := jsonb_build_object('table', tg_argv[1], 'new', jsonb_strip_nulls(after_row));
  else
    before_row := to_jsonb(old) - free;
    changed := array(select key from jsonb_each(after_row) where value is distinct from before_row -> key order by key);
    if cardinality(changed) = 0 then
      return new;
    end if;
    payload := jsonb_build_object(
      'table', tg_argv[1],
      'id', old.id,
      'old', (select jsonb_object_agg(key, before_row -> key) from unnest(changed) as key),
      'new', (select jsonb_object_agg(key, after_row -> key) from unnest(changed) as key)
    );
  end if;
  -- What comes with the row, in other tables: said by the program before it writes, so that it is approved along with the row.
  if coalesce(current_setting('app.deed_adds', true), '') <> '' then
    payload := payload || jsonb_build_object('with', current_setting('app.deed_adds')::jsonb);
  end if;
  perform cash_management.use_approval(
    tg_argv[0], coalesce(before_row ->> 'name', to_jsonb(old) ->> 'name', after_row ->> 'name'), null, null, payload
  );
  return new;
end
$function$;
alter function cash_management.guard_row() owner to cm_owner;
comment on function cash_management.guard_row() is NULL;

CREATE FUNCTION cash_management.guard_sign_in_rules()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  used uuid;
  is_there boolean := false;
begin
  if not cash_management.is_administration() then
    if tg_op = 'INSERT' then
      if tg_table_name = 'cm_access_rules' then
        is_there := exists (select from cash_management.cm_access_rules where tenant_id = new.tenant_id);
      else
        is_there := exists (select from cash_management.cm_identity_providers where tenant_id = new.tenant_id);
      end if;
    end if;
    -- The row is there: either the update that follows is guarded, or the key refuses the insert.
    if is_there then
      return new;
    end if;
    used := case
      when tg_op = 'DELETE' then cash_management.use_approval('sign_in', tg_argv[0], null, null, '{"removed": true}')
      else cash_management.use_approval('sign_in', tg_argv[0], null, null, to_jsonb(new) - '{tenant_id,client_secret,updated_at}'::text[])
    end;
    if used is null and not cash_management.actor_may('access:write') then
      raise exception 'sign-in is managed by administrators' using errcode = 'insufficient_privilege', constraint = 'administrators_manage_access';
    end if;
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$function$;
alter function cash_management.guard_sign_in_rules() owner to cm_owner;
comment on function cash_management.guard_sign_in_rules() is NULL;

CREATE FUNCTION cash_management.is_administration()
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN pg_has_role(SESSION_USER, 'apg_admin'::name, 'member'::text);
alter function cash_management.is_administration() owner to cm_owner;
comment on function cash_management.is_administration() is 'whether a database administrator is connected, not the program''s login: restores, and glass that is broken; the trail shows the login';

CREATE FUNCTION cash_management.is_trusted_role(p_role text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN (p_role = ANY (ARRAY['administrator'::text, 'approver'::text]));
alter function cash_management.is_trusted_role(text) owner to cm_owner;
comment on function cash_management.is_trusted_role(text) is NULL;

CREATE FUNCTION cash_management.keep_account_key()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  insert into cash_management.cm_cash_account_keys (tenant_id, id) values (new.tenant_id, new.id)
  on conflict (tenant_id, id) do nothing;
  return new;
end
$function$;
alter function cash_management.keep_account_key() owner to cm_owner;
comment on function cash_management.keep_account_key() is 'an account brings its key along';

CREATE FUNCTION cash_management.keep_approval_code(p_id uuid, p_code_hash bytea)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update cash_management.cm_approval_requests as request
  set code_hash = p_code_hash
  where request.tenant_id = cash_management.current_tenant()
    and request.id = p_id
    and request.kind in ('person_role', 'person_recovery')
    and (request.state = 'approved' and request.expires_at > now() or request.state = 'executed')
    and exists (
      select
      from cash_management.cm_approvals as decision
      where decision.tenant_id = request.tenant_id
        and decision.subject_id = request.id
        and decision.decision = 'approved'
        and decision.decided_by = cash_management.current_actor()
    );
  if not found then
    raise exception 'only who approved makes the code' using errcode = 'insufficient_privilege', constraint = 'approver_makes_the_code';
  end if;
end
$function$;
alter function cash_management.keep_approval_code(uuid,bytea) owner to cm_owner;
comment on function cash_management.keep_approval_code(uuid,bytea) is 'the code beside a link, from who approved; another one takes its place';
grant execute on function cash_management.keep_approval_code(uuid,bytea) to apg_admin;
grant execute on function cash_management.keep_approval_code(uuid,bytea) to apg_readwrite;

CREATE FUNCTION cash_management.keep_approval_input(p_id uuid, p_input bytea)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update cash_management.cm_approval_requests
  set input_encrypted = p_input
  where tenant_id = cash_management.current_tenant()
    and id = p_id
    and state = 'waiting'
    and requested_by = cash_management.current_actor()
    and input_encrypted is null;
  if not found then
    raise exception 'only who asked says with what, once' using errcode = 'check_violation', constraint = 'maker_says_with_what';
  end if;
end
$function$;
alter function cash_management.keep_approval_input(uuid,bytea) owner to cm_owner;
comment on function cash_management.keep_approval_input(uuid,bytea) is 'keeps, encrypted, what an approved deed is carried out with; written once, by who asked';
grant execute on function cash_management.keep_approval_input(uuid,bytea) to apg_admin;
grant execute on function cash_management.keep_approval_input(uuid,bytea) to apg_readwrite;

CREATE FUNCTION cash_management.keep_closed_tenant_unchanged(p_tenant text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if current_setting('transaction_read_only') = 'off'
    and exists (select from cash_management.cm_tenants as tenant where tenant.tenant_id = p_tenant and tenant.status <> 'active')
    and not pg_has_role(session_user, 'apg_admin', 'member') then
    perform set_config('transaction_read_only', 'on', true);
  end if;
end
$function$;
alter function cash_management.keep_closed_tenant_unchanged(text) owner to cm_gatekeeper;
comment on function cash_management.keep_closed_tenant_unchanged(text) is 'makes the transaction read-only when the tenant is suspended or being erased; a tenant that is open costs one look into the registry';

CREATE FUNCTION cash_management.keep_course_of_tenant()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tg_op = 'DELETE' then
    if old.status <> 'erasing' or cash_management.erasure_state(old.tenant_id) is distinct from 'running' then
      raise exception 'tenant % is %, not being erased', old.tenant_id, old.status
        using errcode = 'restrict_violation',
          hint = 'apg tenant erase asks for it by name, in two steps.';
    end if;
    return old;
  end if;
  if old.status = 'erasing' and new.status <> 'erasing' and cash_management.erasure_state(old.tenant_id) = 'running' then
    raise exception 'the erasure of tenant % has begun', old.tenant_id
      using errcode = 'restrict_violation',
        hint = 'It can only be completed: apg tenant erase.';
  end if;
  if old.status = 'erasing' and new.status = 'active' then
    raise exception 'a tenant that was to be erased is suspended first, then resumed'
      using errcode = 'restrict_violation';
  end if;
  new.status_since := case when new.status is distinct from old.status then clock_timestamp() else old.status_since end;
  return new;
end
$function$;
alter function cash_management.keep_course_of_tenant() owner to cm_owner;
comment on function cash_management.keep_course_of_tenant() is 'from which status a tenant comes to which, and that it leaves only by being erased';

CREATE FUNCTION cash_management.key_encryption_keys()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 2
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT DISTINCT cm_data_keys.kek_id
    FROM cash_management.cm_data_keys
   WHERE (cm_data_keys.wrapped IS NOT NULL);
END;
alter function cash_management.key_encryption_keys() owner to cm_gatekeeper;
comment on function cash_management.key_encryption_keys() is 'ids of the key-encryption keys that keys of this database are wrapped with; nothing of tenants';
grant execute on function cash_management.key_encryption_keys() to apg_admin;
grant execute on function cash_management.key_encryption_keys() to apg_readwrite;

CREATE FUNCTION cash_management.list_tenants()
 RETURNS TABLE(tenant_id text, name text, status text, legal_hold boolean, reporting_currency text, time_zone text, created_at timestamp with time zone, updated_at timestamp with time zone)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT tenant.tenant_id,
     tenant.name,
     tenant.status,
     tenant.legal_hold,
     tenant.reporting_currency,
     tenant.time_zone,
     tenant.created_at,
     tenant.updated_at
    FROM cash_management.cm_tenants tenant
   ORDER BY tenant.tenant_id;
END;
alter function cash_management.list_tenants() owner to cm_gatekeeper;
comment on function cash_management.list_tenants() is 'the registry as an administrator sees it: what tenants there are, nothing of what is in them';
grant execute on function cash_management.list_tenants() to apg_admin;

CREATE FUNCTION cash_management.person_behind(p_actor text)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
RETURN CASE WHEN (p_actor ~ '^person:[0-9a-f-]{36}$'::text) THEN (substr(p_actor, 8))::uuid WHEN (p_actor ~ '^key:[0-9a-f-]{36}$'::text) THEN (SELECT key.created_by FROM cash_management.cm_api_keys key WHERE (((key.tenant_id)::text = cash_management.current_tenant()) AND (key.id = (substr(person_behind.p_actor, 5))::uuid))) ELSE NULL::uuid END;
alter function cash_management.person_behind(text) owner to cm_owner;
comment on function cash_management.person_behind(text) is NULL;

CREATE FUNCTION cash_management.rate_set_text(p_set cash_management.cm_rate_sets)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT concat_ws('
'::text, (((((p_set).kind || ' '::text) || (p_set).source) || ' '::text) || to_char(((p_set).rate_date)::timestamp with time zone, 'YYYY-MM-DD'::text)), ( SELECT string_agg((((((rate.base_currency)::text || '/'::text) || (rate.quote_currency)::text) || ' '::text) || (trim_scale(rate.rate))::text), '
'::text ORDER BY (rate.base_currency COLLATE "C"), (rate.quote_currency COLLATE "C")) AS string_agg
            FROM cash_management.cm_fx_rates rate
           WHERE (((rate.tenant_id)::text = ((rate_set_text.p_set).tenant_id)::text) AND (rate.rate_set_id = (rate_set_text.p_set).id)))) AS concat_ws;
END;
alter function cash_management.rate_set_text(cash_management.cm_rate_sets) owner to cm_owner;
comment on function cash_management.rate_set_text(cash_management.cm_rate_sets) is 'what the hash of a rate set is over';
grant execute on function cash_management.rate_set_text(cash_management.cm_rate_sets) to apg_readonly;
grant execute on function cash_management.rate_set_text(cash_management.cm_rate_sets) to apg_readwrite;

CREATE FUNCTION cash_management.refuse_erased_id()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if cash_management.erasure_state(new.tenant_id) is not null then
    raise exception 'the tenant % was erased; its id is not given again', new.tenant_id
      using errcode = 'unique_violation', constraint = 'an_id_is_given_once';
  end if;
  return new;
end
$function$;
alter function cash_management.refuse_erased_id() owner to cm_owner;
comment on function cash_management.refuse_erased_id() is 'the id of an erased tenant stays free';

CREATE FUNCTION cash_management.refuse_forgetting_a_file()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if old.sync_status = 'settling' or not pg_catalog.pg_has_role(current_user, 'apg_readwrite', 'member') then
    return old;
  end if;
  raise exception 'a file that was taken is not forgotten' using errcode = 'restrict_violation';
end
$function$;
alter function cash_management.refuse_forgetting_a_file() owner to cm_owner;
comment on function cash_management.refuse_forgetting_a_file() is NULL;

CREATE FUNCTION cash_management.refuse_frozen_rates()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tg_op = 'DELETE' and cash_management.erasure_state(old.tenant_id) = 'running' then
    return old;
  end if;
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
$function$;
alter function cash_management.refuse_frozen_rates() owner to cm_owner;
comment on function cash_management.refuse_frozen_rates() is NULL;

CREATE FUNCTION cash_management.refuse_key_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  raise exception '% of % never changes',
    array_to_string(tg_argv, ', '),
    (select relname from pg_class where oid = coalesce(pg_partition_root(tg_relid), tg_relid))
    using errcode = 'restrict_violation',
      hint = 'Supersede the row and add a new one.';
end
$function$;
alter function cash_management.refuse_key_change() owner to cm_owner;
comment on function cash_management.refuse_key_change() is NULL;

CREATE FUNCTION cash_management.refuse_unshredding()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  raise exception 'a shredded key stays shredded'
    using errcode = 'restrict_violation';
end
$function$;
alter function cash_management.refuse_unshredding() owner to cm_owner;
comment on function cash_management.refuse_unshredding() is NULL;

CREATE FUNCTION cash_management.schema_version()
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT max(migrations.name) AS max
    FROM maintenance.migrations;
END;
alter function cash_management.schema_version() owner to cm_owner;
comment on function cash_management.schema_version() is 'the last migration of this database';
grant execute on function cash_management.schema_version() to apg_admin;
grant execute on function cash_management.schema_version() to apg_readonly;
grant execute on function cash_management.schema_version() to apg_readwrite;

CREATE FUNCTION cash_management.search_counterparties(p_text text, p_limit integer DEFAULT 20)
 RETURNS TABLE(id uuid, name text, kind text, country text)
 LANGUAGE sql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT counterparty.id,
     counterparty.name,
     counterparty.kind,
     counterparty.country
    FROM cash_management.cm_counterparties counterparty
   WHERE (((counterparty.tenant_id)::text = cash_management.current_tenant()) AND (counterparty.name ~~* (('%'::text || replace(replace(replace(search_counterparties.p_text, '\'::text, '\\'::text), '%'::text, '\%'::text), '_'::text, '\_'::text)) || '%'::text)))
   ORDER BY counterparty.name
  LIMIT LEAST(GREATEST(search_counterparties.p_limit, 1), 100);
END;
alter function cash_management.search_counterparties(text,integer) owner to cm_gatekeeper;
comment on function cash_management.search_counterparties(text,integer) is 'counterparties of the chosen tenant whose name contains the text, whatever its case; nothing when no tenant is chosen';
grant execute on function cash_management.search_counterparties(text,integer) to apg_readonly;
grant execute on function cash_management.search_counterparties(text,integer) to apg_readwrite;

CREATE FUNCTION cash_management.touch()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  new.updated_at := old.updated_at;
  if tg_nargs = 0 then
    if new is distinct from old then
      new.updated_at := clock_timestamp();
    end if;
  elsif to_jsonb(new) - tg_argv is distinct from to_jsonb(old) - tg_argv then
    new.updated_at := clock_timestamp();
  end if;
  return new;
end
$function$;
alter function cash_management.touch() owner to cm_owner;
comment on function cash_management.touch() is 'updated_at moves on every real change and only then; nobody can set it';

CREATE FUNCTION cash_management.use_approval(p_kind text, p_subject text, p_amount bigint, p_currency text, p_payload jsonb)
 RETURNS uuid
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  rule cash_management.cm_approval_policies;
  used uuid;
begin
  rule := cash_management.approval_rule(p_kind, p_subject, p_amount, p_currency);
  if rule.id is null then
    return null;
  end if;
  -- The row lock lets one of two at once through; the other finds it executed.
  update cash_management.cm_approval_requests
  set state = 'executed', executed_at = clock_timestamp(), executed_by = cash_management.current_actor(), executed_in = pg_current_xact_id()
  where tenant_id = cash_management.current_tenant()
    and payload_hash = cash_management.approval_hash(p_kind, p_subject, p_amount, p_currency, p_payload)
    and state = 'approved'
    and expires_at > now()
    and approvals_needed >= rule.approvals_needed
  returning id into used;
  if used is null then
    raise exception 'the deed needs an approval that is not there: %', p_kind
      using errcode = 'insufficient_privilege',
        constraint = 'approved_by_another_person',
        detail = jsonb_build_object(
          'kind', p_kind, 'subject', p_subject, 'amountMinor', p_amount::text, 'currency', p_currency, 'payload', p_payload
        )::text;
  end if;
  return used;
end
$function$;
alter function cash_management.use_approval(text,text,bigint,text,jsonb) owner to cm_owner;
comment on function cash_management.use_approval(text,text,bigint,text,jsonb) is 'uses up the approval of exactly this deed and says which; null when no rule holds for it; refused without one';
grant execute on function cash_management.use_approval(text,text,bigint,text,jsonb) to apg_admin;
grant execute on function cash_management.use_approval(text,text,bigint,text,jsonb) to apg_readwrite;

CREATE FUNCTION cash_management.withdraw_approval(p_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  update cash_management.cm_approval_requests
  set state = 'withdrawn', decided_at = clock_timestamp()
  where tenant_id = cash_management.current_tenant()
    and id = p_id
    and state in ('waiting', 'approved')
    and requested_by = cash_management.current_actor();
  if not found then
    raise exception 'only who asked takes an open request back' using errcode = 'check_violation', constraint = 'maker_withdraws_what_is_open';
  end if;
end
$function$;
alter function cash_management.withdraw_approval(uuid) owner to cm_owner;
comment on function cash_management.withdraw_approval(uuid) is NULL;
grant execute on function cash_management.withdraw_approval(uuid) to apg_admin;
grant execute on function cash_management.withdraw_approval(uuid) to apg_readwrite;

CREATE FUNCTION maintenance.any_legal_hold()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT (EXISTS ( SELECT
            FROM cash_management.cm_tenants
           WHERE cm_tenants.legal_hold)) AS "exists";
END;
alter function maintenance.any_legal_hold() owner to cm_gatekeeper;
comment on function maintenance.any_legal_hold() is 'whether any tenant is on legal hold';
grant execute on function maintenance.any_legal_hold() to apg_admin;
grant execute on function maintenance.any_legal_hold() to audit_owner;
grant execute on function maintenance.any_legal_hold() to monitoring;

CREATE FUNCTION maintenance.copy_to_partition(parent regclass, part regclass, leaf_options text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  item record;
begin
  if leaf_options is not null then
    execute format('alter table %s set (%s)', part, leaf_options);
  end if;
  for item in
    select attname, attstattarget
    from pg_attribute
    where attrelid = parent
      and attnum > 0
      and not attisdropped
      and attstattarget >= 0
  loop
    execute format('alter table %s alter column %I set statistics %s', part, item.attname, item.attstattarget);
  end loop;
  execute format('alter table %s enable row level security', part);
  execute format('alter table %s force row level security', part);
  for item in
    select
      polname,
      case polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end as command,
      case when polpermissive then 'permissive' else 'restrictive' end as kind,
      (
        select string_agg(case role when 0 then 'public' else quote_ident(pg_get_userbyid(role)) end, ', ')
        from unnest(polroles) as role
      ) as roles,
      pg_get_expr(polqual, polrelid) as visible,
      pg_get_expr(polwithcheck, polrelid) as writable
    from pg_policy
    where polrelid = parent
  loop
    execute format(
      'create policy %I on %s as %s for %s to %s %s %s',
      item.polname, part, item.kind, item.command, item.roles,
      'using (' || item.visible || ')',
      'with check (' || item.writable || ')'
    );
  end loop;
  for item in
    select tgname, tgenabled, pg_get_triggerdef(oid) as definition
    from pg_trigger
    where tgrelid = parent
      and not tgisinternal
      and tgtype & 1 = 0 -- fired per statement: those of each row are cloned by ATTACH
  loop
    execute regexp_replace(item.definition, ' ON \S+ ', format(' ON %s ', part));
    if item.tgenabled = 'A' then
      execute format('alter table %s enable always trigger %I', part, item.tgname);
    end if;
  end loop;
end
$function$;
alter function maintenance.copy_to_partition(regclass,regclass,text) owner to cm_owner;
comment on function maintenance.copy_to_partition(regclass,regclass,text) is NULL;

CREATE FUNCTION maintenance.ensure_horizons()
 RETURNS TABLE(parent text, made integer)
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  policy maintenance.partition_policies;
begin
  for policy in select * from maintenance.partition_policies order by partition_policies.parent
  loop
    continue when to_regclass(policy.parent) is null;
    parent := policy.parent;
    made := maintenance.ensure_partitions(
      policy.parent::regclass,
      (date_trunc('month', current_date) - make_interval(months => policy.lookback_months))::date,
      current_date + policy.horizon_days
    );
    return next;
  end loop;
end
$function$;
alter function maintenance.ensure_horizons() owner to cm_owner;
comment on function maintenance.ensure_horizons() is 'every partitioned table reaches back and ahead as its policy says';

CREATE FUNCTION maintenance.ensure_partitions(parent regclass, from_day date, to_day date)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET "TimeZone" TO 'UTC'
 SET "DateStyle" TO 'ISO'
AS $function$
declare
  policy maintenance.partition_policies;
  branch regclass;
  branches regclass[];
  step interval;
  made integer := 0;
begin
  select *
  into policy
  from maintenance.partition_policies
  where to_regclass(partition_policies.parent) = ensure_partitions.parent;
  if not found then
    raise exception '% has no entry in maintenance.partition_policies', parent
      using errcode = 'undefined_object';
  end if;
  step := case policy.granularity when 'month' then interval '1 month' else interval '3 months' end;

  -- hash first, days below: each hash part is divided alike
  select case
      when partstrat = 'h' then array(select inhrelid::regclass from pg_inherits where inhparent = partrelid order by inhrelid)
      else array[partrelid::regclass]
    end
  into branches
  from pg_partitioned_table
  where partrelid = parent;

  foreach branch in array branches
  loop
    -- Nearly every call finds everything in place: then nothing is locked.
    continue when not exists (
      select
      from generate_series(date_trunc(policy.granularity, from_day::timestamp), to_day::timestamp, step) as wanted
      where not exists (
        select
        from maintenance.partition_ranges(branch) as range
        where range.from_day < wanted + step
          and range.to_day > wanted
      )
    );
    -- One maker at a time in this database; the others wait here and then find nothing missing.
    perform pg_advisory_xact_lock(hashtext('maintenance.ensure_partitions'));
    made := made + maintenance.ensure_range(branch, parent, policy, from_day, to_day);
  end loop;
  return made;
end
$function$;
alter function maintenance.ensure_partitions(regclass,date,date) owner to cm_owner;
comment on function maintenance.ensure_partitions(regclass,date,date) is 'makes the partitions that the days from_day to to_day need and lack; returns how many; safe to repeat and to run at once';

CREATE FUNCTION maintenance.ensure_range(parent regclass, root regclass, policy maintenance.partition_policies, from_day date, to_day date)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET lock_timeout TO '2s'
AS $function$
declare
  step interval := case policy.granularity when 'month' then interval '1 month' else interval '3 months' end;
  owner name := (select pg_get_userbyid(relowner) from pg_class where oid = parent);
  key text := (select quote_ident(attname) from pg_attribute join pg_partitioned_table on partrelid = attrelid
    and attnum = partattrs[0] where partrelid = parent);
  low date;
  high date;
  name text;
  part regclass;
  made integer := 0;
  attempt integer;
begin
  for low, high in
    select missing::date, (missing + step)::date
    from generate_series(date_trunc(policy.granularity, from_day::timestamp), to_day::timestamp, step) as missing
    where not exists (
      select
      from maintenance.partition_ranges(parent) as range
      where range.from_day < missing + step
        and range.to_day > missing
    )
  loop
    name := (select relname from pg_class where oid = parent)
      || to_char(low, case policy.granularity when 'month' then '_YYYY_MM' else '_YYYY"q"Q' end);
    if to_regclass('cm_parts.' || quote_ident(name)) is not null then
      raise exception 'cm_parts.% exists and is not a partition of %', name, parent
        using errcode = 'duplicate_table',
          hint = 'It was detached, or made by hand. Attach it, or rename it if its rows are archived.';
    end if;
    attempt := 1;
    loop
      begin
        -- Made apart, secured, then attached: SHARE UPDATE EXCLUSIVE on the parent instead of ACCESS EXCLUSIVE, and never
        -- visible before its policies are.
        execute format(
          'create table cm_parts.%I (like %s including all excluding indexes excluding identity excluding comments)',
          name, parent
        );
        part := to_regclass('cm_parts.' || quote_ident(name));
        if current_user <> owner then
          execute format('alter table %s owner to %I', part, owner);
        end if;
        perform maintenance.copy_to_partition(root, part, policy.leaf_options);
        execute format('alter table %s add constraint bounds check (%s >= %L and %s < %L)', part, key, low, key, high);
        execute format('alter table %s attach partition %s for values from (%L) to (%L)', parent, part, low, high);
        execute format('alter table %s drop constraint bounds', part);
        made := made + 1;
        exit;
      exception
        when lock_not_available then
          if attempt >= 5 then
            raise;
          end if;
          attempt := attempt + 1;
          perform pg_sleep(0.1 * attempt);
      end;
    end loop;
  end loop;
  return made;
end
$function$;
alter function maintenance.ensure_range(regclass,regclass,maintenance.partition_policies,date,date) owner to cm_owner;
comment on function maintenance.ensure_range(regclass,regclass,maintenance.partition_policies,date,date) is NULL;

CREATE FUNCTION maintenance.fix_columns(target regclass, VARIADIC fixed text[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  execute format(
    'create or replace trigger key_never_changes before update of %s on %s for each row when (%s)
       execute function cash_management.refuse_key_change(%s)',
    (select string_agg(quote_ident(name), ', ') from unnest(fixed) as name),
    target,
    (select string_agg(format('old.%1$I is distinct from new.%1$I', name), ' or ') from unnest(fixed) as name),
    (select string_agg(quote_literal(name), ', ') from unnest(fixed) as name)
  );
end
$function$;
alter function maintenance.fix_columns(regclass,text[]) owner to cm_owner;
comment on function maintenance.fix_columns(regclass,text[]) is 'columns that keep their first value: a key, or the day that chooses the partition';

CREATE FUNCTION maintenance.partition_ranges(parent regclass)
 RETURNS TABLE(part regclass, from_day date, to_day date)
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET "TimeZone" TO 'UTC'
 SET "DateStyle" TO 'ISO'
BEGIN ATOMIC
 SELECT bound.part,
     ("substring"(bound.expression, 'FROM \(''([^'']+)''\)'::text))::date AS "substring",
     ("substring"(bound.expression, 'TO \(''([^'']+)''\)'::text))::date AS "substring"
    FROM ( SELECT (pg_inherits.inhrelid)::regclass AS part,
             pg_get_expr(pg_class.relpartbound, pg_class.oid) AS expression
            FROM (pg_inherits
              JOIN pg_class ON ((pg_class.oid = pg_inherits.inhrelid)))
           WHERE (pg_inherits.inhparent = (partition_ranges.parent)::oid)) bound
   WHERE (bound.expression ~~ 'FOR VALUES FROM (%'::text);
END;
alter function maintenance.partition_ranges(regclass) owner to cm_owner;
comment on function maintenance.partition_ranges(regclass) is 'range partitions of a table and their bounds [from_day, to_day)';
grant execute on function maintenance.partition_ranges(regclass) to apg_admin;
grant execute on function maintenance.partition_ranges(regclass) to audit_owner;
grant execute on function maintenance.partition_ranges(regclass) to monitoring;

CREATE FUNCTION maintenance.secure_shared_table(target regclass)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  if not exists (select from pg_policy where polrelid = target and polname = 'same_for_all_tenants') then
    execute format('create policy same_for_all_tenants on %s using (true) with check (true)', target);
  end if;
end
$function$;
alter function maintenance.secure_shared_table(regclass) owner to cm_owner;
comment on function maintenance.secure_shared_table(regclass) is 'for a table without tenants (reference or local): says by a policy that everybody with a grant sees all of it';

CREATE FUNCTION maintenance.secure_table(target regclass)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  if not exists (select from pg_policy where polrelid = target and polname = 'tenant_isolation') then
    execute format(
      'create policy tenant_isolation on %s
         using (tenant_id = (select cash_management.current_tenant()))
         with check (tenant_id = (select cash_management.current_tenant()))',
      target
    );
  end if;
end
$function$;
alter function maintenance.secure_table(regclass) owner to cm_owner;
comment on function maintenance.secure_table(regclass) is 'row-level security, forced, with the one policy of a tenant table; safe to repeat';

CREATE FUNCTION maintenance.touch_table(target regclass)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  generated text;
begin
  select string_agg(quote_literal(attname), ', ' order by attnum)
  into generated
  from pg_attribute
  where attrelid = target
    and attgenerated <> ''
    and not attisdropped;
  execute format(
    'create or replace trigger touch before update on %s for each row execute function cash_management.touch(%s)',
    target,
    generated
  );
end
$function$;
alter function maintenance.touch_table(regclass) owner to cm_owner;
comment on function maintenance.touch_table(regclass) is 'keeps updated_at of a table true';

CREATE FUNCTION monitoring.get_slow_queries(threshold interval DEFAULT '00:01:00'::interval)
 RETURNS TABLE(duration interval, query text, state text, username text, application text, client_address inet)
 LANGUAGE sql
 SET search_path TO 'pg_catalog', 'pg_temp'
BEGIN ATOMIC
 SELECT (clock_timestamp() - pg_stat_activity.query_start),
     pg_stat_activity.query,
     pg_stat_activity.state,
     (pg_stat_activity.usename)::text AS usename,
     pg_stat_activity.application_name,
     pg_stat_activity.client_addr
    FROM pg_stat_activity
   WHERE ((pg_stat_activity.state = 'active'::text) AND (pg_stat_activity.pid <> pg_backend_pid()) AND (pg_stat_activity.query_start <= (clock_timestamp() - get_slow_queries.threshold)))
   ORDER BY pg_stat_activity.query_start;
END;
alter function monitoring.get_slow_queries(interval) owner to cm_owner;
comment on function monitoring.get_slow_queries(interval) is 'queries at work for at least this long';
grant execute on function monitoring.get_slow_queries(interval) to monitoring;

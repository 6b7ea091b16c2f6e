-- The registry of models: which versions exist, what they were trained on, how well they did, and which one is in use.
set local role cm_owner;

create table ml_models.cm_models (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  name text not null,
  purpose text not null,
  created_at timestamptz not null default now(),
  constraint cm_models_pkey primary key (tenant_id, id),
  constraint model_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint model_name_is_used_once unique (tenant_id, name),
  constraint model_purpose_is_known check (purpose in ('forecast', 'matching', 'category', 'payment_delay', 'risk'))
);
comment on table ml_models.cm_models is 'tenant: a model by name, such as the forecast of one account group';

create table ml_models.cm_model_versions (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  model_id uuid not null,
  version integer not null,
  model_type text not null,
  code_version text not null,
  parameters jsonb not null default '{}',
  trained_from date,
  trained_through date not null,
  data_known_at timestamptz not null,
  artifact_location text,
  artifact_sha256 bytea,
  state text not null default 'candidate',
  promoted_at timestamptz,
  promoted_by text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_model_versions_pkey primary key (tenant_id, id),
  constraint version_is_of_a_model foreign key (tenant_id, model_id) references ml_models.cm_models (tenant_id, id),
  constraint version_number_is_used_once unique (tenant_id, model_id, version),
  constraint version_counts_from_one check (version >= 1),
  constraint version_state_is_known check (state in ('candidate', 'champion', 'retired', 'rejected')),
  constraint artifact_names_its_hash check ((artifact_location is null) = (artifact_sha256 is null)),
  constraint artifact_hash_is_a_sha256 check (octet_length(artifact_sha256) = 32),
  constraint a_champion_was_promoted_by_somebody check (state <> 'champion' or (promoted_at is not null and promoted_by is not null))
);
comment on table ml_models.cm_model_versions is 'tenant: a trained version and where its artefact lies; at most one champion per model';
create unique index a_model_has_one_champion on ml_models.cm_model_versions (tenant_id, model_id) where state = 'champion';

create table ml_models.cm_model_metrics (
  tenant_id cash_management.tenant_key not null,
  version_id uuid not null,
  metric text not null,
  data_set text not null,
  value double precision not null,
  observations integer not null,
  measured_at timestamptz not null default now(),
  constraint cm_model_metrics_pkey primary key (tenant_id, version_id, metric, data_set),
  constraint metric_is_of_a_version foreign key (tenant_id, version_id) references ml_models.cm_model_versions (tenant_id, id),
  constraint model_metric_is_a_number check (value <> 'NaN' and value <> 'Infinity' and value <> '-Infinity'),
  constraint model_metric_has_observations check (observations > 0)
);
comment on table ml_models.cm_model_metrics is 'tenant: what a version scored, on which data';

select maintenance.secure_table(format('ml_models.%I', name)::regclass)
from unnest(array['cm_models', 'cm_model_versions', 'cm_model_metrics']) as name;
select maintenance.fix_columns(format('ml_models.%I', name)::regclass, 'tenant_id', 'id')
from unnest(array['cm_models', 'cm_model_versions']) as name;
select maintenance.touch_table('ml_models.cm_model_versions');
select audit.audit_table(format('ml_models.%I', name)::regclass)
from unnest(array['cm_models', 'cm_model_versions', 'cm_model_metrics']) as name;

grant select, insert on ml_models.cm_models, ml_models.cm_model_versions, ml_models.cm_model_metrics to apg_readwrite;
grant update (state, promoted_at, promoted_by) on ml_models.cm_model_versions to apg_readwrite;
grant select on ml_models.cm_models, ml_models.cm_model_versions, ml_models.cm_model_metrics to apg_readonly;

-- A forecast of a registered version says which.
alter table analytics.cm_forecasts add column model_version_id uuid;
-- Not in two steps: the table was made by the migration before and is empty.
-- squawk-ignore constraint-missing-not-valid, adding-foreign-key-constraint
alter table analytics.cm_forecasts add constraint forecast_was_made_by_a_version
  foreign key (tenant_id, model_version_id) references ml_models.cm_model_versions (tenant_id, id);

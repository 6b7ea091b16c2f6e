-- Control: who approved what, what is watched, what was found, and what other systems are told.
set local role cm_owner;

create table cash_management.cm_approvals (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  subject_kind text not null,
  subject_id uuid not null,
  decision text not null,
  decided_by text not null,
  decided_at timestamptz not null default now(),
  amount_minor bigint,
  currency cash_management.currency_code,
  reason text,
  constraint cm_approvals_pkey primary key (tenant_id, id),
  constraint approval_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint approval_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint a_person_decides_once unique (tenant_id, subject_kind, subject_id, decided_by),
  constraint subject_kind_is_known check (subject_kind in ('plan', 'transfer', 'seal', 'match', 'limit', 'account', 'person', 'erasure')),
  constraint decision_is_known check (decision in ('approved', 'rejected')),
  constraint an_amount_has_a_currency check ((amount_minor is null) = (currency is null)),
  constraint a_rejection_gives_a_reason check (decision = 'approved' or reason ~ '\S')
);
comment on table cash_management.cm_approvals is 'tenant: decisions of two pairs of eyes; a person decides once on a subject';

create table cash_management.cm_alert_rules (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  name text not null,
  kind text not null,
  condition jsonb not null,
  severity text not null default 'warning',
  recipients text[] not null default '{}',
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint cm_alert_rules_pkey primary key (tenant_id, id),
  constraint alert_rule_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint alert_rule_name_is_used_once unique (tenant_id, name),
  constraint alert_kind_is_known check (kind in ('balance', 'statement_late', 'statement_break', 'limit', 'forecast', 'risk', 'connection', 'fee')),
  constraint alert_severity_is_known check (severity in ('info', 'warning', 'critical')),
  constraint condition_is_an_object check (jsonb_typeof(condition) = 'object')
);
comment on table cash_management.cm_alert_rules is 'tenant: what is watched, and who is told';

create table cash_management.cm_alerts (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  rule_id uuid not null,
  subject text not null,
  severity text not null,
  message text not null,
  detail jsonb not null default '{}',
  raised_at timestamptz not null default now(),
  acknowledged_at timestamptz,
  acknowledged_by text,
  resolved_at timestamptz,
  constraint cm_alerts_pkey primary key (tenant_id, id),
  constraint alert_follows_a_rule foreign key (tenant_id, rule_id) references cash_management.cm_alert_rules (tenant_id, id),
  constraint raised_alert_severity_is_known check (severity in ('info', 'warning', 'critical')),
  constraint an_acknowledgement_is_by_somebody check ((acknowledged_at is null) = (acknowledged_by is null))
);
comment on table cash_management.cm_alerts is 'tenant: what was found; open until resolved, once per rule and subject';
create unique index an_open_alert_is_raised_once on cash_management.cm_alerts (tenant_id, rule_id, subject) where resolved_at is null;
create index cm_alerts_newest on cash_management.cm_alerts (tenant_id, raised_at desc);

create table cash_management.cm_outbox (
  tenant_id cash_management.tenant_key not null,
  id uuid not null,
  topic text not null,
  payload jsonb not null,
  created_at timestamptz not null default now(),
  available_at timestamptz not null default now(),
  attempts integer not null default 0,
  last_error text,
  delivered_at timestamptz,
  constraint cm_outbox_pkey primary key (tenant_id, id),
  constraint message_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint topic_is_named check (topic ~ '^[a-z][a-z0-9._-]{0,99}$'),
  constraint attempts_are_counted_up check (attempts >= 0)
);
comment on table cash_management.cm_outbox is
  'tenant: messages for webhooks, written with the change they tell of; not audited: the change is';
create index cm_outbox_waiting on cash_management.cm_outbox (tenant_id, available_at) where delivered_at is null;

select maintenance.secure_table(format('cash_management.%I', name)::regclass)
from unnest(array['cm_approvals', 'cm_alert_rules', 'cm_alerts', 'cm_outbox']) as name;
select maintenance.touch_table('cash_management.cm_alert_rules');
select maintenance.fix_columns(format('cash_management.%I', name)::regclass, 'tenant_id', 'id')
from unnest(array['cm_approvals', 'cm_alert_rules', 'cm_alerts', 'cm_outbox']) as name;
select audit.audit_table(format('cash_management.%I', name)::regclass)
from unnest(array['cm_approvals', 'cm_alert_rules', 'cm_alerts']) as name;

-- A decision is not taken back but decided anew on a new subject.
grant select, insert on cash_management.cm_approvals to apg_readwrite;
grant select, insert, update on cash_management.cm_alert_rules to apg_readwrite;
grant select, insert on cash_management.cm_alerts to apg_readwrite;
grant update (acknowledged_at, acknowledged_by, resolved_at) on cash_management.cm_alerts to apg_readwrite;
grant select, insert, delete on cash_management.cm_outbox to apg_readwrite;
grant update (available_at, attempts, last_error, delivered_at) on cash_management.cm_outbox to apg_readwrite;
grant select on cash_management.cm_approvals, cash_management.cm_alert_rules, cash_management.cm_alerts to apg_readonly;

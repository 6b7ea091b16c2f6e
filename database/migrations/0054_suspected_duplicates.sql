-- Entries of statements without balances that look alike, and what a person said of each pair.
-- squawk-ignore-file constraint-missing-not-valid, require-concurrent-index-creation, adding-serial-primary-key-field, disallowed-unique-constraint
-- (A day of a statement may be reckoned again when a person decides, so its key has the moment too. The tables are read under their
-- accounts' locks; the keys are made again in a migration window.)
set local role cm_owner;

create table cash_management.cm_suspected_duplicates (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  account_id uuid not null,
  earlier_id uuid not null,
  earlier_day date not null,
  later_id uuid not null,
  later_day date not null,
  found_at timestamptz not null default now(),
  decision text,
  decided_by text,
  decided_at timestamptz,
  constraint cm_suspected_duplicates_pkey primary key (tenant_id, id),
  constraint suspicion_is_of_an_account foreign key (tenant_id, account_id) references cash_management.cm_cash_accounts (tenant_id, id),
  constraint a_pair_is_suspected_once unique (tenant_id, earlier_id, later_id),
  constraint suspected_ids_carry_their_days check (cash_management.day_of_id(earlier_id) = earlier_day and cash_management.day_of_id(later_id) = later_day),
  constraint suspicion_is_decided_as_same_or_different check (decision in ('same', 'different')),
  constraint a_decision_has_its_maker check ((decided_by is null) = (decided_at is null) and (decision is null or decided_by is not null))
);
comment on table cash_management.cm_suspected_duplicates is 'tenant: pairs of entries that may be one, and what a person decided; a pair comes up once';
comment on column cash_management.cm_suspected_duplicates.decision is 'same: the later entry counts for nothing; different: both count; null: open, or taken back';
create index cm_suspected_duplicates_newest on cash_management.cm_suspected_duplicates (tenant_id, found_at desc, id);
create index cm_suspected_duplicates_by_account on cash_management.cm_suspected_duplicates (tenant_id, account_id);

select maintenance.secure_table('cash_management.cm_suspected_duplicates');
select maintenance.fix_columns('cash_management.cm_suspected_duplicates', 'tenant_id', 'id', 'account_id', 'earlier_id', 'earlier_day', 'later_id', 'later_day', 'found_at');
grant select on cash_management.cm_suspected_duplicates to apg_readonly, apg_readwrite;
grant insert, update (decision, decided_by, decided_at) on cash_management.cm_suspected_duplicates to apg_readwrite;
select audit.audit_table('cash_management.cm_suspected_duplicates');

alter table cash_management.cm_statement_days
  drop constraint cm_statement_days_pkey,
  add constraint cm_statement_days_pkey primary key (tenant_id, account_id, day, statement_id, recorded_at);
alter table cash_management.cm_value_shifts
  drop constraint cm_value_shifts_pkey,
  add constraint cm_value_shifts_pkey primary key (tenant_id, account_id, until_day, from_day, statement_id, back_valued, recorded_at);

-- Four eyes also on accounts, bank connections, exchange rates and cash flows by amount: the row itself is held, whoever writes it.
-- loosens: who asked may keep, encrypted, what carrying out the deed will need
set local role cm_owner;

-- What was asked, for carrying it out: the arguments of the deed, encrypted, for the payload shows no account number and no secret.
alter table cash_management.cm_approval_requests
  add column input_encrypted bytea,
  add constraint approval_input_is_encrypted check (substring(input_encrypted from 1 for 3) = '\x415047') not valid;
-- squawk-ignore constraint-missing-not-valid
alter table cash_management.cm_approval_requests validate constraint approval_input_is_encrypted;
comment on column cash_management.cm_approval_requests.input_encrypted is
  'encrypted by the program: what carrying it out needs; gone once that is done, refused or withdrawn';
-- A reader of reports has no business with it, not even encrypted.
revoke select on cash_management.cm_approval_requests from apg_readonly;
grant select (
  tenant_id, id, kind, subject, amount_minor, currency, payload, payload_hash, reason, policy_id, approvals_needed, approver_role,
  requested_by, requested_at, expires_at, state, decided_at, executed_at, executed_by, executed_in
) on cash_management.cm_approval_requests to apg_readonly;
select audit.audit_table('cash_management.cm_approval_requests', '{input_encrypted}');

create function cash_management.forget_approval_input() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  new.input_encrypted := null;
  return new;
end
$$;
create trigger input_goes_with_the_request before update of state on cash_management.cm_approval_requests
for each row when (new.state in ('refused', 'withdrawn', 'executed')) execute function cash_management.forget_approval_input();

create function cash_management.keep_approval_input(p_id uuid, p_input bytea) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
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
$$;
comment on function cash_management.keep_approval_input(uuid, bytea) is
  'keeps, encrypted, what an approved deed is carried out with; written once, by who asked';

-- The refusal names the deed, so that the program asks for exactly what the row would have become (src/access/approvals/guarded-write.ts).
create or replace function cash_management.use_approval(p_kind text, p_subject text, p_amount bigint, p_currency text, p_payload jsonb) returns uuid
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
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
$$;

-- Any row of master data: arguments are the kind, the table, and the columns that change without anybody's word. A column that is
-- added later is guarded until it is named there. A ciphertext is never compared, it differs each time; the blind index beside it is.
create function cash_management.guard_row() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
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
$$;

-- An account that a statement opens by itself says so, and moves no money; making it one's own is a change like any other.
create trigger account_is_guarded before insert on cash_management.cm_cash_accounts
for each row when (not new.discovered)
execute function cash_management.guard_row(
  'account_master', 'cm_cash_accounts',
  'account_number_encrypted,current_balance_minor,balance_day,sealed_through,calendar_id,min_balance_minor,target_balance_minor,max_balance_minor,statement_cycle,expected_by,expected_time_zone,sequence_checked'
);
-- Balances are written by every import: those columns are not among these.
create trigger account_change_is_guarded
before update of
  entity_id, bank_id, connection_id, kind, name, account_number_index, last_four, account_scheme, servicer, currency, liquidity_class,
  overdraft_limit_minor, is_active, discovered, opened_on, closed_on
on cash_management.cm_cash_accounts
for each row
execute function cash_management.guard_row(
  'account_master', 'cm_cash_accounts',
  'account_number_encrypted,current_balance_minor,balance_day,sealed_through,calendar_id,min_balance_minor,target_balance_minor,max_balance_minor,statement_cycle,expected_by,expected_time_zone,sequence_checked'
);

-- Another name of an account sends what the bank says of that name to it.
create function cash_management.guard_identifier() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
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
$$;
create trigger identifier_is_guarded before insert or update of account_id on cash_management.cm_account_identifiers
for each row execute function cash_management.guard_identifier();

-- Whose account a partner's is: the change that forged letters ask for. Learning it the first time, from a statement, is none.
create trigger counterparty_account_is_guarded before update of iban_index on cash_management.cm_counterparties
for each row when (old.iban_index is not null and old.iban_index is distinct from new.iban_index)
execute function cash_management.guard_row(
  'account_master', 'cm_counterparties', 'name,kind,country,entity_id,iban_encrypted'
);

-- Which credentials a connection has, without telling them: a keyed fingerprint, for the ciphertext differs each time.
alter table cash_management.cm_bank_connections
  add column credentials_index text,
  add constraint credentials_have_a_fingerprint check ((credentials is null) = (credentials_index is null)) not valid;
-- Nothing has written credentials so far.
-- squawk-ignore constraint-missing-not-valid
alter table cash_management.cm_bank_connections validate constraint credentials_have_a_fingerprint;
comment on column cash_management.cm_bank_connections.credentials_index is
  'blind index of the credentials: what a four-eyes rule holds a change against';
select audit.audit_table('cash_management.cm_bank_connections', '{credentials,credentials_index}');
create trigger connection_is_guarded before insert or update on cash_management.cm_bank_connections
for each row
execute function cash_management.guard_row(
  'bank_connection', 'cm_bank_connections',
  'credentials,connection_status,last_test_date,last_success_at,last_error'
);

-- Rates count from when their set is frozen: then they are approved, all of them. A frozen set stays frozen, rule or none.
create function cash_management.guard_rate_set() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
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
$$;
create trigger frozen_set_is_guarded before insert on cash_management.cm_rate_sets
for each row when (new.frozen_at is not null) execute function cash_management.guard_rate_set();
create trigger freezing_is_guarded before update on cash_management.cm_rate_sets
for each row when (old.frozen_at is not null or new.frozen_at is not null) execute function cash_management.guard_rate_set();

-- A flow somebody enters by hand, by its amount; what statements bring is the bank's word. Taking it back counts as much.
create function cash_management.guard_flow() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
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
$$;
create trigger flow_by_hand_is_guarded before insert on cash_management.cm_cash_flows
for each row when (new.source = 'manual') execute function cash_management.guard_flow();
create trigger flow_by_hand_changes_guarded before update of certainty, superseded_at on cash_management.cm_cash_flows
for each row when (
  old.source = 'manual'
  and (old.certainty <> new.certainty or (old.superseded_at is null) <> (new.superseded_at is null))
)
execute function cash_management.guard_flow();

grant execute on function cash_management.keep_approval_input(uuid, bytea) to apg_readwrite, apg_admin;

-- Four eyes, held by the database: who may do what, which deeds need another person, what was asked and decided, used once.
-- loosens: approvals are asked for, decided and used through functions only: the application lost its own inserts
set local role cm_owner;

-- The matrix of permissions: src/access/permissions.ts as data, so that triggers can ask it. A test holds the two together.
create table cash_management.cm_permissions (
  holder_kind text not null,
  holder text not null,
  permission text not null,
  constraint cm_permissions_pkey primary key (holder_kind, holder, permission),
  constraint a_role_or_a_scope_holds_it check (holder_kind in ('role', 'scope')),
  constraint permission_is_to_read_or_write check (permission ~ '^[a-z-]+:(read|write)$')
);
comment on table cash_management.cm_permissions is
  'reference: what each role of a person and each scope of a key allows; the same for all tenants';
select maintenance.secure_shared_table('cash_management.cm_permissions');
grant select on cash_management.cm_permissions to apg_readonly, apg_readwrite, apg_admin;

insert into cash_management.cm_permissions (holder_kind, holder, permission)
select holder_kind, holder, unnest(string_to_array(permissions, ' '))
from (
  values
    ('role', 'treasurer', 'accounts:read statements:read positions:read cash-flows:read approvals:read accounts:write statements:write cash-flows:write approvals:write'),
    ('role', 'analyst', 'accounts:read statements:read positions:read cash-flows:read approvals:read cash-flows:write'),
    ('role', 'approver', 'accounts:read statements:read positions:read cash-flows:read approvals:read approvals:write'),
    ('role', 'auditor', 'accounts:read statements:read positions:read cash-flows:read approvals:read audit:read access:read tenant:read'),
    ('role', 'administrator', 'accounts:read statements:read positions:read cash-flows:read approvals:read accounts:write approvals:write audit:read access:read access:write tenant:read tenant:write'),
    ('scope', 'read', 'accounts:read statements:read positions:read cash-flows:read'),
    ('scope', 'write', 'accounts:write statements:write cash-flows:write'),
    ('scope', 'accounts:read', 'accounts:read'),
    ('scope', 'accounts:write', 'accounts:write'),
    ('scope', 'statements:read', 'statements:read'),
    ('scope', 'statements:import', 'statements:write'),
    ('scope', 'positions:read', 'positions:read'),
    ('scope', 'cash-flows:read', 'cash-flows:read'),
    ('scope', 'cash-flows:write', 'cash-flows:write'),
    ('scope', 'audit:read', 'audit:read')
) as matrix (holder_kind, holder, permissions);

-- Who acts ------------------------------------------------------------------------------------------------------------------------
-- person:<id> and key:<id> are bound by the matrix. Any other name (command:root) is the program or an operator at its terminal.

create function cash_management.actor_may(p_permission text) returns boolean
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
as $$
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
$$;
comment on function cash_management.actor_may(text) is
  'whether the matrix allows the actor of this transaction something; a name that is neither a person nor a key is the program itself';

create function cash_management.is_administration() returns boolean
  language sql stable
  set search_path = pg_catalog, pg_temp
  return pg_catalog.pg_has_role(session_user, 'apg_admin', 'member');
comment on function cash_management.is_administration() is
  'whether a database administrator is connected, not the program''s login: restores, and glass that is broken; the trail shows the login';

-- Rules ---------------------------------------------------------------------------------------------------------------------------

create table cash_management.cm_approval_kinds (
  kind text not null,
  title text not null,
  has_amount boolean not null,
  used_up_by text not null,
  constraint cm_approval_kinds_pkey primary key (kind),
  constraint kind_is_a_word check (kind ~ '^[a-z_]{3,40}$'),
  constraint it_is_used_up_by_a_table_or_a_call check (used_up_by in ('table', 'call'))
);
comment on table cash_management.cm_approval_kinds is
  'reference: deeds that can need another person; table: a trigger there uses the approval up, call: use_approval() does';
select maintenance.secure_shared_table('cash_management.cm_approval_kinds');
grant select on cash_management.cm_approval_kinds to apg_readonly, apg_readwrite, apg_admin;

insert into cash_management.cm_approval_kinds (kind, title, has_amount, used_up_by)
values
  ('person_role', 'Make somebody administrator or approver', false, 'table'),
  ('person_recovery', 'Sign-in link for an administrator or approver who was here before', false, 'table'),
  ('api_key', 'API key that may write', false, 'table'),
  ('approval_policy', 'End a four-eyes rule', false, 'table'),
  ('sign_in', 'How people sign in: identity provider and session rules', false, 'table'),
  ('account_master', 'Change an account', false, 'table'),
  ('bank_connection', 'Connect a bank, or change a connection', false, 'table'),
  ('rate_set', 'Set of exchange rates', false, 'table'),
  ('cash_flow', 'Cash flow entered by hand', true, 'table'),
  ('tenant_erasure', 'Erase the tenant', false, 'call'),
  ('transfer', 'Transfer between own accounts', true, 'call'),
  ('payment', 'Payment to somebody else', true, 'call');

create table cash_management.cm_approval_policies (
  tenant_id cash_management.tenant_key not null,
  id uuid not null default gen_random_uuid(),
  kind text not null,
  above_minor bigint,
  currency cash_management.currency_code,
  approvals_needed smallint not null default 1,
  approver_role text not null default 'approver',
  expires_after_hours integer not null default 72,
  created_by text not null default cash_management.current_actor(),
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  constraint cm_approval_policies_pkey primary key (tenant_id, id),
  constraint rule_belongs_to_a_tenant foreign key (tenant_id) references cash_management.cm_tenants (tenant_id),
  constraint rule_is_for_a_known_kind foreign key (kind) references cash_management.cm_approval_kinds (kind),
  constraint rule_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint a_limit_has_a_currency check ((above_minor is null) = (currency is null)),
  constraint a_limit_is_not_negative check (above_minor >= 0),
  constraint one_to_three_people_approve check (approvals_needed between 1 and 3),
  constraint approver_role_is_known check (approver_role in ('treasurer', 'approver', 'administrator')),
  constraint a_request_waits_an_hour_to_a_month check (expires_after_hours between 1 and 744),
  constraint ending_a_rule_has_a_rule_already check (kind <> 'approval_policy')
);
comment on table cash_management.cm_approval_policies is
  'tenant: what needs other people, from which amount, how many, of which role; a rule is never changed, it is ended under itself';
comment on column cash_management.cm_approval_policies.above_minor is 'amounts up to and including this one need nobody; null: every deed of the kind';
create index cm_approval_policies_in_force on cash_management.cm_approval_policies (tenant_id, kind) where ended_at is null;

-- Requests and decisions ----------------------------------------------------------------------------------------------------------

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
  requested_at timestamptz not null default now(),
  expires_at timestamptz not null,
  state text not null default 'waiting',
  decided_at timestamptz,
  executed_at timestamptz,
  executed_by text,
  executed_in xid8,
  constraint cm_approval_requests_pkey primary key (tenant_id, id),
  constraint request_follows_a_rule foreign key (tenant_id, policy_id) references cash_management.cm_approval_policies (tenant_id, id),
  constraint request_is_of_a_known_kind foreign key (kind) references cash_management.cm_approval_kinds (kind),
  constraint request_currency_exists foreign key (currency) references cash_management.cm_currencies (code),
  constraint a_requested_amount_has_a_currency check ((amount_minor is null) = (currency is null)),
  constraint payload_hash_is_a_sha256 check (octet_length(payload_hash) = 32),
  constraint payload_is_an_object check (jsonb_typeof(payload) = 'object'),
  constraint subject_is_short check (length(subject) between 1 and 400),
  constraint reason_is_short check (length(reason) <= 1000),
  constraint request_state_is_known check (state in ('waiting', 'approved', 'refused', 'withdrawn', 'executed')),
  constraint it_is_executed_once_and_by_somebody check (
    (state = 'executed') = (executed_at is not null) and (executed_at is null) = (executed_in is null)
  )
);
comment on table cash_management.cm_approval_requests is
  'tenant: deeds that wait for other people; what is asked never changes, and what is approved is done once';
comment on column cash_management.cm_approval_requests.payload_hash is 'sha256 over kind, subject, amount, currency and payload: the guarded write is held against it';
create unique index a_deed_waits_once on cash_management.cm_approval_requests (tenant_id, payload_hash) where state in ('waiting', 'approved');
create index cm_approval_requests_newest on cash_management.cm_approval_requests (tenant_id, requested_at desc, id);

-- The table of decisions that was there already becomes the one of these requests: only decide_approval() writes it. Nothing has
-- written it so far, so validating at once and indexing it block nobody.
alter table cash_management.cm_approvals drop constraint subject_kind_is_known;
alter table cash_management.cm_approvals
  add constraint decision_is_on_a_request foreign key (tenant_id, subject_id) references cash_management.cm_approval_requests (tenant_id, id) not valid;
-- squawk-ignore constraint-missing-not-valid
alter table cash_management.cm_approvals validate constraint decision_is_on_a_request;
-- "reason ~ …" is null for no reason at all, and a check that is null holds.
alter table cash_management.cm_approvals drop constraint a_rejection_gives_a_reason;
alter table cash_management.cm_approvals
  add constraint a_rejection_gives_a_reason check (decision = 'approved' or coalesce(reason, '') ~ '\S') not valid;
-- squawk-ignore constraint-missing-not-valid
alter table cash_management.cm_approvals validate constraint a_rejection_gives_a_reason;
alter table cash_management.cm_approvals alter column id set default gen_random_uuid();
revoke insert on cash_management.cm_approvals from apg_readwrite;
-- squawk-ignore require-concurrent-index-creation
create index cm_approvals_of_a_request on cash_management.cm_approvals (tenant_id, subject_id);

select maintenance.secure_table(format('cash_management.%I', name)::regclass)
from unnest(array['cm_approval_policies', 'cm_approval_requests']) as name;
select maintenance.fix_columns(
  'cash_management.cm_approval_policies',
  'tenant_id', 'id', 'kind', 'above_minor', 'currency', 'approvals_needed', 'approver_role', 'expires_after_hours', 'created_by', 'created_at'
);
select maintenance.fix_columns(
  'cash_management.cm_approval_requests',
  'tenant_id', 'id', 'kind', 'subject', 'amount_minor', 'currency', 'payload', 'payload_hash', 'reason', 'policy_id', 'approvals_needed',
  'approver_role', 'requested_by', 'requested_at', 'expires_at'
);
select maintenance.fix_columns(
  'cash_management.cm_approvals',
  'subject_kind', 'subject_id', 'decision', 'decided_by', 'decided_at', 'reason'
);
select audit.audit_table(format('cash_management.%I', name)::regclass)
from unnest(array['cm_approval_policies', 'cm_approval_requests']) as name;
grant select on cash_management.cm_approval_policies, cash_management.cm_approval_requests to apg_readonly, apg_readwrite;
grant insert on cash_management.cm_approval_policies to apg_readwrite;
grant update (ended_at) on cash_management.cm_approval_policies to apg_readwrite;

-- The doors: the only writers of requests and decisions ---------------------------------------------------------------------------

create function cash_management.approval_hash(p_kind text, p_subject text, p_amount bigint, p_currency text, p_payload jsonb) returns bytea
  language sql immutable parallel safe
  set search_path = pg_catalog, pg_temp
  return sha256(convert_to(jsonb_build_array(p_kind, p_subject, p_amount, p_currency, p_payload)::text, 'UTF8'));

-- The strictest rule that holds for a deed. An amount in a currency for which no rule states a limit is never small enough.
create function cash_management.approval_rule(p_kind text, p_subject text, p_amount bigint, p_currency text)
returns cash_management.cm_approval_policies
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
begin atomic
  select rule
  from cash_management.cm_approval_policies as rule
  where rule.tenant_id = cash_management.current_tenant()
    and rule.ended_at is null
    and case
      when p_kind = 'approval_policy' then rule.id::text = p_subject
      else
        rule.kind = p_kind
        and (
          rule.above_minor is null
          or p_amount is null
          or (rule.currency = p_currency and abs(p_amount) > rule.above_minor)
          or (
            rule.currency <> p_currency
            and not exists (
              select
              from cash_management.cm_approval_policies as same
              where same.tenant_id = rule.tenant_id
                and same.kind = rule.kind
                and same.currency = p_currency
                and same.ended_at is null
            )
          )
        )
    end
  order by rule.approvals_needed desc, rule.created_at, rule.id
  limit 1;
end;

create function cash_management.ask_approval(
  p_id uuid, p_kind text, p_subject text, p_amount bigint, p_currency text, p_payload jsonb, p_reason text
)
returns setof cash_management.cm_approval_requests
  language plpgsql security definer rows 1
  set search_path = pg_catalog, pg_temp
as $$
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
$$;
comment on function cash_management.ask_approval(uuid, text, text, bigint, text, jsonb, text) is
  'asks for a deed: nothing when no rule holds for it, else the one open request for exactly this deed, made when there was none';

-- The person behind an actor: a key acts for who made it.
create function cash_management.person_behind(p_actor text) returns uuid
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  return case
    when p_actor ~ '^person:[0-9a-f-]{36}$' then substr(p_actor, 8)::uuid
    when p_actor ~ '^key:[0-9a-f-]{36}$' then (
      select key.created_by
      from cash_management.cm_api_keys as key
      where key.tenant_id = cash_management.current_tenant() and key.id = substr(p_actor, 5)::uuid
    )
  end;

create function cash_management.decide_approval(p_id uuid, p_decision text, p_reason text default null) returns text
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
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
$$;
comment on function cash_management.decide_approval(uuid, text, text) is
  'approved or rejected by the person of this transaction: never who asked, never whom it is about, each once; answers the state reached';

create function cash_management.withdraw_approval(p_id uuid) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
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
$$;

create function cash_management.use_approval(p_kind text, p_subject text, p_amount bigint, p_currency text, p_payload jsonb) returns uuid
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
      using errcode = 'insufficient_privilege', constraint = 'approved_by_another_person';
  end if;
  return used;
end
$$;
comment on function cash_management.use_approval(text, text, bigint, text, jsonb) is
  'uses up the approval of exactly this deed and says which; null when no rule holds for it; refused without one';

-- Rules are added by who administers access, and only ended: with the approvals the rule itself asks for.
create function cash_management.guard_approval_rule() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
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
$$;
create trigger rule_is_guarded before insert or update on cash_management.cm_approval_policies
for each row execute function cash_management.guard_approval_rule();

grant execute on function
  cash_management.actor_may(text),
  cash_management.ask_approval(uuid, text, text, bigint, text, jsonb, text),
  cash_management.decide_approval(uuid, text, text),
  cash_management.withdraw_approval(uuid),
  cash_management.use_approval(text, text, bigint, text, jsonb)
to apg_readwrite, apg_admin;

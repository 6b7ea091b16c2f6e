-- The position's one question to the database, with its plan kept on the server: planning it costs more than answering it.
set local role cm_owner;

-- security invoker: row-level security is the caller's. Two statements, because what is known now and what was known then use
-- different indexes. The generic plan is forced: it prunes the accounts' partitions when it starts.
create function cash_management.account_positions(
  p_tenant text,
  p_day date,
  p_known_at timestamptz,
  p_value_basis boolean,
  p_account uuid
)
returns table (
  id uuid,
  closing_id uuid,
  closing_day date,
  closing_minor bigint,
  closing_state text,
  unproven_minor numeric,
  provisional_minor numeric,
  outside_through date,
  shifted_minor numeric
)
  language plpgsql
  stable
  parallel safe
  rows 50
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
as $$
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
$$;
comment on function cash_management.account_positions(text, date, timestamptz, boolean, uuid) is
  'each account''s last closing at or before a day, what moved behind it outside the chain, and the difference of value dates, as known at a moment (null: now)';
grant execute on function cash_management.account_positions(text, date, timestamptz, boolean, uuid) to apg_readonly, apg_readwrite;

-- What an account is called and where it belongs: asked beside the position, planned once as well.
create function cash_management.account_labels(p_tenant text, p_account uuid)
returns table (
  id uuid,
  name text,
  account_number text,
  currency text,
  bank_id uuid,
  bank text,
  entity_id uuid,
  entity text,
  is_active boolean,
  calendar_id uuid,
  statement_cycle text,
  expected_by time,
  expected_time_zone text
)
  language plpgsql
  stable
  parallel safe
  rows 50
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
as $$
begin
  return query
    select a.id, a.name, a.account_number, a.currency::text, a.bank_id, b.name, a.entity_id, e.name, a.is_active,
      coalesce(a.calendar_id, b.calendar_id), a.statement_cycle, a.expected_by, a.expected_time_zone
    from cash_management.cm_cash_accounts as a
    left join cash_management.cm_banks as b on b.tenant_id = p_tenant and b.id = a.bank_id
    left join cash_management.cm_entities as e on e.tenant_id = p_tenant and e.id = a.entity_id
    where a.tenant_id = p_tenant
      and (p_account is null or a.id = p_account);
end
$$;
comment on function cash_management.account_labels(text, uuid) is 'names, bank, entity and schedule of accounts';
grant execute on function cash_management.account_labels(text, uuid) to apg_readonly, apg_readwrite;

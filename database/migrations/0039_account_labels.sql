-- What an account is called, without its number: its last four characters are all that positions show.
set local role cm_owner;

drop function cash_management.account_labels(text, uuid);
create function cash_management.account_labels(p_tenant text, p_account uuid)
returns table (
  id uuid,
  name text,
  last_four text,
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
    select a.id, a.name, a.last_four, a.currency::text, a.bank_id, b.name, a.entity_id, e.name, a.is_active,
      coalesce(a.calendar_id, b.calendar_id), a.statement_cycle, a.expected_by, a.expected_time_zone
    from cash_management.cm_cash_accounts as a
    left join cash_management.cm_banks as b on b.tenant_id = p_tenant and b.id = a.bank_id
    left join cash_management.cm_entities as e on e.tenant_id = p_tenant and e.id = a.entity_id
    where a.tenant_id = p_tenant
      and (p_account is null or a.id = p_account);
end
$$;
comment on function cash_management.account_labels(text, uuid) is 'names, bank, entity and schedule of accounts';
revoke execute on function cash_management.account_labels(text, uuid) from public;
grant execute on function cash_management.account_labels(text, uuid) to apg_readonly, apg_readwrite;

-- An administrator lists all tenants. Row-level security shows even apg_admin only the chosen one, and nobody here has BYPASSRLS.
set local role cm_owner;

create function cash_management.list_tenants()
returns table (
  tenant_id text, name text, status text, legal_hold boolean, reporting_currency text, time_zone text,
  created_at timestamptz, updated_at timestamptz
)
  language sql stable security definer rows 20
  set search_path = pg_catalog, pg_temp
begin atomic
  select
    tenant.tenant_id, tenant.name, tenant.status, tenant.legal_hold, tenant.reporting_currency, tenant.time_zone,
    tenant.created_at, tenant.updated_at
  from cash_management.cm_tenants as tenant
  order by tenant.tenant_id;
end;
comment on function cash_management.list_tenants() is 'the registry as an administrator sees it: what tenants there are, nothing of what is in them';
revoke execute on function cash_management.list_tenants() from public;
grant execute on function cash_management.list_tenants() to apg_admin;

grant create on schema cash_management to cm_gatekeeper;
reset role;
alter function cash_management.list_tenants() owner to cm_gatekeeper;
revoke create on schema cash_management from cm_gatekeeper;

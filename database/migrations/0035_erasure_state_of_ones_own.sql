-- Whether a tenant is being erased is told to that tenant and to administrators: a name that others ask about would tell who is a customer.
-- loosens: nothing; the function answers less than before, which a changed body does not show
set local role cm_owner;
grant create on schema cash_management to cm_gatekeeper;
set local role cm_gatekeeper;

create or replace function cash_management.erasure_state(p_tenant text) returns text
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
begin atomic
  select erasure.state
  from audit.tenant_erasures as erasure
  where erasure.tenant_id = p_tenant
    and erasure.state <> 'cancelled'
    -- The login, for within a definer function current_user is the gatekeeper.
    and (p_tenant = cash_management.current_tenant() or pg_has_role(session_user, 'apg_admin', 'usage'));
end;
comment on function cash_management.erasure_state(text) is
  'requested, running or done, asked by the tenant itself or an administrator; else null. While it runs its rows may be deleted, frozen or not';

set local role cm_owner;
revoke create on schema cash_management from cm_gatekeeper;

-- Who looks before a tenant is known signs in as somebody else: SQL injected into a tenant's statement reaches no other tenant's password hash.
-- loosens: what the application could look up before a tenant is known is for the gate alone now

-- The doors (0003_tenants_and_access.sql, 0022_tenants_life.sql) are the gate's alone.
set local role cm_gatekeeper;
revoke execute on function
  cash_management.find_sign_in(text, text),
  cash_management.find_api_key(bytea),
  cash_management.find_session(bytea),
  cash_management.consume_sign_in_link(bytea),
  cash_management.find_platform_key(bytea)
from apg_readwrite;
grant execute on function
  cash_management.find_sign_in(text, text),
  cash_management.find_api_key(bytea),
  cash_management.find_session(bytea),
  cash_management.consume_sign_in_link(bytea),
  cash_management.find_platform_key(bytea)
to apg_gate;
reset role;
set local role cm_owner;
grant usage on schema cash_management to apg_gate;
reset role;
do $$
begin
  execute format('grant connect on database %I to apg_gate', current_database());
end
$$;

-- What PostgreSQL gives to everybody and one tenant's SQL could use against another's: the statements that sessions of the same login
-- run, and ending those sessions. Where we may not change it (a hosted server's administrator owns none of this), it stays, and the
-- notice says so.
do $$
declare
  wanted record;
begin
  for wanted in
    select *
    from (
      values
        ('function pg_catalog.pg_stat_get_activity(integer)', 'pg_read_all_stats, pg_monitor, apg_admin'),
        ('function pg_catalog.pg_stat_get_backend_activity(integer)', 'pg_read_all_stats, pg_monitor'),
        ('function pg_catalog.pg_cancel_backend(integer)', 'pg_signal_backend'),
        ('function pg_catalog.pg_terminate_backend(integer, bigint)', 'pg_signal_backend'),
        ('function ext.pg_stat_statements(boolean)', 'pg_read_all_stats, pg_monitor'),
        ('table ext.pg_stat_statements', 'pg_read_all_stats, pg_monitor')
    ) as closed (object, still_for)
    where case
        when object like 'table %' then to_regclass(substr(object, 7)) is not null
        else to_regprocedure(substr(object, 10)) is not null
      end
  loop
    begin
      execute format('revoke all on %s from public', wanted.object);
      execute format('grant %s on %s to %s', case when wanted.object like 'table %' then 'select' else 'execute' end, wanted.object, wanted.still_for);
    exception
      when insufficient_privilege then
        raise notice '% stays open to everybody: %', wanted.object, sqlerrm;
    end;
  end loop;
end
$$;

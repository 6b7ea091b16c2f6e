-- Schemas say who owns what and who may name it: a partition lives where no application role can reach it, an extension where it cannot shadow us.

-- Nothing is for everybody: CONNECT and TEMPORARY are given to roles one by one. Superusers connect without a grant.
do $$
begin
  execute format('revoke all on database %I from public', current_database());
  execute format(
    'grant connect on database %I to apg_readonly, apg_readwrite, apg_admin, monitoring, backup_user',
    current_database()
  );
  -- An import stages a file's rows in a temporary table of its session: COPY into a table under row-level security is refused.
  execute format('grant temporary on database %I to apg_readwrite', current_database());
end
$$;
revoke all on schema public from public;

create schema cash_management authorization cm_owner;
create schema analytics authorization cm_owner;
create schema ml_models authorization cm_owner;
create schema monitoring authorization cm_owner;
create schema cm_parts authorization cm_owner;
create schema audit authorization audit_owner;
create schema ext;

comment on schema cash_management is 'operational data of the tenants';
comment on schema analytics is 'what is computed from it: forecasts, risk, optimisations, features';
comment on schema ml_models is 'registry of models and their versions';
comment on schema monitoring is 'views for the monitoring role';
comment on schema maintenance is 'migrations, partition policies and the log of maintenance';
comment on schema cm_parts is 'every partition: no application role has USAGE, so row-level security of the parent cannot be walked around';
comment on schema audit is 'the append-only trail, with an owner of its own';
comment on schema ext is 'extensions, apart from our names';

-- The parts of the trail stand among the partitions too.
grant usage, create on schema cm_parts to audit_owner;
grant usage on schema cash_management to audit_owner;
grant usage on schema audit to cm_owner;
grant usage on schema maintenance to audit_owner;

grant usage on schema cash_management to apg_readonly, apg_readwrite, apg_admin, cm_gatekeeper;
grant usage on schema analytics to apg_readonly, apg_readwrite;
grant usage on schema ml_models to apg_readonly, apg_readwrite;
grant usage on schema audit to apg_readonly, apg_readwrite, apg_admin;
grant usage on schema maintenance to apg_admin, monitoring;
grant usage on schema monitoring to monitoring, apg_admin;
grant usage on schema ext to cm_owner, audit_owner, apg_readonly, apg_readwrite, monitoring;

-- PostgreSQL lets everybody call a new function; ours are called by those who are named.
alter default privileges for role cm_owner revoke execute on functions from public;
alter default privileges for role audit_owner revoke execute on functions from public;
alter default privileges for role cm_gatekeeper revoke execute on functions from public;

-- Not uuid-ossp: gen_random_uuid() is part of the server, and the program makes its own time-ordered ids.
-- A server built without contrib lacks some of these; what needs one then says so by itself.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['pg_stat_statements', 'pg_trgm', 'btree_gin', 'btree_gist', 'pgcrypto', 'pg_prewarm']
  loop
    if exists (select from pg_catalog.pg_available_extensions where name = wanted) then
      execute format('create extension if not exists %I with schema ext', wanted);
    else
      raise notice 'extension % is not available on this server', wanted;
    end if;
  end loop;
end
$$;

import type { Fault } from "./fault.ts";

// Roles are of the whole cluster, but a rolled-back transaction leaves nothing of them either. What is altered is planted: other test
// files set passwords of the real ones meanwhile.
export const faults: readonly Fault[] = [
  {
    check: "object_owned_by_login",
    harmless: "set local role cm_owner; create table analytics.ours (a int); reset role",
    make: `alter table cash_management.cm_banks owner to apg_user;
      alter table cm_parts.cm_cash_accounts_p3 owner to apg_user;
      create view analytics.theirs as select 1 as one`,
    finds: ["analytics.theirs", "cash_management.cm_banks", "cash_management.cm_cash_accounts"],
  },
  {
    check: "login_with_dangerous_attribute",
    harmless: "create role nobody_signs_in nologin bypassrls",
    make: "create role planted login superuser; create role other login bypassrls createrole createdb",
    finds: ["other", "planted"],
    says: /superuser|bypassrls, createrole, createdb/,
  },
  {
    check: "login_in_owner_role",
    harmless: "grant apg_admin to monitoring",
    make: "create role strong nologin bypassrls; grant cm_owner to apg_readwrite; grant strong to monitoring",
    finds: ["apg_readwrite", "monitoring"],
  },
  {
    check: "login_with_predefined_power",
    harmless: "grant pg_read_all_stats to apg_readonly_user",
    make: "grant pg_read_all_data, pg_execute_server_program to apg_user",
    finds: ["apg_user"],
  },
  {
    check: "password_without_scram",
    harmless: "create role good login password 'long enough'",
    make: "create role planted login password 'md500000000000000000000000000000000'",
    finds: ["planted"],
  },
  {
    check: "login_without_connection_limit",
    harmless: "create role one login connection limit 1; create role unused nologin",
    make: "create role planted login",
    finds: ["planted"],
  },
  {
    check: "role_setting_that_weakens",
    harmless: "create role planted login; alter role planted set statement_timeout = '30s'",
    make: `alter role planted set search_path = analytics, pg_catalog;
      alter role planted set app.tenant_id = 'a';
      do $$ begin execute format('alter role planted in database %I set row_security = off', current_database()); end $$`,
    finds: ["planted", "planted in database $database"],
  },
];

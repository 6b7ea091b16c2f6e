import type { Fault } from "./fault.ts";

const accounts = "cash_management.cm_cash_accounts";

export const faults: readonly Fault[] = [
  {
    check: "grant_on_partition",
    make: `grant select on cm_parts.cm_cash_accounts_p3 to apg_readonly;
      grant update (tenant_id) on cm_parts.cm_cash_accounts_p4 to public`,
    finds: [accounts],
    says: /2 of its partitions are open to apg_readonly, public/,
  },
  {
    check: "partition_schema_reachable",
    make: "grant usage on schema cm_parts to apg_readwrite",
    finds: ["cm_parts"],
  },
  {
    check: "default_privileges_reach_partitions",
    harmless: `alter default privileges for role cm_owner in schema analytics grant select on tables to apg_readonly;
      alter default privileges for role cm_owner grant usage on sequences to apg_readonly`,
    make: `alter default privileges for role cm_owner grant select on tables to apg_readonly;
      alter default privileges for role cm_owner in schema cm_parts grant select on tables to monitoring`,
    finds: ["default privileges of cm_owner", "default privileges of cm_owner in schema cm_parts"],
  },
  {
    check: "privilege_beyond_row_level_security",
    harmless: "grant delete on cash_management.cm_banks to apg_readwrite",
    make: "grant truncate, references on cash_management.cm_banks to apg_readwrite; grant trigger on audit.audit_log to apg_admin",
    finds: ["audit.audit_log", "cash_management.cm_banks"],
  },
  {
    check: "privilege_for_everybody",
    make: `grant usage on schema analytics to public;
      grant select on cash_management.cm_banks to public;
      grant usage on sequence audit.audit_log_id to public`,
    finds: ["schema analytics", "sequence audit.audit_log_id", "table cash_management.cm_banks"],
  },
  {
    check: "privilege_for_everybody",
    make: "do $$ begin execute format('grant connect, temporary on database %I to public', current_database()); end $$",
    finds: ["database $database"],
    says: /CONNECT, TEMPORARY/,
  },
  {
    check: "function_executable_by_everybody",
    harmless: "set local role cm_owner; create function cash_management.ours() returns int language sql return 1; reset role",
    make: "create function cash_management.anybodys(x int) returns int language sql return x",
    finds: ["cash_management.anybodys(integer)"],
  },
  {
    check: "grant_that_can_be_passed_on",
    make: `grant select on cash_management.cm_banks to apg_readonly with grant option;
      grant usage on schema analytics to monitoring with grant option;
      grant execute on function cash_management.current_tenant() to apg_readonly with grant option`,
    finds: ["routine cash_management.current_tenant()", "schema analytics", "table cash_management.cm_banks"],
  },
  {
    check: "schema_open_to_creation",
    make: "grant create on schema cash_management to apg_readwrite; grant create on schema analytics to public",
    finds: ["analytics", "cash_management"],
  },
  {
    check: "append_only_table_can_be_changed",
    harmless: "grant update on cash_management.cm_banks to apg_admin",
    make: "grant insert on audit.audit_log to apg_readwrite; grant update (actor) on audit.audit_log to apg_admin",
    finds: ["audit.audit_log"],
    says: /apg_admin, apg_readwrite may insert, update/,
  },
  {
    check: "sequence_that_can_be_set_back",
    harmless: "grant usage on sequence audit.audit_log_id to apg_readwrite",
    make: "grant update on sequence audit.audit_log_id to apg_readwrite",
    finds: ["audit.audit_log_id"],
  },
  {
    check: "secret_column_readable",
    harmless: "grant select (id, name) on cash_management.cm_people to apg_readonly",
    make: `grant select on cash_management.cm_people to apg_readonly;
      grant select (tenant_id, credentials) on cash_management.cm_bank_connections to monitoring`,
    finds: ["cash_management.cm_bank_connections", "cash_management.cm_people"],
    says: /may read (credentials|password_hash)/,
  },
];

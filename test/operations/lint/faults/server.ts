import type { Fault } from "./fault.ts";

export const faults: readonly Fault[] = [
  {
    check: "extension_that_leads_out",
    make: "create extension dblink schema ext; create extension file_fdw schema ext",
    finds: ["dblink", "file_fdw"],
  },
  {
    check: "extension_outdated",
    make: "create extension hstore schema ext version '1.4'",
    finds: ["hstore"],
  },
  {
    check: "extension_beside_tables",
    harmless: "create extension hstore schema ext",
    make: "create extension citext schema public; create extension isn schema analytics",
    finds: ["citext", "isn"],
  },
  {
    check: "unlogged_table",
    make: `create unlogged table analytics.planted (a int);
      do $$ begin execute (select format('alter table %s set unlogged', part) from maintenance.partition_ranges('audit.audit_log') limit 1); end $$`,
    finds: ["analytics.planted", "audit.audit_log"],
  },
  {
    check: "password_in_user_mapping",
    harmless: `create extension postgres_fdw schema ext; create server elsewhere foreign data wrapper postgres_fdw;
      create user mapping for apg_user server elsewhere options (user 'somebody')`,
    make: "create user mapping for apg_readonly_user server elsewhere options (user 'somebody', password 'canary')",
    finds: ["user mapping for apg_readonly_user on server elsewhere"],
    says: /options: user, password$/,
  },
  {
    check: "autovacuum_switched_off",
    make: `alter table cash_management.cm_banks set (autovacuum_enabled = off);
      alter table cm_parts.cm_cash_accounts_p3 set (autovacuum_enabled = false)`,
    finds: ["cash_management.cm_banks", "cash_management.cm_cash_accounts"],
  },
];

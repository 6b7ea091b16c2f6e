import type { Fault } from "./fault.ts";

export const faults: readonly Fault[] = [
  {
    check: "definer_function_without_search_path",
    harmless: "create function cash_management.invoked() returns int language sql return 1",
    make: "create function cash_management.defined() returns int language sql security definer set work_mem = '1MB' return 1",
    finds: ["cash_management.defined()"],
  },
  {
    check: "definer_function_with_open_search_path",
    harmless: `create function cash_management.closed() returns int language sql security definer
      set search_path = cash_management, pg_temp return 1`,
    make: `grant create on schema analytics to apg_readwrite;
      create function cash_management.no_temp() returns int language sql security definer set search_path = pg_catalog return 1;
      create function cash_management.own_schema() returns int language sql security definer set search_path = "$user", pg_temp return 1;
      create function cash_management.open_schema() returns int language sql security definer
        set search_path = cash_management, analytics, pg_temp return 1`,
    finds: ["cash_management.no_temp()", "cash_management.open_schema()", "cash_management.own_schema()"],
  },
  {
    check: "definer_function_of_powerful_owner",
    harmless: "create function cash_management.invoked() returns int language sql return 1",
    make: "create function cash_management.lent() returns int language sql security definer set search_path = pg_catalog, pg_temp return 1",
    finds: ["cash_management.lent()"],
    says: /runs as postgres, who is superuser/,
  },
  {
    check: "function_marked_leakproof",
    make: "create function cash_management.likes(a text, b text) returns boolean language sql immutable leakproof return a ilike b",
    finds: ["cash_management.likes(text,text)"],
  },
  {
    check: "function_in_untrusted_language",
    make: "create function analytics.planted() returns integer language internal as 'pg_backend_pid'",
    finds: ["analytics.planted()"],
  },
];

import type { Fault } from "./fault.ts";

export const faults: readonly Fault[] = [
  {
    check: "tenant_table_without_row_level_security",
    make: "alter table cash_management.cm_banks disable row level security",
    finds: ["cash_management.cm_banks"],
    harmless: "create table cash_management.colours (colour text primary key)",
  },
  {
    check: "tenant_table_without_row_level_security",
    make: `alter table cm_parts.cm_cash_accounts_p3 disable row level security;
      alter table cm_parts.cm_cash_accounts_p4 disable row level security`,
    finds: ["cash_management.cm_cash_accounts"],
    says: /2 of its partitions/,
  },
];

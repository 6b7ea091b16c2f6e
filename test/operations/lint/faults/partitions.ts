import type { Fault } from "./fault.ts";

/** Drops partitions of the trail by their place in time. */
const dropTrail = (which: string) => `do $$ declare part regclass; begin
  for part in select ranges.part from maintenance.partition_ranges('audit.audit_log') as ranges ${which}
  loop execute format('drop table %s', part); end loop; end $$`;

export const faults: readonly Fault[] = [
  {
    check: "hash_remainder_missing",
    harmless: `create table analytics.mixed (a int) partition by hash (a);
      create table analytics.mixed_1 partition of analytics.mixed for values with (modulus 2, remainder 0);
      create table analytics.mixed_2 partition of analytics.mixed for values with (modulus 4, remainder 1);
      create table analytics.mixed_3 partition of analytics.mixed for values with (modulus 4, remainder 3)`,
    make: `create table analytics.planted (a int) partition by hash (a);
      create table analytics.planted_0 partition of analytics.planted for values with (modulus 4, remainder 0);
      create table analytics.planted_2 partition of analytics.planted for values with (modulus 4, remainder 2);
      drop table analytics.mixed_3`,
    finds: ["analytics.mixed", "analytics.planted"],
    says: /missing: (1, 3|3)$/,
  },
  {
    check: "gap_between_partitions",
    make: dropTrail("order by from_day offset 3 limit 2"),
    finds: ["audit.audit_log"],
  },
  {
    check: "default_partition",
    make: "create table cm_parts.planted partition of audit.audit_log default",
    finds: ["audit.audit_log"],
  },
  {
    check: "partition_horizon_short",
    make: dropTrail("where from_day > current_date + 45"),
    finds: ["audit.audit_log"],
  },
  {
    check: "partition_of_a_partition",
    make: `create table analytics.planted (a int, b int) partition by list (a);
      create table analytics.planted_1 partition of analytics.planted for values in (1) partition by list (b);
      create table analytics.planted_1_1 partition of analytics.planted_1 for values in (1)`,
    finds: ["analytics.planted"],
  },
  {
    check: "partition_with_an_index_of_its_own",
    make: `create index on cm_parts.cm_cash_accounts_p3 (tenant_id, name);
      alter table cm_parts.cm_cash_accounts_p4 add unique (tenant_id, name, id)`,
    finds: ["cash_management.cm_cash_accounts"],
    says: /2 of its partitions/,
  },
  {
    check: "partition_that_drifted",
    make: `alter table cm_parts.cm_cash_accounts_p3 owner to audit_owner;
      alter table cm_parts.cm_cash_accounts_p4 alter column name set statistics 500`,
    finds: ["cash_management.cm_cash_accounts"],
    says: /2 of its partitions have another owner and statistics/,
  },
];

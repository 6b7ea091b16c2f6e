import type { Fault } from "./fault.ts";

const planted = "create table analytics.planted (tenant_id text not null, id uuid not null, name text";

export const faults: readonly Fault[] = [
  {
    check: "tenant_column_of_wrong_type",
    harmless: "create table analytics.right_one (tenant_id uuid primary key)",
    make: `create table analytics.planted (tenant_id varchar(50) primary key);
      alter table analytics.planted enable row level security;
      create policy tenant_isolation on analytics.planted using (tenant_id = (select cash_management.current_tenant()))
        with check (tenant_id = (select cash_management.current_tenant()))`,
    finds: ["analytics.planted.tenant_id"],
  },
  {
    check: "tenant_column_nullable",
    make: "create table analytics.planted (tenant_id cash_management.tenant_key, id uuid primary key)",
    finds: ["analytics.planted.tenant_id"],
  },
  {
    check: "key_without_tenant_first",
    harmless: "create table analytics.ours (code text primary key)",
    make: `${planted}, primary key (id, tenant_id), constraint one_name unique (name));
      create unique index one_lower_name on analytics.planted (lower(name)) where name <> ''`,
    finds: ["analytics.one_lower_name", "analytics.one_name", "analytics.planted_pkey"],
  },
  {
    check: "exclusion_without_tenant",
    make: `${planted}, days daterange,
        constraint apart exclude using gist (days with &&),
        constraint apart_by_tenant exclude using gist (tenant_id with =, days with &&))`,
    finds: ["constraint apart on analytics.planted"],
  },
  {
    check: "foreign_key_without_tenant",
    harmless: `${planted.replace("planted", "right_one")}, primary key (tenant_id, id),
      foreign key (tenant_id) references cash_management.cm_tenants (tenant_id))`,
    make: `${planted}, parent uuid, unique (id), primary key (tenant_id, id),
      constraint has_a_parent foreign key (parent) references analytics.planted (id))`,
    finds: ["constraint has_a_parent on analytics.planted"],
  },
  {
    check: "foreign_key_that_rewrites_rows",
    harmless: `${planted.replace("planted", "right_one")}, primary key (tenant_id, id), parent uuid,
      foreign key (tenant_id, parent) references analytics.right_one (tenant_id, id) on delete cascade)`,
    make: `${planted}, primary key (tenant_id, id), parent uuid,
      constraint loses_its_parent foreign key (tenant_id, parent) references analytics.planted (tenant_id, id)
        on update cascade on delete set null (parent))`,
    finds: ["constraint loses_its_parent on analytics.planted"],
  },
  {
    check: "foreign_key_to_local_table",
    harmless: "alter table analytics.cm_forecasts add foreign key (currency) references cash_management.cm_currencies (code)",
    make: `${planted}, run uuid, constraint of_a_run foreign key (run) references maintenance.maintenance_log (id))`,
    finds: ["constraint of_a_run on analytics.planted"],
  },
  {
    check: "table_without_primary_key",
    make: `${planted}); create table analytics.bare (name text);
      create table analytics.by_day (tenant_id text not null, day date not null) partition by range (day)`,
    finds: ["analytics.bare", "analytics.by_day", "analytics.planted"],
  },
  {
    check: "constraint_not_validated",
    make: "alter table cash_management.cm_banks add constraint planted check (tenant_id <> 'x') not valid",
    finds: ["constraint planted on cash_management.cm_banks"],
  },
  {
    check: "tenant_column_with_default",
    make: "alter table cash_management.cm_banks alter column tenant_id set default 'demo'",
    finds: ["cash_management.cm_banks.tenant_id"],
  },
  {
    check: "relation_without_comment",
    make: "create view analytics.planted as select 1 as one; create table analytics.planted_too (a int)",
    finds: ["analytics.planted", "analytics.planted_too"],
  },
];

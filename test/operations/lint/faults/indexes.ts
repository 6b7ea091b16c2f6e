import type { Fault } from "./fault.ts";

export const faults: readonly Fault[] = [
  {
    check: "foreign_key_without_index",
    harmless: `create table analytics.parents (tenant_id text, id uuid, primary key (tenant_id, id));
      create table analytics.planted (tenant_id text, parent uuid,
        constraint has_a_parent foreign key (tenant_id, parent) references analytics.parents (tenant_id, id));
      create table analytics.ours (tenant_id text, parent uuid,
        foreign key (tenant_id, parent) references analytics.parents (tenant_id, id))`,
    // An index of the rows that refer at all serves as well as one of all; one of some other rows does not.
    make: `create table analytics.partly (tenant_id text, parent uuid, note text,
        constraint partly_indexed foreign key (tenant_id, parent) references analytics.parents (tenant_id, id));
      create index on analytics.partly (tenant_id, parent) where note is not null;
      create table analytics.enough (tenant_id text, parent uuid,
        foreign key (tenant_id, parent) references analytics.parents (tenant_id, id));
      create index on analytics.enough (tenant_id, parent) where parent is not null;
      grant delete on analytics.parents to apg_admin; create index on analytics.ours (parent, tenant_id)`,
    finds: ["constraint has_a_parent on analytics.planted", "constraint partly_indexed on analytics.partly"],
  },
  {
    check: "redundant_index",
    harmless: `create table analytics.ours (tenant_id text, a int, b int, primary key (tenant_id, a));
      create index on analytics.ours (tenant_id, b desc); create index on analytics.ours (tenant_id, b) where a > 0;
      create unique index on analytics.ours (tenant_id, b, a); create index on analytics.ours using hash (tenant_id)`,
    make: `create index planted_prefix on analytics.ours (tenant_id);
      create index planted_twice on analytics.ours (tenant_id, b) where a > 0;
      alter table analytics.ours add constraint planted_again unique (tenant_id, a)`,
    finds: ["analytics.planted_again", "analytics.planted_prefix", "analytics.planted_twice"],
  },
  {
    check: "invalid_index",
    make: `create index planted on only cash_management.cm_cash_accounts (tenant_id, name);
      update pg_index set indisvalid = false where indexrelid = 'cash_management.cm_banks_pkey'::regclass`,
    finds: ["cash_management.cm_banks_pkey", "cash_management.planted"],
    says: /not every partition|not built to its end/,
  },
  {
    check: "collation_version_changed",
    harmless: `create collation analytics.unused (provider = icu, locale = 'en-US', version = '1')`,
    make: `create collation analytics.old (provider = icu, locale = 'en-US', version = '1');
      create table analytics.planted (name text collate analytics.old primary key)`,
    finds: ["collation analytics.old"],
  },
  {
    check: "table_clustered_on_an_index",
    make: "alter table cash_management.cm_banks cluster on cm_banks_pkey",
    finds: ["cash_management.cm_banks"],
  },
];

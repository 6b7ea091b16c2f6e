import type { Fault } from "./fault.ts";

const accounts = "cash_management.cm_cash_accounts";

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
    finds: [accounts],
    says: /2 of its partitions/,
  },
  {
    check: "row_level_security_not_forced",
    make: `alter table cash_management.cm_banks no force row level security;
      alter table cm_parts.cm_cash_accounts_p3 no force row level security`,
    finds: ["cash_management.cm_banks", accounts],
  },
  {
    check: "row_level_security_without_permissive_policy",
    make: `drop policy tenant_isolation on cash_management.cm_entities;
      create policy narrow on cash_management.cm_entities as restrictive using (true);
      drop policy same_for_all_tenants on cash_management.cm_currencies`,
    finds: ["cash_management.cm_currencies", "cash_management.cm_entities"],
  },
  {
    check: "table_without_tenant_or_reason",
    harmless: `create table cash_management.colours (colour text primary key);
      comment on table cash_management.colours is 'reference: the same for all'`,
    make: "create table cash_management.notes (note text); comment on table cash_management.notes is 'notes'",
    finds: ["cash_management.notes"],
  },
  {
    check: "policy_without_with_check",
    make: `drop policy tenant_isolation on cash_management.cm_banks;
      create policy tenant_isolation on cash_management.cm_banks using (tenant_id = (select cash_management.current_tenant()))`,
    harmless: "create policy reading on cash_management.cm_entities for select using (true)",
    finds: ["cash_management.cm_banks"],
  },
  {
    check: "policy_that_does_not_ask_the_tenant",
    harmless: "create policy for_the_owner on cash_management.cm_banks to cm_owner using (true) with check (true)",
    make: `create policy everybody on cash_management.cm_entities for select using (is_active);
      alter policy tenant_isolation on cm_parts.cm_cash_accounts_p3 with check (true)`,
    finds: [accounts, "cash_management.cm_entities"],
  },
  {
    check: "policy_that_does_not_ask_the_tenant",
    make: `create role planted login; grant apg_admin to planted;
      create policy for_administrators on cash_management.cm_banks for insert to apg_admin with check (true)`,
    // The administrator's policies on the trail are found as soon as somebody can act as an administrator.
    finds: ["audit.audit_log", "audit.personal_values", "cash_management.cm_banks"],
  },
  {
    check: "several_permissive_policies",
    harmless: "create policy narrower on cash_management.cm_banks as restrictive using (is_active)",
    make: "create policy actives on cash_management.cm_entities to apg_readwrite using (is_active)",
    finds: ["cash_management.cm_entities"],
    says: /actives widens tenant_isolation/,
  },
  {
    check: "policy_evaluated_for_each_row",
    harmless: `alter policy tenant_isolation on cash_management.cm_entities
      using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')))`,
    make: `alter policy tenant_isolation on cash_management.cm_banks using (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
      alter policy tenant_isolation on cm_parts.cm_cash_accounts_p3 with check (tenant_id = cash_management.current_tenant())`,
    finds: ["cash_management.cm_banks", accounts],
  },
  {
    check: "policy_that_reads_another_table",
    make: `alter policy tenant_isolation on cash_management.cm_banks
      using (tenant_id in (select tenant_id from cash_management.cm_people))`,
    finds: ["cash_management.cm_banks"],
    says: /reads cash_management\.cm_people/,
  },
  {
    check: "policy_with_volatile_function",
    make: `create function cash_management.who() returns text language sql volatile return 'a'::text;
      create policy whoever on cash_management.cm_banks as restrictive using (tenant_id = (select cash_management.who()))`,
    finds: ["cash_management.who()"],
  },
  {
    check: "partition_that_differs_from_its_table",
    make: `drop policy tenant_isolation on cm_parts.cm_cash_accounts_p3;
      create policy mine on cm_parts.cm_cash_accounts_p4 using (true);
      drop trigger audit_update on cm_parts.cm_cash_accounts_p5`,
    finds: [accounts],
    says: /3 of its partitions differ: policy mine is not on its table.*policy tenant_isolation.*trigger audit_update/,
  },
  {
    check: "view_without_security_invoker",
    harmless: "create view cash_management.mine with (security_invoker = on) as select * from cash_management.cm_banks",
    make: `create view cash_management.theirs as select * from cash_management.cm_banks;
      create view cash_management.catalogue as select oid from pg_class`,
    finds: ["cash_management.catalogue", "cash_management.theirs"],
    says: /reads (tables|only the catalogue, but) with the rights of postgres/,
  },
  {
    check: "materialized_view_readable",
    harmless: "create materialized view analytics.own_copy as select * from cash_management.cm_banks",
    make: `create materialized view analytics.copy as select * from cash_management.cm_banks;
      grant select on analytics.copy to apg_readonly`,
    finds: ["analytics.copy"],
  },
  {
    check: "rule_on_table",
    make: "create rule nothing_goes as on delete to cash_management.cm_banks do instead nothing",
    finds: ["cash_management.cm_banks"],
  },
  {
    check: "publication_of_every_tenant",
    harmless: `create table cash_management.plain (tenant_id text primary key);
      create publication one_tenant for table cash_management.plain where (tenant_id = 'a')`,
    make: "create publication banks for table cash_management.cm_banks; create publication everything for all tables",
    finds: ["banks", "everything"],
  },
  { check: "large_objects", make: "select lo_create(0)", finds: ["pg_largeobject"] },
];

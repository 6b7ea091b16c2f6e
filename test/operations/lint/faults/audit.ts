import type { Fault } from "./fault.ts";

export const faults: readonly Fault[] = [
  {
    check: "trigger_disabled",
    make: `alter table cash_management.cm_banks disable trigger audit_update;
      alter table cm_parts.cm_cash_accounts_p3 disable trigger all;
      create function audit.noted() returns event_trigger language plpgsql as $$ begin end $$;
      create event trigger planted on ddl_command_end execute function audit.noted();
      alter event trigger planted disable`,
    finds: ["cash_management.cm_banks", "cash_management.cm_cash_accounts", "event trigger planted"],
  },
  {
    check: "change_not_audited",
    make: `drop trigger audit_truncate on cash_management.cm_banks;
      alter table cash_management.cm_entities disable trigger audit_update;
      drop trigger audit_insert on cash_management.cm_cash_flows`,
    finds: ["cash_management.cm_banks", "cash_management.cm_cash_flows", "cash_management.cm_entities"],
    says: /^(truncate|update|insert) is not recorded/,
  },
  {
    check: "append_only_guard_missing",
    make: `alter table audit.audit_log enable trigger audit_log_is_append_only;
      create table audit.planted (id bigint primary key); comment on table audit.planted is 'append-only: what was sealed'`,
    finds: ["audit.audit_log", "audit.planted"],
  },
  {
    check: "updated_at_not_kept",
    make: `create table analytics.planted (updated_at timestamptz not null default now());
      alter table cash_management.cm_banks disable trigger touch`,
    finds: ["analytics.planted", "cash_management.cm_banks"],
  },
  {
    check: "trigger_that_names_the_partition",
    make: `create function analytics.planted() returns trigger language plpgsql as
        $$ begin raise exception '% refuses', TG_TABLE_NAME; end $$;
      create trigger planted before delete on cash_management.cm_cash_accounts for each row execute function analytics.planted()`,
    finds: ["analytics.planted()"],
  },
  {
    check: "secret_in_the_trail",
    harmless: "alter table cash_management.cm_banks add column token_count text, add column secret integer",
    make: `alter table cash_management.cm_entities add column signing_secret text;
      select audit.audit_table('cash_management.cm_people');
      alter table cash_management.cm_bank_connections add column refresh_token bytea`,
    finds: ["cash_management.cm_bank_connections", "cash_management.cm_entities", "cash_management.cm_people"],
    says: /redacted: (credentials\b.*|nothing)$/,
  },
];

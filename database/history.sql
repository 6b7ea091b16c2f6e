-- Where migrations are recorded. It must exist before the first of them, so it is not one; safe to repeat, run as roles.sql is.
create schema if not exists maintenance authorization cm_owner;

create table if not exists maintenance.migrations (
  number integer not null,
  name text not null,
  sha256 text not null,
  applied_at timestamptz not null default clock_timestamp(),
  applied_by text not null default session_user,
  duration_ms integer not null,
  constraint migrations_pkey primary key (number),
  constraint migration_name_is_used_once unique (name),
  constraint sha256_is_64_hex_digits check (sha256 ~ '^[0-9a-f]{64}$')
);
comment on table maintenance.migrations is 'local: what has been applied, and the hash of the text that was';

do $$
begin
  if (select relowner from pg_catalog.pg_class where oid = 'maintenance.migrations'::regclass) <> 'cm_owner'::regrole then
    alter table maintenance.migrations owner to cm_owner;
    alter table maintenance.migrations enable row level security;
    alter table maintenance.migrations force row level security;
    create policy same_for_all_tenants on maintenance.migrations using (true) with check (true);
  end if;
end
$$;

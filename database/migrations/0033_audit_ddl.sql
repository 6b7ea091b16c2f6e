-- Changes of the schema belong to the trail too: who switched a trigger off, dropped a policy or granted something.
set local role audit_owner;

alter table audit.audit_log drop constraint operation_is_known;
alter table audit.audit_log drop constraint row_says_what_it_was;
-- squawk-ignore constraint-missing-not-valid
alter table audit.audit_log add constraint operation_is_known check (operation in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'DDL'));
-- squawk-ignore constraint-missing-not-valid
alter table audit.audit_log add constraint row_says_what_it_was check (
  case
    when operation = 'TRUNCATE' then tenant_id = '*'
    when operation = 'DDL' then tenant_id = '*' and row_key is not null and new_values ? 'command'
    when digest is not null then octet_length(digest) = 32 and row_count > 0
    else row_key is not null and row_count = 1 and coalesce(old_values, new_values) is not null
  end
);
comment on column audit.audit_log.tenant_id is 'owner of the changed row; * for TRUNCATE and DDL, which concern all tenants';

create function audit.ddl_text() returns text
  language plpgsql stable
  set search_path = pg_catalog, pg_temp
as $$
declare
  said text := trim(current_query());
begin
  -- Only a statement that stands alone and is nothing but a definition: values, passwords and bodies of functions stay out.
  if length(said) <= 4000
    and said ~* '^(create|alter|drop|grant|revoke)\s'
    and said !~ ';\s*\S'
    and said !~* '\m(role|user|group|password|secret|subscription|server|mapping|connection|as)\M'
    and said !~ '\$'
  then
    return rtrim(said, '; ');
  end if;
  return null;
end
$$;
comment on function audit.ddl_text() is 'the statement that is being run, null when it might hold a secret or a value';

create function audit.record_ddl() returns event_trigger
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  stack text;
  upkeep boolean;
begin
  get diagnostics stack = pg_context;
  -- A partition made by the upkeep is one event; what it is dressed with follows from its table.
  upkeep := stack ~ '\mfunction maintenance\.ensure_range\(';
  begin
    if tg_event = 'sql_drop' then
      insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, new_values, actor, request_id)
      select
        '*', coalesce(dropped.schema_name, ''), dropped.object_identity, 'DDL', dropped.object_type,
        jsonb_strip_nulls(jsonb_build_object('command', tg_tag, 'text', audit.ddl_text())),
        cash_management.current_actor(), cash_management.current_request()
      from pg_event_trigger_dropped_objects() as dropped
      where not dropped.is_temporary
        and (dropped.original or dropped.object_type = 'table')
        and not upkeep
        and coalesce(dropped.schema_name, '') !~ '^pg_';
    else
      insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, new_values, actor, request_id)
      select
        '*', coalesce(made.schema_name, ''), coalesce(made.object_identity, ''), 'DDL', made.object_type,
        jsonb_strip_nulls(jsonb_build_object('command', made.command_tag, 'text', audit.ddl_text())),
        cash_management.current_actor(), cash_management.current_request()
      from pg_event_trigger_ddl_commands() as made
      where made.command_tag <> 'COMMENT'
        and (not upkeep or made.command_tag = 'CREATE TABLE')
        and not made.in_extension
        and coalesce(made.schema_name, '') !~ '^pg_'
        and coalesce(made.object_identity, '') !~ '\mpg_temp';
    end if;
  exception
    when check_violation then
      -- The trail has no partition for now: on a fresh database, and when its upkeep comes late. It must be able to make one.
      if exists (select from pg_inherits where inhparent = 'audit.audit_log'::regclass) and not upkeep then
        raise;
      end if;
  end;
end
$$;
comment on function audit.record_ddl() is 'a row of tenant * for each object of the schema that a statement made, changed or dropped';

create or replace function audit.refuse_forgery() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  stack text;
begin
  if pg_trigger_depth() < 2 then
    -- An event trigger does not count as a depth.
    get diagnostics stack = pg_context;
    if stack !~ '(^|\n)PL/pgSQL function audit\.record_ddl\(\) line \d+ at SQL statement(\n|$)' then
      raise exception 'audit_log is written by triggers only'
        using errcode = 'insufficient_privilege';
    end if;
  end if;
  return null;
end
$$;

reset role;
-- Always: also in a session that plays replica to pass the other triggers by.
do $$
begin
  create event trigger audit_ddl on ddl_command_end execute function audit.record_ddl();
  create event trigger audit_drop on sql_drop execute function audit.record_ddl();
  alter event trigger audit_ddl enable always;
  alter event trigger audit_drop enable always;
exception
  when insufficient_privilege then
    raise notice 'event triggers take a superuser: changes of the schema are not recorded';
end
$$;

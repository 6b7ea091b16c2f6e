-- Context keys are replaced while programs run. One that was retired stays known for that, or a program that still has it would bring it
-- back; and the trail tells who made and who ended each.
-- loosens: the trigger of the trail on the table of context keys writes with the rights of audit_owner
-- squawk-ignore-file adding-field-with-default
set local role audit_owner;

-- Its arguments are those of every audit trigger: the last names the secrets (see apg db lint).
create function audit.record_context_key() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  secrets text[] := string_to_array(tg_argv[4], ',');
begin
  insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, old_values, new_values, actor)
  values (
    '*', tg_table_schema, tg_table_name, tg_op, new.key_id,
    case when tg_op = 'UPDATE' then audit.without_secrets(audit.changed_columns(to_jsonb(old), to_jsonb(new)), secrets) end,
    case
      when tg_op = 'UPDATE' then audit.without_secrets(audit.changed_columns(to_jsonb(new), to_jsonb(old)), secrets)
      else audit.without_secrets(to_jsonb(new), secrets)
    end,
    new.changed_by
  );
  return null;
end
$$;
comment on function audit.record_context_key() is 'records a context key made, given an end, or retired; never the key';
grant execute on function audit.record_context_key() to cm_gatekeeper;

reset role;
alter table cash_management.cm_context_keys
  add column is_retired boolean not null default false,
  add column changed_by text not null default 'apg';
comment on column cash_management.cm_context_keys.is_retired is 'nothing is signed or verified with it any more, and its halves are random; the id stays, so that nobody brings it back';
comment on column cash_management.cm_context_keys.changed_by is 'who made it, or changed it last, for the trail';
create trigger audit_insert after insert on cash_management.cm_context_keys
for each row execute function audit.record_context_key('cash_management', 'cm_context_keys', 'rows', 'key_id', 'inner_pad,outer_pad');
create trigger audit_update after update on cash_management.cm_context_keys
for each row when (old is distinct from new) execute function audit.record_context_key('cash_management', 'cm_context_keys', 'rows', 'key_id', 'inner_pad,outer_pad');
create trigger audit_delete before delete on cash_management.cm_context_keys
for each statement execute function audit.refuse_seal_change();
create trigger audit_truncate before truncate on cash_management.cm_context_keys
for each statement execute function audit.refuse_seal_change();

-- Who gave a platform key and who took it back stands in the trail, among what concerns all tenants.
-- loosens: the owner of the table of platform keys may put the trigger of the trail on it
set local role audit_owner;

-- Its arguments are those of every audit trigger: the last names the secrets (see apg db lint).
create function audit.record_platform_key() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, old_values, new_values, actor, request_id)
  values (
    '*', tg_table_schema, tg_table_name, tg_op, new.id::text,
    case when tg_op = 'UPDATE' then audit.without_secrets(audit.changed_columns(to_jsonb(old), to_jsonb(new)), string_to_array(tg_argv[4], ',')) end,
    case
      when tg_op = 'UPDATE' then audit.without_secrets(audit.changed_columns(to_jsonb(new), to_jsonb(old)), string_to_array(tg_argv[4], ','))
      else audit.without_secrets(to_jsonb(new), string_to_array(tg_argv[4], ','))
    end,
    coalesce(cash_management.current_actor(), new.revoked_by, new.created_by), cash_management.current_request()
  );
  return null;
end
$$;
comment on function audit.record_platform_key() is 'records a platform key made or revoked; that it was used is not a change';
grant execute on function audit.record_platform_key(), audit.refuse_seal_change() to cm_owner;

reset role;
set local role cm_owner;
create trigger audit_insert after insert on cash_management.cm_platform_keys
for each row execute function audit.record_platform_key('cash_management', 'cm_platform_keys', 'rows', 'id', 'key_hash');
create trigger audit_update after update of name, key_hash, scopes, expires_at, revoked_at, revoked_by on cash_management.cm_platform_keys
for each row when (old is distinct from new) execute function audit.record_platform_key('cash_management', 'cm_platform_keys', 'rows', 'id', 'key_hash');
create trigger audit_delete before delete on cash_management.cm_platform_keys
for each statement execute function audit.refuse_seal_change();
create trigger audit_truncate before truncate on cash_management.cm_platform_keys
for each statement execute function audit.refuse_seal_change();

-- Digests of batches leave ciphertext out: it changes with every rotation of keys, and with it the digest could never be checked again.
-- The blind index beside each encrypted value stays in: a keyed fingerprint of what stands there, and the same under every key.
-- loosens: what records the trail digests batches over fewer columns; who may call it stays
set local role audit_owner;

create function audit.digested_columns(target regclass, secrets text[]) returns text
  language sql stable
  set search_path = pg_catalog, pg_temp
  return (
    select string_agg(quote_ident(attname), ', ' order by attname)
    from pg_attribute
    where attrelid = target
      and attnum > 0
      and not attisdropped
      and not (attname = any (secrets) and atttypid = 'bytea'::regtype)
  );
comment on function audit.digested_columns(regclass, text[]) is
  'the columns whose text a batch''s digest covers, by name: all but ciphertext (redacted columns of type bytea)';
comment on column audit.audit_log.digest is
  'of a batch: sha256 over the sorted sha256 of each row as text, its columns by name, without ciphertext';

create or replace function audit.record_insert() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  keys text[] := string_to_array(tg_argv[3], ',');
  secrets text[] := string_to_array(tg_argv[4], ',');
begin
  if tg_argv[2] = 'batch' and (select count(*) > 1000 from (select from new_rows limit 1001) as some_rows) then
    execute format(
      $digest$
        insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest, actor, request_id)
        select tenant_id, $1, $2, $3, count(*), sha256(string_agg(hash, '' order by hash)),
          (select cash_management.current_actor()), (select cash_management.current_request())
        from (select tenant_id, sha256(convert_to(row(%s)::text, 'UTF8')) as hash from new_rows) as hashed
        group by tenant_id
      $digest$,
      audit.digested_columns(tg_relid, secrets)
    ) using tg_argv[0], tg_argv[1], tg_op;
  else
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, new_values, actor, request_id)
    select image ->> 'tenant_id', tg_argv[0], tg_argv[1], tg_op, audit.row_key(image, keys), audit.without_secrets(image, secrets),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from (select to_jsonb(new_row) as image from new_rows as new_row) as images;
  end if;
  return null;
end
$$;

create or replace function audit.record_delete() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  keys text[] := string_to_array(tg_argv[3], ',');
  secrets text[] := string_to_array(tg_argv[4], ',');
  erased text := (select tenant_id from old_rows limit 1);
begin
  if erased is not null
    and cash_management.erasure_state(erased) = 'running'
    and not exists (select from old_rows where tenant_id <> erased)
  then
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest, actor, request_id)
    select tenant_id, tg_argv[0], tg_argv[1], tg_op, count(*), sha256(string_agg(hash, '' order by hash)),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from (
      select tenant_id, sha256(convert_to(audit.row_key(to_jsonb(old_row), keys), 'UTF8')) as hash
      from old_rows as old_row
    ) as hashed
    group by tenant_id;
    return null;
  end if;
  if tg_argv[2] = 'batch' and (select count(*) > 1000 from (select from old_rows limit 1001) as some_rows) then
    execute format(
      $digest$
        insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest, actor, request_id)
        select tenant_id, $1, $2, $3, count(*), sha256(string_agg(hash, '' order by hash)),
          (select cash_management.current_actor()), (select cash_management.current_request())
        from (select tenant_id, sha256(convert_to(row(%s)::text, 'UTF8')) as hash from old_rows) as hashed
        group by tenant_id
      $digest$,
      audit.digested_columns(tg_relid, secrets)
    ) using tg_argv[0], tg_argv[1], tg_op;
  else
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, old_values, actor, request_id)
    select image ->> 'tenant_id', tg_argv[0], tg_argv[1], tg_op, audit.row_key(image, keys), audit.without_secrets(image, secrets),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from (select to_jsonb(old_row) as image from old_rows as old_row) as images;
  end if;
  return null;
end
$$;

create or replace function audit.record_update() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  keys text[] := string_to_array(tg_argv[3], ',');
  secrets text[] := string_to_array(tg_argv[4], ',');
begin
  if tg_argv[2] = 'batch' and (select count(*) > 1000 from (select from new_rows limit 1001) as some_rows) then
    -- Which rows changed is asked of whole rows: a new key changes ciphertext alone, and leaves its trace too.
    execute format(
      $digest$
        insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest, actor, request_id)
        select tenant_id, $1, $2, $3, count(*), sha256(string_agg(hash, '' order by hash)),
          (select cash_management.current_actor()), (select cash_management.current_request())
        from (
          select tenant_id, sha256(convert_to(digested, 'UTF8')) as hash
          from (
            select tenant_id, new_row::text as image, row(%1$s)::text as digested from new_rows as new_row
            except all
            select tenant_id, old_row::text, row(%1$s)::text from old_rows as old_row
          ) as changed_rows
        ) as hashed
        group by tenant_id
      $digest$,
      audit.digested_columns(tg_relid, secrets)
    ) using tg_argv[0], tg_argv[1], tg_op;
  else
    -- A changed key (an idempotency key's rename, say) finds no partner: then one side shows the whole row.
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, old_values, new_values, actor, request_id)
    select
      coalesce(after.image, before.image) ->> 'tenant_id',
      tg_argv[0],
      tg_argv[1],
      tg_op,
      audit.row_key(coalesce(after.image, before.image), keys),
      audit.without_secrets(audit.changed_columns(before.image, coalesce(after.image, '{}')), secrets),
      audit.without_secrets(audit.changed_columns(after.image, coalesce(before.image, '{}')), secrets),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from (
      select to_jsonb(old_row) as image, old_row.tenant_id || '/' || audit.row_key(to_jsonb(old_row), keys) as key
      from old_rows as old_row
    ) as before
    full join (
      select to_jsonb(new_row) as image, new_row.tenant_id || '/' || audit.row_key(to_jsonb(new_row), keys) as key
      from new_rows as new_row
    ) as after on after.key = before.key
    where before.image is distinct from after.image;
  end if;
  return null;
end
$$;

revoke execute on function audit.digested_columns(regclass, text[]) from public;
reset role;

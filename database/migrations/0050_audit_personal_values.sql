-- What names a person stands apart from the sealed trail: the trail keeps a salted digest, the value goes with its tenant
-- (docs/why/people-in-the-trail.md).
-- loosens: who reads the trail reads the values that stood in it; they go when their tenant is erased
-- squawk-ignore-file constraint-missing-not-valid
set local role audit_owner;

create table audit.personal_values (
  tenant_id text not null,
  entry_id bigint not null,
  occurred_at timestamptz not null,
  salt bytea not null,
  old_values jsonb,
  new_values jsonb,
  constraint personal_values_pkey primary key (tenant_id, entry_id),
  constraint salt_is_32_bytes check (octet_length(salt) = 32),
  constraint there_is_a_value check (num_nonnulls(old_values, new_values) > 0)
);
comment on table audit.personal_values is
  'tenant: names, addresses and free texts of entries of the trail, which has their salted digests; erased with the tenant, retired with the month';
comment on column audit.personal_values.salt is 'random; each value has one of its own made of it. Without it nobody can try out what a digest stood for';
create index personal_values_by_time on audit.personal_values (occurred_at);

alter table audit.personal_values enable row level security;
alter table audit.personal_values force row level security;
create policy tenant_isolation on audit.personal_values
  using (tenant_id = (select cash_management.current_tenant()))
  with check (tenant_id = (select cash_management.current_tenant()));
create policy triggers_write_for_every_tenant on audit.personal_values for insert to audit_owner with check (true);
create policy administrators_read_all on audit.personal_values for select to apg_admin using (true);
grant select on audit.personal_values to apg_readonly, apg_readwrite, apg_admin;

create function audit.keep_personal_values() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' and cash_management.erasure_state(old.tenant_id) = 'running' then
    return old;
  end if;
  raise exception 'personal_values is append-only while its tenant stands'
    using errcode = 'insufficient_privilege';
end
$$;
comment on function audit.keep_personal_values() is 'what the trail says of people goes with their tenant and not before';
create trigger personal_values_stay before update or delete on audit.personal_values
for each row execute function audit.keep_personal_values();
create trigger personal_values_are_not_emptied before truncate on audit.personal_values
for each statement execute function audit.refuse_change();
create trigger personal_values_are_written_by_triggers before insert on audit.personal_values
for each statement execute function audit.refuse_forgery();
alter table audit.personal_values enable always trigger personal_values_stay;
alter table audit.personal_values enable always trigger personal_values_are_not_emptied;

-- "name": "Ada" becomes "name#": "9f86…". A column's name never ends so: whoever writes values cannot make it look as if one were missing.
create function audit.without_personal(image jsonb, names text[], side text, salt bytea) returns jsonb
  language sql immutable parallel safe
  return case
    when image is null or not image ?| names then image
    else (
      select jsonb_object_agg(
        case when is_personal then key || '#' else key end,
        case
          when is_personal then to_jsonb(encode(sha256(
            sha256(salt || convert_to(side || '.' || key, 'UTF8')) || convert_to(value::text, 'UTF8')
          ), 'hex'))
          else value
        end
      )
      from (select key, value, key = any (names) and value <> 'null' as is_personal from jsonb_each(image)) as each_value
    )
  end;
comment on function audit.without_personal(jsonb, text[], text, bytea) is 'an image with salted digests in place of what names people';

create function audit.personal_of(image jsonb, names text[]) returns jsonb
  language sql immutable parallel safe
  return case
    when image is null or not image ?| names then null
    else (select jsonb_object_agg(key, value) from jsonb_each(image) where key = any (names) and value <> 'null')
  end;
comment on function audit.personal_of(jsonb, text[]) is 'the values of an image that name people, null without any';

create function audit.fresh_salt() returns bytea
  language sql volatile parallel safe
  return sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
comment on function audit.fresh_salt() is '32 bytes from 244 random bits';

create or replace function audit.record_insert() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  keys text[] := string_to_array(tg_argv[3], ',');
  secrets text[] := string_to_array(tg_argv[4], ',');
  personal text[] := string_to_array(coalesce(tg_argv[5], ''), ',');
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
  elsif cardinality(personal) = 0 then
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, new_values, actor, request_id)
    select image ->> 'tenant_id', tg_argv[0], tg_argv[1], tg_op, audit.row_key(image, keys), audit.without_secrets(image, secrets),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from (select to_jsonb(new_row) as image from new_rows as new_row) as images;
  else
    with images as materialized (
      select nextval('audit.audit_log_id') as id, clock_timestamp() as occurred_at, audit.fresh_salt() as salt,
        audit.without_secrets(to_jsonb(new_row), secrets) as image
      from new_rows as new_row
    ),
    apart as (
      insert into audit.personal_values (tenant_id, entry_id, occurred_at, salt, new_values)
      select tenant_id, id, occurred_at, salt, people
      from (select image ->> 'tenant_id' as tenant_id, id, occurred_at, salt, audit.personal_of(image, personal) as people from images) as all_values
      where people is not null
    )
    insert into audit.audit_log (id, occurred_at, tenant_id, schema_name, table_name, operation, row_key, new_values, actor, request_id)
    select id, occurred_at, image ->> 'tenant_id', tg_argv[0], tg_argv[1], tg_op, audit.row_key(image, keys),
      audit.without_personal(image, personal, 'new', salt),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from images;
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
  personal text[] := string_to_array(coalesce(tg_argv[5], ''), ',');
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
  elsif cardinality(personal) = 0 then
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, old_values, actor, request_id)
    select image ->> 'tenant_id', tg_argv[0], tg_argv[1], tg_op, audit.row_key(image, keys), audit.without_secrets(image, secrets),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from (select to_jsonb(old_row) as image from old_rows as old_row) as images;
  else
    with images as materialized (
      select nextval('audit.audit_log_id') as id, clock_timestamp() as occurred_at, audit.fresh_salt() as salt,
        audit.without_secrets(to_jsonb(old_row), secrets) as image
      from old_rows as old_row
    ),
    apart as (
      insert into audit.personal_values (tenant_id, entry_id, occurred_at, salt, old_values)
      select tenant_id, id, occurred_at, salt, people
      from (select image ->> 'tenant_id' as tenant_id, id, occurred_at, salt, audit.personal_of(image, personal) as people from images) as all_values
      where people is not null
    )
    insert into audit.audit_log (id, occurred_at, tenant_id, schema_name, table_name, operation, row_key, old_values, actor, request_id)
    select id, occurred_at, image ->> 'tenant_id', tg_argv[0], tg_argv[1], tg_op, audit.row_key(image, keys),
      audit.without_personal(image, personal, 'old', salt),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from images;
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
  personal text[] := string_to_array(coalesce(tg_argv[5], ''), ',');
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
    return null;
  end if;
  -- A changed key (an idempotency key's rename, say) finds no partner: then one side shows the whole row.
  with changes as materialized (
    select
      nextval('audit.audit_log_id') as id,
      clock_timestamp() as occurred_at,
      coalesce(after.image, before.image) as image,
      audit.without_secrets(audit.changed_columns(before.image, coalesce(after.image, '{}')), secrets) as before,
      audit.without_secrets(audit.changed_columns(after.image, coalesce(before.image, '{}')), secrets) as after,
      case when cardinality(personal) > 0 then audit.fresh_salt() end as salt
    from (
      select to_jsonb(old_row) as image, old_row.tenant_id || '/' || audit.row_key(to_jsonb(old_row), keys) as key
      from old_rows as old_row
    ) as before
    full join (
      select to_jsonb(new_row) as image, new_row.tenant_id || '/' || audit.row_key(to_jsonb(new_row), keys) as key
      from new_rows as new_row
    ) as after on after.key = before.key
    where before.image is distinct from after.image
  ),
  apart as (
    insert into audit.personal_values (tenant_id, entry_id, occurred_at, salt, old_values, new_values)
    select tenant_id, id, occurred_at, salt, people_before, people_after
    from (
      select image ->> 'tenant_id' as tenant_id, id, occurred_at, salt,
        audit.personal_of(before, personal) as people_before, audit.personal_of(after, personal) as people_after
      from changes
      where cardinality(personal) > 0
    ) as all_values
    where num_nonnulls(people_before, people_after) > 0
  )
  insert into audit.audit_log (id, occurred_at, tenant_id, schema_name, table_name, operation, row_key, old_values, new_values, actor, request_id)
  select id, occurred_at, image ->> 'tenant_id', tg_argv[0], tg_argv[1], tg_op, audit.row_key(image, keys),
    audit.without_personal(before, personal, 'old', salt), audit.without_personal(after, personal, 'new', salt),
    (select cash_management.current_actor()), (select cash_management.current_request())
  from changes;
  return null;
end
$$;

-- What names people stays said when a table is audited anew: null keeps what the triggers have.
drop function audit.audit_table(regclass, text[], text);
create function audit.audit_table(
  target regclass, redact text[] default '{}', mode text default 'rows', personal text[] default null, key text[] default null
) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  part regclass;
  arguments text;
  stands text[] := (
    select string_to_array(encode(tgargs, 'escape'), '\000')
    from pg_trigger
    where tgrelid = target and tgname = 'audit_insert'
  );
begin
  if mode not in ('rows', 'batch') then
    raise exception 'mode is rows or batch, not %', mode;
  end if;
  select concat_ws(
      ', ',
      quote_literal(pg_namespace.nspname),
      quote_literal(pg_class.relname),
      quote_literal(mode),
      coalesce(
        quote_literal(array_to_string(key, ',')),
        case when personal is null then quote_literal(stands[4]) end,
        (
          select quote_literal(string_agg(attname, ',' order by array_position(indkey::int2[], attnum)))
          from pg_index
          join pg_attribute on attrelid = indrelid and attnum = any (indkey)
          where indrelid = target
            and indisprimary
            and (attname <> 'tenant_id' or indnkeyatts = 1)
        )
      ),
      quote_literal(array_to_string(redact, ',')),
      quote_literal(nullif(coalesce(array_to_string(personal, ','), stands[6]), ''))
    )
  into arguments
  from pg_class
  join pg_namespace on pg_namespace.oid = pg_class.relnamespace
  where pg_class.oid = target;

  -- Each partition too: its owner may name it, and a trigger of the parent does not fire then.
  for part in select target union select relid from pg_partition_tree(target)
  loop
    execute format(
      'create or replace trigger audit_insert after insert on %s referencing new table as new_rows
         for each statement execute function audit.record_insert(%s)',
      part, arguments
    );
    execute format(
      'create or replace trigger audit_update after update on %s referencing old table as old_rows new table as new_rows
         for each statement execute function audit.record_update(%s)',
      part, arguments
    );
    execute format(
      'create or replace trigger audit_delete after delete on %s referencing old table as old_rows
         for each statement execute function audit.record_delete(%s)',
      part, arguments
    );
    execute format(
      'create or replace trigger audit_truncate after truncate on %s for each statement execute function audit.record_truncate(%s)',
      part, arguments
    );
  end loop;
end
$$;
comment on function audit.audit_table(regclass, text[], text, text[], text[]) is
  'records every change of a table: rows: an image each; batch: the same up to 1000 rows of a statement, above that one digest; personal: columns kept apart';
grant execute on function audit.audit_table(regclass, text[], text, text[], text[]) to cm_owner;

reset role;
set local role cm_owner;
do $$
declare
  item record;
  stands text[];
begin
  for item in
    select *
    from (
      values
        ('cm_people', '{email,name}'::text[], null::text[]),
        -- An issuer may call people by their address.
        ('cm_person_identities', '{subject}', '{person_id,issuer}'),
        ('cm_sessions', '{user_agent}', null),
        ('cm_counterparties', '{name}', null),
        ('cm_bank_transactions', '{counterparty_name,remittance,reference}', null),
        ('cm_bank_transaction_details', '{counterparty_name,remittance}', null),
        ('cm_cash_flows', '{counterparty,description}', null),
        ('cm_category_rules', '{predicate}', null),
        ('cm_deliveries', '{problems}', null),
        ('cm_statements', '{problems}', null),
        ('cm_alert_rules', '{recipients}', null),
        ('cm_alerts', '{subject,message,detail}', null),
        ('cm_api_keys', '{name}', null),
        ('cm_approval_requests', '{subject,payload,reason}', null),
        ('cm_approvals', '{reason}', null),
        ('cm_match_groups', '{residual_reason}', null),
        ('cm_match_rejections', '{reason}', null),
        ('cm_bank_files', '{problem}', null),
        -- Whose mailbox, or who signs in over there.
        ('cm_bank_connections', '{last_error,settings}', null)
    ) as personal (name, columns, key)
  loop
    select string_to_array(encode(tgargs, 'escape'), '\000') into stands
    from pg_trigger
    where tgrelid = format('cash_management.%I', item.name)::regclass and tgname = 'audit_insert';
    perform audit.audit_table(
      format('cash_management.%I', item.name)::regclass, string_to_array(stands[5], ','), stands[3], item.columns, item.key
    );
  end loop;
end
$$;

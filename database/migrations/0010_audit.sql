-- The trail: who changed what, written by the database itself in the same transaction, for everybody and through every door.
set local role audit_owner;

create sequence audit.audit_log_id as bigint;

create table audit.audit_log (
  tenant_id text not null,
  id bigint not null default nextval('audit.audit_log_id'),
  occurred_at timestamptz not null default clock_timestamp(),
  transaction_id xid8 not null default pg_current_xact_id(),
  schema_name text not null,
  table_name text not null,
  operation text not null,
  row_key text,
  row_count bigint not null default 1,
  digest bytea,
  old_values jsonb,
  new_values jsonb,
  actor text default nullif(current_setting('app.actor', true), ''),
  request_id text default nullif(current_setting('app.request_id', true), ''),
  user_name text not null default session_user,
  client_address inet default inet_client_addr(),
  constraint audit_log_pkey primary key (tenant_id, id, occurred_at),
  constraint operation_is_known check (operation in ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')),
  constraint row_says_what_it_was check (
    case
      when operation = 'TRUNCATE' then tenant_id = '*'
      when digest is not null then octet_length(digest) = 32 and row_count > 0
      else row_key is not null and row_count = 1 and coalesce(old_values, new_values) is not null
    end
  )
) partition by range (occurred_at);

comment on table audit.audit_log is 'tenant: append-only trail; one row per changed row, or one per batch with a digest over its rows';
comment on column audit.audit_log.tenant_id is 'owner of the changed row; * for TRUNCATE, which concerns all tenants';
comment on column audit.audit_log.occurred_at is 'the clock, not the start of the transaction: two changes of one transaction keep their order';
comment on column audit.audit_log.row_key is 'primary key without the tenant, parts joined by /';
comment on column audit.audit_log.digest is 'of a batch: sha256 over the sorted sha256 of each row as text';
comment on column audit.audit_log.old_values is 'UPDATE: changed columns only; DELETE: the row. Secret columns read "(redacted)"';
comment on column audit.audit_log.actor is 'person or key the program acted for; null: none was given, then user_name is all that is known';
comment on column audit.audit_log.user_name is 'the login of the session; never the owner of this table';

-- The guide's three, with the tenant in front, on the table's own name instead of a partition's, and on the actor.
create index audit_log_by_table on audit.audit_log (tenant_id, table_name, occurred_at desc);
create index audit_log_by_actor on audit.audit_log (tenant_id, actor, occurred_at desc);
create index audit_log_by_transaction on audit.audit_log (transaction_id);

alter table audit.audit_log enable row level security;
alter table audit.audit_log force row level security;
create policy tenant_isolation on audit.audit_log
  using (tenant_id = (select cash_management.current_tenant()))
  with check (tenant_id = (select cash_management.current_tenant()));
create policy triggers_write_for_every_tenant on audit.audit_log for insert to audit_owner with check (true);
create policy administrators_read_all on audit.audit_log for select to apg_admin using (true);
grant select on audit.audit_log to apg_readonly, apg_readwrite, apg_admin;

-- Append-only, for its owner too. Statement triggers, so that they stand on each partition as well (see maintenance.copy_to_partition).
create function audit.refuse_change() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'audit_log is append-only'
    using errcode = 'insufficient_privilege';
end
$$;
create function audit.refuse_forgery() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if pg_trigger_depth() < 2 then
    raise exception 'audit_log is written by triggers only'
      using errcode = 'insufficient_privilege';
  end if;
  return null;
end
$$;
create trigger audit_log_is_append_only before update or delete or truncate on audit.audit_log
for each statement execute function audit.refuse_change();
alter table audit.audit_log enable always trigger audit_log_is_append_only;
-- Not "always": a restored or replicated trail must be able to come back.
create trigger audit_log_is_written_by_triggers before insert on audit.audit_log
for each statement execute function audit.refuse_forgery();

-- Recording ---------------------------------------------------------------------------------------------------------------------
-- Statement triggers with transition tables: one call per statement, and the table's own name even when a partition was hit.
-- Arguments: schema, table, mode, key columns, redacted columns (both joined by commas).

create function audit.row_key(image jsonb, keys text[]) returns text
  language sql immutable parallel safe
  return case
    when cardinality(keys) = 1 then image ->> keys[1]
    else array_to_string(array(select image ->> name from unnest(keys) as name), '/')
  end;

create function audit.without_secrets(image jsonb, secrets text[]) returns jsonb
  language sql immutable parallel safe
  return case
    when cardinality(secrets) = 0 or not image ?| secrets then image
    else (
      select jsonb_object_agg(key, case when key = any (secrets) and value <> 'null' then '"(redacted)"' else value end)
      from jsonb_each(image)
    )
  end;

create function audit.changed_columns(before jsonb, after jsonb) returns jsonb
  language sql immutable parallel safe
  return (
    select jsonb_object_agg(key, value)
    from jsonb_each(before)
    where value is distinct from after -> key
  );

create function audit.record_insert() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  keys text[] := string_to_array(tg_argv[3], ',');
  secrets text[] := string_to_array(tg_argv[4], ',');
begin
  if tg_argv[2] = 'batch' and (select count(*) > 1000 from (select from new_rows limit 1001) as some_rows) then
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest)
    select tenant_id, tg_argv[0], tg_argv[1], tg_op, count(*), sha256(string_agg(hash, '' order by hash))
    from (select tenant_id, sha256(convert_to(new_row::text, 'UTF8')) as hash from new_rows as new_row) as hashed
    group by tenant_id;
  else
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, new_values)
    select image ->> 'tenant_id', tg_argv[0], tg_argv[1], tg_op, audit.row_key(image, keys), audit.without_secrets(image, secrets)
    from (select to_jsonb(new_row) as image from new_rows as new_row) as images;
  end if;
  return null;
end
$$;

create function audit.record_delete() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  keys text[] := string_to_array(tg_argv[3], ',');
  secrets text[] := string_to_array(tg_argv[4], ',');
begin
  if tg_argv[2] = 'batch' and (select count(*) > 1000 from (select from old_rows limit 1001) as some_rows) then
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest)
    select tenant_id, tg_argv[0], tg_argv[1], tg_op, count(*), sha256(string_agg(hash, '' order by hash))
    from (select tenant_id, sha256(convert_to(old_row::text, 'UTF8')) as hash from old_rows as old_row) as hashed
    group by tenant_id;
  else
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, old_values)
    select image ->> 'tenant_id', tg_argv[0], tg_argv[1], tg_op, audit.row_key(image, keys), audit.without_secrets(image, secrets)
    from (select to_jsonb(old_row) as image from old_rows as old_row) as images;
  end if;
  return null;
end
$$;

-- An update that changes nothing leaves nothing. A batch keeps the digest of the rows as they became.
create function audit.record_update() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  keys text[] := string_to_array(tg_argv[3], ',');
  secrets text[] := string_to_array(tg_argv[4], ',');
begin
  if tg_argv[2] = 'batch' and (select count(*) > 1000 from (select from new_rows limit 1001) as some_rows) then
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest)
    select tenant_id, tg_argv[0], tg_argv[1], tg_op, count(*), sha256(string_agg(hash, '' order by hash))
    from (
      select tenant_id, sha256(convert_to(image, 'UTF8')) as hash
      from (
        select tenant_id, new_row::text as image from new_rows as new_row
        except all
        select tenant_id, old_row::text from old_rows as old_row
      ) as changed_rows
    ) as hashed
    group by tenant_id;
  else
    -- A changed key (an idempotency key's rename, say) finds no partner: then one side shows the whole row.
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, old_values, new_values)
    select
      coalesce(after.image, before.image) ->> 'tenant_id',
      tg_argv[0],
      tg_argv[1],
      tg_op,
      audit.row_key(coalesce(after.image, before.image), keys),
      audit.without_secrets(audit.changed_columns(before.image, coalesce(after.image, '{}')), secrets),
      audit.without_secrets(audit.changed_columns(after.image, coalesce(before.image, '{}')), secrets)
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

create function audit.record_truncate() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  insert into audit.audit_log (tenant_id, schema_name, table_name, operation)
  values ('*', tg_argv[0], tg_argv[1], tg_op);
  return null;
end
$$;

grant execute on function audit.record_insert(), audit.record_update(), audit.record_delete(), audit.record_truncate() to cm_owner;

create function audit.audit_table(target regclass, redact text[] default '{}', mode text default 'rows') returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  part regclass;
  arguments text;
begin
  if mode not in ('rows', 'batch') then
    raise exception 'mode is rows or batch, not %', mode;
  end if;
  select concat_ws(
      ', ',
      quote_literal(pg_namespace.nspname),
      quote_literal(pg_class.relname),
      quote_literal(mode),
      (
        select quote_literal(string_agg(attname, ',' order by array_position(indkey::int2[], attnum)))
        from pg_index
        join pg_attribute on attrelid = indrelid and attnum = any (indkey)
        where indrelid = target
          and indisprimary
          and (attname <> 'tenant_id' or indnkeyatts = 1)
      ),
      quote_literal(array_to_string(redact, ','))
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
comment on function audit.audit_table(regclass, text[], text) is
  'records every change of a table: rows: an image each; batch: the same up to 1000 rows of a statement, above that one digest';
grant execute on function audit.audit_table(regclass, text[], text) to cm_owner;

reset role;
set local role cm_owner;
insert into maintenance.partition_policies (parent, granularity, lookback_months, retention_months, leaf_options)
values ('audit.audit_log', 'month', 0, 120, 'autovacuum_vacuum_insert_scale_factor=0.1, autovacuum_analyze_scale_factor=0.05');

-- What stands so far. Not audited: idempotency keys (the write they answer is), delivery chunks (the delivery's sha256 covers them).
select audit.audit_table(format('cash_management.%I', name)::regclass)
from unnest(array[
  'cm_tenants', 'cm_calendars', 'cm_calendar_days', 'cm_entities', 'cm_banks', 'cm_cutoffs', 'cm_counterparties',
  'cm_categories', 'cm_category_rules', 'cm_rate_sets', 'cm_cash_accounts', 'cm_account_identifiers', 'cm_deliveries',
  'cm_statements', 'cm_statement_balances'
]) as name;
select audit.audit_table('cash_management.cm_people', '{password_hash}');
select audit.audit_table('cash_management.cm_api_keys', '{key_hash}');
select audit.audit_table('cash_management.cm_sessions', '{token_hash}');
select audit.audit_table('cash_management.cm_sign_in_links', '{token_hash}');
select audit.audit_table('cash_management.cm_bank_connections', '{credentials}');
select audit.audit_table(format('cash_management.%I', name)::regclass, mode => 'batch')
from unnest(array[
  'cm_fx_rates', 'cm_bank_transactions', 'cm_bank_transaction_details', 'cm_cash_flows', 'cm_statement_days',
  'cm_day_closings', 'cm_value_shifts'
]) as name;

-- The tenant of a transaction is signed: SQL that was injected into a statement can no longer choose another one (docs/why/signed-context.md).
-- loosens: the functions that verify a signed context must read its key, which nobody else may
set local role cm_owner;

-- Keys ------------------------------------------------------------------------------------------------------------------------
-- HMAC-SHA-256 (RFC 2104) is two calls of sha256() when the key is kept as its two padded halves. A token's key is shared with
-- the program; the stamp's key is made by maintenance.install_context_key and never leaves the database.

create table cash_management.cm_context_keys (
  key_id text not null,
  purpose text not null,
  inner_pad bytea not null,
  outer_pad bytea not null,
  not_before timestamptz not null default now(),
  not_after timestamptz,
  constraint cm_context_keys_pkey primary key (key_id),
  constraint purpose_is_token_or_stamp check (purpose in ('token', 'stamp')),
  constraint key_id_is_short check (key_id ~ '^[a-z0-9]{8,32}$'),
  constraint pads_are_a_block_of_sha256 check (octet_length(inner_pad) = 64 and octet_length(outer_pad) = 64),
  constraint key_ends_after_it_began check (not_after > not_before)
);
comment on table cash_management.cm_context_keys is
  'local: keys that sign the context of a transaction; read by functions of cm_gatekeeper alone, and not worth a place in a backup: migrate makes them anew';
comment on column cash_management.cm_context_keys.purpose is 'token: the program signs with it; stamp: this database signs with it';
comment on column cash_management.cm_context_keys.not_after is 'end of its overlap with the key that replaces it; null: in use';
alter table cash_management.cm_context_keys enable row level security;
alter table cash_management.cm_context_keys force row level security;
create policy for_the_functions_that_check on cash_management.cm_context_keys to cm_gatekeeper using (true) with check (true);

-- Checking --------------------------------------------------------------------------------------------------------------------
-- A stamp: its MAC in hex, then the key's id, tenant, actor and request, each behind a unit separator. The MAC covers what only this
-- transaction has, its start to the microsecond and its process, so a stamp that is kept, copied or set for the session says nothing.

create function cash_management.context_part(p_part integer) returns text
  language plpgsql stable security definer parallel restricted
  set search_path = pg_catalog, pg_temp
as $$
declare
  stamp text := current_setting('app.context', true);
  inner_half bytea;
  outer_half bytea;
begin
  if stamp is null or stamp = '' then
    return null;
  end if;
  select key.inner_pad, key.outer_pad
  into inner_half, outer_half
  from cash_management.cm_context_keys as key
  where key.key_id = split_part(stamp, E'\x1f', 2)
    and key.purpose = 'stamp';
  -- Digests are compared, not the MACs: how long a comparison takes then tells nothing. Without a key all of it is null.
  if sha256(convert_to(left(stamp, 64), 'UTF8')) = sha256(convert_to(encode(sha256(outer_half || sha256(inner_half
    || timestamptz_send(transaction_timestamp()) || int4send(pg_backend_pid()) || convert_to(substr(stamp, 65), 'UTF8')
  )), 'hex'), 'UTF8')) then
    return nullif(split_part(stamp, E'\x1f', p_part), '');
  end if;
  return null;
end
$$;
comment on function cash_management.context_part(integer) is
  'a part of the signed context of this transaction, 3 tenant, 4 actor, 5 request; null when there is none, or it is not of this transaction';

-- Inlined, so that a policy costs one call. Restricted: a parallel worker has a process of its own; the leader asks and hands the answer on.
create or replace function cash_management.current_tenant() returns text
  language sql stable parallel restricted
  return cash_management.context_part(3);
create or replace function cash_management.current_actor() returns text
  language sql stable parallel restricted
  return cash_management.context_part(4);
create or replace function cash_management.current_request() returns text
  language sql stable parallel restricted
  return cash_management.context_part(5);

-- Entering --------------------------------------------------------------------------------------------------------------------
-- A token: key id, end in milliseconds since 1970, server process (empty: any), nonce, tenant, actor, request, and the MAC in hex
-- over all before it; each behind a unit separator but the first.

create function cash_management.enter(p_token text) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  fields text[] := string_to_array(p_token, E'\x1f');
  inner_half bytea;
  outer_half bytea;
  ends_at timestamptz;
  stamp text;
begin
  if cash_management.context_part(3) is not null then
    raise exception 'invalid context: this transaction has entered a tenant already'
      using errcode = 'APG03', hint = 'Commit or roll back first: a transaction is of one tenant.';
  end if;
  if p_token is null
    or cardinality(fields) <> 8
    or fields[2] !~ '^[0-9]{1,15}$'
    or fields[3] !~ '^[0-9]{0,9}$'
    or fields[5] !~ '^[a-z0-9][a-z0-9_-]{0,49}$'
    or fields[8] !~ '^[0-9a-f]{64}$'
    or p_token ~ E'[\\x01-\\x1e\\x7f]'
    or length(p_token) > 2000
  then
    raise exception 'invalid context: not a token' using errcode = 'APG01';
  end if;

  select key.inner_pad, key.outer_pad
  into inner_half, outer_half
  from cash_management.cm_context_keys as key
  where key.key_id = fields[1]
    and key.purpose = 'token'
    and key.not_before <= clock_timestamp() + interval '30 seconds'
    and (key.not_after is null or key.not_after > clock_timestamp());
  if not found then
    raise exception 'invalid context: signed with a key that this database does not take'
      using errcode = 'APG02', hint = 'apg db migrate brings this program''s key here.';
  end if;
  if sha256(convert_to(fields[8], 'UTF8')) <> sha256(convert_to(encode(sha256(outer_half || sha256(inner_half
    || convert_to(left(p_token, -65), 'UTF8')
  )), 'hex'), 'UTF8')) then
    raise exception 'invalid context: the signature does not fit' using errcode = 'APG01';
  end if;

  -- A minute, and half a minute for clocks that differ. A token that says it lasts longer is not one of the program's.
  ends_at := to_timestamp(fields[2]::bigint / 1000.0);
  if ends_at < clock_timestamp() - interval '30 seconds' or ends_at > clock_timestamp() + interval '90 seconds' then
    raise exception 'invalid context: the token has expired, or is not valid yet'
      using errcode = 'APG04', hint = 'Compare the clocks of the program''s machine and of the server.';
  end if;
  if fields[3] <> '' and fields[3]::integer <> pg_backend_pid() then
    raise exception 'invalid context: the token was made for another connection' using errcode = 'APG01';
  end if;

  -- What somebody left on a pooled connection could act within the next one's transaction: a temporary type or table in the place of
  -- ours, with a function behind it. What is held besides is let go.
  if exists (select from pg_depend where refclassid = 'pg_namespace'::regclass and refobjid = pg_my_temp_schema())
    or exists (select from pg_cursors where is_holdable)
    or exists (select from pg_prepared_statements where from_sql)
    or exists (select from pg_listening_channels())
    or current_setting('role') <> 'none'
  then
    raise exception 'invalid context: an earlier transaction has left something on this connection'
      using errcode = 'APG05', hint = 'Roll back, then discard all.';
  end if;
  perform pg_advisory_unlock_all();

  select concat(E'\x1f', key.key_id, E'\x1f', fields[5], E'\x1f', fields[6], E'\x1f', fields[7]), key.inner_pad, key.outer_pad
  into stamp, inner_half, outer_half
  from cash_management.cm_context_keys as key
  where key.purpose = 'stamp'
    and key.not_after is null
  order by key.not_before desc
  limit 1;
  if not found then
    raise exception 'invalid context: this database has no key of its own yet'
      using errcode = 'APG02', hint = 'apg db migrate makes one.';
  end if;
  stamp := encode(sha256(outer_half || sha256(inner_half
    || timestamptz_send(transaction_timestamp()) || int4send(pg_backend_pid()) || convert_to(stamp, 'UTF8')
  )), 'hex') || stamp;
  perform set_config('app.context', stamp, true);
  -- Asked here, where nobody forgets it, and nobody can ask it for a tenant of others.
  if current_setting('transaction_read_only') = 'off' then
    perform cash_management.keep_closed_tenant_unchanged(fields[5]);
  end if;
end
$$;
comment on function cash_management.enter(text) is
  'chooses the tenant of this transaction by a token that the program has signed; before it nothing of any tenant is seen or written';

revoke execute on function cash_management.context_part(integer), cash_management.enter(text) from public;
grant create on schema cash_management to cm_gatekeeper;
reset role;
alter table cash_management.cm_context_keys owner to cm_gatekeeper;
alter function cash_management.context_part(integer) owner to cm_gatekeeper;
alter function cash_management.enter(text) owner to cm_gatekeeper;
revoke create on schema cash_management from cm_gatekeeper;
-- Only now: what an owner grants to itself goes over to the next one. Owners are under row-level security too, and their triggers ask.
set local role cm_gatekeeper;
grant execute on function cash_management.context_part(integer)
to apg_readonly, apg_readwrite, apg_admin, monitoring, audit_owner, cm_owner;
grant execute on function cash_management.enter(text) to apg_readonly, apg_readwrite, apg_admin;
revoke execute on function cash_management.keep_closed_tenant_unchanged(text) from apg_readonly, apg_readwrite, apg_admin;
reset role;

-- The trail -------------------------------------------------------------------------------------------------------------------
-- Who acts is asked once a statement: a column's default would verify the stamp for every row.
set local role audit_owner;
alter table audit.audit_log
  alter column actor set default cash_management.current_actor(),
  alter column request_id set default cash_management.current_request();

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
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest, actor, request_id)
    select tenant_id, tg_argv[0], tg_argv[1], tg_op, count(*), sha256(string_agg(hash, '' order by hash)),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from (select tenant_id, sha256(convert_to(new_row::text, 'UTF8')) as hash from new_rows as new_row) as hashed
    group by tenant_id;
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
begin
  if tg_argv[2] = 'batch' and (select count(*) > 1000 from (select from old_rows limit 1001) as some_rows) then
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest, actor, request_id)
    select tenant_id, tg_argv[0], tg_argv[1], tg_op, count(*), sha256(string_agg(hash, '' order by hash)),
      (select cash_management.current_actor()), (select cash_management.current_request())
    from (select tenant_id, sha256(convert_to(old_row::text, 'UTF8')) as hash from old_rows as old_row) as hashed
    group by tenant_id;
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
    insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_count, digest, actor, request_id)
    select tenant_id, tg_argv[0], tg_argv[1], tg_op, count(*), sha256(string_agg(hash, '' order by hash)),
      (select cash_management.current_actor()), (select cash_management.current_request())
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

create or replace function audit.record_truncate() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  insert into audit.audit_log (tenant_id, schema_name, table_name, operation, actor, request_id)
  values ('*', tg_argv[0], tg_argv[1], tg_op, cash_management.current_actor(), cash_management.current_request());
  return null;
end
$$;

-- Seals over the trail: signed, chained blocks, so that a change behind the triggers' back is found (docs/why/sealed-audit.md).
-- The indexes are built in place: the trail of a database of this age is small.
-- loosens: the sealer reads the whole trail and appends blocks, through functions of its owner, as a login that can do nothing else
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
do $$
begin
  execute format('grant connect on database %I to apg_sealer', current_database());
end
$$;
set local role audit_owner;
grant usage on schema audit to apg_sealer;

-- The order of sealing. By transaction first: what is below the oldest running transaction gets no more rows, ids do.
drop index audit.audit_log_by_transaction;
create index audit_log_in_sealing_order on audit.audit_log (transaction_id, id);

create table audit.signing_keys (
  key_id text not null,
  public_key text not null,
  created_at timestamptz not null default clock_timestamp(),
  constraint signing_keys_pkey primary key (key_id),
  constraint key_id_is_16_hex_digits check (key_id ~ '^[0-9a-f]{16}$'),
  constraint public_key_is_pem check (public_key like '-----BEGIN PUBLIC KEY-----%')
);
comment on table audit.signing_keys is 'local: public halves of the keys that signed blocks; the private ones never come here. Whom to trust is not read from here';

create table audit.blocks (
  number bigint not null,
  kind text not null,
  chain uuid not null,
  system_identifier text not null,
  timeline integer not null,
  snapshot text not null,
  floor_id bigint not null,
  ceiling_id bigint,
  after_transaction xid8 not null,
  after_id bigint not null,
  upto_transaction xid8 not null,
  upto_id bigint not null,
  row_count bigint not null,
  root bytea not null,
  salt_commitment bytea not null,
  previous_hash bytea,
  lost_number bigint,
  lost_hash bytea,
  reason text,
  sealed_at timestamptz not null,
  key_id text not null,
  hash bytea not null,
  signature bytea not null,
  constraint blocks_pkey primary key (number),
  constraint block_is_a_seal_or_a_fork check (kind in ('seal', 'fork')),
  constraint first_block_has_none_before check ((number = 1) = (previous_hash is null)),
  constraint only_a_fork_loses check ((kind = 'fork') = (reason is not null) and (kind = 'fork' or lost_number is null)),
  constraint only_a_fork_ends_an_epoch check ((kind = 'fork') = (ceiling_id is not null)),
  constraint hashes_are_32_bytes check (
    octet_length(root) = 32 and octet_length(salt_commitment) = 32 and octet_length(hash) = 32
    and octet_length(previous_hash) = 32 and octet_length(lost_hash) = 32 and octet_length(signature) = 64
  ),
  constraint block_was_signed_by_a_key foreign key (key_id) references audit.signing_keys (key_id)
);
comment on table audit.blocks is 'local: signed, chained seals over the rows of the trail; what each is made of: docs/reference/audit-seals.md';
comment on column audit.blocks.floor_id is 'rows of this epoch have a greater id: after a restore to another cluster transaction ids may begin again';
comment on column audit.blocks.ceiling_id is 'of a fork: the last id of the epoch that it ends';
comment on column audit.blocks.upto_transaction is 'the last position it covers, with upto_id: rows in the order of transaction and id, behind the block before';
comment on column audit.blocks.snapshot is 'pg_current_snapshot() when it was made: nothing it covers can still be running';
create index blocks_by_coverage on audit.blocks (floor_id, upto_transaction, upto_id);
create index blocks_by_time on audit.blocks (sealed_at);

create table audit.block_leaves (
  number bigint not null,
  salt bytea not null,
  leaves bytea not null,
  constraint block_leaves_pkey primary key (number),
  constraint leaves_belong_to_a_block foreign key (number) references audit.blocks (number),
  constraint salt_is_32_bytes check (octet_length(salt) = 32),
  constraint leaves_are_40_bytes_each check (octet_length(leaves) % 40 = 0)
);
comment on table audit.block_leaves is
  'local: id and digest of each sealed row, in order, so that a row that was changed can be named; the salt keeps digests from being guessed';
-- Digests do not compress; asking whether they do costs more than the write.
alter table audit.block_leaves alter column leaves set storage external;

do $$
declare
  target regclass;
begin
  foreach target in array array['audit.signing_keys', 'audit.blocks', 'audit.block_leaves']::regclass[]
  loop
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format('create policy same_for_all_tenants on %s using (true) with check (true)', target);
  end loop;
end
$$;
-- No tenant's role reads them: how much all tenants write is not theirs to know.
grant select on audit.signing_keys, audit.blocks, audit.block_leaves to apg_admin;

create function audit.refuse_seal_change() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception '% is append-only', tg_table_name
    using errcode = 'insufficient_privilege';
end
$$;
create trigger signing_keys_are_append_only before update or delete or truncate on audit.signing_keys
for each statement execute function audit.refuse_seal_change();
create trigger blocks_are_append_only before update or delete or truncate on audit.blocks
for each statement execute function audit.refuse_seal_change();
create trigger leaves_are_append_only before update or delete or truncate on audit.block_leaves
for each statement execute function audit.refuse_seal_change();
alter table audit.signing_keys enable always trigger signing_keys_are_append_only;
alter table audit.blocks enable always trigger blocks_are_append_only;
alter table audit.block_leaves enable always trigger leaves_are_append_only;

-- The sealer may call these and nothing else: it never sees what is in a row. They run as audit_owner, who reads all rows of the trail.
create policy sealer_reads_all on audit.audit_log for select to audit_owner using (true);
do $$
declare
  part regclass;
begin
  for part in select relid from pg_partition_tree('audit.audit_log') where isleaf
  loop
    execute format('create policy sealer_reads_all on %s for select to audit_owner using (true)', part);
  end loop;
end
$$;

create function audit.row_text(entry audit.audit_log) returns text
  language sql stable parallel safe
  return json_build_array(
    entry.id::text, entry.tenant_id, to_char(entry.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    entry.transaction_id::text, entry.schema_name, entry.table_name, entry.operation, entry.row_key, entry.row_count::text,
    encode(entry.digest, 'hex'), entry.old_values, entry.new_values, entry.actor, entry.request_id, entry.user_name,
    entry.client_address::text
  )::text;
comment on function audit.row_text(audit.audit_log) is 'a row as it is sealed: every column, as a JSON array (docs/reference/audit-seals.md)';

create function audit.seal_head() returns setof audit.blocks
  language sql stable security definer rows 1
  set search_path = pg_catalog, pg_temp
begin atomic
  select * from audit.blocks order by number desc limit 1;
end;
comment on function audit.seal_head() is 'the last block, none before the first';

create function audit.block_hash(p_number bigint) returns bytea
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
begin atomic
  select hash from audit.blocks where number = p_number;
end;
comment on function audit.block_hash(bigint) is 'the hash of a block, null when there is none of this number';

create function audit.seal_place(
  out system_identifier text, out timeline integer, out snapshot text, out below xid8, out now timestamptz
)
  language sql volatile security definer
  set search_path = pg_catalog, pg_temp
begin atomic
  select
    (select control.system_identifier::text from pg_control_system() as control),
    ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer,
    pg_current_snapshot()::text,
    pg_snapshot_xmin(pg_current_snapshot()),
    date_trunc('milliseconds', clock_timestamp());
end;
comment on function audit.seal_place() is 'which cluster and timeline this is, and below which transaction nothing runs any more';

-- In a call of its own after seal_place(): a snapshot taken later sees everything that was committed below it.
create function audit.unsealed_leaves(
  p_floor_id bigint, p_after_transaction xid8, p_after_id bigint, p_below xid8, p_salt bytea, p_limit integer,
  out row_count bigint, out last_transaction xid8, out leaves bytea
)
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
begin atomic
  select
    count(*),
    max(leaf.transaction_id),
    string_agg(int8send(leaf.id) || leaf.digest, ''::bytea)
  from (
    select
      entry.transaction_id,
      entry.id,
      sha256(sha256(p_salt || int8send(entry.id)) || convert_to(audit.row_text(entry), 'UTF8')) as digest
    from audit.audit_log as entry
    where (entry.transaction_id, entry.id) > (p_after_transaction, p_after_id)
      and entry.transaction_id < p_below
      and entry.id > p_floor_id
    order by entry.transaction_id, entry.id
    limit p_limit
  ) as leaf;
end;
comment on function audit.unsealed_leaves(bigint, xid8, bigint, xid8, bytea, integer) is
  'id and digest of the rows to seal next, 40 bytes each in their order, and the last one''s transaction';

create function audit.append_block(p_block audit.blocks, p_salt bytea, p_leaves bytea) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  head audit.blocks;
begin
  select * into head from audit.blocks order by number desc limit 1;
  if p_block.number <> coalesce(head.number, 0) + 1 or p_block.previous_hash is distinct from head.hash then
    raise exception 'block % does not follow block %', p_block.number, head.number
      using errcode = 'serialization_failure';
  end if;
  if p_block.kind = 'seal' and p_block.upto_transaction >= pg_snapshot_xmin(pg_current_snapshot()) then
    raise exception 'transaction % may still run', p_block.upto_transaction
      using errcode = 'object_not_in_prerequisite_state';
  end if;
  insert into audit.blocks select p_block.*;
  insert into audit.block_leaves (number, salt, leaves) values (p_block.number, p_salt, p_leaves);
end
$$;
comment on function audit.append_block(audit.blocks, bytea, bytea) is 'adds a block behind the last one, with its leaves, whole or not at all';

create function audit.register_key(p_key_id text, p_public_key text) returns void
  language sql security definer
  set search_path = pg_catalog, pg_temp
begin atomic
  insert into audit.signing_keys (key_id, public_key) values (p_key_id, p_public_key) on conflict (key_id) do nothing;
end;
comment on function audit.register_key(text, text) is 'lists a public key; listing it makes nobody trust it';

-- A fork closes what was before it: no writer runs meanwhile, and whoever comes later gets a greater id.
create function audit.close_epoch(out ceiling_id bigint)
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '30s'
as $$
begin
  lock table audit.audit_log in share mode;
  ceiling_id := greatest(nextval('audit.audit_log_id'), (select max(id) from audit.audit_log));
  perform setval('audit.audit_log_id', ceiling_id);
end
$$;
comment on function audit.close_epoch() is 'waits for writers until this transaction ends; the last id of what was written before';

grant execute on function
  audit.seal_head(),
  audit.block_hash(bigint),
  audit.seal_place(),
  audit.unsealed_leaves(bigint, xid8, bigint, xid8, bytea, integer),
  audit.append_block(audit.blocks, bytea, bytea),
  audit.register_key(text, text),
  audit.close_epoch()
to apg_sealer;
grant execute on function audit.row_text(audit.audit_log), audit.seal_head(), audit.block_hash(bigint), audit.seal_place() to apg_admin;

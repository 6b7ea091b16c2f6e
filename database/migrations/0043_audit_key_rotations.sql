-- One signing key of the audit trail replaces another: the statement, signed by the old key, that makes the new one trusted.
-- loosens: the sealer adds such statements; whoever may prove an entry reads them, since a proof carries them
set local role audit_owner;

create table audit.key_rotations (
  key_id text not null,
  replaces text not null,
  after_block bigint not null,
  is_endorsed boolean not null,
  statement text not null,
  signature bytea not null,
  recorded_at timestamptz not null default clock_timestamp(),
  constraint key_rotations_pkey primary key (key_id),
  constraint a_key_is_replaced_once unique (replaces),
  constraint a_key_does_not_replace_itself check (key_id <> replaces),
  constraint new_key_is_listed foreign key (key_id) references audit.signing_keys (key_id),
  constraint replaced_key_is_listed foreign key (replaces) references audit.signing_keys (key_id),
  constraint statement_has_its_form check (statement like 'apg-audit-key-1%'),
  constraint rotation_is_signed check (octet_length(signature) = 64)
);
comment on table audit.key_rotations is
  'local: which signing key replaced which behind which block, as signed statements (docs/reference/audit-seals.md); trust is not read from here but from signatures';
comment on column audit.key_rotations.is_endorsed is 'signed by the key it replaces; false: that one was lost, and the new key says so itself';

alter table audit.key_rotations enable row level security;
alter table audit.key_rotations force row level security;
create policy same_for_all_tenants on audit.key_rotations using (true) with check (true);
grant select on audit.key_rotations to apg_admin;
create trigger key_rotations_are_append_only before update or delete or truncate on audit.key_rotations
for each statement execute function audit.refuse_seal_change();
alter table audit.key_rotations enable always trigger key_rotations_are_append_only;

-- What concerns all tenants stands under "*". Its argument names the column that is the row's key.
create function audit.record_for_all() returns trigger
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  insert into audit.audit_log (tenant_id, schema_name, table_name, operation, row_key, new_values, actor, request_id)
  values (
    '*', tg_table_schema, tg_table_name, tg_op, to_jsonb(new) ->> tg_argv[0], to_jsonb(new),
    cash_management.current_actor(), cash_management.current_request()
  );
  return null;
end
$$;
comment on function audit.record_for_all() is 'records a row of a table that belongs to no tenant';
create trigger recorded_in_the_trail after insert on audit.key_rotations
for each row execute function audit.record_for_all('key_id');
alter table audit.key_rotations enable always trigger recorded_in_the_trail;

create function audit.rotate_key(
  p_key_id text, p_public_key text, p_replaces text, p_after_block bigint, p_is_endorsed boolean, p_statement text, p_signature bytea
) returns void
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  head bigint := coalesce((select max(number) from audit.blocks), 0);
begin
  -- Of a database that was restored to before it, the statement names a block that is gone.
  if p_after_block < head then
    raise exception 'the chain ends at block %, not at block %', head, p_after_block
      using errcode = 'serialization_failure';
  end if;
  insert into audit.signing_keys (key_id, public_key) values (p_key_id, p_public_key) on conflict (key_id) do nothing;
  insert into audit.key_rotations (key_id, replaces, after_block, is_endorsed, statement, signature)
  values (p_key_id, p_replaces, p_after_block, p_is_endorsed, p_statement, p_signature);
end
$$;
comment on function audit.rotate_key(text, text, text, bigint, boolean, text, bytea) is
  'lists a new public key and the statement that it replaces another from the next block on';
grant execute on function audit.rotate_key(text, text, text, bigint, boolean, text, bytea) to apg_sealer;

create function audit.key_statements(out key_id text, out replaces text, out statement text, out signature bytea) returns setof record
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
begin atomic
  select rotation.key_id, rotation.replaces, rotation.statement, rotation.signature
  from audit.key_rotations as rotation
  order by rotation.after_block, rotation.recorded_at;
end;
comment on function audit.key_statements() is 'the statements of all rotations, the oldest first; they are made to be shown';
grant execute on function audit.key_statements() to apg_sealer, apg_readonly, apg_readwrite, apg_admin;

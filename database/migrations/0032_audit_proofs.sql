-- What a tenant sees of the seals over its own rows, and the trail by time and by key.
-- loosens: whoever reads the trail can prove its entries: blocks and paths are hashes, and only of entries the caller sees
-- squawk-ignore-file require-concurrent-index-creation
set local role audit_owner;

create index audit_log_by_time on audit.audit_log (tenant_id, occurred_at desc, id desc);
create index audit_log_by_key on audit.audit_log (tenant_id, row_key, occurred_at desc);

create function audit.block_of(p_transaction xid8, p_id bigint) returns bigint
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
begin atomic
  select number
  from audit.blocks
  where floor_id = (select max(floor_id) from audit.blocks where floor_id < p_id)
    and (upto_transaction, upto_id) >= (p_transaction, p_id)
  order by upto_transaction, upto_id
  limit 1;
end;
comment on function audit.block_of(xid8, bigint) is 'number of the block that covers this position, null when it is not sealed yet';

-- Salted digests of other tenants' rows leave the database in a path, never the salt that would let anybody try them out.
create function audit.inclusion(
  p_tenant text, p_id bigint,
  out row_text text, out number bigint, out salt bytea, out place integer, out leaf_hashes bytea
)
  returns setof record
  language plpgsql stable security definer rows 1
  set search_path = pg_catalog, pg_temp
as $$
declare
  entry audit.audit_log;
  entries bytea;
begin
  if p_tenant is distinct from cash_management.current_tenant() and not pg_has_role(session_user, 'apg_admin', 'member') then
    raise exception 'this is a row of another tenant'
      using errcode = 'insufficient_privilege';
  end if;
  select * into entry from audit.audit_log where tenant_id = p_tenant and id = p_id;
  if not found then
    return;
  end if;
  row_text := audit.row_text(entry);
  number := audit.block_of(entry.transaction_id, entry.id);
  if number is not null then
    select sha256(leaves.salt || int8send(p_id)), leaves.leaves || ''::bytea
    into salt, entries
    from audit.block_leaves as leaves
    where leaves.number = inclusion.number;
    select
      min(index) filter (where substr(entries, index * 40 + 1, 8) = int8send(p_id)),
      string_agg(sha256('\x00'::bytea || substr(entries, index * 40 + 1, 40)), ''::bytea order by index)
    into place, leaf_hashes
    from generate_series(0, octet_length(entries) / 40 - 1) as index;
  end if;
  return next;
end
$$;
comment on function audit.inclusion(text, bigint) is
  'what a proof of one row is made of: its text, its salt, its place in its block, and the hashes of all leaves of that block';

create function audit.signed_block(p_number bigint) returns setof audit.blocks
  language sql stable security definer rows 1
  set search_path = pg_catalog, pg_temp
begin atomic
  select * from audit.blocks where number = p_number;
end;
comment on function audit.signed_block(bigint) is 'a block as it was signed, for a proof';

create function audit.seal_state(out number bigint, out hash bytea, out sealed_at timestamptz, out key_id text, out waiting bigint)
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
begin atomic
  select
    head.number,
    head.hash,
    head.sealed_at,
    head.key_id,
    (
      select count(*)
      from audit.audit_log as entry
      where entry.tenant_id = cash_management.current_tenant()
        and (entry.transaction_id, entry.id) > (
          case when head.number is null or head.ceiling_id is not null then '0'::xid8 else head.upto_transaction end,
          case when head.number is null or head.ceiling_id is not null then 0 else head.upto_id end
        )
        and entry.id > coalesce(head.ceiling_id, head.floor_id, 0)
    )
  from (select) as nothing
  left join (select * from audit.blocks order by blocks.number desc limit 1) as head on true;
end;
comment on function audit.seal_state() is 'the head of the chain, and how many rows of this tenant wait for a seal';

grant execute on function
  audit.block_of(xid8, bigint), audit.inclusion(text, bigint), audit.signed_block(bigint), audit.seal_state()
to apg_readonly, apg_readwrite, apg_admin;

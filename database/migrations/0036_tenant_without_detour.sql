-- The tenant is asked by every policy of every statement. As a wrapper around context_part() it was inlined each time a statement was
-- loosens: current_tenant() reads the stamp itself, with the rights of cm_gatekeeper, instead of calling what does
-- planned, which cost more than the answer: now it is the check itself. Actor and request, asked by triggers and defaults, stay wrappers.
set local role cm_owner;
grant create on schema cash_management to cm_gatekeeper;
reset role;
alter function cash_management.current_tenant() owner to cm_gatekeeper;
set local role cm_gatekeeper;

-- The body of context_part() (0029_signed_context.sql), for part 3.
create or replace function cash_management.current_tenant() returns text
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
  if sha256(convert_to(left(stamp, 64), 'UTF8')) = sha256(convert_to(encode(sha256(outer_half || sha256(inner_half
    || timestamptz_send(transaction_timestamp()) || int4send(pg_backend_pid()) || convert_to(substr(stamp, 65), 'UTF8')
  )), 'hex'), 'UTF8')) then
    return nullif(split_part(stamp, E'\x1f', 3), '');
  end if;
  return null;
end
$$;
-- It was cm_owner's own; owners are under row-level security too, and their triggers ask.
grant execute on function cash_management.current_tenant()
to apg_readonly, apg_readwrite, apg_admin, monitoring, audit_owner, cm_owner;
reset role;
set local role cm_owner;
revoke create on schema cash_management from cm_gatekeeper;
reset role;

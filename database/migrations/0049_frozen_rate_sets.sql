-- A rate set is frozen with its rates: hashed by the database, named once, and never changed afterwards.
-- A database of this age has no rate set yet, so what is added here blocks nobody.
-- squawk-ignore-file constraint-missing-not-valid, disallowed-unique-constraint, require-concurrent-index-creation
set local role cm_owner;

alter table cash_management.cm_rate_sets
  add column content_hash bytea,
  add column rate_count integer,
  add column imported_by text;
alter table cash_management.cm_rate_sets
  add constraint rate_set_name_is_used_once unique (tenant_id, name);
alter table cash_management.cm_rate_sets
  add constraint content_hash_is_a_sha256 check (octet_length(content_hash) = 32);
comment on column cash_management.cm_rate_sets.content_hash is 'sha256 over rate_set_text(), set by trigger when the set is frozen';
comment on column cash_management.cm_rate_sets.imported_by is 'who made the set, as the audit trail names them';

-- The same text as src/rates/rate-set.ts writes: whoever has the rates can reckon the hash again.
create function cash_management.rate_set_text(p_set cash_management.cm_rate_sets) returns text
  language sql stable
  set search_path = pg_catalog, pg_temp
begin atomic
  select concat_ws(
    E'\n',
    p_set.kind || ' ' || p_set.source || ' ' || to_char(p_set.rate_date, 'YYYY-MM-DD'),
    (
      select string_agg(
        rate.base_currency || '/' || rate.quote_currency || ' ' || trim_scale(rate.rate)::text,
        E'\n' order by rate.base_currency collate "C", rate.quote_currency collate "C"
      )
      from cash_management.cm_fx_rates as rate
      where rate.tenant_id = p_set.tenant_id and rate.rate_set_id = p_set.id
    )
  );
end;
comment on function cash_management.rate_set_text(cash_management.cm_rate_sets) is 'what the hash of a rate set is over';

create function cash_management.freeze_rate_set() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    if new.frozen_at is not null then
      raise exception 'a rate set is made first and frozen then' using errcode = 'restrict_violation';
    end if;
    new.imported_by := cash_management.current_actor();
    return new;
  end if;
  if old.frozen_at is not null then
    raise exception 'the rate set is frozen' using errcode = 'restrict_violation', hint = 'Make a new set.';
  end if;
  if new.frozen_at is null then
    return new;
  end if;
  new.frozen_at := clock_timestamp();
  new.content_hash := sha256(convert_to(cash_management.rate_set_text(new), 'UTF8'));
  new.rate_count := (
    select count(*)
    from cash_management.cm_fx_rates
    where tenant_id = new.tenant_id and rate_set_id = new.id
  );
  if new.rate_count = 0 then
    raise exception 'a rate set without rates is not frozen' using errcode = 'check_violation', constraint = 'a_frozen_set_has_rates';
  end if;
  return new;
end
$$;
comment on function cash_management.freeze_rate_set() is 'freezes a set once, with its hash; freezing_is_guarded holds it against an approval before';
create trigger rate_set_is_frozen_once before insert or update on cash_management.cm_rate_sets
for each row execute function cash_management.freeze_rate_set();

grant execute on function cash_management.rate_set_text(cash_management.cm_rate_sets) to apg_readonly, apg_readwrite;

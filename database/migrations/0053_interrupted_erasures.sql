-- An erasure that stopped says when and why, where whoever looks at the tenant sees it, and how often it was begun.
-- loosens: an administrator also writes down that an erasure stopped; its course stays as it was
-- squawk-ignore-file constraint-missing-not-valid
set local role audit_owner;

alter table audit.tenant_erasures
  add column attempts integer not null default 0,
  add column interrupted_at timestamptz,
  add column interruption text,
  add constraint what_was_interrupted_says_why check (num_nulls(interrupted_at, interruption) in (0, 2)),
  add constraint what_is_done_was_not_interrupted check (state <> 'done' or interrupted_at is null);
comment on column audit.tenant_erasures.interruption is 'why the last attempt stopped; null while one runs, and when the process was killed';

create or replace function audit.keep_course_of_erasure() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  noted constant text[] := '{attempts,interrupted_at,interruption}';
begin
  if tg_op <> 'UPDATE' then
    raise exception 'the record of an erasure stays' using errcode = 'insufficient_privilege';
  end if;
  -- That an attempt began or stopped is no step of its course.
  if old.state in ('requested', 'running') and to_jsonb(old) - noted = to_jsonb(new) - noted and new.attempts >= old.attempts then
    return new;
  end if;
  if (old.state, new.state) not in (('requested', 'cancelled'), ('requested', 'running'), ('running', 'done'))
    or (old.tenant_id, old.id, old.tenant_name, old.reason, old.requested_by, old.requested_at)
      is distinct from (new.tenant_id, new.id, new.tenant_name, new.reason, new.requested_by, new.requested_at)
    or (old.state = 'running' and (old.begun_by, old.begun_at, old.rows_before) is distinct from (new.begun_by, new.begun_at, new.rows_before))
  then
    raise exception 'an erasure is requested, then cancelled or carried out; what was written of it stays'
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;

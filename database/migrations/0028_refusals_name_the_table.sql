-- A refused change of a key names the table, not the partition that the row happens to lie in (apg db lint 0107).
set local role cm_owner;

create or replace function cash_management.refuse_key_change() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception '% of % never changes',
    array_to_string(tg_argv, ', '),
    (select relname from pg_class where oid = coalesce(pg_partition_root(tg_relid), tg_relid))
    using errcode = 'restrict_violation',
      hint = 'Supersede the row and add a new one.';
end
$$;

-- The reason of a category quotes the text of its rule, and a name can stand in it: in the trail it is a digest, erased with its tenant.
set local role cm_owner;

do $$
declare
  item record;
  stands text[];
begin
  for item in
    select *
    from (values
      ('cm_cash_flows', '{counterparty,description,category_reason}'::text[]),
      ('cm_flow_categories', '{reason}')
    ) as personal (name, columns)
  loop
    select string_to_array(encode(tgargs, 'escape'), '\000') into stands
    from pg_trigger
    where tgrelid = format('cash_management.%I', item.name)::regclass and tgname = 'audit_insert';
    perform audit.audit_table(format('cash_management.%I', item.name)::regclass, string_to_array(stands[5], ','), stands[3], item.columns);
  end loop;
end
$$;

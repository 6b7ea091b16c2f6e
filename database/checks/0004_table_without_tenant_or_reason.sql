-- id: 0004
-- title: Table that neither names its tenant nor says why it has none
-- level: error
-- category: isolation
-- why: A table without tenant_id cannot be isolated, exported, erased or moved by tenant. One that is the same for all says so in its
--   comment: "reference: …" or "local: …".
-- proves: invariant 10, invariant 14, rule R1
-- versions: 15-18
select
  'table_without_tenant_or_reason' as name,
  'error' as level,
  c.oid::regclass::text as object,
  'has no column tenant_id, and its comment does not begin with reference or local' as detail,
  format('comment: %s', coalesce(quote_literal(obj_description(c.oid, 'pg_class')), 'none')) as evidence,
  format(
    E'-- or, when it is the same for all tenants: comment on table %1$s is ''reference: …'';\n'
    'alter table %1$s add column tenant_id %2$s not null;',
    c.oid::regclass,
    coalesce(to_regtype('cash_management.tenant_key')::text, 'text')
  ) as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p')
  and not c.relispartition
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and coalesce(obj_description(c.oid, 'pg_class'), '') !~ '^(reference|local)\M'
  and not exists (
    select
    from pg_attribute as a
    where a.attrelid = c.oid
      and a.attname = 'tenant_id'
      and not a.attisdropped
  )
  and not exists (
    select
    from pg_depend as d
    where d.classid = 'pg_class'::regclass
      and d.objid = c.oid
      and d.deptype = 'e'
  )
order by object;

-- id: 0015
-- title: Publication that carries the rows of all tenants
-- level: error
-- category: isolation
-- why: Logical replication knows no policies: a subscriber gets every row of a published table unless the publication filters them by
--   tenant.
-- proves: invariant 1, invariant 13
-- versions: 15-18
with unfiltered as (
  select
    p.oid,
    case when p.puballtables then 'every table' end as what
  from pg_publication as p
  where p.puballtables
  union all
  select
    s.pnpubid,
    format('every table of schema %I', n.nspname)
  from pg_publication_namespace as s
  join pg_namespace as n on n.oid = s.pnnspid
  union all
  select
    r.prpubid,
    r.prrelid::regclass::text
  from pg_publication_rel as r
  where r.prqual is null
    and exists (
      select
      from pg_attribute as a
      where a.attrelid = r.prrelid
        and a.attname = 'tenant_id'
        and not a.attisdropped
    )
)
select
  'publication_of_every_tenant' as name,
  'error' as level,
  p.pubname::text as object,
  format('publishes %s without a filter on the tenant', string_agg(what, ', ' order by what)) as detail,
  format('owner %s, through the root of partitions: %s', pg_get_userbyid(p.pubowner), p.pubviaroot) as evidence,
  format('drop publication %I;', p.pubname) as fix
from unfiltered
join pg_publication as p on p.oid = unfiltered.oid
group by p.oid
order by object;

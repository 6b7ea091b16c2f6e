-- id: 0051
-- title: Foreign key without an index, to a table whose rows can go
-- level: warn
-- category: indexes
-- why: Each deleted row reads the whole referring table to see whether it is still referred to, and locks while it does. Where nobody
--   may delete, no index is missed.
-- proves: invariant 46
-- versions: 15-18
select
  'foreign_key_without_index' as name,
  'warn' as level,
  format('constraint %I on %s', k.conname, k.conrelid::regclass) as object,
  format('no index begins with its columns, and rows of %s can be deleted', k.confrelid::regclass) as detail,
  pg_get_constraintdef(k.oid) as evidence,
  format(
    'create index on %s (%s);',
    k.conrelid::regclass,
    (
      select string_agg(quote_ident(a.attname), ', ' order by (a.attname = 'tenant_id') desc, key.place)
      from unnest(k.conkey) with ordinality as key (attnum, place)
      join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = key.attnum
    )
  ) as fix
from pg_constraint as k
join pg_class as referred on referred.oid = k.confrelid
where k.contype = 'f'
  and k.conparentid = 0
  and (
    k.confdeltype <> 'a'
    or exists (
      select
      from aclexplode(referred.relacl) as acl
      where acl.privilege_type = 'DELETE'
        and acl.grantee <> referred.relowner
    )
  )
  and not exists (
    select
    from pg_index as i
    where i.indrelid = k.conrelid
      -- The lookup says that each column equals something, so an index of only those rows where they are not null serves too.
      and coalesce(pg_get_expr(i.indpred, i.indrelid), '') ~ '^(\([a-z_]+ IS NOT NULL\))?$'
      and not exists (
        select
        from regexp_matches(pg_get_expr(i.indpred, i.indrelid), '([a-z_]+) IS NOT NULL', 'g') as said (names)
        where not exists (
          select
          from pg_attribute as a
          where a.attrelid = k.conrelid
            and a.attnum = any (k.conkey)
            and a.attname = said.names[1]
        )
      )
      and i.indnkeyatts >= cardinality(k.conkey)
      and (
        select array_agg(key order by key)
        from unnest((i.indkey::smallint[])[0:cardinality(k.conkey) - 1]) as key
      ) = (select array_agg(key order by key) from unnest(k.conkey) as key)
  )
order by object;

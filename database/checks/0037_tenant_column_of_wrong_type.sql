-- id: 0037
-- title: tenant_id that is neither text nor uuid
-- level: error
-- category: keys
-- why: Equality of text and uuid is leakproof and can be distributed. With varchar, adding a partition to a distributed table that has
--   a foreign key fails, and every comparison casts.
-- proves: guide I3, rule R2
-- versions: 15-18
select
  'tenant_column_of_wrong_type' as name,
  'error' as level,
  format('%s.tenant_id', c.oid::regclass) as object,
  format('is %s', format_type(a.atttypid, a.atttypmod)) as detail,
  format('base type %s', coalesce(nullif(t.typbasetype, 0), t.oid)::regtype) as evidence,
  concat_ws(
    E'\n',
    (select string_agg(format('drop policy %I on %s;', polname, c.oid::regclass), E'\n' order by polname) from pg_policy where polrelid = c.oid),
    format('alter table %s alter column tenant_id type text;', c.oid::regclass),
    (
      select string_agg(
          format(
            'create policy %I on %s as %s for %s to %s%s%s;',
            polname,
            c.oid::regclass,
            case when polpermissive then 'permissive' else 'restrictive' end,
            case polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end,
            (select string_agg(case holder when 0 then 'public' else quote_ident(pg_get_userbyid(holder)) end, ', ') from unnest(polroles) as holder),
            ' using (' || pg_get_expr(polqual, polrelid) || ')',
            ' with check (' || pg_get_expr(polwithcheck, polrelid) || ')'
          ),
          E'\n'
          order by polname
        )
      from pg_policy
      where polrelid = c.oid
    )
  ) as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
join pg_type as t on t.oid = a.atttypid
where c.relkind in ('r', 'p')
  and not c.relispartition
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
  and coalesce(nullif(t.typbasetype, 0), t.oid) not in ('text'::regtype, 'uuid'::regtype)
order by object;

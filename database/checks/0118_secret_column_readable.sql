-- id: 0118
-- title: Secret column that a role which only reads may read
-- level: error
-- category: privileges
-- why: A hash, a token or a wrapped key is of use to what checks or writes it, and to nobody who makes reports: who reads password
--   hashes can try them at leisure.
-- proves: invariant 18, invariant 20
-- versions: 15-18
with secrets as (
  select
    c.oid,
    c.relowner,
    c.relacl,
    a.attnum,
    a.attname,
    a.attacl
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relkind in ('r', 'p')
    and not c.relispartition
    and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
    and a.atttypid in ('text'::regtype, 'varchar'::regtype, 'bytea'::regtype, 'jsonb'::regtype)
    and a.attname ~ '(^|_)(password|passphrase|secret|token|credentials?|private_key|wrapped|(key|api_key)_hash)(_hash)?$'
),
readers as (
  select s.oid, s.attname, acl.grantee
  from secrets as s
  cross join lateral aclexplode(s.relacl) as acl
  where acl.privilege_type = 'SELECT'
    and acl.grantee <> s.relowner
  union
  select s.oid, s.attname, acl.grantee
  from secrets as s
  cross join lateral aclexplode(s.attacl) as acl
  where acl.privilege_type = 'SELECT'
    and acl.grantee <> s.relowner
),
only_readers as (
  select
    readers.oid,
    readers.grantee,
    array_agg(readers.attname::text) as secret_columns
  from readers
  where not exists (
      select
      from pg_class as c
      cross join lateral aclexplode(c.relacl) as acl
      where c.oid = readers.oid
        and acl.grantee = readers.grantee
        and acl.privilege_type in ('INSERT', 'UPDATE')
    )
    -- somebody must be able to act as the role
    and (
      readers.grantee = 0
      or exists (
        select
        from pg_roles as login
        where login.rolcanlogin
          and not login.rolsuper
          and pg_has_role(login.oid, readers.grantee, 'member')
      )
    )
  group by readers.oid, readers.grantee
)
select
  'secret_column_readable' as name,
  'error' as level,
  oid::regclass::text as object,
  string_agg(format('%s may read %s', holder, array_to_string(secret_columns, ', ')), '; ' order by holder) as detail,
  format('grants: %s', (select array_to_string(relacl, ', ') from pg_class where pg_class.oid = only_readers.oid)) as evidence,
  string_agg(
    format(
      E'revoke select on %1$s from %2$s;\ngrant select (%3$s) on %1$s to %2$s;',
      oid::regclass,
      holder,
      (
        select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
        from pg_attribute as a
        where a.attrelid = only_readers.oid
          and a.attnum > 0
          and not a.attisdropped
          and a.attname <> all (only_readers.secret_columns)
      )
    ),
    E'\n'
    order by holder
  ) as fix
from only_readers
cross join lateral (select case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end as holder) as named
group by oid
order by object;

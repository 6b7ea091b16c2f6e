-- id: 0020
-- title: Privilege that no policy governs
-- level: error
-- category: privileges
-- why: Policies govern SELECT, INSERT, UPDATE and DELETE. TRUNCATE empties every tenant's rows, REFERENCES tells by an error whether a
--   key exists, TRIGGER runs code in everybody's statements.
-- proves: invariant 2, invariant 12
-- versions: 15-18
with grants as (
  select
    c.oid,
    case acl.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end as holder,
    acl.privilege_type
  from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
  cross join lateral aclexplode(c.relacl) as acl
  where c.relkind in ('r', 'p')
    and not c.relispartition
    and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
    and acl.grantee <> c.relowner
    and acl.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER')
    -- An owner of other tables may need to refer to this one, and is nobody who signs in.
    and not (
      acl.privilege_type = 'REFERENCES'
      and exists (select from pg_class as other where other.relowner = acl.grantee)
    )
)
select
  'privilege_beyond_row_level_security' as name,
  'error' as level,
  oid::regclass::text as object,
  format('%s may %s', string_agg(distinct holder, ', '), lower(string_agg(distinct privilege_type, ', '))) as detail,
  string_agg(distinct format('%s to %s', privilege_type, holder), '; ') as evidence,
  string_agg(distinct format('revoke %s on %s from %s;', lower(privilege_type), oid::regclass, holder), E'\n') as fix
from grants
group by oid
order by object;

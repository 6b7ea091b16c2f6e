-- id: 0025
-- title: Append-only table that somebody besides its owner may write
-- level: error
-- category: privileges
-- why: A trail that can be forged or corrected proves nothing. Its rows come from triggers that run with its owner's rights; nobody
--   else needs a privilege to write.
-- proves: invariant 23, guide E19
-- versions: 15-18
with grants as (
  select
    c.oid,
    case acl.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end as holder,
    acl.privilege_type as privilege
  from pg_class as c
  cross join lateral aclexplode(c.relacl) as acl
  where acl.grantee <> c.relowner
  union all
  select
    c.oid,
    case acl.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end,
    acl.privilege_type
  from pg_class as c
  join pg_attribute as a on a.attrelid = c.oid
  cross join lateral aclexplode(a.attacl) as acl
  where acl.grantee <> c.relowner
)
select
  'append_only_table_can_be_changed' as name,
  'error' as level,
  oid::regclass::text as object,
  format('%s may %s', string_agg(distinct holder, ', '), lower(string_agg(distinct privilege, ', '))) as detail,
  format('comment: %s', obj_description(oid, 'pg_class')) as evidence,
  string_agg(distinct format('revoke insert, update, delete on %s from %s;', oid::regclass, holder), E'\n') as fix
from grants
where privilege in ('INSERT', 'UPDATE', 'DELETE')
  -- Its comment begins so when nothing of it may ever change.
  and obj_description(oid, 'pg_class') ~ '^(\w+: )?append-only\M'
group by oid
order by object;

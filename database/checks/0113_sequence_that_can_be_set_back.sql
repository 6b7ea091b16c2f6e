-- id: 0113
-- title: Sequence that a role may set to any number
-- level: warn
-- category: privileges
-- why: UPDATE on a sequence allows setval(): set back, it gives numbers that are taken and every insert fails; set to its end, none is
--   left. USAGE is enough to take the next one.
-- proves: invariant 18
-- versions: 15-18
select
  'sequence_that_can_be_set_back' as name,
  'warn' as level,
  c.oid::regclass::text as object,
  format('%s may set it', string_agg(distinct holder, ', ')) as detail,
  min(array_to_string(c.relacl, ', ')) as evidence,
  string_agg(distinct format('revoke update on sequence %s from %s;', c.oid::regclass, holder), E'\n') as fix
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
cross join lateral aclexplode(c.relacl) as acl
cross join lateral (select case acl.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(acl.grantee)) end as holder) as named
where c.relkind = 'S'
  and n.nspname !~ '^pg_'
  and acl.privilege_type = 'UPDATE'
  and acl.grantee <> c.relowner
group by c.oid
order by object;

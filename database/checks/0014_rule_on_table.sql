-- id: 0014
-- title: Rewrite rule on a table
-- level: warn
-- category: isolation
-- why: A rule rewrites a statement before policies and triggers see it: it can write elsewhere with the rights of the table's owner,
--   and no audit trigger tells.
-- proves: invariant 21, rule R14
-- versions: 15-18
select
  'rule_on_table' as name,
  'warn' as level,
  c.oid::regclass::text as object,
  format('has the rule %s', string_agg(quote_ident(r.rulename), ', ' order by r.rulename)) as detail,
  string_agg(pg_get_ruledef(r.oid), ' ' order by r.rulename) as evidence,
  string_agg(format('drop rule %I on %s;', r.rulename, c.oid::regclass), E'\n' order by r.rulename) as fix
from pg_rewrite as r
join pg_class as c on c.oid = r.ev_class
join pg_namespace as n on n.oid = c.relnamespace
where r.rulename <> '_RETURN'
  and n.nspname !~ '^pg_'
  and n.nspname <> 'information_schema'
group by c.oid
order by object;

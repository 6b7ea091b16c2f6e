-- id: 0008
-- title: Policy that asks who the tenant is for each row
-- level: warn
-- category: isolation
-- why: A call such as current_setting() or current_tenant() runs once for each row unless it stands in a sub-select, which the planner
--   evaluates once and uses as an index condition.
-- proves: guide E5, guide E7
-- versions: 15-18
with expressions as (
  select
    coalesce(pg_partition_root(p.polrelid), p.polrelid) as root,
    p.polrelid,
    p.polname,
    part.clause,
    part.expression,
    regexp_replace(part.expression, '\( SELECT .*? AS (\w+|"[^"]+")\)', '', 'g') as outside
  from pg_policy as p
  cross join lateral (
    values
      ('using', pg_get_expr(p.polqual, p.polrelid)),
      ('with check', pg_get_expr(p.polwithcheck, p.polrelid))
  ) as part (clause, expression)
  where part.expression is not null
),
-- Calls whose arguments are constants: they say the same for every row.
repeated as (
  select
    e.*,
    call[1] as called
  from expressions as e
  cross join lateral regexp_matches(e.outside, '((?:[a-z_][\w$]*\.)?[a-z_][\w$]*)\((?:''[^'']*''::[a-z ]+|true|false|[0-9., ])*\)', 'g') as call
  where exists (
    select
    from pg_proc
    where proname = regexp_replace(call[1], '^.*\.', '')
      and provolatile <> 'i'
  )
)
select
  'policy_evaluated_for_each_row' as name,
  'warn' as level,
  root::regclass::text as object,
  format('policy %s calls %s for each row', string_agg(distinct quote_ident(polname), ', '), string_agg(distinct called || '()', ', ')) as detail,
  string_agg(distinct format('%I on %s: %s (%s)', polname, polrelid::regclass, clause, expression), '; ') as evidence,
  string_agg(
    distinct format(
      'alter policy %I on %s %s (%s);',
      polname,
      polrelid::regclass,
      clause,
      regexp_replace(
        expression,
        '(?<!SELECT )(?<![\w.])(' || replace(called, '.', '\.') || '\((?:''[^'']*''::[a-z ]+|true|false|[0-9., ])*\))',
        '(select \1)',
        'g'
      )
    ),
    E'\n'
  ) as fix
from repeated
group by root
order by object;

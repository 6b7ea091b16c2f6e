-- id: 0011
-- title: Partition whose policies or triggers are not those of its table
-- level: error
-- category: partitions
-- why: Policies and statement triggers are not inherited: a partition made or attached by hand is isolated and audited differently from
--   the table it belongs to.
-- proves: invariant 3, invariant 21, invariant 35
-- versions: 15-18
with pairs as (
  select
    i.inhrelid as part,
    i.inhparent as parent,
    pg_partition_root(i.inhrelid) as root
  from pg_inherits as i
  join pg_class as c on c.oid = i.inhrelid
  where c.relispartition
    and c.relkind in ('r', 'p')
),
policies as (
  select
    p.polrelid,
    p.polname,
    format(
      'as %s for %s to %s%s%s',
      case when p.polpermissive then 'permissive' else 'restrictive' end,
      case p.polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end,
      (
        select string_agg(case holder when 0 then 'public' else quote_ident(pg_get_userbyid(holder)) end, ', ' order by holder)
        from unnest(p.polroles) as holder
      ),
      ' using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
      ' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'
    ) as definition
  from pg_policy as p
),
-- Of each statement; those of each row are cloned by PostgreSQL itself.
triggers as (
  select
    t.oid,
    t.tgrelid,
    t.tgname,
    t.tgenabled,
    format('%s %s %s', t.tgfoid, t.tgtype, encode(t.tgargs, 'hex')) as definition
  from pg_trigger as t
  where not t.tgisinternal
    and t.tgtype & 1 = 0
),
differences as (
  select
    pairs.root,
    pairs.part,
    format('policy %I is missing or different', wanted.polname) as fact,
    format(E'drop policy if exists %1$I on %2$s;\ncreate policy %1$I on %2$s %3$s;', wanted.polname, pairs.part::regclass, wanted.definition) as cure
  from pairs
  join policies as wanted on wanted.polrelid = pairs.parent
  where not exists (
    select
    from policies as present
    where present.polrelid = pairs.part
      and present.polname = wanted.polname
      and present.definition = wanted.definition
  )
  union all
  select
    pairs.root,
    pairs.part,
    format('policy %I is not on its table', present.polname),
    format('drop policy %I on %s;', present.polname, pairs.part::regclass)
  from pairs
  join policies as present on present.polrelid = pairs.part
  where not exists (
    select
    from policies as wanted
    where wanted.polrelid = pairs.parent
      and wanted.polname = present.polname
  )
  union all
  select
    pairs.root,
    pairs.part,
    format('trigger %I is missing or different', wanted.tgname),
    format(
      E'drop trigger if exists %1$I on %2$s;\n%3$s;\nalter table %2$s enable %4$strigger %1$I;',
      wanted.tgname,
      pairs.part::regclass,
      regexp_replace(pg_get_triggerdef(wanted.oid), ' ON \S+ ', format(' ON %s ', pairs.part::regclass)),
      case wanted.tgenabled when 'A' then 'always ' when 'R' then 'replica ' end
    )
  from pairs
  join triggers as wanted on wanted.tgrelid = pairs.parent
  where wanted.tgenabled <> 'D'
    and not exists (
      select
      from triggers as present
      where present.tgrelid = pairs.part
        and present.tgname = wanted.tgname
        and present.definition = wanted.definition
        and present.tgenabled = wanted.tgenabled
    )
)
select
  'partition_that_differs_from_its_table' as name,
  'error' as level,
  root::regclass::text as object,
  format('%s of its partitions differ: %s', count(distinct part), string_agg(distinct fact, ', ')) as detail,
  string_agg(distinct part::regclass::text, ', ') as evidence,
  string_agg(cure, E'\n' order by part::regclass::text) as fix
from differences
group by root
order by object;

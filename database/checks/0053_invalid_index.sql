-- id: 0053
-- title: Index that is not valid
-- level: error
-- category: indexes
-- why: A concurrent build that was interrupted leaves an index that every write maintains and no query uses; on a partitioned table a
--   partition without the index does the same.
-- proves: invariant 35, invariant 44
-- versions: 15-18
select
  'invalid_index' as name,
  'error' as level,
  i.indexrelid::regclass::text as object,
  case
    when c.relkind = 'I' then format('not every partition of %s has it', i.indrelid::regclass)
    else 'was not built to its end'
  end as detail,
  format('indisvalid %s, indisready %s, indislive %s', i.indisvalid, i.indisready, i.indislive) as evidence,
  case
    when c.relkind = 'I' then format(E'drop index %s;\n%s;', i.indexrelid::regclass, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON '))
    else format('reindex index %s;', i.indexrelid::regclass)
  end as fix
from pg_index as i
join pg_class as c on c.oid = i.indexrelid
join pg_namespace as n on n.oid = c.relnamespace
where not (i.indisvalid and i.indisready and i.indislive)
  and n.nspname !~ '^pg_'
order by object;

/**
 * The questions the schema dump asks of the catalogue. Each answers with `text`, statements in the order they are to be read.
 * Partitions are left out: what they are follows from their parent. So are NOT NULL constraints as rows of pg_constraint (18 has
 * them, 15 has not) and versions of extensions: the same schema gives the same text on each server.
 */
const ours = `('analytics', 'audit', 'cash_management', 'cm_parts', 'ext', 'maintenance', 'ml_models', 'monitoring')`;

/** Privileges of one object as grant statements; the owner's own are understood. */
const grants = (acl: string, owner: string, target: string) => `array(
  select format('grant %s on %s to %s;', string_agg(lower(privilege_type), ', ' order by privilege_type), ${target},
    case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end)
  from aclexplode(${acl})
  where grantee <> ${owner}
  group by grantee
  order by case grantee when 0 then 'public' else pg_get_userbyid(grantee)::text end collate "C"
)`;

export const schemas = `
  select array_to_string(array_cat(
    array[format('create schema %I authorization %I;', nspname, case when nspname = 'ext' then 'the superuser' else pg_get_userbyid(nspowner) end)],
    ${grants("nspacl", "nspowner", "format('schema %I', nspname)")}
  ), E'\\n') as text
  from pg_namespace
  where nspname in ${ours}
  order by nspname`;

export const extensions = `
  select format('create extension %I with schema %I;', extname, nspname) as text
  from pg_extension
  join pg_namespace on pg_namespace.oid = extnamespace
  where extname <> 'plpgsql'
  order by extname`;

export const domains = `
  select format('create domain %s as %s%s;', pg_type.oid::regtype, format_type(typbasetype, typtypmod), (
    select string_agg(format(E'\\n  constraint %I %s', conname, pg_get_constraintdef(oid)), '' order by conname)
    from pg_constraint
    where contypid = pg_type.oid and contype = 'c'
  )) as text
  from pg_type
  join pg_namespace on pg_namespace.oid = typnamespace
  where typtype = 'd' and nspname in ${ours}
  order by pg_type.oid::regtype::text collate "C"`;

export const sequences = `
  select format('create sequence %s as %s;', seqrelid::regclass, format_type(seqtypid, null)) as text
  from pg_sequence
  join pg_class on pg_class.oid = seqrelid
  join pg_namespace on pg_namespace.oid = relnamespace
  where nspname in ${ours}
  order by seqrelid::regclass::text collate "C"`;

export const functions = `
  select array_to_string(array_cat(
    array[
      replace(trim(trailing E'\\n' from pg_get_functiondef(pg_proc.oid)), 'CREATE OR REPLACE', 'CREATE') || ';',
      format('alter function %s owner to %I;', pg_proc.oid::regprocedure, pg_get_userbyid(proowner)),
      format('comment on function %s is %L;', pg_proc.oid::regprocedure, obj_description(pg_proc.oid, 'pg_proc'))
    ],
    ${grants("coalesce(proacl, acldefault('f', proowner))", "proowner", "format('function %s', pg_proc.oid::regprocedure)")}
  ), E'\\n') as text
  from pg_proc
  join pg_namespace on pg_namespace.oid = pronamespace
  where nspname in ${ours}
    and not exists (select from pg_depend where objid = pg_proc.oid and classid = 'pg_proc'::regclass and deptype = 'e')
  order by pg_proc.oid::regprocedure::text collate "C"`;

/** Columns only: how the server prints a view's query changed between 15 and 16. */
export const views = `
  select array_to_string(array_cat(
    array[format(E'create view %s with (%s) as (\\n%s\\n);', pg_class.oid::regclass, array_to_string(reloptions, ', '), (
      select string_agg(format('  %I %s', attname, format_type(atttypid, atttypmod)), E',\\n' order by attnum)
      from pg_attribute
      where attrelid = pg_class.oid and attnum > 0
    )), format('comment on view %s is %L;', pg_class.oid::regclass, obj_description(pg_class.oid, 'pg_class'))],
    ${grants("relacl", "relowner", "pg_class.oid::regclass")}
  ), E'\\n') as text
  from pg_class
  join pg_namespace on pg_namespace.oid = relnamespace
  where relkind = 'v' and nspname in ${ours}
    and not exists (select from pg_depend where objid = pg_class.oid and classid = 'pg_class'::regclass and deptype = 'e')
  order by pg_class.oid::regclass::text collate "C"`;

const columns = `
  select format('  %I %s%s%s', attname, format_type(atttypid, atttypmod),
    case when attnotnull then ' not null' else '' end,
    case
      when attgenerated = 's' then format(' generated always as (%s) stored', pg_get_expr(adbin, adrelid))
      when adbin is not null then format(' default %s', pg_get_expr(adbin, adrelid))
      else ''
    end) as line, attnum as place
  from pg_attribute
  left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where attrelid = t.oid and attnum > 0 and not attisdropped`;

const constraints = `
  select format('  constraint %I %s', conname, pg_get_constraintdef(oid)) as line,
    10000 * position(contype::text in 'pufcx') + row_number() over (order by conname) as place
  from pg_constraint
  where conrelid = t.oid and contype in ('p', 'u', 'f', 'c', 'x') and conparentid = 0`;

export const tables = `
  select array_to_string(array_remove(array_cat(array_cat(array_cat(array_cat(array_cat(
    array[
      format(E'create table %s (\\n%s\\n)%s;', t.oid::regclass,
        (select string_agg(line, E',\\n' order by place) from (${columns} union all ${constraints}) as lines),
        case when relkind = 'p' then format(E'\\npartition by %s', lower(pg_get_partkeydef(t.oid))) end),
      format('alter table %s owner to %I;', t.oid::regclass, pg_get_userbyid(relowner)),
      case when relrowsecurity then format('alter table %s enable row level security;', t.oid::regclass) end,
      case when relforcerowsecurity then format('alter table %s force row level security;', t.oid::regclass) end,
      format('comment on table %s is %L;', t.oid::regclass, obj_description(t.oid, 'pg_class'))
    ],
    array(
      select format('comment on column %s.%I is %L;', t.oid::regclass, attname, col_description(t.oid, attnum))
      from pg_attribute
      where attrelid = t.oid and attnum > 0 and col_description(t.oid, attnum) is not null
      order by attnum
    )),
    array(
      select format('alter table %s alter column %I %s;', t.oid::regclass, attname, concat_ws(', ',
        case when coalesce(attstattarget, -1) >= 0 then format('set statistics %s', attstattarget) end,
        case when attstorage <> typstorage then format('set storage %s', case attstorage when 'e' then 'external' when 'm' then 'main' else 'plain' end) end))
      from pg_attribute
      join pg_type on pg_type.oid = atttypid
      where attrelid = t.oid and attnum > 0 and not attisdropped and (coalesce(attstattarget, -1) >= 0 or attstorage <> typstorage)
      order by attnum
    )),
    array(
      select format('create policy %I on %s for %s to %s%s%s;', polname, t.oid::regclass,
        case polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end,
        (select string_agg(case role when 0 then 'public' else quote_ident(pg_get_userbyid(role)) end, ', ') from unnest(polroles) as role),
        format(E'\\n  using (%s)', pg_get_expr(polqual, polrelid)),
        E'\\n  with check (' || pg_get_expr(polwithcheck, polrelid) || ')')
      from pg_policy
      where polrelid = t.oid
      order by polname
    )),
    array_cat(
      array(
        select replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') || ';'
        from pg_index
        where indrelid = t.oid and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u', 'x'))
        order by indexrelid::regclass::text collate "C"
      ),
      array(
        select pg_get_triggerdef(oid) || ';' || case when tgenabled = 'A' then ' -- enabled always' else '' end
        from pg_trigger
        where tgrelid = t.oid and not tgisinternal
        order by tgname
      )
    )),
    array_cat(
      ${grants("relacl", "relowner", "t.oid::regclass")},
      array(
        select format('grant %s (%s) on %s to %I;', privilege, string_agg(quote_ident(attname), ', ' order by attnum), t.oid::regclass, grantee)
        from (
          select lower(privilege_type) as privilege, pg_get_userbyid(grantee) as grantee, attname, attnum
          from pg_attribute, aclexplode(attacl)
          where attrelid = t.oid
        ) as column_grants
        group by privilege, grantee
        order by grantee, privilege
      )
    )
  ), null), E'\\n') as text
  from pg_class as t
  join pg_namespace on pg_namespace.oid = relnamespace
  where relkind in ('r', 'p') and not relispartition and nspname in ${ours} and nspname <> 'cm_parts'
  order by t.oid::regclass::text collate "C"`;

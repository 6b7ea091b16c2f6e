/**
 * What each role can really do with each object, memberships and PUBLIC resolved, one line an object: `kind name (owner): role=letters …`.
 * Letters are the server's own (`\dp`): r select, a insert, w update, d delete, D truncate, x references, t trigger, m maintain,
 * X execute, U usage, C create, c connect, T temporary, s set, A alter system; a star behind a letter is its grant option, and columns
 * stand in brackets. What a role owns is not repeated for it.
 *
 * $1: the roles that belong to the program. Another role of the server appears where it can do more than PUBLIC can.
 * $2: the letters of a relation with their names, because PostgreSQL 17 has one more than 15.
 */
export const matrixLines = `
with roles as materialized (
    select oid, rolname::text as role, rolname = any($1) as ours
    from pg_catalog.pg_roles
    where rolname !~ '^pg_' and (not rolsuper or rolname = any($1))
    union all
    select 0, 'public', true
  ),
  schemas as (
    select oid, nspname, nspowner
    from pg_catalog.pg_namespace
    where nspname !~ '^pg_(toast|temp|catalog)' and nspname <> 'information_schema'
  ),
  letters as (
    select key as letter, value as privilege
    from pg_catalog.jsonb_each_text($2)
  ),
  -- Partitions with equal privileges are one line; the first group of a table stands for all, a partition that differs for itself.
  partition_groups as (
    select pg_catalog.pg_partition_root(c.oid)::oid as root, min(c.oid) as oid, relowner, array_agg(c.oid) as members,
      row_number() over (partition by pg_catalog.pg_partition_root(c.oid)::oid order by count(*) desc, min(c.oid)) as rank
    from pg_catalog.pg_class as c
    where relispartition and relkind in ('r', 'p', 'f')
    group by pg_catalog.pg_partition_root(c.oid)::oid, relowner, relacl,
      (select array_agg(attacl::text order by attnum) from pg_catalog.pg_attribute where attrelid = c.oid and attacl is not null)
  ),
  relations as (
    select case relkind when 'v' then 'view' when 'm' then 'view' else 'table' end as kind,
      format('%I.%I', nspname, relname) as name, c.oid, c.relowner as owner
    from pg_catalog.pg_class as c
    join schemas on schemas.oid = relnamespace
    where relkind in ('r', 'p', 'v', 'm', 'f') and not relispartition
    union all
    select 'partitions of', format('%I.%I', nspname, relname), p.oid, p.relowner
    from partition_groups as p
    join pg_catalog.pg_class as c on c.oid = root
    join schemas on schemas.oid = relnamespace
    where rank = 1
    union all
    select 'table', format('%I.%I', nspname, relname), c.oid, c.relowner
    from partition_groups as p
    join pg_catalog.pg_class as c on c.oid = any(members)
    join schemas on schemas.oid = relnamespace
    where rank > 1
  ),
  -- Asked once: a privilege on a relation takes in the one on all its columns.
  relation_cells as (
    select kind, name, owner, role, ours, oid, string_agg(
      case
        when pg_catalog.has_table_privilege(role, oid, privilege || ' with grant option') then letter || '*'
        when pg_catalog.has_table_privilege(role, oid, privilege) then letter
        when letter = any('{r,a,w,x}') and pg_catalog.has_any_column_privilege(role, oid, privilege) then letter || (
          select format('(%s)', string_agg(quote_ident(attname), ' ' order by attnum))
          from pg_catalog.pg_attribute
          where attrelid = oid and attnum > 0 and not attisdropped and pg_catalog.has_column_privilege(role, oid, attnum, privilege)
        )
      end, '' order by position(letter in 'rawdDxtm')) as held
    from (
      select relations.*, roles.role, roles.ours
      from relations
      cross join roles
      where relations.owner <> roles.oid
    ) as asked
    cross join letters
    group by kind, name, owner, role, ours, oid
  ),
  other_cells as (
    select case prokind when 'p' then 'procedure' else 'function' end as kind,
      format('%I.%I(%s)', nspname, proname, pg_catalog.oidvectortypes(proargtypes)) as name, proowner as owner, prosecdef as definer, role, ours,
      case
        when pg_catalog.has_function_privilege(role, p.oid, 'execute with grant option') then 'X*'
        when pg_catalog.has_function_privilege(role, p.oid, 'execute') then 'X'
      end as held
    from pg_catalog.pg_proc as p
    join schemas on schemas.oid = pronamespace
    cross join roles
    where not exists (
      select from pg_catalog.pg_depend where objid = p.oid and classid = 'pg_catalog.pg_proc'::regclass and deptype = 'e'
    )
    union all
    select 'schema', quote_ident(nspname), nspowner, false, role, ours, concat(
      case
        when pg_catalog.has_schema_privilege(role, s.oid, 'usage with grant option') then 'U*'
        when pg_catalog.has_schema_privilege(role, s.oid, 'usage') then 'U'
      end,
      case when pg_catalog.has_schema_privilege(role, s.oid, 'create') then 'C' end)
    from schemas as s
    cross join roles
    union all
    select 'sequence', format('%I.%I', nspname, relname), relowner, false, role, ours, concat(
      case when pg_catalog.has_sequence_privilege(role, c.oid, 'select') then 'r' end,
      case when pg_catalog.has_sequence_privilege(role, c.oid, 'update') then 'w' end,
      case when pg_catalog.has_sequence_privilege(role, c.oid, 'usage') then 'U' end)
    from pg_catalog.pg_class as c
    join schemas on schemas.oid = relnamespace
    cross join roles
    where relkind = 'S'
    union all
    select 'database', '', null, false, role, ours, concat(
      case when pg_catalog.has_database_privilege(role, d.oid, 'create') then 'C' end,
      case when pg_catalog.has_database_privilege(role, d.oid, 'connect') then 'c' end,
      case when pg_catalog.has_database_privilege(role, d.oid, 'temporary') then 'T' end)
    from pg_catalog.pg_database as d
    cross join roles
    where datname = current_database()
    union all
    select 'parameter', parname, null, false, role, ours, concat(
      case when pg_catalog.has_parameter_privilege(role, parname, 'set') then 's' end,
      case when pg_catalog.has_parameter_privilege(role, parname, 'alter system') then 'A' end)
    from pg_catalog.pg_parameter_acl
    cross join roles
  ),
  cells as (
    select kind, name, owner, false as definer, role, ours, held
    from relation_cells
    union all
    select kind, name, owner, definer, role, ours, nullif(held, '')
    from other_cells
    where owner is null or owner <> (select oid from roles where roles.role = other_cells.role)
  ),
  -- A role that is not ours is of interest only where it can do what PUBLIC cannot.
  shown as (
    select *
    from cells
    where ours
      or held is distinct from (
        select p.held from cells as p where p.role = 'public' and p.kind = cells.kind and p.name = cells.name
      )
  ),
  object_lines as (
    select concat_ws(' ', kind, nullif(name, ''),
        case when owner is not null then
          format('(%s%s)', case when bool_or(definer) then 'as ' end, (
            -- Whoever set the server up: postgres here, another name elsewhere.
            select case when rolsuper and rolname <> all($1) then 'superuser' else rolname end
            from pg_catalog.pg_roles
            where pg_roles.oid = owner
          ))
        end)
      || ': '
      || coalesce(string_agg(role || '=' || held, ' ' order by role collate "C"), 'nobody') as line
    from shown
    group by kind, name, owner
  ),
  -- What the next object of an owner is granted, and to whom. Here memberships are not resolved: it is a rule, not an access.
  default_lines as (
    select format('default %s of %I%s: %s',
      case objtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' else 'schemas' end,
      owner, ' in ' || quote_ident(nspname), coalesce((
        select string_agg(format('%s=%s', grantee, held), ' ' order by grantee collate "C")
        from (
          select case e.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(e.grantee) end as grantee,
            string_agg(case privilege_type
              when 'SELECT' then 'r' when 'INSERT' then 'a' when 'UPDATE' then 'w' when 'DELETE' then 'd' when 'TRUNCATE' then 'D'
              when 'REFERENCES' then 'x' when 'TRIGGER' then 't' when 'MAINTAIN' then 'm' when 'EXECUTE' then 'X'
              when 'USAGE' then 'U' else 'C' end, '' order by privilege_type) as held
          from pg_catalog.aclexplode(acl) as e
          where e.grantee <> owner_oid
          group by e.grantee
        ) as held_by
      ), 'nobody')) as line
    from (
      select owners.oid as owner_oid, owners.rolname as owner, objtype::"char" as objtype, null::name as nspname,
        coalesce(defaclacl, pg_catalog.acldefault(case objtype when 'S' then 's' else objtype end::"char", owners.oid)) as acl
      from pg_catalog.pg_roles as owners
      cross join unnest('{r,S,f,T}'::text[]) as objtype
      left join pg_catalog.pg_default_acl
        on defaclrole = owners.oid and defaclnamespace = 0 and defaclobjtype = objtype::"char"
      where owners.rolname = any($1)
        and (exists (select from schemas where nspowner = owners.oid) or defaclacl is not null)
      union all
      select owners.oid, owners.rolname, defaclobjtype, nspname, defaclacl
      from pg_catalog.pg_default_acl
      join pg_catalog.pg_roles as owners on owners.oid = defaclrole
      join schemas on schemas.oid = defaclnamespace
    ) as defaults
  ),
  role_lines as (
    select format('role %I: %s', rolname, concat_ws(' ',
      case when rolsuper then 'superuser' end,
      case when rolcanlogin then 'login' else 'nologin' end,
      case when not rolinherit then 'noinherit' end,
      case when rolcreatedb then 'createdb' end,
      case when rolcreaterole then 'createrole' end,
      case when rolreplication then 'replication' end,
      case when rolbypassrls then 'bypassrls' end,
      (
        select string_agg('in:' || pg_catalog.pg_get_userbyid(roleid) || case when admin_option then '(admin)' else '' end, ' '
          order by pg_catalog.pg_get_userbyid(roleid)::text collate "C")
        from (select roleid, bool_or(admin_option) as admin_option from pg_catalog.pg_auth_members where member = r.oid group by roleid) as groups
      ))) as line
    from pg_catalog.pg_roles as r
    where rolname = any($1)
      or rolname !~ '^pg_' and not rolsuper and exists (
        select from pg_catalog.pg_auth_members where member = r.oid and pg_catalog.pg_get_userbyid(roleid) = any($1)
      )
  )
select line
from (
  select line from object_lines
  union all
  select line from default_lines
  union all
  select line from role_lines
) as lines
order by line collate "C"`;

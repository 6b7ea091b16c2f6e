-- The roles that own, use and watch the database. Roles belong to the whole cluster, so this file is not a migration: it is
-- repeatable, makes what is missing, corrects what has drifted, and sets no password (the program sets SCRAM verifiers).
-- A superuser runs it, or, as managed services give it, a role that may create roles and owns the database: what that one cannot give is
-- left out with a warning (docs/operate/managed.md).
--
--   owners       cm_owner, audit_owner      own every object, nobody signs in as them
--   gatekeeper   cm_gatekeeper              owns the few functions that must look before a tenant is known
--   groups       apg_readonly, apg_readwrite, apg_admin
--   logins       apg_user, apg_gate, apg_readonly_user, apg_sealer, monitoring, backup_user, replicator
do $$
declare
  wanted record;
  current_attributes text;
begin
  for wanted in
    select *
    from (
      values
        -- role, attributes, connection limit
        ('cm_owner', 'nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls', -1),
        ('audit_owner', 'nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls', -1),
        ('cm_gatekeeper', 'nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls', -1),
        ('apg_readonly', 'nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls', -1),
        ('apg_readwrite', 'nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls', -1),
        ('apg_admin', 'nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls', -1),
        ('apg_user', 'login nosuperuser nocreatedb nocreaterole noreplication nobypassrls', 200),
        -- Calls the functions of cm_gatekeeper that find who signs in, and may do nothing else.
        ('apg_gate', 'login nosuperuser nocreatedb nocreaterole noreplication nobypassrls', 50),
        ('apg_readonly_user', 'login nosuperuser nocreatedb nocreaterole noreplication nobypassrls', 50),
        -- Seals the audit trail: calls a few functions, reads no row.
        ('apg_sealer', 'login nosuperuser nocreatedb nocreaterole noreplication nobypassrls', 5),
        ('monitoring', 'login nosuperuser nocreatedb nocreaterole noreplication nobypassrls', 10),
        -- A logical backup must read every tenant's rows: pg_dump under row-level security would dump none of them, silently.
        ('backup_user', 'login nosuperuser nocreatedb nocreaterole noreplication bypassrls', 5),
        ('replicator', 'login nosuperuser nocreatedb nocreaterole replication nobypassrls', 10)
    ) as role_list (name, attributes, connections)
  loop
    select concat_ws(
        ' ',
        case when rolcanlogin then 'login' else 'nologin' end,
        case when rolsuper then 'superuser' else 'nosuperuser' end,
        case when rolcreatedb then 'createdb' else 'nocreatedb' end,
        case when rolcreaterole then 'createrole' else 'nocreaterole' end,
        case when rolreplication then 'replication' else 'noreplication' end,
        case when rolbypassrls then 'bypassrls' else 'nobypassrls' end
      )
    into current_attributes
    from pg_catalog.pg_roles
    where rolname = wanted.name;

    if current_attributes is null then
      begin
        execute format('create role %I with %s connection limit %s', wanted.name, wanted.attributes, wanted.connections);
      exception
        when insufficient_privilege then
          execute format(
            'create role %I with %s connection limit %s',
            wanted.name, regexp_replace(wanted.attributes, '\m(bypassrls|replication)\M', 'no\1'), wanted.connections
          );
          raise warning 'role % was made without %: this administrator may not give it',
            wanted.name, substring(wanted.attributes from '\m(?:bypassrls|replication)\M');
      end;
    elsif current_attributes <> wanted.attributes then
      begin
        execute format('alter role %I with %s', wanted.name, wanted.attributes);
      exception
        when insufficient_privilege then
          raise warning 'role % is "%" and not "%": this administrator may not change it', wanted.name, current_attributes, wanted.attributes;
      end;
    end if;
  end loop;
end
$$;

-- Who is no superuser acts as the owners only as a member of them. Up to 15 whoever may create roles may also join them; from 16 on whoever
-- made them. A superuser needs none of it, and gets none.
do $$
declare
  owner_name text;
begin
  if (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
    return;
  end if;
  foreach owner_name in array array['cm_owner', 'audit_owner', 'cm_gatekeeper', 'apg_admin', 'apg_readwrite', 'apg_user', 'apg_readonly']
  loop
    if current_setting('server_version_num')::integer >= 160000 then
      if not pg_has_role(current_user, owner_name, 'set') or not pg_has_role(current_user, owner_name, 'usage') then
        execute format('grant %I to current_user with inherit true, set true', owner_name);
      end if;
    elsif not pg_has_role(current_user, owner_name, 'usage') then
      execute format('grant %I to current_user', owner_name);
    end if;
  end loop;
end
$$;

-- Who belongs to which group. Granting again what is granted would write the shared catalogue for nothing.
do $$
declare
  membership record;
begin
  for membership in
    select *
    from (
      values
        ('apg_readwrite', 'apg_user'),
        ('apg_readonly', 'apg_readonly_user'),
        -- monitoring sees sessions, statistics and settings, and not one row of a tenant
        ('pg_monitor', 'monitoring'),
        -- its function names the transaction that holds sealing back, whoever's it is
        ('pg_read_all_stats', 'audit_owner'),
        ('pg_read_all_data', 'backup_user')
    ) as memberships (group_name, member_name)
    where not exists (
      select
      from pg_catalog.pg_auth_members
      where roleid = group_name::regrole
        and member = member_name::regrole
    )
  loop
    begin
      execute format('grant %I to %I', membership.group_name, membership.member_name);
    exception
      when insufficient_privilege then
        raise warning '% was not granted to %: this administrator may not give it', membership.group_name, membership.member_name;
    end;
  end loop;
end
$$;

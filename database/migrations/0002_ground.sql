-- The ground every table stands on: domains, the tenant of a transaction, days carried by ids, one way to secure a table, one to partition it.
set local role cm_owner;

-- Text, not varchar: text equality is leakproof and distributable. The form leaves no two spellings of one tenant.
create domain cash_management.tenant_key as text
  constraint tenant_key_is_lower_case_letters_digits_dash_underscore check (value ~ '^[a-z0-9][a-z0-9_-]{0,49}$');
create domain cash_management.currency_code as text
  constraint currency_code_is_three_capital_letters check (value ~ '^[A-Z]{3}$');

comment on domain cash_management.tenant_key is 'who a row belongs to';
comment on domain cash_management.currency_code is 'ISO 4217 code; its exponent says what a minor unit is';

-- Context of a transaction --------------------------------------------------------------------------------------------------
-- Set by set_config(name, value, true). After that transaction the session keeps the setting as '', which must mean nobody.

create function cash_management.current_tenant() returns text
  language sql stable parallel safe
  return nullif(current_setting('app.tenant_id', true), '');
create function cash_management.current_actor() returns text
  language sql stable parallel safe
  return nullif(current_setting('app.actor', true), '');
create function cash_management.current_request() returns text
  language sql stable parallel safe
  return nullif(current_setting('app.request_id', true), '');

comment on function cash_management.current_tenant() is 'tenant of this transaction, null when none is chosen: then no row is seen and none can be written';
comment on function cash_management.current_actor() is 'the person or key on whose behalf this transaction runs, null when none was given';
comment on function cash_management.current_request() is 'the request this transaction belongs to, null when none was given';

grant execute on function
  cash_management.current_tenant(),
  cash_management.current_actor(),
  cash_management.current_request()
to apg_readonly, apg_readwrite, apg_admin, monitoring, audit_owner, cm_gatekeeper;

-- The first 24 bits of an id count days since 2000-01-01 (docs/why/ids-that-carry-their-day.md). Inlined, so the planner prunes by it.
create function cash_management.day_of_id(id uuid) returns date
  language sql immutable parallel safe
  return date '2000-01-01'
    + (get_byte(uuid_send(id), 0) * 65536 + get_byte(uuid_send(id), 1) * 256 + get_byte(uuid_send(id), 2));
comment on function cash_management.day_of_id(uuid) is 'the day an id carries in its first 24 bits';
grant execute on function cash_management.day_of_id(uuid) to apg_readonly, apg_readwrite, apg_admin;

-- Securing --------------------------------------------------------------------------------------------------------------------

create function maintenance.secure_table(target regclass) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  if not exists (select from pg_policy where polrelid = target and polname = 'tenant_isolation') then
    execute format(
      'create policy tenant_isolation on %s
         using (tenant_id = (select cash_management.current_tenant()))
         with check (tenant_id = (select cash_management.current_tenant()))',
      target
    );
  end if;
end
$$;
comment on function maintenance.secure_table(regclass) is
  'row-level security, forced, with the one policy of a tenant table; safe to repeat';

create function maintenance.secure_shared_table(target regclass) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  if not exists (select from pg_policy where polrelid = target and polname = 'same_for_all_tenants') then
    execute format('create policy same_for_all_tenants on %s using (true) with check (true)', target);
  end if;
end
$$;
comment on function maintenance.secure_shared_table(regclass) is
  'for a table without tenants (reference or local): says by a policy that everybody with a grant sees all of it';

-- Change of a row -------------------------------------------------------------------------------------------------------------

-- Named columns are left out of the comparison: generated columns are not computed yet when a BEFORE trigger runs.
create function cash_management.touch() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  new.updated_at := old.updated_at;
  if tg_nargs = 0 then
    if new is distinct from old then
      new.updated_at := clock_timestamp();
    end if;
  elsif to_jsonb(new) - tg_argv is distinct from to_jsonb(old) - tg_argv then
    new.updated_at := clock_timestamp();
  end if;
  return new;
end
$$;
comment on function cash_management.touch() is 'updated_at moves on every real change and only then; nobody can set it';

create function maintenance.touch_table(target regclass) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  generated text;
begin
  select string_agg(quote_literal(attname), ', ' order by attnum)
  into generated
  from pg_attribute
  where attrelid = target
    and attgenerated <> ''
    and not attisdropped;
  execute format(
    'create or replace trigger touch before update on %s for each row execute function cash_management.touch(%s)',
    target,
    generated
  );
end
$$;
comment on function maintenance.touch_table(regclass) is 'keeps updated_at of a table true';

create function cash_management.refuse_key_change() returns trigger
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception '% of % never changes', array_to_string(tg_argv, ', '), tg_table_name
    using errcode = 'restrict_violation',
      hint = 'Supersede the row and add a new one.';
end
$$;

create function maintenance.fix_columns(target regclass, variadic fixed text[]) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
begin
  execute format(
    'create or replace trigger key_never_changes before update of %s on %s for each row when (%s)
       execute function cash_management.refuse_key_change(%s)',
    (select string_agg(quote_ident(name), ', ') from unnest(fixed) as name),
    target,
    (select string_agg(format('old.%1$I is distinct from new.%1$I', name), ' or ') from unnest(fixed) as name),
    (select string_agg(quote_literal(name), ', ') from unnest(fixed) as name)
  );
end
$$;
comment on function maintenance.fix_columns(regclass, text[]) is
  'columns that keep their first value: a key, or the day that chooses the partition';

-- Currencies -------------------------------------------------------------------------------------------------------------------

create table cash_management.cm_currencies (
  code cash_management.currency_code not null,
  exponent smallint not null,
  constraint cm_currencies_pkey primary key (code),
  constraint exponent_is_0_to_4 check (exponent between 0 and 4)
);
comment on table cash_management.cm_currencies is 'reference: ISO 4217, the digits of a minor unit; the same for all tenants';

insert into cash_management.cm_currencies (code, exponent)
select regexp_split_to_table(codes, '\s+'), exponent
from (
  values
    (0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
    (2, 'AED AFN ALL AMD ANG AOA ARS ATS AUD AWG AZN BAM BBD BDT BEF BGN BMD BND BOB BOV BRL BSD BTN BWP
      BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CYP CZK DEM DKK DOP DZD EEK EGP ERN ESP
      ETB EUR FIM FJD FKP FRF GBP GEL GHS GIP GMD GRD GTQ GYD HKD HNL HRK HTG HUF IDR IEP ILS INR IRR
      ITL JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL LTL LUF LVL MAD MDL MGA MKD MMK MNT MOP MRO
      MRU MTL MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NLG NOK NPR NZD PAB PEN PGK PHP PKR PLN PTE QAR
      ROL RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SIT SKK SLE SLL SOS SRD SSP STD STN SVC SYP SZL THB
      TJS TMT TOP TRL TRY TTD TWD TZS UAH USD USN UYU UZS VED VEF VES WST XCD XCG YER ZAR ZMW ZWG ZWL'),
    (3, 'BHD IQD JOD KWD LYD OMR TND'),
    (4, 'CLF UYW')
) as iso_4217 (exponent, codes);

select maintenance.secure_shared_table('cash_management.cm_currencies');
grant select on cash_management.cm_currencies to apg_readonly, apg_readwrite, apg_admin;

-- Partitions: made from bounds and never from names, ahead by a horizon, and on demand for a back-dated statement ------------

create table maintenance.partition_policies (
  parent text not null,
  granularity text not null,
  lookback_months integer not null default 24,
  horizon_days integer not null default 365,
  retention_months integer,
  leaf_options text,
  made_on_demand boolean not null default false,
  constraint partition_policies_pkey primary key (parent),
  constraint granularity_is_month_or_quarter check (granularity in ('month', 'quarter')),
  constraint lookback_is_not_negative check (lookback_months >= 0),
  constraint horizon_is_at_least_a_quarter check (horizon_days >= 90),
  constraint retention_is_at_least_seven_years check (retention_months >= 84)
);
comment on table maintenance.partition_policies is
  'local: how each table partitioned by a day is divided, how far ahead, how long it is kept; no DEFAULT partition anywhere (docs/why/no-default-partition.md)';
comment on column maintenance.partition_policies.parent is 'schema.table';
comment on column maintenance.partition_policies.lookback_months is 'how far back a fresh database has partitions';
comment on column maintenance.partition_policies.retention_months is 'age at which a whole partition may be archived and detached; null keeps it for good';
comment on column maintenance.partition_policies.leaf_options is 'storage parameters of each partition (a partitioned parent cannot have any)';
comment on column maintenance.partition_policies.made_on_demand is 'whether an import may ask for partitions of its days';
select maintenance.secure_shared_table('maintenance.partition_policies');

-- A table that only grows by inserts is vacuumed for its visibility map and frozen early, so that retiring it is no surprise.
insert into maintenance.partition_policies (parent, granularity, retention_months, made_on_demand, leaf_options)
values
  ('cash_management.cm_bank_transactions', 'month', 120, true, 'autovacuum_vacuum_insert_scale_factor=0.1, autovacuum_analyze_scale_factor=0.02'),
  ('cash_management.cm_bank_transaction_details', 'month', 120, true, 'autovacuum_vacuum_insert_scale_factor=0.1, autovacuum_analyze_scale_factor=0.02'),
  ('cash_management.cm_cash_flows', 'month', 120, true, 'autovacuum_vacuum_scale_factor=0.05, autovacuum_analyze_scale_factor=0.02');

-- Bounds are read from the catalogue in one time zone and one date style: pg_get_expr prints them as the session would.
create function maintenance.partition_ranges(parent regclass)
returns table (part regclass, from_day date, to_day date)
  language sql stable
  set search_path = pg_catalog, pg_temp
  set timezone = 'UTC'
  set datestyle = 'ISO'
begin atomic
  select
    bound.part,
    substring(bound.expression from 'FROM \(''([^'']+)''\)')::date,
    substring(bound.expression from 'TO \(''([^'']+)''\)')::date
  from (
    select
      pg_inherits.inhrelid::regclass as part,
      pg_get_expr(pg_class.relpartbound, pg_class.oid) as expression
    from pg_inherits
    join pg_class on pg_class.oid = pg_inherits.inhrelid
    where pg_inherits.inhparent = parent
  ) as bound
  where bound.expression like 'FOR VALUES FROM (%';
end;
comment on function maintenance.partition_ranges(regclass) is 'range partitions of a table and their bounds [from_day, to_day)';

-- Everything LIKE and ATTACH do not bring along: options, statistics targets, policies, and triggers that fire per statement.
create function maintenance.copy_to_partition(parent regclass, part regclass, leaf_options text) returns void
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  item record;
begin
  if leaf_options is not null then
    execute format('alter table %s set (%s)', part, leaf_options);
  end if;
  for item in
    select attname, attstattarget
    from pg_attribute
    where attrelid = parent
      and attnum > 0
      and not attisdropped
      and attstattarget >= 0
  loop
    execute format('alter table %s alter column %I set statistics %s', part, item.attname, item.attstattarget);
  end loop;
  execute format('alter table %s enable row level security', part);
  execute format('alter table %s force row level security', part);
  for item in
    select
      polname,
      case polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end as command,
      case when polpermissive then 'permissive' else 'restrictive' end as kind,
      (
        select string_agg(case role when 0 then 'public' else quote_ident(pg_get_userbyid(role)) end, ', ')
        from unnest(polroles) as role
      ) as roles,
      pg_get_expr(polqual, polrelid) as visible,
      pg_get_expr(polwithcheck, polrelid) as writable
    from pg_policy
    where polrelid = parent
  loop
    execute format(
      'create policy %I on %s as %s for %s to %s %s %s',
      item.polname, part, item.kind, item.command, item.roles,
      'using (' || item.visible || ')',
      'with check (' || item.writable || ')'
    );
  end loop;
  for item in
    select tgname, tgenabled, pg_get_triggerdef(oid) as definition
    from pg_trigger
    where tgrelid = parent
      and not tgisinternal
      and tgtype & 1 = 0 -- fired per statement: those of each row are cloned by ATTACH
  loop
    execute regexp_replace(item.definition, ' ON \S+ ', format(' ON %s ', part));
    if item.tgenabled = 'A' then
      execute format('alter table %s enable always trigger %I', part, item.tgname);
    end if;
  end loop;
end
$$;

create function maintenance.ensure_range(parent regclass, root regclass, policy maintenance.partition_policies, from_day date, to_day date)
returns integer
  language plpgsql
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '2s'
as $$
declare
  step interval := case policy.granularity when 'month' then interval '1 month' else interval '3 months' end;
  owner name := (select pg_get_userbyid(relowner) from pg_class where oid = parent);
  key text := (select quote_ident(attname) from pg_attribute join pg_partitioned_table on partrelid = attrelid
    and attnum = partattrs[0] where partrelid = parent);
  low date;
  high date;
  name text;
  part regclass;
  made integer := 0;
  attempt integer;
begin
  for low, high in
    select missing::date, (missing + step)::date
    from generate_series(date_trunc(policy.granularity, from_day::timestamp), to_day::timestamp, step) as missing
    where not exists (
      select
      from maintenance.partition_ranges(parent) as range
      where range.from_day < missing + step
        and range.to_day > missing
    )
  loop
    name := (select relname from pg_class where oid = parent)
      || to_char(low, case policy.granularity when 'month' then '_YYYY_MM' else '_YYYY"q"Q' end);
    if to_regclass('cm_parts.' || quote_ident(name)) is not null then
      raise exception 'cm_parts.% exists and is not a partition of %', name, parent
        using errcode = 'duplicate_table',
          hint = 'It was detached, or made by hand. Attach it, or rename it if its rows are archived.';
    end if;
    attempt := 1;
    loop
      begin
        -- Made apart, secured, then attached: SHARE UPDATE EXCLUSIVE on the parent instead of ACCESS EXCLUSIVE, and never
        -- visible before its policies are.
        execute format(
          'create table cm_parts.%I (like %s including all excluding indexes excluding identity excluding comments)',
          name, parent
        );
        part := to_regclass('cm_parts.' || quote_ident(name));
        if current_user <> owner then
          execute format('alter table %s owner to %I', part, owner);
        end if;
        perform maintenance.copy_to_partition(root, part, policy.leaf_options);
        execute format('alter table %s add constraint bounds check (%s >= %L and %s < %L)', part, key, low, key, high);
        execute format('alter table %s attach partition %s for values from (%L) to (%L)', parent, part, low, high);
        execute format('alter table %s drop constraint bounds', part);
        made := made + 1;
        exit;
      exception
        when lock_not_available then
          if attempt >= 5 then
            raise;
          end if;
          attempt := attempt + 1;
          perform pg_sleep(0.1 * attempt);
      end;
    end loop;
  end loop;
  return made;
end
$$;

create function maintenance.ensure_partitions(parent regclass, from_day date, to_day date) returns integer
  language plpgsql
  set search_path = pg_catalog, pg_temp
  set timezone = 'UTC'
  set datestyle = 'ISO'
as $$
declare
  policy maintenance.partition_policies;
  branch regclass;
  branches regclass[];
  step interval;
  made integer := 0;
begin
  select *
  into policy
  from maintenance.partition_policies
  where to_regclass(partition_policies.parent) = ensure_partitions.parent;
  if not found then
    raise exception '% has no entry in maintenance.partition_policies', parent
      using errcode = 'undefined_object';
  end if;
  step := case policy.granularity when 'month' then interval '1 month' else interval '3 months' end;

  -- hash first, days below: each hash part is divided alike
  select case
      when partstrat = 'h' then array(select inhrelid::regclass from pg_inherits where inhparent = partrelid order by inhrelid)
      else array[partrelid::regclass]
    end
  into branches
  from pg_partitioned_table
  where partrelid = parent;

  foreach branch in array branches
  loop
    -- Nearly every call finds everything in place: then nothing is locked.
    continue when not exists (
      select
      from generate_series(date_trunc(policy.granularity, from_day::timestamp), to_day::timestamp, step) as wanted
      where not exists (
        select
        from maintenance.partition_ranges(branch) as range
        where range.from_day < wanted + step
          and range.to_day > wanted
      )
    );
    -- One maker at a time in this database; the others wait here and then find nothing missing.
    perform pg_advisory_xact_lock(hashtext('maintenance.ensure_partitions'));
    made := made + maintenance.ensure_range(branch, parent, policy, from_day, to_day);
  end loop;
  return made;
end
$$;
comment on function maintenance.ensure_partitions(regclass, date, date) is
  'makes the partitions that the days from_day to to_day need and lack; returns how many; safe to repeat and to run at once';

create function maintenance.ensure_horizons() returns table (parent text, made integer)
  language plpgsql
  set search_path = pg_catalog, pg_temp
as $$
declare
  policy maintenance.partition_policies;
begin
  for policy in select * from maintenance.partition_policies order by partition_policies.parent
  loop
    continue when to_regclass(policy.parent) is null;
    parent := policy.parent;
    made := maintenance.ensure_partitions(
      policy.parent::regclass,
      (date_trunc('month', current_date) - make_interval(months => policy.lookback_months))::date,
      current_date + policy.horizon_days
    );
    return next;
  end loop;
end
$$;
comment on function maintenance.ensure_horizons() is 'every partitioned table reaches back and ahead as its policy says';

create function cash_management.ensure_days(from_day date, to_day date) returns integer
  language plpgsql
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  policy maintenance.partition_policies;
  made integer := 0;
begin
  if from_day is null or to_day is null or from_day > to_day
    or from_day < date '1990-01-01' or to_day > current_date + 5 * 365 then
    raise exception 'no partitions are made for % to %', coalesce(from_day::text, 'null'), coalesce(to_day::text, 'null')
      using errcode = 'datetime_field_overflow',
        hint = 'Days lie between 1990-01-01 and five years from today.';
  end if;
  for policy in select * from maintenance.partition_policies where made_on_demand order by parent
  loop
    continue when to_regclass(policy.parent) is null;
    made := made + maintenance.ensure_partitions(policy.parent::regclass, from_day, to_day);
  end loop;
  return made;
end
$$;
comment on function cash_management.ensure_days(date, date) is
  'partitions for the days of a statement. Call it in a transaction of its own: attaching locks the referenced accounts until commit';
revoke execute on function cash_management.ensure_days(date, date) from public;
grant execute on function cash_management.ensure_days(date, date) to apg_readwrite;

import type { ClientBase } from "pg";
import { type Matrix, matrixText, parseMatrix } from "./matrix.ts";

/** What decides who sees and does what: privileges, and the policies, flags and functions behind them. */
export interface AccessState {
  readonly matrix: Matrix;
  /** By `row-level security of …`, `policy … on …`, `function …`, `view …`; partitions follow their table and are left out. */
  readonly guards: ReadonlyMap<string, Guard>;
}

export type Guard =
  | { readonly kind: "table"; readonly enabled: boolean; readonly forced: boolean; readonly ofTenants: boolean }
  | {
      readonly kind: "policy";
      readonly table: string;
      readonly permissive: boolean;
      readonly command: string;
      readonly roles: readonly string[];
      readonly using: string;
      readonly check: string;
    }
  | {
      readonly kind: "function";
      readonly definer: boolean;
      readonly pinned: boolean;
      readonly leakproof: boolean;
      /** A policy calls it. */
      readonly inPolicy: boolean;
      readonly body: string;
    }
  | { readonly kind: "view"; readonly invoker: boolean };

export async function readAccess(admin: ClientBase): Promise<AccessState> {
  const matrix = parseMatrix(await matrixText(admin));
  const { rows } = await admin.query<{ subject: string; guard: Guard }>(question);
  return { matrix, guards: new Map(rows.map(({ subject, guard }) => [subject, guard])) };
}

const question = `
with schemas as (
    select oid, nspname
    from pg_catalog.pg_namespace
    where nspname !~ '^pg_' and nspname <> 'information_schema'
  )
select format('table %I.%I', nspname, relname) as subject, jsonb_build_object(
    'kind', 'table', 'enabled', relrowsecurity, 'forced', relforcerowsecurity, 'ofTenants', exists (
      select from pg_catalog.pg_attribute where attrelid = c.oid and attname = 'tenant_id' and not attisdropped
    )) as guard
from pg_catalog.pg_class as c
join schemas on schemas.oid = relnamespace
where relkind in ('r', 'p') and not relispartition
union all
select format('policy %I on %I.%I', polname, nspname, relname), jsonb_build_object(
    'kind', 'policy', 'table', format('table %I.%I', nspname, relname), 'permissive', polpermissive, 'command', polcmd,
    'roles', (
      select jsonb_agg(case role when 0 then 'public' else pg_catalog.pg_get_userbyid(role) end)
      from unnest(polroles) as role
    ),
    'using', coalesce(pg_catalog.pg_get_expr(polqual, polrelid), ''),
    'check', coalesce(pg_catalog.pg_get_expr(polwithcheck, polrelid), ''))
from pg_catalog.pg_policy as p
join pg_catalog.pg_class as c on c.oid = polrelid
join schemas on schemas.oid = relnamespace
where not relispartition
union all
select format('function %I.%I(%s)', nspname, proname, pg_catalog.oidvectortypes(proargtypes)), jsonb_build_object(
    'kind', 'function', 'definer', prosecdef, 'leakproof', proleakproof,
    'pinned', exists (select from unnest(proconfig) as setting where setting like 'search_path=%'),
    'inPolicy', exists (
      select from pg_catalog.pg_depend
      where classid = 'pg_catalog.pg_policy'::regclass and refclassid = 'pg_catalog.pg_proc'::regclass and refobjid = f.oid
    ),
    'body', md5(coalesce(pg_catalog.pg_get_function_sqlbody(f.oid), prosrc)))
from pg_catalog.pg_proc as f
join schemas on schemas.oid = pronamespace
where prokind in ('f', 'p') and not exists (
    select from pg_catalog.pg_depend where objid = f.oid and classid = 'pg_catalog.pg_proc'::regclass and deptype = 'e'
  )
union all
select format('view %I.%I', nspname, relname), jsonb_build_object(
    'kind', 'view', 'invoker', coalesce(reloptions @> '{security_invoker=true}' or reloptions @> '{security_invoker=on}', false))
from pg_catalog.pg_class as c
join schemas on schemas.oid = relnamespace
where relkind = 'v'`;

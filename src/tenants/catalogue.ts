import { rows } from "../postgres/rows.ts";
import type { TenantTransaction } from "../postgres/transaction.ts";

/** A table with rows of tenants, as the catalogue has it: what is exported and erased is found here, never in a list of ours. */
export interface TenantTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  /** Without the tenant. */
  readonly keyColumns: readonly string[];
  /** Amounts, each with the column that names its currency. */
  readonly amounts: readonly { readonly column: string; readonly currency: string }[];
}

export const applicationSchemas = ["cash_management", "analytics", "ml_models", "monitoring", "maintenance", "audit"] as const;

/** Every table with a tenant_id that is nobody's partition, in the order of their names. */
export async function tenantTables(tx: Pick<TenantTransaction, "query">): Promise<TenantTable[]> {
  const found = await rows<{ schema: string; name: string; columns: string[]; keys: string[] | null; minors: string[] | null }>(
    tx,
    `select
       n.nspname as schema,
       c.relname as name,
       array_agg(a.attname::text order by a.attnum) as columns,
       array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum))
         filter (where a.attnum = any (i.indkey::int2[]) and a.attname <> 'tenant_id') as keys,
       array_agg(a.attname::text order by a.attnum) filter (where a.attname like '%\\_minor' and a.atttypid = 'int8'::regtype) as minors
     from pg_catalog.pg_class as c
     join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
     join pg_catalog.pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     left join pg_catalog.pg_index as i on i.indrelid = c.oid and i.indisprimary
     where c.relkind in ('r', 'p')
       and not c.relispartition
       and n.nspname = any ($1)
       and exists (select from pg_catalog.pg_attribute as t where t.attrelid = c.oid and t.attname = 'tenant_id' and not t.attisdropped)
     group by n.nspname, c.relname
     order by n.nspname, c.relname`,
    [applicationSchemas],
  );
  return found.map(({ schema, name, columns, keys, minors }) => ({
    schema,
    name,
    columns,
    keyColumns: keys ?? [],
    amounts: (minors ?? []).flatMap((column) => amountOf(column, columns)),
  }));
}

/** fee_minor is in fee_currency where there is one, in currency otherwise; an amount without either has no sum that means something. */
function amountOf(column: string, columns: readonly string[]): TenantTable["amounts"] {
  const currency = [column.replace(/_minor$/, "_currency"), "currency"].find((name) => columns.includes(name));
  return currency === undefined ? [] : [{ column, currency }];
}

import type { Client } from "../../postgres/connect.ts";

/** A table that holds rows itself: a plain one or a partition, attached or not. */
export interface Leaf {
  /** Quoted, with its schema. */
  readonly table: string;
  /** The table it is a part of, or itself; as people know it. */
  readonly root: string;
  readonly owner: string;
  readonly keptAsRecord: boolean;
}

/** What is erased, in the order in which references allow it: who refers goes before what is referred to. */
export interface ErasureStep extends Leaf {
  /** References of the table to itself, as pairs of columns: rows that nothing refers to go first. */
  readonly selfReferences: readonly (readonly { readonly from: string; readonly to: string }[])[];
}

/**
 * Every table with a tenant_id in any schema but PostgreSQL's own, partitions and detached ones among them: read from the catalogue at
 * that moment, so that a table made tomorrow is found.
 */
export async function tenantLeaves(client: Client): Promise<Leaf[]> {
  const { rows } = await client.query<Leaf>(
    `select
       format('%I.%I', n.nspname, c.relname) as "table",
       format('%s.%s', coalesce(rn.nspname, n.nspname), coalesce(r.relname, c.relname)) as root,
       pg_get_userbyid(c.relowner)::text as owner,
       -- What the trail says of people is the tenant's and goes; the trail itself, with their salted digests, stays.
       (coalesce(rn.nspname, n.nspname) = 'audit' or pg_get_userbyid(c.relowner) = 'audit_owner')
         and format('%s.%s', n.nspname, c.relname) <> 'audit.personal_values' as "keptAsRecord"
     from pg_catalog.pg_class as c
     join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
     left join pg_catalog.pg_class as r on r.oid = pg_partition_root(c.oid)
     left join pg_catalog.pg_namespace as rn on rn.oid = r.relnamespace
     where c.relkind in ('r', 'f')
       and c.relpersistence <> 't'
       and n.nspname !~ '^pg_'
       and n.nspname <> 'information_schema'
       and exists (select from pg_catalog.pg_attribute as a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
     order by 2, 1`,
  );
  return rows;
}

interface Reference {
  readonly from: string;
  readonly to: string;
  readonly columns: string[];
  readonly referred: string[];
}

/** @throws Error when references between tables run in a circle: a defect of the schema */
export async function erasurePlan(client: Client): Promise<ErasureStep[]> {
  const leaves = (await tenantLeaves(client)).filter(({ keptAsRecord }) => !keptAsRecord);
  const references = await foreignKeys(client);
  const order = inOrder([...new Set(leaves.map(({ root }) => root))], references);
  return order.flatMap((root) => {
    const selfReferences = references
      .filter(({ from, to }) => from === root && to === root)
      .map(({ columns, referred }) => columns.map((from, index) => ({ from, to: referred[index] as string })));
    return leaves.filter((leaf) => leaf.root === root).map((leaf) => ({ ...leaf, selfReferences }));
  });
}

async function foreignKeys(client: Client): Promise<Reference[]> {
  const { rows } = await client.query<Reference>(
    `select
       format('%s.%s', fn.nspname, f.relname) as "from",
       format('%s.%s', tn.nspname, t.relname) as "to",
       array(select a.attname::text from unnest(k.conkey) with ordinality as key (number, place)
             join pg_catalog.pg_attribute as a on a.attrelid = k.conrelid and a.attnum = key.number order by place) as columns,
       array(select a.attname::text from unnest(k.confkey) with ordinality as key (number, place)
             join pg_catalog.pg_attribute as a on a.attrelid = k.confrelid and a.attnum = key.number order by place) as referred
     from pg_catalog.pg_constraint as k
     join pg_catalog.pg_class as f on f.oid = k.conrelid
     join pg_catalog.pg_namespace as fn on fn.oid = f.relnamespace
     join pg_catalog.pg_class as t on t.oid = k.confrelid
     join pg_catalog.pg_namespace as tn on tn.oid = t.relnamespace
     where k.contype = 'f'
       and k.conparentid = 0`,
  );
  return rows;
}

/** Tables so that each stands behind all that refer to it. */
export function inOrder(tables: readonly string[], references: readonly Pick<Reference, "from" | "to">[]): string[] {
  const left = new Set(tables);
  const order: string[] = [];
  while (left.size > 0) {
    const free = [...left].filter((table) => !references.some(({ from, to }) => to === table && from !== table && left.has(from)));
    if (free.length === 0) throw new Error(`references run in a circle: ${[...left].join(", ")}`);
    for (const table of free) left.delete(table);
    order.push(...free);
  }
  return order;
}

import type { Connection } from "../queries.ts";
import { sha256 } from "./merkle.ts";

/** A value that names people and stands apart from its entry, which has its salted digest as `column#`. */
export interface ApartValue {
  readonly entry: bigint;
  readonly tenantId: string;
  readonly side: "old" | "new";
  readonly column: string;
  /** Of this value alone: shown in a proof, it tells nothing of the others. */
  readonly salt: Buffer;
  readonly value: string;
}

/** The values that stand apart from these entries; none for entries without any, and for those of a tenant that was erased. */
export async function personalValues(
  connection: Connection,
  entries: readonly { readonly tenantId: string; readonly id: bigint }[],
): Promise<ApartValue[]> {
  const result = await connection.query<Omit<ApartValue, "tenantId"> & { tenant_id: string }>(
    `select apart.entry_id as entry, apart.tenant_id, each_value.side, each_value.key as column, each_value.value::text as value,
       sha256(apart.salt || convert_to(each_value.side || '.' || each_value.key, 'UTF8')) as salt
     from unnest($1::text[], $2::bigint[]) as wanted (tenant_id, id)
     join audit.personal_values as apart on apart.tenant_id = wanted.tenant_id and apart.entry_id = wanted.id
     cross join lateral (
       select 'old' as side, key, value from jsonb_each(apart.old_values)
       union all
       select 'new', key, value from jsonb_each(apart.new_values)
     ) as each_value
     order by 1, 3 desc, 4`,
    [entries.map(({ tenantId }) => tenantId), entries.map(({ id }) => id)],
  );
  return result.rows.map(({ entry, tenant_id: tenantId, side, column, salt, value }) => ({ entry, tenantId, side, column, salt, value }));
}

export function digestOfValue(salt: Uint8Array, value: string): string {
  return sha256(Buffer.concat([salt, Buffer.from(value, "utf8")])).toString("hex");
}

/** The digests that an image has of what stands apart from it: column to digest. */
export function digestsIn(image: unknown): Map<string, string> {
  if (typeof image !== "object" || image === null) return new Map();
  const entries = Object.entries(image as Record<string, unknown>);
  return new Map(entries.flatMap(([name, value]) => (name.endsWith("#") && typeof value === "string" ? [[name.slice(0, -1), value]] : [])));
}

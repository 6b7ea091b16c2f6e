import type { KeyState } from "../../keys/tenant-keys.ts";
import type { Pool } from "../../postgres/connect.ts";
import { rows } from "../../postgres/rows.ts";
import { type TenantContext, tenantRead } from "../../postgres/transaction.ts";
import { countVersions, type VersionCount } from "./count-versions.ts";
import { asOwner } from "./reencrypt.ts";

export interface KeyStatus {
  readonly tenant: string;
  readonly keys: readonly KeyFacts[];
  /** By column and version. */
  readonly values: readonly VersionCount[];
  /** Values under another version than the active one: a rotation was interrupted. */
  readonly older: number;
}

export interface KeyFacts {
  readonly purpose: "value" | "index";
  readonly version: number;
  readonly state: KeyState;
  /** Id of the key-encryption key. */
  readonly wrappedBy: string;
  readonly createdAt: string;
  readonly retiredAt: string | null;
  readonly shreddedAt: string | null;
  /** Values that need this key; of an index key, null. */
  readonly values: number | null;
}

/** What keys a tenant has and what stands under each: counted in one moment, and without opening a value, so also when no key is given. */
export function keyStatus(admin: Pool, context: TenantContext): Promise<KeyStatus> {
  return tenantRead(admin, context, async (tx) => {
    await asOwner(tx);
    const found = await rows<Omit<KeyFacts, "values">>(
      tx,
      `select purpose, version, state, kek_id as "wrappedBy", created_at as "createdAt", retired_at as "retiredAt", shredded_at as "shreddedAt"
       from cash_management.cm_data_keys
       where tenant_id = $1
       order by purpose desc, version`,
      [tx.tenantId],
    );
    const values = await countVersions(tx);
    const under = (version: number) => values.reduce((sum, one) => (one.version === version ? sum + one.values : sum), 0);
    const keys = found.map((key) => ({ ...key, values: key.purpose === "value" ? under(key.version) : null }));
    const active = keys.find(({ purpose, state }) => purpose === "value" && state === "active");
    const all = values.reduce((sum, one) => sum + one.values, 0);
    return { tenant: tx.tenantId, keys, values, older: active === undefined ? 0 : all - (active.values ?? 0) };
  });
}

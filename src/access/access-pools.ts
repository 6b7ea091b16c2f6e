import type { Pool } from "../postgres/connect.ts";

/** Who somebody is, is asked through the gate, before a tenant is known; all that follows happens inside the tenant. */
export interface AccessPools {
  /** apg_user, under row-level security. */
  readonly app: Pool;
  /** apg_gate: may call the doors of 0003_tenants_and_access.sql and 0022_tenants_life.sql. */
  readonly gate: Pool;
}

import type { Permission, Role, TenantRef } from "./contract.ts";

/** One actor in one tenant, proven: what authentication finds out. */
export interface Identity {
  readonly kind: "person" | "key";
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly tenant: TenantRef;
  readonly role: Role | null;
  readonly permissions: readonly Permission[];
  readonly expiresAt: string | null;
}

/** As transactions and the audit trail name who acts. */
export function actorOf(identity: Pick<Identity, "kind" | "id">): string {
  return `${identity.kind}:${identity.id}`;
}

import type { Permission, Role, Scope } from "./contract.ts";

const look: readonly Permission[] = ["accounts:read", "statements:read", "positions:read", "cash-flows:read"];
const keep: readonly Permission[] = ["accounts:write", "statements:write", "cash-flows:write"];

/**
 * Who may do what: the whole policy, as data. A treasurer runs the desk, an analyst looks and plans, an approver looks and signs, an
 * auditor sees everything and changes nothing, an administrator says who may come in and keeps away from the money.
 * The database has the same matrix in cm_permissions and asks it where it matters most (docs/operate/access.md).
 */
export const permissionsOfRole: Readonly<Record<Role, readonly Permission[]>> = {
  treasurer: [...look, "approvals:read", ...keep, "approvals:write"],
  analyst: [...look, "approvals:read", "cash-flows:write"],
  approver: [...look, "approvals:read", "approvals:write"],
  auditor: [...look, "approvals:read", "audit:read", "access:read", "tenant:read"],
  administrator: [
    ...look,
    "approvals:read",
    "accounts:write",
    "approvals:write",
    "audit:read",
    "access:read",
    "access:write",
    "tenant:read",
    "tenant:write",
  ],
};

/** A key moves data; people, keys and approvals it never manages, whatever its scopes. */
export const permissionsOfScope: Readonly<Record<Scope, readonly Permission[]>> = {
  read: look,
  write: keep,
  "accounts:read": ["accounts:read"],
  "accounts:write": ["accounts:write"],
  "statements:read": ["statements:read"],
  "statements:import": ["statements:write"],
  "positions:read": ["positions:read"],
  "cash-flows:read": ["cash-flows:read"],
  "cash-flows:write": ["cash-flows:write"],
  "audit:read": ["audit:read"],
};

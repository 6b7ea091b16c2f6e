import type { Permission, Role, scopes } from "./contract.ts";

const look: readonly Permission[] = ["accounts:read", "statements:read", "positions:read", "cash-flows:read"];
const keep: readonly Permission[] = ["accounts:write", "statements:write", "cash-flows:write"];

/**
 * Who may do what: the whole policy, as data. A treasurer runs the desk, an analyst looks and plans, an approver looks and signs, an
 * auditor sees everything and changes nothing, an administrator says who may come in and keeps away from the money.
 */
export const permissionsOfRole: Readonly<Record<Role, readonly Permission[]>> = {
  treasurer: [...look, ...keep],
  analyst: [...look, "cash-flows:write"],
  approver: [...look],
  auditor: [...look, "audit:read", "access:read", "tenant:read"],
  administrator: [...look, "accounts:write", "audit:read", "access:read", "access:write", "tenant:read", "tenant:write"],
};

/** A key moves data; people and keys it never manages, whatever its scope. */
export const permissionsOfScope: Readonly<Record<(typeof scopes)[number], readonly Permission[]>> = {
  read: look,
  write: keep,
};

import type { Attempt } from "./proof.ts";

/** Who may see more than one tenant, of what, and why. Nothing else is let through. */
export interface Exception {
  readonly role: string;
  readonly objects: RegExp;
  readonly kinds: readonly Attempt["attack"]["kind"][];
  readonly reason: string;
}

export const exceptions: readonly Exception[] = [
  {
    role: "backup_user",
    objects: /./,
    kinds: ["read"],
    reason:
      "a logical backup contains every tenant's rows, or it is none; pg_read_all_data reads the catalogue too, with the password verifiers; it cannot write",
  },
  {
    role: "apg_admin",
    objects: /^audit\.(audit_log|personal_values)$/,
    kinds: ["read"],
    reason: "administrators read the trail of all tenants; nobody signs in as this group",
  },
  {
    role: "audit_owner",
    objects: /^audit\.audit_log$/,
    kinds: ["read"],
    reason: "its functions seal and verify the trail of all tenants; nobody signs in as it",
  },
  {
    role: "cm_owner",
    objects: /^cash_management\.cm_context_keys$/,
    kinds: ["define"],
    reason: "owns the schema that the table stands in; nobody signs in as it",
  },
  {
    role: "apg_admin",
    objects: /^cash_management\.(list_tenants|erasure_state)$/,
    kinds: ["call"],
    reason: "an administrator lists which tenants there are and which are being erased, and nothing of what is in them",
  },
  {
    role: "apg_admin",
    objects: /^cash_management\.cm_platform_keys$/,
    kinds: ["write"],
    reason: "keys of those who run an installation for many tenants: no tenant reads or makes them",
  },
  {
    role: "cm_gatekeeper",
    objects:
      /^cash_management\.cm_(tenants|people|api_keys|sessions|sign_in_links|counterparties|access_rules|identity_providers|bank_jobs)$/,
    kinds: ["read"],
    reason: "looks before a tenant is known, through its own functions only; nobody signs in as it",
  },
  {
    role: "apg_admin",
    objects: /^audit\.inclusion$/,
    kinds: ["call"],
    reason: "an administrator makes the proof of any entry of the trail, which it reads",
  },
  {
    role: "cm_gatekeeper",
    objects: /^audit\.tenant_erasures$/,
    kinds: ["read"],
    reason: "says whether an id was erased, so that nobody takes it again; nobody signs in as it",
  },
  {
    role: "cm_gatekeeper",
    objects: /^cash_management\.cm_sign_in_links$/,
    kinds: ["write"],
    reason: "uses a sign-in link up; nobody signs in as it",
  },
  {
    role: "cm_gatekeeper",
    objects: /^cash_management\.(find_|list_tenants|consume_)/,
    kinds: ["call"],
    reason: "its own functions",
  },
  {
    role: "apg_gate",
    objects: /^cash_management\.(find_|consume_)/,
    kinds: ["call"],
    reason: "sign-in begins before a tenant is known; who calls has the address or the secret; due jobs of banks are names alone",
  },
];

/** Tables of which even a read is a leak, though they hold no tenant's rows. */
export const secretTables: Readonly<Record<string, string>> = {
  "cash_management.cm_context_keys": "with these keys a context can be forged",
};

/** References that succeed with another tenant's key because the row brings its own along: they point at the tenant's own. */
export const referencesBroughtAlong: Readonly<Record<string, string>> = {
  account_has_a_key: "a trigger of the account inserts its key, of the account's tenant",
};

export function exceptionFor({ role, table, attack }: Attempt): Exception | undefined {
  return exceptions.find((each) => each.role === role && each.kinds.includes(attack.kind) && each.objects.test(table));
}

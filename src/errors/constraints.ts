import type { ErrorCode } from "./vocabulary.ts";

export interface Refusal {
  readonly code: ErrorCode;
  readonly fact: string;
  readonly hint?: string;
}

/**
 * What it means to a person when PostgreSQL refuses a row: constraint name → code and words, in this one place. A constraint
 * that is not listed is a defect of ours when it fires, since the program should have looked before.
 */
export const constraintRefusals: Readonly<Record<string, Refusal>> = {
  cm_tenants_pkey: { code: "conflict", fact: "a tenant with this id exists", hint: "See apg tenant list." },
  tenant_name_is_not_blank: { code: "invalid_input", fact: "a tenant's name has 1 to 200 characters" },
  email_is_used_once_per_tenant: { code: "conflict", fact: "a person with this e-mail address belongs to the tenant already" },
  email_is_lower_case_with_one_at: { code: "invalid_input", fact: "this is not an e-mail address" },
  person_name_is_not_blank: { code: "invalid_input", fact: "a person's name has 1 to 200 characters" },
  person_belongs_to_a_tenant: { code: "tenant_not_found", fact: "no such tenant", hint: "See apg tenant list." },
  key_belongs_to_a_tenant: { code: "tenant_not_found", fact: "no such tenant", hint: "See apg tenant list." },
  key_name_is_not_blank: { code: "invalid_input", fact: "an API key's name has 1 to 100 characters" },
  scopes_are_known: { code: "invalid_input", fact: "the scopes of an API key are read and write" },
  link_expires_within_a_week: { code: "invalid_input", fact: "a sign-in link lives at most a week" },
};

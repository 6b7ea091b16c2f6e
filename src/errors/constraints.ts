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
  what_is_on_hold_is_not_erased: {
    code: "legal_hold",
    fact: "a tenant on legal hold is not erased, and one that is being erased cannot be held",
    hint: "apg tenant release ends a hold, apg tenant erase --cancel a request.",
  },
  platform_key_name_is_used_once: {
    code: "conflict",
    fact: "a platform key of this name exists",
    hint: "See apg access platform-key list.",
  },
  platform_key_name_has_its_form: {
    code: "invalid_input",
    fact: "a platform key's name has 1 to 100 lower-case letters, digits, dots, dashes and underscores",
  },
  email_is_used_once_per_tenant: { code: "conflict", fact: "a person with this e-mail address belongs to the tenant already" },
  email_is_lower_case_with_one_at: { code: "invalid_input", fact: "this is not an e-mail address" },
  person_name_is_not_blank: { code: "invalid_input", fact: "a person's name has 1 to 200 characters" },
  person_belongs_to_a_tenant: { code: "tenant_not_found", fact: "no such tenant", hint: "See apg tenant list." },
  key_belongs_to_a_tenant: { code: "tenant_not_found", fact: "no such tenant", hint: "See apg tenant list." },
  key_name_is_not_blank: { code: "invalid_input", fact: "an API key's name has 1 to 100 characters" },
  scopes_are_known: { code: "invalid_input", fact: "the scopes of an API key are read and write" },
  link_expires_within_a_week: { code: "invalid_input", fact: "a sign-in link lives at most a week" },
};

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
  an_id_is_given_once: {
    code: "conflict",
    fact: "a tenant with this id was erased, or is being erased: its id is not given again",
    hint: "Choose another id: the audit trail of the old one is kept under it.",
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
  scopes_are_known: { code: "invalid_input", fact: "an API key has 1 to 10 scopes of the known ones", hint: "See apg access roles." },
  link_expires_within_a_week: { code: "invalid_input", fact: "a sign-in link lives at most a week" },
  a_key_ends_as_the_rules_say: {
    code: "invalid_input",
    fact: "the key would live longer than the tenant's rules allow",
    hint: "Give an earlier end, or see apg access policy show.",
  },
  a_session_lasts_an_hour_to_a_week: { code: "invalid_input", fact: "a session lasts 1 to 168 hours" },
  a_session_idles_five_minutes_to_a_day: { code: "invalid_input", fact: "a session may idle 5 to 1440 minutes" },
  a_key_lasts_a_day_to_two_years: { code: "invalid_input", fact: "a key lasts 1 to 730 days, by default no longer than at most" },
  some_domains_are_allowed: { code: "invalid_input", fact: "1 to 50 domains are allowed, such as example.com" },
  issuer_is_an_address: { code: "invalid_input", fact: "an issuer is an https address" },
  who_is_new_gets_a_role: {
    code: "invalid_input",
    fact: "who is let in at the first sign-in needs a role",
    hint: "Give newPersonRole or roleClaim.",
  },
  account_currency_is_known: { code: "unknown_currency", fact: "this is no ISO 4217 currency code", hint: "Use the three-letter code." },
  account_is_kept_by_a_bank: { code: "invalid_input", fact: "there is no such bank", hint: "List them: GET /api/v1/banks" },
  account_belongs_to_an_entity: { code: "invalid_input", fact: "there is no such entity", hint: "List them: GET /api/v1/entities" },
  an_account_is_known_once_by_number_and_currency: { code: "conflict", fact: "another account has this number and currency" },
  account_name_is_short: { code: "invalid_input", fact: "an account's name has 1 to 200 characters" },
  flow_category_is_known: { code: "invalid_input", fact: "there is no such category" },
  one_active_connection_per_bank_and_name: {
    code: "conflict",
    fact: "the bank has a connection of this name",
    hint: "Choose another name: apg bank list shows those in use.",
  },
  // four eyes and access (0024, 0025)
  administrators_manage_access: { code: "forbidden", fact: "people, keys, links and rules are managed by administrators" },
  nobody_changes_their_own_role: {
    code: "forbidden",
    fact: "nobody changes their own role or lets themselves out",
    hint: "Ask another administrator.",
  },
  a_password_is_set_by_its_owner: {
    code: "forbidden",
    fact: "a password is set by the person it belongs to",
    hint: "Make a sign-in link for them: apg access link.",
  },
  approver_makes_the_code: { code: "forbidden", fact: "the code beside a sign-in link is made by who approved it" },
  the_code_is_there_before_the_link: {
    code: "conflict",
    fact: "it is approved, and who approved has not made the code yet that goes with the link",
    hint: "They make one on the page Approvals, or by apg access approvals code.",
  },
  link_and_code_are_two_people: {
    code: "forbidden",
    fact: "who approved has the code, so somebody else makes the link",
    hint: "Ask another administrator.",
  },
  maker_says_with_what: { code: "conflict", fact: "what a request is carried out with is said once, by who asked" },
  the_last_administrator_stays: {
    code: "conflict",
    fact: "this is the last administrator of the tenant",
    hint: "Make somebody else administrator first.",
  },
  a_key_lives_no_longer_than_it_was_given: { code: "conflict", fact: "a key that ended stays ended" },
  approved_by_another_person: {
    code: "approval_needed",
    fact: "a four-eyes rule holds for this, and no approved request for exactly this is there",
    hint: "Ask for it, and let somebody else approve: apg access approvals list.",
  },
  somebody_asks: { code: "forbidden", fact: "an approval is asked for by somebody" },
  request_is_there: { code: "not_found", fact: "there is no such request" },
  request_is_open: { code: "conflict", fact: "the request was decided, taken back, or is too old" },
  only_a_person_decides: { code: "forbidden", fact: "only a person decides", hint: "Sign in as somebody who may approve." },
  maker_is_never_approver: { code: "forbidden", fact: "who asked never approves", hint: "Somebody else has to." },
  nobody_decides_about_themselves: { code: "forbidden", fact: "nobody decides about themselves", hint: "Somebody else has to." },
  only_the_approver_role_decides: { code: "forbidden", fact: "this request is for another role to decide" },
  a_person_decides_once: { code: "conflict", fact: "you decided on this request already" },
  a_rejection_gives_a_reason: { code: "invalid_input", fact: "a rejection gives a reason", hint: "Say why, in reason (--reason)." },
  maker_withdraws_what_is_open: { code: "forbidden", fact: "only who asked takes a request back, while it is open" },
  rule_is_in_force: { code: "conflict", fact: "the rule has ended already" },
  enough_people_could_approve: {
    code: "conflict",
    fact: "too few people have the role that would approve",
    hint: "Let more people in with it first: nobody approves what they asked for.",
  },
};

/**
 * Every error the product can answer with: one list, so that the HTTP status, the exit code and the reference page
 * (docs/reference/errors.md, generated) cannot disagree.
 *
 * Exit codes: 1 the answer is no, 2 the input was refused, 3 the surroundings are not as needed, 4 a defect of ours.
 */
export const vocabulary = {
  // input
  invalid_input: { status: 400, exit: 2, title: "The input does not fit its contract" },
  invalid_amount: { status: 400, exit: 2, title: "The amount is not exact in its currency" },
  invalid_day: { status: 400, exit: 2, title: "Not a calendar day" },
  unknown_currency: { status: 400, exit: 2, title: "Not an ISO 4217 currency" },
  statement_refused: { status: 422, exit: 2, title: "The statement file cannot be read" },
  idempotency_key_reused: { status: 409, exit: 2, title: "The idempotency key was used for another request" },
  idempotency_key_in_use: { status: 409, exit: 1, title: "A request with this idempotency key is still running" },
  not_confirmed: { status: 400, exit: 2, title: "The confirmation by name is missing" },
  payload_too_large: { status: 413, exit: 2, title: "The upload is larger than allowed" },
  unsupported_media_type: { status: 415, exit: 2, title: "This kind of content is not read here" },
  // access
  unauthenticated: { status: 401, exit: 2, title: "Sign in first" },
  sign_in_refused: { status: 401, exit: 2, title: "Wrong e-mail address or password" },
  link_spent: { status: 401, exit: 2, title: "The sign-in link was used or is too old" },
  foreign_origin: { status: 403, exit: 2, title: "The request comes from another site" },
  forbidden: { status: 403, exit: 2, title: "Not allowed" },
  tenant_closed: { status: 403, exit: 2, title: "The tenant is suspended" },
  provider_refused: { status: 403, exit: 2, title: "The sign-in at the identity provider is not accepted" },
  provider_unusable: { status: 502, exit: 3, title: "The identity provider cannot be used" },
  approval_needed: { status: 403, exit: 1, title: "Another person must approve this first" },
  too_many_requests: { status: 429, exit: 2, title: "Too many requests" },
  // things that are not there, or are in the way
  not_found: { status: 404, exit: 2, title: "Not found" },
  tenant_not_found: { status: 404, exit: 2, title: "No such tenant" },
  archive_exists: { status: 409, exit: 2, title: "There is something where the archive would go" },
  archive_broken: { status: 422, exit: 1, title: "The archive is not whole" },
  evidence_damaged: { status: 500, exit: 1, title: "A stored file is not what was received" },
  erasure_unproven: { status: 500, exit: 1, title: "Rows of an erased tenant are left" },
  legal_hold: { status: 409, exit: 1, title: "The tenant is on legal hold" },
  conflict: { status: 409, exit: 1, title: "It is no longer as the request assumes" },
  // keys and what they encrypt
  key_missing: { status: 503, exit: 3, title: "A key that is needed is not there" },
  key_mismatch: { status: 503, exit: 3, title: "The key is not the one that was used" },
  key_unusable: { status: 503, exit: 3, title: "The key cannot be used as it is" },
  key_command_failed: { status: 503, exit: 3, title: "The key command did not answer" },
  key_shredded: { status: 410, exit: 1, title: "The keys of this tenant were shredded" },
  data_key_missing: { status: 500, exit: 3, title: "A value needs a data key that its tenant does not have" },
  data_key_altered: { status: 500, exit: 3, title: "A wrapped data key was altered" },
  ciphertext_truncated: { status: 500, exit: 3, title: "An encrypted value is cut off" },
  ciphertext_altered: { status: 500, exit: 3, title: "An encrypted value was altered" },
  ciphertext_foreign: { status: 500, exit: 3, title: "An encrypted column holds something else" },
  ciphertext_version_unknown: { status: 500, exit: 3, title: "An encrypted value has a format this program does not know" },
  ciphertext_of_other_tenant: { status: 500, exit: 3, title: "An encrypted value belongs to another tenant" },
  ciphertext_of_other_table: { status: 500, exit: 3, title: "An encrypted value belongs to another table" },
  ciphertext_of_other_column: { status: 500, exit: 3, title: "An encrypted value belongs to another column" },
  ciphertext_of_other_row: { status: 500, exit: 3, title: "An encrypted value belongs to another row" },
  ciphertext_of_other_key: { status: 500, exit: 3, title: "An encrypted value was made with another key" },
  // surroundings
  server_too_old: { status: 503, exit: 3, title: "The PostgreSQL server is older than the floor" },
  database_unreachable: { status: 503, exit: 3, title: "The database does not answer" },
  database_busy: { status: 503, exit: 3, title: "The database took longer than allowed" },
  database_not_migrated: { status: 503, exit: 3, title: "The database lacks migrations of this program" },
  context_refused: { status: 503, exit: 3, title: "The database does not take this program's signature" },
  migration_changed: { status: 500, exit: 3, title: "An applied migration differs from its file" },
  database_ahead: { status: 503, exit: 3, title: "The database has migrations this program does not know" },
  schema_stale: { status: 500, exit: 1, title: "database/schema.sql is not what the migrations make" },
  port_taken: { status: 500, exit: 3, title: "The port is taken" },
  library_missing: { status: 500, exit: 3, title: "A library that the server needs is missing" },
  data_dir_unusable: { status: 500, exit: 3, title: "The data folder cannot be used" },
  check_failed: { status: 500, exit: 3, title: "A check of the database could not run" },
  server_failed: { status: 500, exit: 3, title: "The embedded PostgreSQL server did not start" },
  setting_invalid: { status: 500, exit: 3, title: "A setting has no usable value" },
  audit_key_unusable: { status: 500, exit: 3, title: "The key of the audit trail cannot be used" },
  audit_not_sealed: { status: 409, exit: 1, title: "The entry of the audit trail is not sealed" },
  audit_chain_went_back: { status: 500, exit: 1, title: "A sealed block of the audit trail is gone" },
  audit_key_replaced: { status: 500, exit: 3, title: "The key of the audit trail was replaced by another" },
  audit_sealing_behind: { status: 503, exit: 3, title: "The audit trail is not sealed as fast as it is written" },
  // banks
  bank_unreachable: { status: 502, exit: 3, title: "The bank's server does not answer" },
  bank_refused: { status: 502, exit: 3, title: "The bank's server does not let us in" },
  bank_folder_unusable: { status: 502, exit: 3, title: "The folder of a bank connection cannot be used" },
  bank_file_unreadable: { status: 502, exit: 3, title: "A file at the bank cannot be read" },
  bank_message_refused: { status: 422, exit: 2, title: "The message brings no statement" },
  host_key_unconfirmed: { status: 409, exit: 1, title: "Nobody has confirmed the key of the bank's server" },
  host_key_changed: { status: 409, exit: 1, title: "The bank's server shows another key than was confirmed" },
  // ours
  internal: { status: 500, exit: 4, title: "A defect of this program" },
} as const satisfies Record<string, { status: number; exit: number; title: string }>;

export type ErrorCode = keyof typeof vocabulary;

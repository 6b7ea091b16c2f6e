import type { Place } from "./ciphertext.ts";

/**
 * Every place where encrypted values stand, by the names that are part of what binds a value to it. They never change, whatever becomes
 * of tables and columns. Beside each: what its row is called.
 */
export const places = {
  /** id */
  accountNumber: at("cm_cash_accounts", "account_number"),
  /** identifier_index/currency */
  accountIdentifier: at("cm_account_identifiers", "identifier"),
  /** id */
  counterpartyIban: at("cm_counterparties", "iban"),
  /** id */
  entryCounterparty: at("cm_bank_transactions", "counterparty_account"),
  /** transaction_id/ordinal */
  detailCounterparty: at("cm_bank_transaction_details", "counterparty_account"),
  /** id */
  deliveryFileName: at("cm_deliveries", "file_name"),
  /** id */
  deliveryDigest: at("cm_deliveries", "sha256"),
  /** delivery_id/ordinal */
  deliveryBytes: at("cm_delivery_chunks", "content"),
  /** id */
  credentials: at("cm_bank_connections", "credentials"),
  /** key */
  storedAnswer: at("cm_idempotency_keys", "response"),
  /** id */
  bankFileName: at("cm_bank_files", "name"),
  /** id */
  bankFileDigest: at("cm_bank_files", "sha256"),
  /** id */
  bankFileTarget: at("cm_bank_files", "moved_to"),
  /** file_id/ordinal */
  bankFilePiece: at("cm_bank_file_pieces", "content"),
  /** tenant_id */
  clientSecret: at("cash_management.cm_identity_providers", "client_secret"),
  /** id */
  approvalInput: at("cm_approval_requests", "input"),
} as const;

function at(table: string, column: string): Place {
  return { table, column };
}

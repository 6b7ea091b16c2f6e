import type { Place } from "../../keys/ciphertext.ts";
import { places } from "../../keys/places.ts";

/** A column of encrypted values as it is today, and what its values are bound to. */
export interface EncryptedColumn {
  /** In schema cash_management. */
  readonly table: string;
  readonly column: string;
  readonly place: Place;
  /** The columns whose values, joined by "/", are the row's name; the first is a uuid or a text that begins an index with the tenant. */
  readonly keys: readonly string[];
  /** Whether a value is a text; else bytes. */
  readonly text: boolean;
}

/** All of them: what rotation re-encrypts, status counts and an export makes readable. */
export const encryptedColumns: readonly EncryptedColumn[] = [
  define("cm_cash_accounts", "account_number_encrypted", places.accountNumber, ["id"]),
  define("cm_account_identifiers", "identifier_encrypted", places.accountIdentifier, ["identifier_index", "currency"]),
  define("cm_counterparties", "iban_encrypted", places.counterpartyIban, ["id"]),
  define("cm_bank_connections", "credentials", places.credentials, ["id"]),
  define("cm_deliveries", "file_name_encrypted", places.deliveryFileName, ["id"]),
  define("cm_deliveries", "sha256_encrypted", places.deliveryDigest, ["id"], false),
  define("cm_delivery_chunks", "content_encrypted", places.deliveryBytes, ["delivery_id", "ordinal"], false),
  define("cm_bank_transactions", "counterparty_account_encrypted", places.entryCounterparty, ["id"]),
  define("cm_bank_transaction_details", "counterparty_account_encrypted", places.detailCounterparty, ["transaction_id", "ordinal"]),
  define("cm_idempotency_keys", "response_encrypted", places.storedAnswer, ["key"]),
  define("cm_bank_files", "name_encrypted", places.bankFileName, ["id"]),
  define("cm_bank_files", "sha256_encrypted", places.bankFileDigest, ["id"], false),
  define("cm_bank_files", "moved_to_encrypted", places.bankFileTarget, ["id"]),
  define("cm_bank_file_pieces", "content_encrypted", places.bankFilePiece, ["file_id", "ordinal"], false),
  define("cm_identity_providers", "client_secret", places.clientSecret, ["tenant_id"]),
  define("cm_approval_requests", "input_encrypted", places.approvalInput, ["id"]),
];

function define(table: string, column: string, place: Place, keys: readonly string[], text = true): EncryptedColumn {
  return { table, column, place, keys, text };
}

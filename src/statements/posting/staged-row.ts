import { lastFour } from "../../keys/blind-index.ts";
import { places } from "../../keys/places.ts";
import type { TenantKeys } from "../../keys/tenant-keys.ts";
import { currencyExponent } from "../../money/currencies.ts";
import type { Day } from "../../time/day.ts";
import type { StatementEntry } from "../statement.ts";
import { copyRow } from "./copy-text.ts";
import { dayId } from "./day-id.ts";
import { exactMinor } from "./exact-minor.ts";
import type { StatementDraft } from "./intake.ts";

/** The columns of `staged_entries`, in the order of `stagedRow`. */
export const stagedColumns = [
  "stmt",
  "ordinal",
  "id",
  "booking_date",
  "value_date",
  "amount_minor",
  "currency",
  "state",
  "reversal",
  "bank_reference",
  "reference",
  "end_to_end_id",
  "transaction_reference",
  "mandate_id",
  "uetr",
  "transaction_code",
  "counterparty_name",
  "counterparty_account_encrypted",
  "counterparty_account_index",
  "counterparty_account_last_four",
  "counterparty_bic",
  "remittance",
  "structured_reference",
  "purpose",
  "batch_count",
  "details",
  "line",
  "fingerprint",
] as const;

/** An entry as a row for COPY: the partner's account goes to the server encrypted, with its blind index. */
export function stagedRow(
  keys: TenantKeys,
  draft: StatementDraft,
  entry: StatementEntry,
  bookingDate: Day,
  minor: bigint,
  print: string,
): string {
  const id = dayId(bookingDate);
  const partner = entry.counterparty?.account ?? null;
  const valueDate = entry.valueDate ?? bookingDate;
  const state = entry.status === "booked" && draft.header.kind !== "statement" ? "provisional" : entry.status;
  return copyRow([
    String(draft.ordinal),
    String(draft.entries),
    id,
    bookingDate,
    valueDate,
    minor.toString(),
    entry.currency,
    state,
    entry.reversal ? "t" : "f",
    entry.bankReference,
    entry.reference,
    entry.endToEndId,
    entry.transactionId,
    entry.mandateId,
    entry.uetr,
    entry.transactionCode,
    entry.counterparty?.name ?? null,
    partner === null ? null : `\\x${keys.encryptText(places.entryCounterparty, id, partner).toString("hex")}`,
    partner === null ? null : keys.index("account", partner),
    partner === null ? null : lastFour(partner),
    entry.counterparty?.bic ?? null,
    entry.text,
    entry.structuredReference,
    entry.purpose,
    entry.batchCount === null ? null : String(entry.batchCount),
    entry.details.length > 1 ? detailsText(keys, id, entry) : null,
    String(entry.line),
    print,
  ]);
}

/** A batch's transactions as JSON; a single TxDtls says no more than its entry does. */
function detailsText(keys: TenantKeys, id: string, entry: StatementEntry): string {
  return JSON.stringify(
    entry.details.map((detail, index) => {
      const partner = detail.counterparty?.account ?? null;
      const exponent = currencyExponent(detail.currency ?? entry.currency);
      const minor = detail.amount === null || exponent === undefined ? null : exactMinor(detail.amount, exponent);
      return {
        amount_minor: minor === null ? null : minor.toString(),
        currency: minor === null ? null : (detail.currency ?? entry.currency),
        end_to_end_id: detail.endToEndId,
        transaction_reference: detail.transactionId,
        mandate_id: detail.mandateId,
        uetr: detail.uetr,
        counterparty_name: detail.counterparty?.name ?? null,
        counterparty_account:
          partner === null ? null : keys.encryptText(places.detailCounterparty, `${id}/${index + 1}`, partner).toString("base64"),
        counterparty_account_index: partner === null ? null : keys.index("account", partner),
        counterparty_account_last_four: partner === null ? null : lastFour(partner),
        counterparty_bic: detail.counterparty?.bic ?? null,
        remittance: detail.text,
        structured_reference: detail.structuredReference,
        purpose: detail.purpose,
      };
    }),
  ).replaceAll("\\u0000", "␀");
}

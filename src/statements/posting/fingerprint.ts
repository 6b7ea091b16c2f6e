import { createHash } from "node:crypto";
import type { StatementEntry } from "../statement.ts";

/**
 * What makes an entry the same entry when it is told again (tier T3 of docs/why/duplicates.md): days, exact amount, currency,
 * end-to-end id, bank transaction code and the text without its spacing. Not the bank's reference: banks re-use and change it.
 * Intraday reports have a space of their own, since the booked statement repeats their entries.
 * @returns the first 128 bits of a SHA-256, as a UUID
 */
export function fingerprint(
  entry: StatementEntry,
  space: "booked" | "intraday",
  bookingDate: string,
  valueDate: string,
  minor: bigint,
): string {
  const endToEnd = entry.endToEndId === null || entry.endToEndId === "NOTPROVIDED" ? "" : normalise(entry.endToEndId);
  const text = normalise(entry.text ?? "") + normalise(entry.counterparty?.name ?? "") + normalise(entry.structuredReference ?? "");
  const content = `${space}|${bookingDate}|${valueDate}|${minor}|${entry.currency}|${endToEnd}|${entry.transactionCode ?? ""}|${text}`;
  const digest = createHash("sha256").update(content).digest("hex");
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-${digest.slice(12, 16)}-${digest.slice(16, 20)}-${digest.slice(20, 32)}`;
}

/** Upper case, letters and digits only: banks re-wrap and re-space texts between exports. */
export function normalise(text: string): string {
  return text.toUpperCase().replace(/[^\p{L}\p{N}]+/gu, "");
}

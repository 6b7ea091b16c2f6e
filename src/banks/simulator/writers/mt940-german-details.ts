import type { Booking, Payment } from "../booking.ts";
import { codeOf } from "../transaction-codes.ts";
import { lines, swiftText } from "./swift-text.ts";

/**
 * :86: with sub-fields, as the German banking industry defines it (DFÜ agreement, annex 3, "Belegungsregeln :86:"): the business
 * transaction code, ?00 booking text, ?10 journal number, ?20-?29 and ?60-?63 purpose in pieces of 27, ?30 BIC, ?31 account,
 * ?32 and ?33 name; six lines of 65 at most.
 */
export function germanDetails(entry: Booking): string[] {
  const { german, germanText } = codeOf(entry);
  const [payment] = entry.payments;
  const partner = entry.batchCount === null && payment?.party ? payment.party : null;
  const name = swiftText(partner?.name ?? "");
  const tail = [
    subField("30", partner?.bic ?? ""),
    subField("31", partner?.account.iban ?? partner?.account.number ?? ""),
    subField("32", name.slice(0, 27)),
    subField("33", name.slice(27, 54)),
    subField("34", payment?.returnReason ? "992" : ""),
  ].join("");
  const head = `${german}${subField("00", germanText)}${subField("10", entry.bankReference.slice(-4))}`;
  const room = 6 * 65 - ":86:".length - head.length - tail.length - 6;
  const [first = "", ...rest] = lines(`${head}${purposeFields(entry, payment, room)}${tail}`, 61, 6);
  return [`:86:${first}`, ...rest];
}

/** Each keyword begins a sub-field of its own and runs on in the next ones. */
function purposeFields(entry: Booking, payment: Payment | undefined, room: number): string {
  const pieces = keywords(entry, payment).flatMap((text) => lines(swiftText(text).replaceAll("?", "."), 27, 8));
  let fields = "";
  for (const [index, piece] of pieces.slice(0, subFields.length).entries()) {
    const field = subField(subFields[index] ?? "", piece);
    if (fields.length + field.length > room) break;
    fields += field;
  }
  return fields;
}

function keywords(entry: Booking, payment: Payment | undefined): string[] {
  if (entry.batchCount !== null || payment === undefined)
    return [`SVWZ+${codeOf(entry).text}`, `ANZAHL ${entry.batchCount ?? 1}`, `KREF+${entry.reference}`];
  return [
    payment.endToEndId === "NOTPROVIDED" ? "" : `EREF+${payment.endToEndId}`,
    payment.mandateId === null ? "" : `MREF+${payment.mandateId}`,
    payment.creditorId === null ? "" : `CRED+${payment.creditorId}`,
    `SVWZ+${payment.returnReason === null ? "" : `RETURN ${payment.returnReason} `}${payment.remittance || (payment.creditorReference ?? "")}`,
  ].filter((text) => text !== "");
}

const subFields = ["20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "60", "61", "62", "63"];

function subField(number: string, text: string): string {
  return text === "" ? "" : `?${number}${text}`;
}

import { exponentOf } from "../../../money/money.ts";
import { type AccountStatement, availableMinor } from "../account-statement.ts";
import { addBankDays } from "../bank-days.ts";
import type { Booking } from "../booking.ts";
import { accountIdentification } from "../company.ts";
import { codeOf } from "../transaction-codes.ts";
import { germanDetails } from "./mt940-german-details.ts";
import { lines, shortDay, swiftAmount, swiftText } from "./swift-text.ts";

export type Mt940Dialect = "german" | "swift";

/** MT940 messages, lines ended by CR LF, ASCII only. */
export function writeMt940(statements: readonly AccountStatement[], dialect: Mt940Dialect): string {
  return statements.map((statement) => (dialect === "german" ? germanMessage(statement) : swiftMessages(statement))).join("");
}

function germanMessage(statement: AccountStatement): string {
  return [openGerman(statement), ...statement.entries.map((entry) => writeGermanEntry(statement, entry)), closeGerman(statement)].join("");
}

/**
 * What stands before the entries, as German banks hand it over by EBICS: no envelope, "-" after each statement, opening dated as
 * the last closing.
 */
export function openGerman(statement: AccountStatement): string {
  const { account, bank, day, from = day, sequence, openingMinor } = statement;
  return message([
    ":20:STARTUMSE",
    `:25:${accountIdentification(account)}`,
    `:28C:${String(sequence).padStart(5, "0")}/001`,
    `:60F:${balance(statement, openingMinor, addBankDays(bank.country, from, -1))}`,
  ]);
}

export function writeGermanEntry(statement: AccountStatement, entry: Booking): string {
  return message([entryLine(statement, entry, "german"), ...germanDetails(entry)]);
}

export function closeGerman(statement: AccountStatement): string {
  const { day, closingMinor } = statement;
  return message([`:62F:${balance(statement, closingMinor, day)}`, `:64:${balance(statement, availableMinor(statement), day)}`, "-"]);
}

/** As it comes over SWIFT: a message holds 2,000 characters at most, so a busy day has pages joined by :62M: and :60M:. */
function swiftMessages(statement: AccountStatement): string {
  const { account, bank, day, from = day, sequence, closingMinor } = statement;
  const pages = statement.page === undefined ? pagesOf(statement) : [statement.entries];
  const { number, last } = statement.page ?? { number: 1, last: true };
  let running = statement.openingMinor;
  return pages
    .map((entries, index) => {
      const [isFirst, isLast] = [index === 0 && number === 1, index === pages.length - 1 && last];
      const opening = running;
      running = index === pages.length - 1 ? closingMinor : entries.reduce((sum, { amountMinor }) => sum + amountMinor, running);
      const serial = String(sequence * 10 + index + number - 1).padStart(6, "0");
      return message([
        `{1:F01${bank.bic.slice(0, 8)}AXXX0000000000}{2:O9400530${shortDay(day)}${bank.bic.slice(0, 8)}AXXX0000${serial}${shortDay(day)}0530N}{4:`,
        `:20:${shortDay(day)}${account.number.slice(-6)}`,
        `:25:${accountIdentification(account)}`,
        `:28C:${sequence}/${index + number}`,
        `:60${isFirst ? "F" : "M"}:${balance(statement, opening, from)}`,
        ...entries.flatMap((entry) => swiftEntry(statement, entry)),
        `:62${isLast ? "F" : "M"}:${balance(statement, running, day)}`,
        ...(isLast ? [`:64:${balance(statement, availableMinor(statement), day)}`] : []),
        "-}",
      ]);
    })
    .join("");
}

function pagesOf(statement: AccountStatement): Booking[][] {
  const pages: Booking[][] = [[]];
  let room = 1600;
  for (const entry of statement.entries) {
    const size = swiftEntry(statement, entry).join("\r\n").length;
    if (size > room) {
      pages.push([]);
      room = 1600;
    }
    pages.at(-1)?.push(entry);
    room -= size;
  }
  return pages;
}

function swiftEntry(statement: AccountStatement, entry: Booking): string[] {
  const [payment] = entry.payments;
  const parts = [
    codeOf(entry).text,
    entry.batchCount === null ? "" : `/NBTX/${entry.batchCount}`,
    payment === undefined || entry.batchCount !== null ? "" : `/EREF/${payment.endToEndId}`,
    payment?.party == null || entry.batchCount !== null ? "" : `/NAME/${payment.party.name}`,
    payment === undefined || entry.batchCount !== null ? "" : `/REMI/${payment.remittance || (payment.creditorReference ?? "")}`,
  ];
  const [head = "", ...rest] = lines(swiftText(parts.join("")), 65, 6);
  return [entryLine(statement, entry, "swift"), `:86:${head}`, ...rest];
}

/** :61: value date, entry date, mark, amount, type, references. A reversed debit (RD) raises the balance. */
function entryLine({ account }: AccountStatement, entry: Booking, dialect: Mt940Dialect): string {
  const { amountMinor, reversal, valueDay, bookingDay, bankReference } = entry;
  const mark = amountMinor > 0n ? (reversal ? "RD" : "C") : reversal ? "RC" : "D";
  // German banks add the third letter of the currency ("CR" is a credit in euros, not a reversal).
  const funds = dialect === "german" ? account.currency.slice(2) : "";
  const amount = swiftAmount(amountMinor, exponentOf(account.currency));
  const reference = dialect === "german" || entry.reference === "NOTPROVIDED" ? "NONREF" : swiftText(entry.reference).slice(0, 16);
  return `:61:${shortDay(valueDay)}${bookingDay.slice(5).replace("-", "")}${mark}${funds}${amount}${codeOf(entry).swift}${reference}//${bankReference}`;
}

function balance({ account }: AccountStatement, minor: bigint, day: string): string {
  return `${minor < 0n ? "D" : "C"}${shortDay(day)}${account.currency}${swiftAmount(minor, exponentOf(account.currency))}`;
}

function message(parts: readonly string[]): string {
  return `${parts.join("\r\n")}\r\n`;
}

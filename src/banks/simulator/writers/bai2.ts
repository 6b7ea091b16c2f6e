import { type AccountStatement, availableMinor } from "../account-statement.ts";
import type { Booking } from "../booking.ts";
import { accountIdentification } from "../company.ts";
import { codeOf } from "../transaction-codes.ts";
import { lines, shortDay, swiftText } from "./swift-text.ts";

/**
 * A BAI2 file of prior days (Cash Management Balance Reporting Specifications, version 2): a group for each day, an account with its
 * summaries and details in it, control totals on every level. Amounts are in minor units without a point; physical records hold 80.
 */
export function writeBai2(statements: readonly AccountStatement[], messageId: string): string {
  const [first] = statements;
  if (first === undefined) throw new RangeError("a file has at least one statement");
  const last = statements[statements.length - 1] ?? first;
  const sender = first.bank.bic.slice(0, 8);
  const groups = groupsOf(statements).map((group) => writeGroup(group, sender));
  const control = groups.reduce((sum, group) => sum + group.control, 0n);
  const count = groups.reduce((sum, group) => sum + group.records.length, 2);
  return [
    `01,${sender},CUSTOMER,${shortDay(last.day)},2315,${messageId.slice(-10)},80,1,2/`,
    ...groups.flatMap(({ records }) => records),
    `99,${control},${groups.length},${count}/`,
    "",
  ].join("\r\n");
}

interface Block {
  readonly records: readonly string[];
  /** Algebraic sum of every amount in the block, as the specification defines control totals. */
  readonly control: bigint;
}

function groupsOf(statements: readonly AccountStatement[]): AccountStatement[][] {
  const groups = new Map<string, AccountStatement[]>();
  for (const statement of statements) groups.set(statement.day, [...(groups.get(statement.day) ?? []), statement]);
  return [...groups.values()];
}

function writeGroup(statements: readonly AccountStatement[], sender: string): Block {
  const accounts = statements.map(writeAccount);
  const control = accounts.reduce((sum, account) => sum + account.control, 0n);
  const count = accounts.reduce((sum, account) => sum + account.records.length, 2);
  const [first] = statements;
  // As-of-date modifier 2: final, of the previous day.
  const header = `02,CUSTOMER,${sender},1,${shortDay(first?.day ?? "")},,${first?.account.currency ?? ""},2/`;
  return { control, records: [header, ...accounts.flatMap(({ records }) => records), `98,${control},${accounts.length},${count}/`] };
}

function writeAccount(statement: AccountStatement): Block {
  const { account, openingMinor, closingMinor, totals, entries } = statement;
  const available = availableMinor(statement);
  const details = entries.map(writeEntry);
  // The control total says what the bank's books have, so that a lost line shows.
  const control = openingMinor + closingMinor + available + 2n * (totals.creditsMinor + totals.debitsMinor);
  const records = [
    `03,${accountIdentification(account)},${account.currency},010,${openingMinor},,,015,${closingMinor},,/`,
    `88,045,${available},,,100,${totals.creditsMinor},${totals.creditCount},/`,
    `88,400,${totals.debitsMinor},${totals.debitCount},/`,
    ...details.flat(),
  ];
  return { control, records: [...records, `49,${control},${records.length + 1}/`] };
}

/** 16 with value date (funds type V), bank and customer reference, what it is; 88 records with the name and what it is for. */
function writeEntry(entry: Booking): string[] {
  const [payment] = entry.payments;
  const amount = entry.amountMinor < 0n ? -entry.amountMinor : entry.amountMinor;
  const funds = entry.valueDay === entry.bookingDay ? "" : `V,${shortDay(entry.valueDay)},`;
  const head = `16,${typeCode(entry)},${amount},${funds},${entry.bankReference},${reference(entry)},`;
  const parts = [
    entry.batchCount === null ? (payment?.party?.name ?? "") : `${entry.batchCount} payments`,
    entry.batchCount === null ? payment?.remittance || (payment?.creditorReference ?? "") : "",
  ];
  const continued = parts.flatMap((part) => lines(text(part), 77, 2)).map((line) => `88,${line}`);
  return [head + text(codeOf(entry).text).slice(0, 80 - head.length), ...continued];
}

/** A slash ends a record. */
function text(words: string): string {
  return swiftText(words).replaceAll("/", " ");
}

/** A taken-back charge is a credit, whatever the charge's own code says. */
function typeCode(entry: Booking): string {
  return entry.reversal ? (entry.amountMinor > 0n ? "399" : "699") : codeOf(entry).bai;
}

function reference(entry: Booking): string {
  return entry.reference === "NOTPROVIDED" ? "" : swiftText(entry.reference).replaceAll(",", " ");
}

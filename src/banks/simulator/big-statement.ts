import { addDays, type Day, parseDay } from "../../time/day.ts";
import { type AccountStatement, type StatementTotals, totalsOf } from "./account-statement.ts";
import { bankDayOnOrBefore } from "./bank-days.ts";
import type { Booking, BookingKind, Party } from "./booking.ts";
import type { SimulatedAccount, SimulatedBank, SimulatedEntity } from "./company.ts";
import { businessPartner } from "./counterparties.ts";
import { payment } from "./flows/payment.ts";
import { creditorReference, iban } from "./identifiers.ts";
import { type Random, randomFrom } from "./random.ts";
import { type CamtDialect, closeMessage, openMessage, openStatement } from "./writers/camt.ts";
import { vintageOf, writeCamtEntry } from "./writers/camt-entry.ts";
import { closeGerman, openGerman, writeGermanEntry } from "./writers/mt940.ts";
import { xmlWriter } from "./writers/xml.ts";

export interface BigStatementOptions {
  readonly format: "camt.053" | "mt940";
  readonly seed: string;
  /** How large the file is to be, within a few per cent. */
  readonly bytes?: number;
  /** Or how many entries it has, to the number of accounts times days. */
  readonly entries?: number;
  /** A statement for each account and day. */
  readonly accounts?: number;
  readonly days?: number;
  readonly lastDay?: Day;
}

/**
 * One valid file of any size in pieces of about 64 KiB: it holds a piece and no more. Closing balances stand before the entries they
 * result from, so each statement's amounts are drawn twice from the same stream: first to be summed, then to be written.
 */
export async function* bigStatement(options: BigStatementOptions): AsyncGenerator<Uint8Array> {
  const { seed, accounts = 1, days = 1 } = options;
  const perStatement = Math.max(1, Math.round(entryCount(options) / (accounts * days)));
  const writer = options.format === "camt.053" ? camtFile() : mt940File();
  const encoder = new TextEncoder();
  let text = "";
  for (const piece of statementPieces(seed, accounts, bankDays(options.lastDay ?? parseDay("2026-11-20"), days), perStatement, writer)) {
    text += piece;
    if (text.length < 65_536) continue;
    yield encoder.encode(text);
    text = "";
  }
  if (text !== "") yield encoder.encode(text);
}

interface FileWriter {
  open(): string;
  openStatement(statement: AccountStatement): string;
  entry(statement: AccountStatement, entry: Booking): string;
  closeStatement(statement: AccountStatement): string;
  close(): string;
}

function* statementPieces(seed: string, accounts: number, days: readonly Day[], entries: number, writer: FileWriter): Generator<string> {
  yield writer.open();
  const closings = new Map<number, bigint>();
  for (const [dayIndex, day] of days.entries())
    for (let number = 1; number <= accounts; number += 1) {
      const stream = `${seed}/${number}/${day}`;
      const opening = closings.get(number) ?? 5_000_000_00n;
      const totals = drawnTotals(randomFrom(`${stream}/amounts`), entries);
      const statement = statementOf(number, day, dayIndex + 1, opening, totals);
      closings.set(number, statement.closingMinor);
      yield writer.openStatement(statement);
      const [amounts, details] = [randomFrom(`${stream}/amounts`), randomFrom(`${stream}/details`)];
      for (let ordinal = 1; ordinal <= entries; ordinal += 1)
        yield writer.entry(statement, drawnEntry(statement, amounts, details, ordinal));
      yield writer.closeStatement(statement);
    }
  yield writer.close();
}

const dialect: CamtDialect = { format: "camt", version: "001.08", pretty: true, opening: "OPBD" };

function camtFile(): FileWriter {
  const xml = xmlWriter(true);
  return {
    open: () => {
      openMessage(xml, "statement", dialect, "BIGSTATEMENT", "2026-11-20T22:15:00Z");
      return xml.take();
    },
    openStatement: (statement) => {
      openStatement(xml, statement, dialect);
      return xml.take();
    },
    entry: ({ account }, entry) => {
      writeCamtEntry(xml, vintageOf(dialect.version), account, entry, "BOOK");
      return xml.take();
    },
    closeStatement: () => {
      xml.close();
      return xml.take();
    },
    close: () => {
      closeMessage(xml);
      return xml.take();
    },
  };
}

function mt940File(): FileWriter {
  return { open: () => "", openStatement: openGerman, entry: writeGermanEntry, closeStatement: closeGerman, close: () => "" };
}

const bank: SimulatedBank = {
  ...{
    key: "big",
    name: "Rheinische Handels- und Nordbank",
    bic: "RHNBDEFFXXX",
    country: "DE",
    timeZone: "Europe/Berlin",
    expectedBy: "07:00",
  },
  dialect,
};
const owner: SimulatedEntity = {
  ...{ key: "big", name: "Großhandel Nordhessen eG", country: "DE", street: "Hafenallee 1", postCode: "34117", town: "Kassel" },
};

function statementOf(number: number, day: Day, sequence: number, openingMinor: bigint, totals: StatementTotals): AccountStatement {
  const bban = `50099901${String(7_000_000_000 + number)}`;
  const account: SimulatedAccount = {
    ...{ key: `big-${number}`, entity: "big", bank: "big", kind: "operating", nickname: `Account ${number}`, currency: "EUR" },
    ...{ iban: iban("DE", bban), number: bban, openingMinor, overdraftLimitMinor: 0n, intraday: false },
  };
  const closingMinor = openingMinor + totals.creditsMinor - totals.debitsMinor;
  return { kind: "statement", account, owner, bank, day, sequence, openingMinor, closingMinor, entries: [], pending: [], totals };
}

function drawnTotals(random: Random, entries: number): StatementTotals {
  const totals = { count: entries, creditCount: 0, creditsMinor: 0n, debitCount: 0, debitsMinor: 0n };
  for (let n = 0; n < entries; n += 1) {
    const amount = drawnAmount(random);
    if (amount > 0n) {
      totals.creditCount += 1;
      totals.creditsMinor += amount;
    } else {
      totals.debitCount += 1;
      totals.debitsMinor -= amount;
    }
  }
  return totals;
}

function drawnAmount(random: Random): bigint {
  const amount = random.amount(48_000, 1.1);
  return random.chance(0.5) ? amount : -amount;
}

function drawnEntry({ account, day }: AccountStatement, amounts: Random, details: Random, ordinal: number): Booking {
  const amountMinor = drawnAmount(amounts);
  const kind = details.pick(amountMinor > 0n ? credits : debits);
  const invoice = details.digits(9);
  const structured = details.chance(0.3);
  const mandated = kind === "direct_debit_paid";
  const paid = payment(
    details,
    partner(details.integer(1, 400)),
    amountMinor,
    `Invoice ${invoice} order ${details.digits(8)} delivery ${details.digits(7)}`,
    {
      endToEndId: `E2E-${details.digits(14)}`,
      creditorReference: structured ? creditorReference(invoice) : null,
      mandateId: mandated ? `MANDATE-${details.digits(10)}` : null,
      purpose: amountMinor > 0n ? "GDDS" : "SUPP",
    },
  );
  const bankReference = `${account.number.slice(-6)}${day.replaceAll("-", "")}${String(ordinal).padStart(9, "0")}`;
  return {
    ...{ account: account.key, kind, bookingDay: day, valueDay: day, amountMinor, reversal: false, reference: `REF${invoice}` },
    ...{ bankReference, payments: [paid], batchCount: null, transfer: null },
  };
}

const credits: readonly BookingKind[] = ["customer_receipt", "customer_receipt", "card_settlement"];
const debits: readonly BookingKind[] = ["supplier_payment", "direct_debit_paid", "standing_order"];
const partners = new Map<number, Party>();

/** Made once each: who banks with whom does not change. */
function partner(number: number): Party {
  const known = partners.get(number);
  if (known !== undefined) return known;
  const made = businessPartner("DE", "customer", number);
  partners.set(number, made);
  return made;
}

/** From the size of a first few hundred entries, which are as long as all others. */
function entryCount({ format, seed, bytes, entries }: BigStatementOptions): number {
  if (entries !== undefined) return entries;
  if (bytes === undefined) throw new RangeError("say how many entries or bytes the file is to have");
  const sample = 300;
  const writer = format === "camt.053" ? camtFile() : mt940File();
  const statement = statementOf(1, parseDay("2026-11-20"), 1, 0n, totalsOf([]));
  const [amounts, details] = [randomFrom(`${seed}/sample/amounts`), randomFrom(`${seed}/sample/details`)];
  // The first piece of a file carries what stands before its entries.
  writer.open();
  writer.openStatement(statement);
  let size = 0;
  for (let n = 1; n <= sample; n += 1) size += Buffer.byteLength(writer.entry(statement, drawnEntry(statement, amounts, details, n)));
  return Math.ceil((bytes * sample) / size);
}

function bankDays(last: Day, count: number): Day[] {
  const days: Day[] = [];
  for (let day = bankDayOnOrBefore("DE", last); days.length < count; day = bankDayOnOrBefore("DE", addDays(day, -1))) days.unshift(day);
  return days;
}

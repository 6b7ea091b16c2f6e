import { exponentOf, minorText } from "../../../money/money.ts";
import type { Day } from "../../../time/day.ts";
import { type AccountStatement, availableMinor, type StatementTotals } from "../account-statement.ts";
import type { StatementDialect } from "../company.ts";
import { vintageOf, writeCamtEntry } from "./camt-entry.ts";
import { type XmlWriter, xmlWriter } from "./xml.ts";

export type CamtDialect = Extract<StatementDialect, { format: "camt" }>;

/** A camt.053 message with a Stmt for each statement, or a camt.052 with a Rpt for each report. */
export function writeCamt(statements: readonly AccountStatement[], dialect: CamtDialect, messageId: string): string {
  const [first] = statements;
  if (first === undefined) throw new RangeError("a message has at least one statement");
  const last = statements[statements.length - 1] ?? first;
  const xml = xmlWriter(dialect.pretty);
  openMessage(xml, first.kind, dialect, messageId, createdAt(last));
  for (const statement of statements) {
    openStatement(xml, statement, dialect);
    const vintage = vintageOf(dialect.version);
    for (const entry of statement.entries) writeCamtEntry(xml, vintage, statement.account, entry, "BOOK");
    for (const entry of statement.pending) writeCamtEntry(xml, vintage, statement.account, entry, "PDNG");
    xml.close();
  }
  closeMessage(xml);
  return xml.take();
}

export function openMessage(
  xml: XmlWriter,
  kind: AccountStatement["kind"],
  dialect: CamtDialect,
  messageId: string,
  createdAt: string,
): void {
  const message = kind === "report" ? "camt.052" : "camt.053";
  xml.open("Document", ` xmlns="urn:iso:std:iso:20022:tech:xsd:${message}.${dialect.version}"`);
  xml.open(kind === "report" ? "BkToCstmrAcctRpt" : "BkToCstmrStmt");
  xml.open("GrpHdr");
  xml.leaf("MsgId", messageId);
  xml.leaf("CreDtTm", createdAt);
  xml.close();
}

export function closeMessage(xml: XmlWriter): void {
  xml.close();
  xml.close();
}

/** Everything of a statement that stands before its entries; the caller writes these and closes it. */
export function openStatement(xml: XmlWriter, statement: AccountStatement, dialect: CamtDialect): void {
  const { kind, account, day, sequence, page } = statement;
  xml.open(kind === "report" ? "Rpt" : "Stmt");
  xml.leaf("Id", statement.id ?? `${account.number.slice(-10)}-${day}-${sequence}`);
  if (page !== undefined) {
    xml.open("StmtPgntn");
    xml.leaf("PgNb", String(page.number));
    xml.leaf("LastPgInd", String(page.last));
    xml.close();
  }
  if (sequence > 0) xml.leaf("ElctrncSeqNb", String(sequence));
  xml.leaf("CreDtTm", createdAt(statement));
  xml.open("FrToDt");
  xml.leaf("FrDtTm", `${statement.from ?? day}T00:00:00`);
  xml.leaf("ToDtTm", kind === "report" ? `${day}T12:00:00` : `${day}T23:59:59`);
  xml.close();
  writeAccount(xml, statement, dialect);
  writeBalances(xml, statement, dialect);
  writeSummary(xml, statement.totals, exponentOf(account.currency), dialect);
}

function writeAccount(xml: XmlWriter, { account, owner, bank }: AccountStatement, dialect: CamtDialect): void {
  xml.open("Acct");
  xml.open("Id");
  if (account.iban !== null) xml.leaf("IBAN", account.iban);
  else {
    xml.open("Othr");
    xml.leaf("Id", account.number);
    xml.close();
  }
  xml.close();
  xml.leaf("Ccy", account.currency);
  xml.open("Ownr");
  xml.leaf("Nm", owner.name);
  xml.close();
  xml.open("Svcr");
  xml.open("FinInstnId");
  xml.leaf(vintageOf(dialect.version).bicTag, bank.bic);
  xml.leaf("Nm", bank.name);
  xml.close();
  xml.close();
  xml.close();
}

function writeBalances(xml: XmlWriter, statement: AccountStatement, dialect: CamtDialect): void {
  const { kind, account, day, openingMinor, closingMinor } = statement;
  if (statement.balances === false) return;
  const write = (code: string, minor: bigint, date: Day, interim = false) => {
    xml.open("Bal");
    xml.open("Tp");
    xml.open("CdOrPrtry");
    xml.leaf("Cd", code);
    xml.close();
    if (interim) {
      xml.open("SubTp");
      xml.leaf("Cd", "INTM");
      xml.close();
    }
    xml.close();
    writeAmount(xml, minor, account.currency);
    xml.open("Dt");
    xml.leaf("Dt", date);
    xml.close();
    xml.close();
  };
  const { from = day, page = { number: 1, last: true } } = statement;
  const first = page.number === 1;
  write(first ? dialect.opening : "OPBD", openingMinor, from, !first);
  write(kind === "report" ? "ITBD" : "CLBD", closingMinor, day, !page.last);
  if (page.last) write(kind === "report" ? "ITAV" : "CLAV", availableMinor(statement), day);
}

function writeSummary(xml: XmlWriter, totals: StatementTotals, exponent: number, dialect: CamtDialect): void {
  const net = totals.creditsMinor - totals.debitsMinor;
  const netText = minorText(net < 0n ? -net : net, exponent);
  xml.open("TxsSummry");
  xml.open("TtlNtries");
  xml.leaf("NbOfNtries", String(totals.count));
  xml.leaf("Sum", minorText(totals.creditsMinor + totals.debitsMinor, exponent));
  if (dialect.version === "001.02") {
    xml.leaf("TtlNetNtryAmt", netText);
    xml.leaf("CdtDbtInd", net < 0n ? "DBIT" : "CRDT");
  } else {
    xml.open("TtlNetNtry");
    xml.leaf("Amt", netText);
    xml.leaf("CdtDbtInd", net < 0n ? "DBIT" : "CRDT");
    xml.close();
  }
  xml.close();
  for (const [name, count, sum] of [
    ["TtlCdtNtries", totals.creditCount, totals.creditsMinor],
    ["TtlDbtNtries", totals.debitCount, totals.debitsMinor],
  ] as const) {
    xml.open(name);
    xml.leaf("NbOfNtries", String(count));
    xml.leaf("Sum", minorText(sum, exponent));
    xml.close();
  }
  xml.close();
}

/** Amt and CdtDbtInd: ISO 20022 keeps the sign apart. */
export function writeAmount(xml: XmlWriter, minor: bigint, currency: string): void {
  xml.leaf("Amt", minorText(minor < 0n ? -minor : minor, exponentOf(currency)), ` Ccy="${currency}"`);
  xml.leaf("CdtDbtInd", minor < 0n ? "DBIT" : "CRDT");
}

/** Statements are made in the night after their day, reports at noon. */
function createdAt({ kind, day, createdAt: made }: AccountStatement): string {
  if (made !== undefined) return made;
  return kind === "report" ? `${day}T12:00:05Z` : `${day}T22:15:00Z`;
}

import { exponentOf, minorText } from "../../../money/money.ts";
import type { Booking, Party, Payment } from "../booking.ts";
import type { CamtVersion, SimulatedAccount } from "../company.ts";
import { codeOf, isoCode } from "../transaction-codes.ts";
import { writeAmount } from "./camt.ts";
import type { XmlWriter } from "./xml.ts";

/** Where the versions of camt differ as far as we write them. */
export interface CamtVintage {
  readonly bicTag: "BIC" | "BICFI";
  /** Since .08 the status and the parties have a level more, and a payment may carry its UETR. */
  readonly nested: boolean;
  /** Since .04 a TxDtls states its own amount; before, it stands in AmtDtls. */
  readonly ownAmount: boolean;
}

export function vintageOf(version: CamtVersion): CamtVintage {
  return { bicTag: version === "001.02" ? "BIC" : "BICFI", nested: version === "001.08", ownAmount: version !== "001.02" };
}

export function writeCamtEntry(
  xml: XmlWriter,
  vintage: CamtVintage,
  account: SimulatedAccount,
  entry: Booking,
  status: "BOOK" | "PDNG",
): void {
  const code = codeOf(entry);
  xml.open("Ntry");
  xml.leaf("NtryRef", entry.reference);
  writeAmount(xml, entry.amountMinor, account.currency);
  if (entry.reversal) xml.leaf("RvslInd", "true");
  if (vintage.nested) within(xml, "Sts", () => xml.leaf("Cd", status));
  else xml.leaf("Sts", status);
  within(xml, "BookgDt", () => xml.leaf("Dt", entry.bookingDay));
  within(xml, "ValDt", () => xml.leaf("Dt", entry.valueDay));
  xml.leaf("AcctSvcrRef", entry.bankReference);
  writeTransactionCode(xml, isoCode(entry, account.currency), code.german);
  within(xml, "NtryDtls", () => {
    if (entry.batchCount !== null) writeBatch(xml, entry, account.currency);
    for (const payment of entry.payments) writePayment(xml, vintage, account.currency, entry, payment);
  });
  xml.leaf("AddtlNtryInf", code.text);
  xml.close();
}

function writeTransactionCode(xml: XmlWriter, [domain, family, subFamily]: readonly [string, string, string], proprietary: string): void {
  xml.open("BkTxCd");
  xml.open("Domn");
  xml.leaf("Cd", domain);
  xml.open("Fmly");
  xml.leaf("Cd", family);
  xml.leaf("SubFmlyCd", subFamily);
  xml.close();
  xml.close();
  within(xml, "Prtry", () => xml.leaf("Cd", proprietary));
  xml.close();
}

function writeBatch(xml: XmlWriter, entry: Booking, currency: string): void {
  xml.open("Btch");
  xml.leaf("PmtInfId", entry.reference);
  xml.leaf("NbOfTxs", String(entry.batchCount));
  const sum = entry.amountMinor < 0n ? -entry.amountMinor : entry.amountMinor;
  xml.leaf("TtlAmt", minorText(sum, exponentOf(currency)), ` Ccy="${currency}"`);
  xml.leaf("CdtDbtInd", entry.amountMinor < 0n ? "DBIT" : "CRDT");
  xml.close();
}

function writePayment(xml: XmlWriter, vintage: CamtVintage, currency: string, entry: Booking, payment: Payment): void {
  xml.open("TxDtls");
  writeReferences(xml, vintage, entry, payment);
  if (vintage.ownAmount) writeAmount(xml, payment.amountMinor, currency);
  writeAmountDetails(xml, vintage, currency, payment);
  if (payment.party !== null) writeParties(xml, vintage, payment, payment.party);
  if (payment.purpose !== null) within(xml, "Purp", () => xml.leaf("Cd", payment.purpose));
  writeRemittance(xml, payment);
  if (payment.returnReason !== null) within(xml, "RtrInf", () => within(xml, "Rsn", () => xml.leaf("Cd", payment.returnReason)));
  xml.close();
}

function writeReferences(xml: XmlWriter, vintage: CamtVintage, entry: Booking, payment: Payment): void {
  xml.open("Refs");
  if (entry.payments.length > 1) xml.leaf("PmtInfId", entry.reference);
  xml.leaf("EndToEndId", payment.endToEndId);
  if (vintage.nested) xml.leaf("UETR", payment.uetr);
  xml.leaf("TxId", payment.transactionId);
  xml.leaf("MndtId", payment.mandateId);
  if (entry.kind === "cheque_paid") xml.leaf("ChqNb", entry.reference);
  xml.close();
}

function writeAmountDetails(xml: XmlWriter, vintage: CamtVintage, currency: string, { amountMinor, exchange }: Payment): void {
  if (vintage.ownAmount && exchange === null) return;
  const amount = (minor: bigint, code: string) =>
    xml.leaf("Amt", minorText(minor < 0n ? -minor : minor, exponentOf(code)), ` Ccy="${code}"`);
  xml.open("AmtDtls");
  if (exchange !== null)
    within(xml, "InstdAmt", () => {
      amount(exchange.amountMinor, exchange.currency);
      within(xml, "CcyXchg", () => {
        xml.leaf("SrcCcy", amountMinor < 0n ? currency : exchange.currency);
        xml.leaf("TrgtCcy", amountMinor < 0n ? exchange.currency : currency);
        xml.leaf("XchgRate", exchange.rate);
      });
    });
  within(xml, "TxAmt", () => amount(amountMinor, currency));
  xml.close();
}

/** The other side: who pays is the debtor, who is paid the creditor; our own side stands in the statement's head. */
function writeParties(xml: XmlWriter, vintage: CamtVintage, payment: Payment, party: Party): void {
  const role = payment.amountMinor > 0n === (payment.returnReason === null) ? "Dbtr" : "Cdtr";
  xml.open("RltdPties");
  within(xml, role, () => {
    if (vintage.nested) xml.open("Pty");
    writeParty(xml, party, payment.creditorId);
    if (vintage.nested) xml.close();
  });
  within(xml, `${role}Acct`, () => within(xml, "Id", () => writeAccountId(xml, party)));
  xml.close();
  within(xml, "RltdAgts", () => within(xml, `${role}Agt`, () => within(xml, "FinInstnId", () => xml.leaf(vintage.bicTag, party.bic))));
}

function writeParty(xml: XmlWriter, party: Party, creditorId: string | null): void {
  xml.leaf("Nm", party.name);
  xml.open("PstlAdr");
  xml.leaf("StrtNm", party.street);
  xml.leaf("PstCd", party.postCode);
  xml.leaf("TwnNm", party.town);
  xml.leaf("Ctry", party.country);
  xml.close();
  if (creditorId !== null)
    within(xml, "Id", () =>
      within(xml, "PrvtId", () =>
        within(xml, "Othr", () => {
          xml.leaf("Id", creditorId);
          within(xml, "SchmeNm", () => xml.leaf("Prtry", "SEPA"));
        }),
      ),
    );
}

function writeAccountId(xml: XmlWriter, { account }: Party): void {
  if (account.iban !== null) xml.leaf("IBAN", account.iban);
  else within(xml, "Othr", () => xml.leaf("Id", account.number));
}

function writeRemittance(xml: XmlWriter, { remittance, creditorReference }: Payment): void {
  if (remittance === "" && creditorReference === null) return;
  xml.open("RmtInf");
  xml.leaf("Ustrd", remittance);
  if (creditorReference !== null)
    within(xml, "Strd", () =>
      within(xml, "CdtrRefInf", () => {
        within(xml, "Tp", () => within(xml, "CdOrPrtry", () => xml.leaf("Cd", "SCOR")));
        xml.leaf("Ref", creditorReference);
      }),
    );
  xml.close();
}

function within(xml: XmlWriter, name: string, content: () => void): void {
  xml.open(name);
  content();
  xml.close();
}

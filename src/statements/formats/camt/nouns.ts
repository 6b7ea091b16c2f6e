import type { Day } from "../../../time/day.ts";
import type {
  BalanceType,
  DeclaredTotals,
  EntryDetail,
  EntryParty,
  StatementBalance,
  StatementEntry,
  StatementHeader,
  StatementKind,
} from "../../statement.ts";
import { signed, xmlAmount } from "../amount.ts";
import { isoDay } from "../dates.ts";
import { noFacts } from "../unstated.ts";
import type { Warnings } from "../warnings.ts";
import type { BalanceDraft, DetailDraft, EntryDraft, GroupDraft, StatementDraft, TotalsDraft } from "./drafts.ts";

/** Something without which an amount would be a guess: the file is refused. */
export class Unclear extends Error {
  readonly code: string;
  readonly line: number;
  constructor(code: string, message: string, line: number) {
    super(message);
    this.code = code;
    this.line = line;
  }
}

export function headerOf(draft: StatementDraft, kind: StatementKind, group: GroupDraft): StatementHeader {
  const lastPage = truth(draft.lastPage) ?? truth(group.lastPage);
  return {
    kind,
    account: {
      id: compact(draft.iban ?? draft.otherId),
      scheme: draft.iban === null ? "other" : "iban",
      servicer: draft.servicerBic ?? draft.servicerMember,
      name: draft.name,
      owner: draft.owner,
    },
    currency: draft.currency,
    id: draft.id,
    sequence: whole(draft.electronicSequence) ?? whole(draft.legalSequence),
    page: whole(draft.page),
    lastPage,
    createdAt: draft.createdAt,
    periodFrom: draft.from === null ? null : (isoDay(draft.from)?.day ?? null),
    periodTo: draft.to === null ? null : (isoDay(draft.to)?.day ?? null),
    copy: draft.copy === "COPY" || draft.copy === "DUPL" || draft.copy === "CODU" ? draft.copy : null,
    line: draft.line,
  };
}

const balanceTypes = new Set<string>(["OPBD", "CLBD", "PRCD", "ITBD", "OPAV", "CLAV", "FWAV", "ITAV", "XPCD", "INFO"]);

export function balanceOf(draft: BalanceDraft, statementCurrency: string | null, warnings: Warnings): StatementBalance {
  const code = draft.code ?? draft.proprietary ?? "";
  if (draft.direction === null) warnings.note("BALANCE_WITHOUT_SIGN", `balance ${code} has no CdtDbtInd: read as a credit`, draft.line);
  return {
    type: draft.code !== null && balanceTypes.has(draft.code) ? (draft.code as BalanceType) : "other",
    code,
    interim: draft.subtype === "INTM",
    amount: amountOf(draft.amount, draft.direction ?? "CRDT", "Bal", draft.line, warnings),
    currency: currencyOf(draft.currency ?? statementCurrency, "Bal", draft.line),
    date: dayOf(draft.date, "the balance", draft.line, warnings),
    line: draft.line,
  };
}

export function totalsOf(draft: TotalsDraft): DeclaredTotals {
  return {
    entries: whole(draft.entries),
    creditCount: whole(draft.creditCount),
    credits: sumOf(draft.credits, "CRDT"),
    debitCount: whole(draft.debitCount),
    debits: sumOf(draft.debits, "CRDT"),
    gross: sumOf(draft.sum, "CRDT"),
    control: draft.netDirection === null ? null : sumOf(draft.net, draft.netDirection),
  };
}

export function entryOf(
  draft: EntryDraft,
  details: readonly DetailDraft[],
  statementCurrency: string | null,
  warnings: Warnings,
): StatementEntry {
  const { line } = draft;
  if (draft.direction === null) throw new Unclear("SYNTAX", "an entry (Ntry) has no CdtDbtInd: expected CRDT or DBIT", line);
  if (draft.currency === null) warnings.note("CURRENCY_MISSING", "an amount has no Ccy: read as the account's currency", line);
  const currency = currencyOf(draft.currency ?? statementCurrency, "Ntry", line);
  const amount = amountOf(draft.amount, draft.direction, "Ntry", line, warnings);
  const reversal = truth(draft.reversal) ?? false;
  const incoming = (draft.direction === "CRDT") !== reversal;
  const made = details.map((detail) => detailOf(detail, draft.direction ?? "CRDT", currency, incoming, warnings, line));
  const facts = made.length === 1 && made[0] !== undefined ? made[0] : noFacts;
  return {
    line,
    bookingDate: dayOf(draft.booked, "the booking date", line, warnings),
    valueDate: dayOf(draft.value, "the value date", line, warnings),
    amount,
    currency,
    status: statusOf(draft.status, line, warnings),
    reversal,
    bankReference: draft.bankReference ?? (details.length === 1 ? (details[0]?.bankReference ?? null) : null),
    reference: draft.reference,
    transactionCode:
      draft.domain === null
        ? draft.proprietaryCode
        : [draft.domain, draft.family, draft.subfamily].filter((code) => code !== null).join("-"),
    details: made,
    batchCount: whole(draft.batchCount),
    endToEndId: facts.endToEndId,
    transactionId: facts.transactionId,
    mandateId: facts.mandateId,
    uetr: facts.uetr,
    counterparty: facts.counterparty,
    text: joined(facts.text, draft.information),
    structuredReference: facts.structuredReference,
    purpose: facts.purpose,
  };
}

function detailOf(
  draft: DetailDraft,
  direction: string,
  currency: string,
  incoming: boolean,
  warnings: Warnings,
  line: number,
): EntryDetail {
  // Version 02 has the transaction's amount only in AmtDtls/TxAmt.
  const own = draft.amount !== null;
  const amount = own ? draft.amount : draft.transactionAmount;
  return {
    amount: amount === null ? null : amountOf(amount, draft.direction ?? direction, "TxDtls", line, warnings),
    currency: amount === null ? null : ((own ? draft.currency : draft.transactionCurrency) ?? currency),
    endToEndId: draft.endToEndId === "NOTPROVIDED" ? null : draft.endToEndId,
    transactionId: draft.transactionId,
    mandateId: draft.mandateId,
    uetr: draft.uetr,
    // Parties keep their roles when a payment is reversed, so the other side is the one the original flow had.
    counterparty: incoming
      ? (party(draft.debtor ?? draft.ultimateDebtor, draft.debtorAccount, draft.debtorBic) ?? party(draft.ultimateDebtor, null, null))
      : (party(draft.creditor ?? draft.ultimateCreditor, draft.creditorAccount, draft.creditorBic) ??
        party(draft.ultimateCreditor, null, null)),
    text: joined(draft.unstructured, draft.information),
    structuredReference: draft.creditorReference,
    purpose: draft.purpose,
  };
}

function party(name: string | null, account: string | null, bic: string | null): EntryParty | null {
  return name === null && account === null && bic === null ? null : { name, account, bic };
}

function joined(first: string | null, second: string | null): string | null {
  if (first === null) return second;
  return second === null || first.includes(second) ? first : `${first}\n${second}`;
}

function statusOf(text: string | null, line: number, warnings: Warnings): StatementEntry["status"] {
  switch (text) {
    case "BOOK":
      return "booked";
    case "PDNG":
    case "FUTR":
      return "pending";
    case "INFO":
      return "information";
    case null:
      warnings.note("STATUS_MISSING", "an entry has no Sts: read as booked", line);
      return "booked";
    default:
      warnings.note("STATUS_UNKNOWN", `an entry has the status "${text}": expected BOOK, PDNG or INFO, read as booked`, line);
      return "booked";
  }
}

function amountOf(text: string | null, direction: string, where: string, line: number, warnings: Warnings): string {
  if (direction !== "CRDT" && direction !== "DBIT")
    throw new Unclear("SYNTAX", `"${direction}" in CdtDbtInd of ${where}: expected CRDT or DBIT`, line);
  const amount = text === null ? null : xmlAmount(text);
  if (amount === null)
    throw new Unclear(
      "AMOUNT_UNREADABLE",
      text === null ? `${where} has no Amt` : `"${text}" in ${where} is no amount: expected digits and a point`,
      line,
    );
  if (amount.odd)
    warnings.note("AMOUNT_STYLE", `amount "${text}" breaks the schema: read as ${amount.negative ? "-" : ""}${amount.digits}`, line);
  return signed(amount.digits, (direction === "DBIT") !== amount.negative);
}

function sumOf(text: string | null, direction: string): string | null {
  const amount = text === null ? null : xmlAmount(text);
  return amount === null ? null : signed(amount.digits, (direction === "DBIT") !== amount.negative);
}

function currencyOf(text: string | null, where: string, line: number): string {
  if (text === null)
    throw new Unclear("CURRENCY_MISSING", `an amount of ${where} has no currency: expected a Ccy attribute or Acct/Ccy`, line);
  return text;
}

function dayOf(text: string | null, what: string, line: number, warnings: Warnings): Day | null {
  if (text === null) return null;
  const found = isoDay(text);
  if (found === null) warnings.note("DATE_UNREADABLE", `"${text}" as ${what} is no date: expected YYYY-MM-DD`, line);
  else if (found.clamped) warnings.note("DATE_CLAMPED", `"${text}" as ${what} does not exist: read as ${found.day}`, line);
  return found?.day ?? null;
}

function whole(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function truth(text: string | null): boolean | null {
  return text === "true" || text === "1" ? true : text === "false" || text === "0" ? false : null;
}

function compact(text: string | null): string {
  return text === null ? "" : text.replace(/\s+/g, "");
}

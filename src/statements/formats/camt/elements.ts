import type { BalanceDraft, DetailDraft, EntryDraft, GroupDraft, StatementDraft, TotalsDraft } from "./drafts.ts";

/** What an element begins and ends, beyond carrying text. */
export type Part = "message" | "statement" | "balance" | "totals" | "entry" | "detail";
export type Target = "group" | "statement" | "balance" | "totals" | "entry" | "detail";

/**
 * A place in the message. Each place knows its parent and children, so a document is walked without a stack and without
 * a string built per element; what has no place here is skipped with all below it.
 */
export interface Place {
  readonly name: string;
  readonly parent: Place | null;
  readonly children: Map<string, Place>;
  part: Part | null;
  target: Target | null;
  key: string | null;
  /** Where the `Ccy` attribute goes. */
  currencyKey: string | null;
  /** Repeated values become lines instead of the first one winning. */
  lines: boolean;
  /**
   * Which child came first, and which sibling came next, the last time: statements repeat themselves, and comparing with
   * one expected name is quicker than looking up each new string. A guess that is checked, so it may be shared.
   */
  firstGuess: Place | null;
  nextGuess: Place | null;
}

export interface MessageKind {
  readonly format: "camt.052" | "camt.053" | "camt.054";
  readonly kind: "report" | "statement" | "notification";
  readonly root: Place;
}

/** By the local name of the message element; version 01 carries its version in the name. */
export const messages: ReadonlyMap<string, MessageKind> = new Map([
  ...["BkToCstmrAcctRpt", "BkToCstmrAcctRptV01"].map((name) => [name, message(name, "Rpt", "camt.052", "report")] as const),
  ...["BkToCstmrStmt", "BkToCstmrStmtV01"].map((name) => [name, message(name, "Stmt", "camt.053", "statement")] as const),
  ...["BkToCstmrDbtCdtNtfctn", "BkToCstmrDbtCdtNtfctnV01"].map(
    (name) => [name, message(name, "Ntfctn", "camt.054", "notification")] as const,
  ),
]);

function message(name: string, statement: string, format: MessageKind["format"], kind: MessageKind["kind"]): MessageKind {
  const root = place(name, null);
  root.part = "message";
  at(root, "GrpHdr/MsgPgntn/LastPgInd", text<GroupDraft>("group", "lastPage"));
  addStatement(at(root, statement, part("statement")), statement);
  return { format, kind, root };
}

function addStatement(stmt: Place, name: string): void {
  const header = (path: string, key: keyof StatementDraft) => at(stmt, path, text<StatementDraft>("statement", key));
  header("Id", "id");
  header("ElctrncSeqNb", "electronicSequence");
  header("LglSeqNb", "legalSequence");
  header(`${name}Pgntn/PgNb`, "page");
  header(`${name}Pgntn/LastPgInd`, "lastPage");
  header("CreDtTm", "createdAt");
  for (const day of ["Dt", "DtTm"]) {
    header(`FrToDt/Fr${day}`, "from");
    header(`FrToDt/To${day}`, "to");
  }
  header("CpyDplctInd", "copy");
  header("Acct/Id/IBAN", "iban");
  for (const path of ["Othr/Id", "PrtryAcct/Id", "BBAN", "UPIC"]) header(`Acct/Id/${path}`, "otherId");
  header("Acct/Ccy", "currency");
  header("Acct/Nm", "name");
  header("Acct/Ownr/Nm", "owner");
  header("Acct/Ownr/Pty/Nm", "owner");
  for (const path of ["BICFI", "BIC", "CmbndId/BIC"]) header(`Acct/Svcr/FinInstnId/${path}`, "servicerBic");
  for (const path of ["ClrSysMmbId/MmbId", "ClrSysMmbId/Id", "Othr/Id", "PrtryId/Id"])
    header(`Acct/Svcr/FinInstnId/${path}`, "servicerMember");
  addBalance(at(stmt, "Bal", part("balance")));
  addTotals(at(stmt, "TxsSummry", part("totals")));
  addEntry(at(stmt, "Ntry", part("entry")));
}

function addBalance(bal: Place): void {
  const field = (path: string, key: keyof BalanceDraft, currency: keyof BalanceDraft | null = null) =>
    at(bal, path, text<BalanceDraft>("balance", key, currency));
  for (const type of ["Tp/CdOrPrtry", "Tp"]) {
    field(`${type}/Cd`, "code");
    field(`${type}/Prtry`, "proprietary");
  }
  field("Tp/SubTp/Cd", "subtype");
  field("Amt", "amount", "currency");
  field("CdtDbtInd", "direction");
  field("Dt", "date");
  field("Dt/Dt", "date");
  field("Dt/DtTm", "date");
}

function addTotals(summary: Place): void {
  const field = (path: string, key: keyof TotalsDraft) => at(summary, path, text<TotalsDraft>("totals", key));
  field("TtlNtries/NbOfNtries", "entries");
  field("TtlNtries/Sum", "sum");
  field("TtlNtries/TtlNetNtry/Amt", "net");
  field("TtlNtries/TtlNetNtry/CdtDbtInd", "netDirection");
  field("TtlNtries/TtlNetNtryAmt", "net");
  field("TtlNtries/CdtDbtInd", "netDirection");
  field("TtlCdtNtries/NbOfNtries", "creditCount");
  field("TtlCdtNtries/Sum", "credits");
  field("TtlDbtNtries/NbOfNtries", "debitCount");
  field("TtlDbtNtries/Sum", "debits");
}

function addEntry(ntry: Place): void {
  const field = (path: string, key: keyof EntryDraft, currency: keyof EntryDraft | null = null) =>
    at(ntry, path, text<EntryDraft>("entry", key, currency));
  field("NtryRef", "reference");
  field("Amt", "amount", "currency");
  field("CdtDbtInd", "direction");
  field("RvslInd", "reversal");
  for (const path of ["Sts", "Sts/Cd", "Sts/Prtry"]) field(path, "status");
  for (const path of ["", "/Dt", "/DtTm"]) {
    field(`BookgDt${path}`, "booked");
    field(`ValDt${path}`, "value");
  }
  field("AcctSvcrRef", "bankReference");
  field("BkTxCd/Domn/Cd", "domain");
  field("BkTxCd/Domn/Fmly/Cd", "family");
  field("BkTxCd/Domn/Fmly/SubFmlyCd", "subfamily");
  field("BkTxCd/Prtry/Cd", "proprietaryCode");
  field("NtryDtls/Btch/NbOfTxs", "batchCount");
  field("Btch/NbOfTxs", "batchCount");
  field("AddtlNtryInf", "information");
  for (const path of ["NtryDtls/TxDtls", "TxDtls"]) addDetail(at(ntry, path, part("detail")));
}

function addDetail(details: Place): void {
  const field = (path: string, key: keyof DetailDraft, currency: keyof DetailDraft | null = null) =>
    at(details, path, text<DetailDraft>("detail", key, currency));
  field("Amt", "amount", "currency");
  field("CdtDbtInd", "direction");
  field("AmtDtls/TxAmt/Amt", "transactionAmount", "transactionCurrency");
  field("Refs/EndToEndId", "endToEndId");
  field("Refs/TxId", "transactionId");
  field("Refs/MndtId", "mandateId");
  field("Refs/UETR", "uetr");
  field("Refs/AcctSvcrRef", "bankReference");
  addParty(field, "Dbtr", "debtor", "debtorAccount", "debtorBic", "ultimateDebtor");
  addParty(field, "Cdtr", "creditor", "creditorAccount", "creditorBic", "ultimateCreditor");
  lines(field("RmtInf/Ustrd", "unstructured"));
  lines(field("RmtInf/Strd/AddtlRmtInf", "unstructured"));
  field("RmtInf/Strd/CdtrRefInf/Ref", "creditorReference");
  field("RmtInf/Strd/CdtrRefInf/CdtrRef", "creditorReference");
  field("Purp/Cd", "purpose");
  field("Purp/Prtry", "purpose");
  field("AddtlTxInf", "information");
}

type DetailField = (path: string, key: keyof DetailDraft) => Place;

function addParty(
  field: DetailField,
  role: string,
  name: keyof DetailDraft,
  account: keyof DetailDraft,
  bic: keyof DetailDraft,
  ultimate: keyof DetailDraft,
) {
  for (const path of ["Nm", "Pty/Nm", "Agt/FinInstnId/Nm"]) field(`RltdPties/${role}/${path}`, name);
  for (const path of ["Nm", "Pty/Nm"]) field(`RltdPties/Ultmt${role}/${path}`, ultimate);
  for (const path of ["IBAN", "Othr/Id", "PrtryAcct/Id", "BBAN"]) field(`RltdPties/${role}Acct/Id/${path}`, account);
  for (const path of ["BICFI", "BIC", "CmbndId/BIC"]) field(`RltdAgts/${role}Agt/FinInstnId/${path}`, bic);
}

/** The child of this name, behind the sibling that ended before it; undefined for what has no place. */
export function childOf(parent: Place, before: Place | null, name: string): Place | undefined {
  const guess = before === null ? parent.firstGuess : before.nextGuess;
  if (guess !== null && guess.name === name) return guess;
  const found = parent.children.get(name);
  if (found === undefined) return undefined;
  if (before === null) parent.firstGuess = found;
  else before.nextGuess = found;
  return found;
}

type Mark = (place: Place) => void;

function at(from: Place, path: string, mark: Mark): Place {
  let here = from;
  for (const name of path.split("/")) {
    let next = here.children.get(name);
    if (next === undefined) {
      next = place(name, here);
      here.children.set(name, next);
    }
    here = next;
  }
  mark(here);
  return here;
}

function place(name: string, parent: Place | null): Place {
  return {
    name,
    parent,
    children: new Map(),
    part: null,
    target: null,
    key: null,
    currencyKey: null,
    lines: false,
    firstGuess: null,
    nextGuess: null,
  };
}

function part(name: Part): Mark {
  return (here) => {
    here.part = name;
  };
}

function text<Draft>(target: Target, key: keyof Draft & string, currency: (keyof Draft & string) | null = null): Mark {
  return (here) => {
    here.target = target;
    here.key = key;
    here.currencyKey = currency;
  };
}

function lines(here: Place): void {
  here.lines = true;
}

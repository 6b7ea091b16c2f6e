import type { Day } from "../time/day.ts";

/**
 * What a bank says, as it stands in a file, in ISO 20022 words. No database and no tenant here: readers make these,
 * `verify.ts` does the arithmetic, `import.ts` posts them.
 */
export type StatementFormat =
  | "camt.052"
  | "camt.053"
  | "camt.054"
  | "mt940"
  | "mt941"
  | "mt942"
  | "bai2"
  | "ofx"
  | "qif"
  | "coda"
  | "cfonb120"
  | "csb43"
  | "csv"
  | "xlsx";

/** statement: booked, with balances (053, 940, BAI2 prior day); report: intraday (052, 942); notification: single advices (054). */
export type StatementKind = "statement" | "report" | "notification";

/** ISO 20022 balance types (External Balance Type code set); `other` keeps a proprietary code in `code`. */
export type BalanceType = "OPBD" | "CLBD" | "PRCD" | "ITBD" | "OPAV" | "CLAV" | "FWAV" | "ITAV" | "XPCD" | "INFO" | "other";

export interface StatementBalance {
  readonly type: BalanceType;
  /** The code as it stands in the file (60F, 015, CLBD …). */
  readonly code: string;
  /** A page's boundary, not the day's (MT940 60M/62M, camt INTM). */
  readonly interim: boolean;
  /** Signed decimal string, debit negative. */
  readonly amount: string;
  readonly currency: string;
  readonly date: Day | null;
  readonly line: number;
}

export interface AccountIdentification {
  /** As it stands, blanks removed: IBAN, BBAN or the bank's own number; "" when the file names no account. */
  readonly id: string;
  readonly scheme: "iban" | "other";
  /** BIC or clearing number of the servicer, when stated. */
  readonly servicer: string | null;
  readonly name: string | null;
  readonly owner: string | null;
}

export interface StatementHeader {
  readonly kind: StatementKind;
  readonly account: AccountIdentification;
  /** ISO 4217; null when nothing in the header says it (a balance or an entry will). */
  readonly currency: string | null;
  /** Stmt/Id, :20:, or BAI2 file id. Banks re-use it: never a key alone. */
  readonly id: string | null;
  /** Electronic sequence number, or the first number of :28C:. */
  readonly sequence: number | null;
  /** Page number inside the statement: StmtPgntn/PgNb or the second number of :28C:. */
  readonly page: number | null;
  readonly lastPage: boolean | null;
  readonly createdAt: string | null;
  readonly periodFrom: Day | null;
  readonly periodTo: Day | null;
  /** CpyDplctInd */
  readonly copy: "COPY" | "DUPL" | "CODU" | null;
  readonly line: number;
}

export interface EntryParty {
  readonly name: string | null;
  readonly account: string | null;
  readonly bic: string | null;
}

/** What an entry and each detail of a batch share. */
export interface TransactionFacts {
  readonly endToEndId: string | null;
  readonly transactionId: string | null;
  readonly mandateId: string | null;
  readonly uetr: string | null;
  readonly counterparty: EntryParty | null;
  /** Remittance information and what else is meant for people, line breaks as "\n". */
  readonly text: string | null;
  readonly structuredReference: string | null;
  readonly purpose: string | null;
}

/** One TxDtls of a batch, one occurrence under its entry, never beside it. */
export interface EntryDetail extends TransactionFacts {
  /** Signed decimal string; null when the bank does not say it. */
  readonly amount: string | null;
  readonly currency: string | null;
}

/** An Ntry, a :61:, or a 16 record: what moves the balance once. */
export interface StatementEntry extends TransactionFacts {
  readonly line: number;
  readonly bookingDate: Day | null;
  readonly valueDate: Day | null;
  /** Signed decimal string: positive raises the balance (credit, or a reversed debit), negative lowers it. */
  readonly amount: string;
  readonly currency: string;
  readonly status: "booked" | "pending" | "information";
  readonly reversal: boolean;
  /** AcctSvcrRef, the part behind // of :61:, or the BAI2 bank reference. */
  readonly bankReference: string | null;
  /** NtryRef, the customer reference of :61:, or the BAI2 customer reference. */
  readonly reference: string | null;
  /** BkTxCd as "PMNT-RCDT-ESCT", else the proprietary code, :61: type, or BAI2 type code. */
  readonly transactionCode: string | null;
  readonly details: readonly EntryDetail[];
  /** Number of transactions the bank says the batch has (Btch/NbOfTxs), null when not a batch. */
  readonly batchCount: number | null;
}

/** What the file declares of a statement's sums; checked against the entries, never used instead of them. */
export interface DeclaredTotals {
  readonly entries: number | null;
  readonly creditCount: number | null;
  readonly credits: string | null;
  readonly debitCount: number | null;
  readonly debits: string | null;
  /** Credits and debits added without signs (TtlNtries/Sum). */
  readonly gross: string | null;
  /** Net of control records (BAI2 49), as a decimal string. */
  readonly control: string | null;
}

/**
 * Something about a file that a person must know. `refusal`: the file cannot be imported; `break`: the statement is
 * imported and marked as not adding up; `warning`: odd, and harmless to the money.
 */
export interface StatementProblem {
  readonly severity: "refusal" | "break" | "warning";
  /** Upper-case word, such as BALANCE_BREAK or SYNTAX; the list is in docs/reference/statement-problems.md. */
  readonly code: string;
  /** A fact, what was expected, and where. */
  readonly message: string;
  /** 1-based line in the file, null when it concerns the whole. */
  readonly line: number | null;
}

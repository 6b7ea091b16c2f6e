import type { TenantKeys } from "../../keys/tenant-keys.ts";
import { currencyExponent } from "../../money/currencies.ts";
import type { Day } from "../../time/day.ts";
import { noCurrency } from "../formats/unstated.ts";
import type { DeclaredTotals, StatementBalance, StatementEntry, StatementFormat, StatementHeader, StatementProblem } from "../statement.ts";
import type { StatementArithmetic, VerifiedSink } from "../verify.ts";
import { exactMinor } from "./exact-minor.ts";
import { fingerprint } from "./fingerprint.ts";
import { stagedRow } from "./staged-row.ts";

/** A statement while its file is read: the header, the balances in minor units, and what was counted. */
export interface StatementDraft {
  readonly ordinal: number;
  readonly header: StatementHeader;
  readonly balances: StatementBalance[];
  currency: string | null;
  entries: number;
  credits: bigint;
  debits: bigint;
  firstDay: Day | null;
  lastDay: Day | null;
  lastPage: boolean | null;
  readonly problems: StatementProblem[];
}

export interface TakenRows {
  readonly text: string;
  readonly stmt: number;
  readonly ordinal: number;
  /** Entries among them that are batches of transactions. */
  readonly batches: number;
  /** Entries among them that equal an earlier one, or might: beyond the first 200,000 nobody remembers. */
  readonly twins: number;
}

/** Fingerprints remembered to notice twins: some 20 MB. */
const mostFingerprints = 200_000;

/**
 * Takes what a reader finds and turns entries into rows for COPY, so that memory stays flat: rows are taken away with
 * `takeRows` after each chunk of the file.
 */
export class Intake implements VerifiedSink {
  format: StatementFormat | null = null;
  variant: string | null = null;
  readonly drafts: StatementDraft[] = [];
  readonly problems: StatementProblem[] = [];
  entries = 0;
  #rows: string[] = [];
  #last = { stmt: 0, ordinal: 0 };
  #batches = 0;
  #fingerprints = new Set<string>();
  #twins = 0;
  #open: StatementDraft | null = null;
  readonly #keys: TenantKeys;

  constructor(keys: TenantKeys) {
    this.#keys = keys;
  }

  file(format: StatementFormat, variant: string): void {
    this.format = format;
    this.variant = variant;
  }

  openStatement(header: StatementHeader): void {
    if (header.account.id === "") this.#refuseOnce("ACCOUNT_MISSING", `the file names no account: ${howToSay("account")}`, header.line);
    this.#open = {
      ordinal: this.drafts.length + 1,
      header,
      balances: [],
      currency: header.currency,
      entries: 0,
      credits: 0n,
      debits: 0n,
      firstDay: null,
      lastDay: null,
      lastPage: header.lastPage,
      problems: [],
    };
    this.drafts.push(this.#open);
  }

  balance(balance: StatementBalance): void {
    this.#open?.balances.push(balance);
    if (this.#open !== null) this.#open.currency ??= balance.currency;
  }

  entry(entry: StatementEntry): void {
    const draft = this.#open;
    if (draft === null) return;
    draft.currency ??= entry.currency;
    const minor = this.#minor(entry, draft);
    const bookingDate =
      entry.bookingDate ?? entry.valueDate ?? draft.balances.find((balance) => balance.date !== null)?.date ?? draft.header.periodTo;
    if (bookingDate === null)
      this.refuse("DATE_MISSING", "the entry has neither a booking date nor a value date, and its statement has no date", entry.line);
    if (minor === null || bookingDate === null) return;
    draft.entries += 1;
    this.entries += 1;
    if (entry.status === "booked") {
      if (minor > 0n) draft.credits += minor;
      else draft.debits -= minor;
    }
    if (draft.firstDay === null || bookingDate < draft.firstDay) draft.firstDay = bookingDate;
    if (draft.lastDay === null || bookingDate > draft.lastDay) draft.lastDay = bookingDate;
    const print = fingerprintOf(draft, entry, bookingDate, minor);
    if (this.#fingerprints.size >= mostFingerprints || this.#fingerprints.has(print)) this.#twins += 1;
    else this.#fingerprints.add(print);
    if (entry.details.length > 1) this.#batches += 1;
    this.#rows.push(stagedRow(this.#keys, draft, entry, bookingDate, minor, print));
    this.#last = { stmt: draft.ordinal, ordinal: draft.entries };
  }

  declared(_totals: DeclaredTotals): void {
    // Checked by verify.ts, which stands beside this sink.
  }

  verified(_arithmetic: StatementArithmetic): void {
    // Terms are reckoned again in minor units of the account's currency (terms.ts).
  }

  closeStatement(end: { readonly line: number; readonly lastPage: boolean | null }): void {
    if (this.#open !== null && end.lastPage !== null) this.#open.lastPage = end.lastPage;
    this.#open = null;
  }

  problem(problem: StatementProblem): void {
    this.problems.push(problem);
    if (problem.severity !== "refusal") this.#open?.problems.push(problem);
  }

  get refused(): boolean {
    return this.problems.some((problem) => problem.severity === "refusal");
  }

  refuse(code: string, message: string, line: number | null): void {
    this.problems.push({ severity: "refusal", code, message, line });
  }

  #refuseOnce(code: string, message: string, line: number | null): void {
    if (!this.problems.some((problem) => problem.code === code && problem.severity === "refusal")) this.refuse(code, message, line);
  }

  /** The rows since the last call, as text for COPY, and the last entry among all rows so far. */
  takeRows(): TakenRows {
    const rows: TakenRows = { text: this.#rows.join(""), ...this.#last, batches: this.#batches, twins: this.#twins };
    this.#rows = [];
    this.#batches = 0;
    this.#twins = 0;
    return rows;
  }

  #minor(entry: StatementEntry, draft: StatementDraft): bigint | null {
    if (entry.currency !== draft.currency) {
      this.refuse("CURRENCY_MIXED", `the entry is in ${entry.currency}, its statement in ${draft.currency}`, entry.line);
      return null;
    }
    if (entry.currency === noCurrency) {
      this.#refuseOnce("CURRENCY_MISSING", `the file names no currency: ${howToSay("currency")}`, entry.line);
      return null;
    }
    const exponent = currencyExponent(entry.currency);
    if (exponent === undefined) {
      this.refuse("CURRENCY_UNKNOWN", `"${entry.currency}" is not an ISO 4217 currency`, entry.line);
      return null;
    }
    const minor = exactMinor(entry.amount, exponent);
    if (minor === null) this.refuse("AMOUNT_PRECISION", `${entry.amount} ${entry.currency} has more than ${exponent} decimals`, entry.line);
    return minor;
  }
}

/** The file is kept, so nobody has to send it again. */
function howToSay(what: "account" | "currency"): string {
  const flags = what === "account" ? "--account NUMBER" : "--currency CODE, or an account that has one";
  return `choose it among the received files, or give it with the file (apg statement import ${flags}; "${what}" in the API)`;
}

function fingerprintOf(draft: StatementDraft, entry: StatementEntry, bookingDate: Day, minor: bigint): string {
  const space = draft.header.kind === "statement" ? "booked" : "intraday";
  return fingerprint(entry, space, bookingDate, entry.valueDate ?? bookingDate, minor);
}

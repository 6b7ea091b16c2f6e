import { masked } from "../keys/blind-index.ts";
import { currencyExponent } from "../money/currencies.ts";
import { addDecimals, type Decimal, decimalOrNull, decimalsEqual, decimalText, negate, rescale, zero } from "../money/decimal.ts";
import type { Day } from "../time/day.ts";
import { ExactSum, isNegative, negated, summand } from "./exact-sum.ts";
import { PageChain } from "./pages.ts";
import type { StatementSink } from "./reader.ts";
import type { DeclaredTotals, StatementBalance, StatementEntry, StatementFormat, StatementHeader, StatementProblem } from "./statement.ts";

/** What a statement adds up to: exact, in the currency's own decimals. */
export interface StatementArithmetic {
  readonly currency: string | null;
  /** The balance the entries start from: OPBD, else PRCD, OPAV, ITBD in camt; null when the file states none. */
  readonly opening: StatementBalance | null;
  /** Where they lead: CLBD, else ITBD, CLAV in camt. */
  readonly closing: StatementBalance | null;
  readonly entries: number;
  /** Sum of all entries that raise the balance, whatever their status. */
  readonly credits: string;
  /** Sum of all that lower it, as a positive number. */
  readonly debits: string;
  /** Booked entries only, signed: what lies between opening and closing. */
  readonly bookedNet: string;
  /** Opening + booked entries = closing, to the minor unit; null when a balance is missing or they are of different kinds. */
  readonly balanced: boolean | null;
  /** First and last booking day among the entries. */
  readonly firstDay: Day | null;
  readonly lastDay: Day | null;
}

/** A sink that is also told what each statement adds up to, just before `closeStatement`. */
export interface VerifiedSink extends StatementSink {
  verified(arithmetic: StatementArithmetic): void;
}

/**
 * Puts the arithmetic between a reader and a sink: everything passes through unchanged; breaks are told as problems
 * before the statement closes. Holds sums, never entries. Call `finish` when the file has ended.
 */
export function verifyStatements(sink: VerifiedSink): StatementVerification {
  return new StatementVerification(sink);
}

export class StatementVerification implements StatementSink {
  private readonly sink: VerifiedSink;
  private readonly pages: PageChain;
  private format: StatementFormat = "camt.053";
  private sums: StatementSums | null = null;

  constructor(sink: VerifiedSink) {
    this.sink = sink;
    this.pages = new PageChain((problem) => sink.problem(problem));
  }

  file(format: StatementFormat, variant: string): void {
    this.format = format;
    this.sink.file(format, variant);
  }

  openStatement(header: StatementHeader): void {
    this.sums = new StatementSums(header, this.format);
    this.sink.openStatement(header);
  }

  balance(balance: StatementBalance): void {
    this.sums?.balance(balance);
    this.sink.balance(balance);
  }

  entry(entry: StatementEntry): void {
    this.sums?.entry(entry);
    this.sink.entry(entry);
  }

  declared(totals: DeclaredTotals): void {
    this.sums?.declared.push(totals);
    this.sink.declared(totals);
  }

  closeStatement(end: { readonly line: number; readonly lastPage: boolean | null }): void {
    const sums = this.sums;
    this.sums = null;
    if (sums !== null) {
      const arithmetic = sums.arithmetic();
      sums.tell((problem) => this.sink.problem(problem), arithmetic, this.format, end.line);
      this.pages.add(sums.header, arithmetic, end.lastPage ?? sums.header.lastPage, end.line);
      this.sink.verified(arithmetic);
    }
    this.sink.closeStatement(end);
  }

  problem(problem: StatementProblem): void {
    this.sink.problem(problem);
  }

  /** Pages that never came are known only now. */
  finish(): void {
    this.pages.finish();
  }
}

// In camt another balance may stand in for the booked one; MT and BAI2 state booked and available side by side.
const camtOrder = { opening: ["OPBD", "PRCD", "OPAV", "ITBD"], closing: ["CLBD", "ITBD", "CLAV"] } as const;
const plainOrder = { opening: ["OPBD"], closing: ["CLBD"] } as const;

class StatementSums {
  readonly header: StatementHeader;
  readonly declared: DeclaredTotals[] = [];
  private readonly order: { readonly opening: readonly string[]; readonly closing: readonly string[] };
  private opening: StatementBalance | null = null;
  private closing: StatementBalance | null = null;
  private readonly creditSum = new ExactSum();
  private readonly debitSum = new ExactSum();
  private readonly bookedSum = new ExactSum();
  private entries = 0;
  private bookedEntries = 0;
  private creditCount = 0;
  private debitCount = 0;
  private currency: string | null;
  private foreignLine: number | null = null;
  private tooPreciseLine: number | null = null;
  private batchLine: number | null = null;
  private batchesOff = 0;
  private firstDay: Day | null = null;
  private lastDay: Day | null = null;

  constructor(header: StatementHeader, format: StatementFormat) {
    this.header = header;
    this.order = format.startsWith("camt.") ? camtOrder : plainOrder;
    this.currency = header.currency;
  }

  balance(balance: StatementBalance): void {
    this.currency ??= balance.currency;
    // The first of the best opening kind, the last of the best closing kind: interim balances come in the order of the day.
    if (better(this.order.opening, balance, this.opening)) this.opening = balance;
    if (better(this.order.closing, balance, this.closing) || (balance.type === "ITBD" && this.closing?.type === "ITBD"))
      this.closing = balance;
  }

  entry(entry: StatementEntry): void {
    const amount = summand(entry.amount) ?? zero;
    this.currency ??= entry.currency;
    this.entries += 1;
    if (isNegative(amount)) {
      this.debitSum.add(negated(amount));
      this.debitCount += 1;
    } else {
      this.creditSum.add(amount);
      this.creditCount += 1;
    }
    if (amount.scale > (currencyExponent(entry.currency) ?? 4)) this.tooPreciseLine ??= entry.line;
    if (entry.details.length > 1 && !batchAddsUp(entry)) {
      this.batchLine ??= entry.line;
      this.batchesOff += 1;
    }
    if (entry.status !== "booked") return;
    this.bookedEntries += 1;
    this.bookedSum.add(amount);
    if (entry.currency !== this.currency) this.foreignLine ??= entry.line;
    const day = entry.bookingDate;
    if (day === null) return;
    if (this.firstDay === null || day < this.firstDay) this.firstDay = day;
    if (this.lastDay === null || day > this.lastDay) this.lastDay = day;
  }

  private get credits(): Decimal {
    return this.creditSum.value;
  }

  private get debits(): Decimal {
    return this.debitSum.value;
  }

  private get booked(): Decimal {
    return this.bookedSum.value;
  }

  arithmetic(): StatementArithmetic {
    return {
      currency: this.currency,
      opening: this.opening,
      closing: this.closing,
      entries: this.entries,
      credits: this.text(this.credits),
      debits: this.text(this.debits),
      bookedNet: this.text(this.booked),
      balanced: this.balanced(),
      firstDay: this.firstDay,
      lastDay: this.lastDay,
    };
  }

  tell(problem: (problem: StatementProblem) => void, sums: StatementArithmetic, format: StatementFormat, line: number): void {
    const tell = (severity: StatementProblem["severity"], code: string, message: string, where = line) =>
      problem({ severity, code, message: `${message}${this.label()}`, line: where });
    const { opening, closing } = this;
    if (sums.balanced === false && opening !== null && closing !== null) {
      if (opening.currency !== closing.currency || this.foreignLine !== null)
        tell(
          "break",
          "CURRENCY_MIXED",
          `opening ${opening.amount} ${opening.currency}, closing ${closing.amount} ${closing.currency} and the entries are not in one currency`,
          this.foreignLine ?? closing.line,
        );
      else tell("break", "BALANCE_BREAK", this.breakText(opening, closing), closing.line);
    } else if (this.foreignLine !== null) tell("warning", "CURRENCY_MIXED", `an entry is not in ${this.currency}`, this.foreignLine);
    // A statement cut off in the middle looks like this; BAI2 has trailers for that, and often no balances.
    const lacking = opening === null && closing === null ? null : opening === null ? "opening" : closing === null ? "closing" : undefined;
    if (this.header.kind === "statement" && format !== "bai2" && lacking !== undefined && (lacking !== null || this.entries > 0))
      tell(
        "warning",
        "BALANCE_MISSING",
        `the statement has no ${lacking ?? "opening and no closing"} balance: what is between cannot be proven`,
      );
    if (this.tooPreciseLine !== null)
      tell("warning", "AMOUNT_TOO_FINE", "an amount has more decimals than its currency", this.tooPreciseLine);
    if (this.batchLine !== null)
      tell(
        "warning",
        "BATCH_INCOMPLETE",
        `the transactions listed under ${this.batchesOff === 1 ? "an entry do" : `${this.batchesOff} entries (first here) do`} not add up to it`,
        this.batchLine,
      );
    for (const totals of this.declared) this.tellTotals(tell, totals, format);
  }

  private balanced(): boolean | null {
    const { opening, closing } = this;
    if (opening === null || closing === null || opening.type === "OPAV" || closing.type === "CLAV") return null;
    if (opening === closing) return this.bookedEntries === 0 ? true : null;
    if (opening.currency !== closing.currency || this.foreignLine !== null) return false;
    return decimalsEqual(addDecimals(decimalOrNull(opening.amount) ?? zero, this.booked), decimalOrNull(closing.amount) ?? zero);
  }

  private breakText(opening: StatementBalance, closing: StatementBalance): string {
    const sum = addDecimals(decimalOrNull(opening.amount) ?? zero, this.booked);
    const difference = addDecimals(decimalOrNull(closing.amount) ?? zero, negate(sum));
    return `opening ${opening.amount} + entries ${this.text(this.booked)} = ${this.text(sum)}, the file states closing ${closing.amount} (difference ${this.text(difference)})`;
  }

  private tellTotals(tell: Tell, totals: DeclaredTotals, format: StatementFormat): void {
    // MT942 counts what lies below the floor limit, BAI2 what the bank does not itemise.
    const floor = format === "mt942" || format === "mt941" || format === "bai2";
    const differ = (what: string, stated: string | number | null, ...counted: (string | number)[]) => {
      if (stated === null || counted.some((count) => same(stated, count))) return;
      if (floor && counted.every((count) => below(count, stated))) return;
      tell(floor ? "warning" : "break", "TOTALS_MISMATCH", `the file declares ${what} ${stated}, its entries make ${counted[0]}`);
    };
    differ("entries", totals.entries, this.entries, this.bookedEntries);
    differ("credit entries", totals.creditCount, this.creditCount);
    differ("debit entries", totals.debitCount, this.debitCount);
    differ("credits of", totals.credits, this.text(this.credits));
    differ("debits of", totals.debits, this.text(this.debits));
    differ("a sum of", totals.gross, this.text(addDecimals(this.credits, this.debits)));
    differ("a net of", totals.control, this.text(addDecimals(this.credits, negate(this.debits))), this.text(this.booked));
  }

  private text(value: Decimal): string {
    const scale = Math.max(value.scale, this.currency === null ? 0 : (currencyExponent(this.currency) ?? 2));
    return decimalText({ units: rescale(value, scale), scale });
  }

  private label(): string {
    const { account, id } = this.header;
    if (account.id === "" && id === null) return "";
    return ` (${[account.id === "" ? null : `account ${masked(account.id)}`, id === null ? null : `statement ${id}`].filter((part) => part !== null).join(", ")})`;
  }
}

/** Whether the transactions under an entry make its amount; true when the bank does not state all of them in its currency. */
function batchAddsUp(entry: StatementEntry): boolean {
  const sum = new ExactSum();
  for (const detail of entry.details) {
    const part = detail.amount === null || detail.currency !== entry.currency ? null : summand(detail.amount);
    if (part === null) return true;
    sum.add(part);
  }
  return decimalsEqual(sum.value, decimalOrNull(entry.amount) ?? zero);
}

type Tell = (severity: StatementProblem["severity"], code: string, message: string, line?: number) => void;

function better(order: readonly string[], candidate: StatementBalance, current: StatementBalance | null): boolean {
  const rank = order.indexOf(candidate.type);
  if (rank === -1) return false;
  if (current === null) return true;
  const before = order.indexOf(current.type);
  return rank < before || (rank === before && current.interim && !candidate.interim);
}

function same(stated: string | number, counted: string | number): boolean {
  const a = decimalOrNull(String(stated));
  const b = decimalOrNull(String(counted));
  return a !== null && b !== null && decimalsEqual(a, b);
}

function below(counted: string | number, stated: string | number): boolean {
  const a = decimalOrNull(String(counted));
  const b = decimalOrNull(String(stated));
  if (a === null || b === null) return false;
  return addDecimals(a, negate(b)).units <= 0n;
}

import { addDecimals, decimalOrNull, decimalsEqual, decimalText, zero } from "../../../money/decimal.ts";
import type { Day } from "../../../time/day.ts";
import { negated } from "../amount.ts";
import type { ColumnRole } from "./choices.ts";
import { dayIn } from "./days.ts";
import type { TableRow } from "./dialect.ts";
import { type DecimalSign, numberOf } from "./numbers.ts";
import type { TableProfile } from "./profile.ts";

/** One line of a bank's table that moves money, with the lines that continue it. */
export interface TableEntry {
  readonly line: number;
  readonly bookingDate: Day;
  readonly valueDate: Day | null;
  readonly amount: string;
  readonly currency: string | null;
  readonly account: string | null;
  /** The running balance behind it, when the line states one. */
  readonly balance: string | null;
  readonly pending: boolean;
  readonly texts: string[];
  readonly name: string | null;
  readonly counterAccount: string | null;
  readonly bic: string | null;
  readonly reference: string | null;
  readonly type: string | null;
  readonly details: Array<{ readonly amount: string; readonly text: string | null }>;
}

export interface TableBody {
  readonly entries: TableEntry[];
  /** Lines that are no entries: totals, balances, notices. */
  readonly others: TableRow[];
  /** Lines with a day that state no amount. */
  readonly withoutAmount: TableRow[];
  /** The first line whose amount is no number, or whose day is none: it refuses the file. */
  readonly unreadable: { readonly code: string; readonly message: string; readonly line: number } | null;
}

const debitWords =
  /^(?:d|dr|db|s|h?soll|debit\w*|dbit|debet|belastung\w*|lastschrift\w*|addebito|debito|dare|debit|af|cargo|outflow|out|kiadas|sortie|uscita|ausgang|withdrawal|expense)$/;
const creditWords =
  /^(?:c|cr|crdt|h|haben|credit\w*|kredit|gutschrift\w*|accredito|credito|avere|bij|abono|inflow|in|bevetel|entree|entrata|eingang|deposit|income)$/;
const pendingWords = /^(?:pending|vorgemerkt|reserviert|provisorisch|in attesa|en attente|pendiente|offen|authorised|authorized)/;

export function readRows(rows: readonly TableRow[], profile: TableProfile): TableBody {
  const numbers: DecimalSign = { decimal: profile.decimal };
  const entries: TableEntry[] = [];
  const others: TableRow[] = [];
  const withoutAmount: TableRow[] = [];
  let continued: TableEntry | null = null;
  for (const row of rows) {
    const cells = new RowCells(row.cells, profile);
    const day = cells.day("bookingDate") ?? (cells.has("bookingDate") ? null : cells.day("valueDate"));
    const amount = amountOf(cells, profile, numbers);
    if (amount === "unreadable") {
      if (day !== null)
        return { entries, others, withoutAmount, unreadable: noAmount(row.line, cells.written("amount", "debit", "credit"), profile) };
      others.push(row);
      continued = null;
    } else if (day !== null && amount !== null && !(cells.datelessFirst && Number(amount) === 0)) {
      continued = entryOf(row, cells, day, amount, numbers);
      entries.push(continued);
    } else if (day !== null && amount === null) withoutAmount.push(row);
    else if (day === null && amount !== null && cells.looksDated)
      return { entries, others, withoutAmount, unreadable: noDay(row.line, cells.written("bookingDate")) };
    else if (cells.blankDates && amount === null && continued !== null && !row.cells.every((cell) => cell === ""))
      continueEntry(continued, cells, numbers);
    else if (!row.cells.every((cell) => cell === "")) {
      others.push(row);
      continued = null;
    }
  }
  return { entries, others, withoutAmount, unreadable: null };
}

function noAmount(line: number, cell: string, { decimal }: TableProfile): TableBody["unreadable"] {
  const message = `"${cell.slice(0, 30)}" is no amount: expected digits with the decimal sign "${decimal}"`;
  return { code: "AMOUNT_UNREADABLE", message, line };
}

/** A damaged day must not make an entry a line that is passed over. */
function noDay(line: number, cell: string): TableBody["unreadable"] {
  return { code: "DATE_UNREADABLE", message: `"${cell.slice(0, 30)}" beside an amount is no day of the calendar`, line };
}

class RowCells {
  private readonly cells: readonly string[];
  private readonly profile: TableProfile;

  constructor(cells: readonly string[], profile: TableProfile) {
    this.cells = cells;
    this.profile = profile;
  }

  has(role: ColumnRole): boolean {
    return this.profile.columns.has(role);
  }

  all(role: ColumnRole): string[] {
    return (this.profile.columns.get(role) ?? []).map((column) => this.cells[column] ?? "").filter((cell) => cell !== "");
  }

  first(role: ColumnRole): string | null {
    return this.all(role)[0] ?? null;
  }

  day(role: ColumnRole): Day | null {
    for (const cell of this.all(role)) {
      const day = dayIn(cell, this.profile.dayOrder);
      if (day !== null) return day;
    }
    return null;
  }

  get blankDates(): boolean {
    return this.all("bookingDate").length === 0;
  }

  /** Written like a day, whether or not the calendar has it. */
  get looksDated(): boolean {
    return this.all("bookingDate").some((cell) => /^\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{1,4}(?!\d)/.test(cell));
  }

  /** No day where the bank writes when it booked: with an amount of nothing, a balance carried forward. */
  get datelessFirst(): boolean {
    const [column] = this.profile.columns.get("bookingDate") ?? [];
    return column !== undefined && (this.cells[column] ?? "") === "";
  }

  written(...roles: ColumnRole[]): string {
    return roles.flatMap((role) => this.all(role)).join(" ");
  }
}

/** Signed: from one column, from two, or from one with a word for its direction. */
function amountOf(cells: RowCells, profile: TableProfile, numbers: DecimalSign): string | null | "unreadable" {
  const read = (role: ColumnRole) => {
    const cell = cells.first(role);
    return cell === null ? null : (numberOf(cell, numbers) ?? totalOfParts(cell, numbers) ?? "unreadable");
  };
  const [debit, credit, amount] = [read("debit"), read("credit"), read("amount")];
  if (cells.has("debit") || cells.has("credit")) {
    if (debit === "unreadable" || credit === "unreadable") return "unreadable";
    return debit === null && credit === null ? null : twoColumns(debit, credit);
  }
  if (amount === null || amount === "unreadable") return amount;
  const word = cells.first("indicator");
  if (word !== null) return directed(amount, plain(word));
  return profile.inverted ? negated(amount) : amount;
}

/** The word decides, whatever sign stands before the amount: banks write "-20.00 debit" and "-20.00 credit" of a card. */
function directed(amount: string, word: string): string {
  const size = amount.startsWith("-") ? negated(amount) : amount;
  if (debitWords.test(word)) return negated(size);
  return creditWords.test(word) ? size : amount;
}

/** "702.00<br />2.00<br />700.00" is a sum and its parts in one cell. */
function totalOfParts(cell: string, numbers: DecimalSign): string | null {
  const [total, ...parts] = cell.split(/<br ?\/?>/).map((part) => numberOf(part, numbers));
  if (total === undefined || total === null || parts.length === 0) return null;
  const sum = parts.reduce((all, part) => addDecimals(all, part === null ? zero : exact(part)), zero);
  return decimalsEqual(sum, exact(total)) ? total : null;
}

/** What stands under debit lowers the balance, with or without a minus of its own. */
function twoColumns(debit: string | null, credit: string | null): string {
  const lowered = debit === null ? null : debit.startsWith("-") ? debit : negated(debit);
  if (lowered === null || isZero(lowered)) return credit ?? lowered ?? "0";
  return credit === null || isZero(credit) ? lowered : decimalText(addDecimals(exact(credit), exact(lowered)));
}

function isZero(amount: string): boolean {
  return !/[1-9]/.test(amount);
}

function exact(text: string) {
  return decimalOrNull(text) ?? zero;
}

function plain(word: string): string {
  return word
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .trim();
}

function entryOf(row: TableRow, cells: RowCells, bookingDate: Day, amount: string, numbers: DecimalSign): TableEntry {
  const balance = cells.first("balance");
  const lowered = amount.startsWith("-");
  return {
    line: row.line,
    bookingDate,
    valueDate: cells.day("valueDate"),
    amount,
    currency: cells.first("currency") ?? (lowered ? cells.first("debitCurrency") : cells.first("creditCurrency")),
    account: cells.first("account"),
    balance: balance === null ? null : numberOf(balance, numbers),
    pending: cells.all("status").some((status) => pendingWords.test(plain(status))),
    texts: cells.all("text"),
    name: cells.first("name"),
    counterAccount: cells.first("counterAccount"),
    bic: cells.first("bic"),
    reference: cells.first("reference"),
    type: cells.first("type"),
    details: [],
  };
}

/** A line without a day says more of the one before it: texts, or the parts of a collective booking. */
function continueEntry(entry: TableEntry, cells: RowCells, numbers: DecimalSign): void {
  const texts = cells.all("text");
  const part = cells.first("detailAmount");
  const amount = part === null ? null : numberOf(part, numbers);
  if (amount !== null)
    entry.details.push({
      amount: entry.amount.startsWith("-") && !amount.startsWith("-") ? `-${amount}` : amount,
      text: texts.join("\n") || null,
    });
  else entry.texts.push(...texts.filter((text) => !entry.texts.includes(text)));
}

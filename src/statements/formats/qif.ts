import type { Day } from "../../time/day.ts";
import type { StatementReader, StatementSink } from "../reader.ts";
import type { Said } from "../said.ts";
import type { EntryDetail, StatementEntry } from "../statement.ts";
import { defaultLimits, type StatementLimits } from "./limits.ts";
import { LineReader } from "./line-reader.ts";
import { type DayStyle, dayIn, dayStyle } from "./table/days.ts";
import { type DecimalSign, numberOf, numberStyle } from "./table/numbers.ts";
import { dayOrders } from "./table/profile.ts";
import { headerOf, noCurrency, noFacts } from "./unstated.ts";

/**
 * Reader of QIF (Quicken Interchange Format): lists of bank, cash, card and other account transactions. QIF names no currency, no
 * day order and no decimal sign: the account says the first, the whole file the others, so its records are held until the end.
 */
export function createQifReader(sink: StatementSink, limits: StatementLimits = defaultLimits, said: Said = {}): StatementReader {
  return new QifReader(sink, limits, said);
}

interface Split {
  text: string | null;
  amount: string | null;
}

interface QifRecord {
  readonly line: number;
  readonly fields: Map<string, string>;
  readonly address: string[];
  readonly splits: Split[];
}

interface QifList {
  readonly line: number;
  readonly account: string | null;
  readonly records: QifRecord[];
}

const transactionLists = /^type:\s*(?:bank|cash|ccard|oth\s?a|oth\s?l)\b/i;

class QifReader extends LineReader {
  private readonly lists: QifList[] = [];
  private section: "none" | "account" | "transactions" | "other" = "none";
  private account: string | null = null;
  private record: QifRecord | null = null;
  private records = 0;
  /** Characters held: records are, until the file has ended. */
  private held = 0;
  private told = false;
  private readonly said: Said;

  constructor(sink: StatementSink, limits: StatementLimits, said: Said) {
    super(sink, limits);
    this.said = said;
  }

  protected line(text: string, line: number): void {
    const trimmed = text.trim();
    if (trimmed === "" || (this.section === "none" && !/^[!^]/.test(trimmed))) return;
    if (!this.told) this.sink.file("qif", "QIF");
    this.told = true;
    if (trimmed.startsWith("!")) {
      this.header(trimmed.slice(1), line);
      return;
    }
    if (trimmed.startsWith("^")) {
      this.closeRecord();
      return;
    }
    if (this.section === "account" && trimmed.startsWith("N")) this.account = trimmed.slice(1).trim() || null;
    if (this.section === "transactions") this.field(trimmed, line);
  }

  private header(text: string, line: number): void {
    this.closeRecord();
    if (/^account\b/i.test(text)) this.section = "account";
    else if (transactionLists.test(text)) {
      this.section = "transactions";
      this.lists.push({ line, account: this.account, records: [] });
    } else if (/^type:/i.test(text)) {
      this.section = "other";
      if (/^type:\s*invst/i.test(text))
        this.warnings.note("LIST_SKIPPED", "a list of investments was passed over: it moves securities", line);
    }
  }

  private field(text: string, line: number): void {
    this.held += text.length;
    if (this.held > this.limits.table) {
      this.refuse("LIMIT", `the transactions of one file have more than ${this.limits.table} characters`, line);
      return;
    }
    if (this.record === null) {
      this.records += 1;
      if (this.records > this.limits.rows) {
        this.refuse("LIMIT", `more than ${this.limits.rows} transactions in one file`, line);
        return;
      }
      this.record = { line, fields: new Map(), address: [], splits: [] };
    }
    const { record } = this;
    const [code, value] = [text.charAt(0), text.slice(1).trim()];
    if (code === "S") record.splits.push({ text: value || null, amount: null });
    else if (code === "E" || code === "$") {
      const split = record.splits.at(-1);
      if (split === undefined) return;
      if (code === "$") split.amount = value;
      else split.text = split.text === null ? value : `${split.text}\n${value}`;
    } else if (code === "A") record.address.push(value);
    else record.fields.set(code, value);
    if (record.splits.length > this.limits.details) this.refuse("LIMIT", `a transaction has more than ${this.limits.details} splits`, line);
  }

  private closeRecord(): void {
    const { record } = this;
    this.record = null;
    if (record !== null && record.fields.size > 0) this.lists.at(-1)?.records.push(record);
  }

  protected finish(): void {
    this.closeRecord();
    if (!this.told) this.sink.file("qif", "QIF");
    const records = this.lists.flatMap((list) => list.records);
    if (records.length === 0) {
      this.warnings.note("NO_STATEMENT", "the file lists no transactions", null);
      return;
    }
    const { choices, ask } = this.said;
    const days = dayStyle(
      records.map((record) => record.fields.get("D") ?? ""),
      choices?.dayOrder === undefined ? ["mdy", "dmy", "ymd"] : [choices.dayOrder],
    );
    const numbers = numberStyle(records.flatMap((record) => [amountText(record), ...record.splits.map((split) => split.amount ?? "")]));
    const line = records[0]?.line ?? 1;
    if (days === null) {
      const order =
        choices?.dayOrder === undefined ? "no order of day, month and year makes" : `${dayOrders[choices.dayOrder]} does not make`;
      this.refuse("DATE_UNREADABLE", `${order} each D line a date`, line);
    } else if (ask === true && !days.certain)
      this.refuse("DATE_ORDER_AMBIGUOUS", "days could be read in several orders: say which, nothing was guessed", line);
    else if (ask === true && numbers.ambiguous && choices?.decimal === undefined)
      this.refuse("DECIMAL_AMBIGUOUS", "amounts could be read with a decimal point or comma: say which, nothing was guessed", line);
    if (this.refused || days === null) return;
    if (!days.certain)
      this.warnings.note("DATE_ORDER_GUESSED", `days could be read in several orders: ${dayOrders[days.order]} was taken`, line);
    const sign = { decimal: choices?.decimal ?? numbers.decimal };
    for (const list of this.lists) if (!this.refused) this.tellList(list, days, sign);
  }

  private tellList(list: QifList, days: DayStyle, numbers: DecimalSign): void {
    this.sink.openStatement(headerOf({ account: { id: "", name: list.account }, currency: null, line: list.line }));
    for (const record of list.records) {
      this.tellRecord(record, dayIn(record.fields.get("D") ?? "", days.order), numbers);
      if (this.refused) return;
    }
    this.sink.closeStatement({ line: list.records.at(-1)?.line ?? list.line, lastPage: null });
  }

  private tellRecord(record: QifRecord, day: Day | null, numbers: DecimalSign): void {
    const written = amountText(record);
    const amount = numberOf(written, numbers);
    if (amount === null) {
      this.refuse(
        "AMOUNT_UNREADABLE",
        `"${written.slice(0, 30)}" of a T line is no amount with the decimal sign "${numbers.decimal}"`,
        record.line,
      );
      return;
    }
    if (/^opening balance$/i.test(record.fields.get("P") ?? ""))
      this.warnings.note("OPENING_AS_ENTRY", "an opening balance stands among the transactions and was read as one of them", record.line);
    const details = record.splits.map((split) => detailOf(split, numbers));
    this.sink.entry(entryOf(record, amount, day, details));
  }
}

function amountText(record: QifRecord): string {
  return record.fields.get("T") ?? record.fields.get("U") ?? "";
}

function detailOf(split: Split, numbers: DecimalSign): EntryDetail {
  return { ...noFacts, text: split.text, amount: split.amount === null ? null : numberOf(split.amount, numbers), currency: noCurrency };
}

function entryOf(record: QifRecord, amount: string, day: Day | null, details: readonly EntryDetail[]): StatementEntry {
  const of = (code: string) => record.fields.get(code) || null;
  const texts = [of("M"), of("L"), ...record.address].filter((text) => text !== null && text !== "");
  const payee = of("P");
  return {
    ...noFacts,
    counterparty: payee === null ? null : { name: payee, account: null, bic: null },
    text: texts.length === 0 ? null : texts.join("\n"),
    line: record.line,
    bookingDate: day,
    valueDate: null,
    amount,
    currency: noCurrency,
    status: "booked",
    reversal: false,
    bankReference: null,
    reference: of("N"),
    transactionCode: null,
    details,
    batchCount: null,
  };
}

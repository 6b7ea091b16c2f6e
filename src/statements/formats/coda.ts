import type { Day } from "../../time/day.ts";
import type { StatementReader, StatementSink } from "../reader.ts";
import { codaAccount, codaAmount, continueMovement, entryOf, type Movement, movementOf } from "./coda/records.ts";
import { columns, columnsOrNull, dayMonthYear, implied } from "./fixed.ts";
import { defaultLimits, type StatementLimits } from "./limits.ts";
import { LineReader } from "./line-reader.ts";
import { headerOf } from "./unstated.ts";

/**
 * Reader of CODA, the coded statement of Belgian banks (Febelfin, version 1 and 2): records of 128 characters; 0 header,
 * 1 old balance, 2.1-2.3 movements, 3.1-3.3 information, 8 new balance, 4 free text, 9 trailer. A movement whose amount
 * is globalised (types 1 and 2) or explained (3) has its details under it, never beside it.
 */
export function createCodaReader(sink: StatementSink, limits: StatementLimits = defaultLimits): StatementReader {
  return new CodaReader(sink, limits);
}

interface Header {
  readonly createdAt: Day | null;
  readonly reference: string | null;
  readonly owner: string | null;
  readonly bic: string | null;
  readonly duplicate: boolean;
  /** Records 1 to 8 so far, for the trailer's count. */
  records: number;
  statements: number;
}

class CodaReader extends LineReader {
  private header: Header | null = null;
  private currency: string | null = null;
  /** A statement whose 8 has come is closed by what follows it, so that the trailer can be told before. */
  private statement: "none" | "open" | "ending" = "none";
  private movement: Movement | null = null;
  private details: Movement[] = [];
  private told = false;

  protected line(text: string, line: number): void {
    if (text.trim() === "") return;
    const kind = text.charAt(0);
    if (this.header === null && kind !== "0") {
      this.refuse("SYNTAX", `a record ${kind} outside of a file: expected record 0 first`, line);
      return;
    }
    if (this.header !== null && kind !== "0" && kind !== "9") this.header.records += 1;
    switch (kind) {
      case "0": {
        this.takeHeader(text, line);
        return;
      }
      case "1": {
        this.takeOldBalance(text, line);
        return;
      }
      case "2":
      case "3": {
        this.takeMovement(text, line);
        return;
      }
      case "4": {
        this.settle();
        return;
      }
      case "8": {
        this.takeNewBalance(text, line);
        return;
      }
      case "9": {
        this.takeTrailer(text, line);
        return;
      }
      default: {
        this.refuse("SYNTAX", `"${text.slice(0, 10)}" begins like no CODA record: expected 0, 1, 2, 3, 4, 8 or 9`, line);
        return;
      }
    }
  }

  protected finish(): void {
    if (this.header !== null)
      this.refuse("TRUNCATED", "the file ends without its record 9: entries may be missing, expected records 8 and 9", this.at);
  }

  private takeHeader(record: string, line: number): void {
    if (this.header !== null) {
      this.refuse("SYNTAX", "a record 0 inside a file: expected record 9 first", line);
      return;
    }
    const version = record.charAt(127);
    if (version !== "1" && version !== "2") {
      this.refuse("VERSION_UNKNOWN", `the record 0 names CODA version "${version}": expected 1 or 2 in column 128`, line);
      return;
    }
    if (!this.told) this.sink.file("coda", `CODA ${version}`);
    this.told = true;
    this.header = {
      createdAt: dayMonthYear(record.slice(5, 11))?.day ?? null,
      reference: columnsOrNull(record, 25, 34),
      owner: columnsOrNull(record, 35, 60),
      bic: columnsOrNull(record, 61, 71),
      duplicate: record.charAt(16) === "D",
      records: 0,
      statements: 0,
    };
  }

  private takeOldBalance(record: string, line: number): void {
    const { header } = this;
    if (header === null || this.statement === "open") {
      this.refuse("SYNTAX", "a record 1 inside a statement: expected record 8 first", line);
      return;
    }
    this.close(line);
    const { id, currency } = codaAccount(record.charAt(1), record.slice(5, 42));
    if (currency === null) {
      this.refuse("CURRENCY_MISSING", "a record 1 names no currency: expected three letters", line);
      return;
    }
    const amount = codaAmount(record.charAt(42), record.slice(43, 58), currency);
    if (amount === null) {
      this.refuse("AMOUNT_UNREADABLE", `"${record.slice(42, 58)}" of record 1 is no amount: expected a sign and 15 digits`, line);
      return;
    }
    const date = dayMonthYear(record.slice(58, 64))?.day ?? null;
    const sequence = columns(record, 3, 5) || columns(record, 126, 128);
    this.currency = currency;
    this.statement = "open";
    header.statements += 1;
    this.sink.openStatement(
      headerOf({
        account: {
          id,
          servicer: header.bic,
          name: columnsOrNull(record, 91, 125),
          owner: columnsOrNull(record, 65, 90) ?? header.owner,
        },
        currency,
        id: header.reference,
        sequence: /^\d+$/.test(sequence) ? Number(sequence) : null,
        createdAt: header.createdAt,
        copy: header.duplicate ? "DUPL" : null,
        line,
      }),
    );
    this.sink.balance({ type: "OPBD", code: "1", interim: false, amount, currency, date, line });
  }

  private takeMovement(record: string, line: number): void {
    if (this.statement !== "open" || this.currency === null) {
      this.refuse("SYNTAX", `a record ${record.slice(0, 2)} outside of a statement: expected record 1 first`, line);
      return;
    }
    const kind = record.slice(0, 2);
    if (kind !== "21") {
      if (!/^(?:2[23]|3[123])$/.test(kind)) {
        this.refuse("SYNTAX", `a record ${kind} is unknown: expected 2.1-2.3 or 3.1-3.3`, line);
        return;
      }
      const open = this.details.at(-1) ?? this.movement;
      if (open === null) this.warnings.note("INFORMATION_LOOSE", `a record ${kind} belongs to no movement and was passed over`, line);
      else if (open.communication.length + open.information.length > this.limits.text)
        this.refuse("LIMIT", `a movement is continued over more than ${this.limits.text} characters`, line);
      else continueMovement(open, record);
      return;
    }
    const movement = movementOf(record.padEnd(128), line, this.currency);
    if (movement === null) {
      this.refuse(
        "AMOUNT_UNREADABLE",
        "a record 2.1 has no readable amount or transaction code: expected a sign, 15 digits and 8 digits",
        line,
      );
      return;
    }
    if (movement.type > "3" && this.movement !== null) {
      if (this.details.length >= this.limits.details) {
        this.refuse("LIMIT", `a movement has more than ${this.limits.details} details`, line);
        return;
      }
      this.details.push(movement);
      return;
    }
    if (movement.type > "3") this.warnings.note("DETAIL_ALONE", "a detail without the movement it explains was read as a movement", line);
    this.settle();
    this.movement = movement;
  }

  /** The movement in hand is whole when another record begins. */
  private settle(): void {
    const { movement, details, currency } = this;
    this.movement = null;
    this.details = [];
    if (movement === null || currency === null) return;
    if (movement.bookingDate === null)
      this.warnings.note("DATE_UNREADABLE", "a movement without a readable entry date: expected DDMMYY", movement.line);
    this.sink.entry(entryOf(movement, details, currency));
  }

  private takeNewBalance(record: string, line: number): void {
    if (this.statement !== "open" || this.currency === null) {
      this.refuse("SYNTAX", "a record 8 outside of a statement: expected record 1 first", line);
      return;
    }
    this.settle();
    const amount = codaAmount(record.charAt(41), record.slice(42, 57), this.currency);
    if (amount === null) {
      this.refuse("AMOUNT_UNREADABLE", `"${record.slice(41, 57)}" of record 8 is no amount: expected a sign and 15 digits`, line);
      return;
    }
    const date = dayMonthYear(record.slice(57, 63))?.day ?? null;
    this.sink.balance({ type: "CLBD", code: "8", interim: false, amount, currency: this.currency, date, line });
    this.statement = "ending";
  }

  private takeTrailer(record: string, line: number): void {
    const { header } = this;
    if (header === null) return;
    if (this.statement === "open") {
      this.refuse("TRUNCATED", "a statement ends without its record 8: entries may be missing", line);
      return;
    }
    const [count, debits, credits] = [columns(record, 17, 22), columns(record, 23, 37), columns(record, 38, 52)];
    if (/^\d+$/.test(count) && Number(count) !== header.records)
      this.warnings.note("RECORD_COUNT", `the record 9 states ${Number(count)} records, there are ${header.records}`, line);
    // The sums are those of the file: with one statement in it they are that statement's.
    if (header.statements === 1 && /^\d{15}$/.test(debits) && /^\d{15}$/.test(credits))
      this.sink.declared({
        entries: null,
        creditCount: null,
        credits: implied(credits, 3, 2),
        debitCount: null,
        debits: implied(debits, 3, 2),
        gross: null,
        control: null,
      });
    if (header.statements === 0) this.warnings.note("NO_STATEMENT", "a file without a statement in it", line);
    this.close(line);
    this.header = null;
  }

  private close(line: number): void {
    if (this.statement === "none") return;
    this.statement = "none";
    this.sink.closeStatement({ line, lastPage: null });
  }
}

import { masked } from "../../keys/blind-index.ts";
import { currencyExponent } from "../../money/currencies.ts";
import { currencyOfNumber } from "../../money/numeric-codes.ts";
import type { StatementReader, StatementSink } from "../reader.ts";
import type { StatementEntry } from "../statement.ts";
import { signed } from "./amount.ts";
import { type FileDay, shortDay } from "./dates.ts";
import { columns, columnsOrNull, implied } from "./fixed.ts";
import { defaultLimits, type StatementLimits } from "./limits.ts";
import { LineReader } from "./line-reader.ts";
import { headerOf, noFacts } from "./unstated.ts";

/**
 * Reader of Norma 43 (CSB43, AEB), the account statement of Spanish banks: records of 80 characters, trailing blanks often cut;
 * 11 account and old balance, 22 movement, 23 its texts, 24 its original amount, 33 totals and new balance, 88 end.
 */
export function createCsb43Reader(sink: StatementSink, limits: StatementLimits = defaultLimits): StatementReader {
  return new Csb43Reader(sink, limits);
}

interface OpenAccount {
  readonly id: string;
  readonly currency: string;
  readonly to: FileDay | null;
}

type Draft = { -readonly [Key in keyof StatementEntry]: StatementEntry[Key] };

class Csb43Reader extends LineReader {
  private account: OpenAccount | null = null;
  private movement: Draft | null = null;
  private records = 0;
  private told = false;

  /** Some banks glue the 88 to the 33, whose trailing blanks they cut. */
  protected line(text: string, line: number): void {
    const glued = /^(33.{74,78}?)(88[9 ]{18}\d{6}.*)$/.exec(text);
    for (const record of glued === null ? [text] : glued.slice(1)) if (!this.refused) this.record(record, line);
  }

  private record(text: string, line: number): void {
    if (text.trim() === "") return;
    if (!this.told) this.sink.file("csb43", "Norma 43");
    this.told = true;
    const record = text.padEnd(80);
    const kind = record.slice(0, 2);
    if (kind !== "88") this.records += 1;
    switch (kind) {
      case "11": {
        this.takeAccount(record, line);
        return;
      }
      case "22": {
        this.takeMovement(record, line);
        return;
      }
      case "23": {
        this.takeText(record, line);
        return;
      }
      case "24": {
        this.takeOriginal(record, line);
        return;
      }
      case "33": {
        this.takeTotals(record, line);
        return;
      }
      case "88": {
        this.takeEnd(record, line);
        return;
      }
      case "00":
        return;
      default: {
        this.refuse("SYNTAX", `"${kind}" begins like no Norma 43 record: expected 11, 22, 23, 24, 33 or 88`, line);
        return;
      }
    }
  }

  protected finish(): void {
    if (this.account !== null)
      this.refuse(
        "TRUNCATED",
        `the statement of account ${masked(this.account.id)} ends without its record 33: entries may be missing`,
        this.at,
      );
  }

  private takeAccount(record: string, line: number): void {
    if (this.account !== null) {
      this.refuse("SYNTAX", "a record 11 inside a statement: expected record 33 first", line);
      return;
    }
    const currency = currencyOfNumber(record.slice(47, 50));
    if (currency === undefined) {
      this.refuse("CURRENCY_UNKNOWN", `"${record.slice(47, 50)}" of record 11 is no numeric ISO 4217 code, such as 978`, line);
      return;
    }
    const opening = amountOf(record.charAt(32), record.slice(33, 47), currency);
    if (opening === null) {
      this.refuseAmount(record.slice(32, 47), "11", line);
      return;
    }
    const [from, to] = [shortDay(record.slice(20, 26)), shortDay(record.slice(26, 32))];
    const id = record.slice(2, 20).replace(/\s+/g, "");
    this.account = { id, currency, to };
    this.sink.openStatement(
      headerOf({
        account: { id, scheme: "other", servicer: columnsOrNull(record, 3, 6), owner: columnsOrNull(record, 52, 77) },
        currency,
        periodFrom: from?.day ?? null,
        periodTo: to?.day ?? null,
        line,
      }),
    );
    this.sink.balance({ type: "OPBD", code: "11", interim: false, amount: opening, currency, date: from?.day ?? null, line });
  }

  private takeMovement(record: string, line: number): void {
    const { account } = this;
    if (account === null) {
      this.refuse("SYNTAX", "a record 22 outside of a statement: expected record 11 first", line);
      return;
    }
    this.settle();
    const amount = amountOf(record.charAt(27), record.slice(28, 42), account.currency);
    if (amount === null) {
      this.refuseAmount(record.slice(27, 42), "22", line);
      return;
    }
    const booked = shortDay(record.slice(10, 16));
    if (booked === null) {
      this.refuse("DATE_UNREADABLE", `"${record.slice(10, 16)}" of a record 22 is no date: expected YYMMDD`, line);
      return;
    }
    if (booked.clamped) this.warnings.note("DATE_CLAMPED", "a day that its month does not have was read as the month's last", line);
    this.movement = {
      ...noFacts,
      line,
      bookingDate: booked.day,
      valueDate: shortDay(record.slice(16, 22))?.day ?? null,
      amount,
      currency: account.currency,
      status: "booked",
      reversal: false,
      bankReference: numberOrNull(columns(record, 43, 52)),
      reference: numberOrNull(columns(record, 53, 64)) ?? numberOrNull(columns(record, 65, 80)),
      transactionCode: columnsOrNull(record, 23, 27),
      details: [],
      batchCount: null,
    };
  }

  private takeText(record: string, line: number): void {
    const { movement } = this;
    if (movement === null) {
      this.refuse("SYNTAX", "a record 23 without a movement: expected record 22 first", line);
      return;
    }
    if ((movement.text?.length ?? 0) > this.limits.text) {
      this.refuse("LIMIT", `a movement is continued over more than ${this.limits.text} characters`, line);
      return;
    }
    const parts = [movement.text, columnsOrNull(record, 5, 42), columnsOrNull(record, 43, 80)].filter((part) => part !== null);
    movement.text = parts.length === 0 ? null : parts.join("\n");
  }

  /** The amount in the currency it was ordered in. */
  private takeOriginal(record: string, line: number): void {
    const { movement } = this;
    if (movement === null) {
      this.refuse("SYNTAX", "a record 24 without a movement: expected record 22 first", line);
      return;
    }
    const currency = currencyOfNumber(record.slice(4, 7));
    const digits = record.slice(7, 21);
    if (currency === undefined || currency === movement.currency || !/^\d{14}$/.test(digits)) return;
    const original = `${implied(digits, 2, currencyExponent(currency) ?? 2)} ${currency}`;
    movement.text = movement.text === null ? original : `${movement.text}\n${original}`;
  }

  private takeTotals(record: string, line: number): void {
    const { account } = this;
    if (account === null) {
      this.refuse("SYNTAX", "a record 33 outside of a statement: expected record 11 first", line);
      return;
    }
    this.settle();
    const { currency } = account;
    const [debits, credits] = [record.slice(25, 39), record.slice(44, 58)];
    if (/^\d{14}$/.test(debits) && /^\d{14}$/.test(credits))
      this.sink.declared({
        entries: null,
        creditCount: countOrNull(record.slice(39, 44)),
        credits: amountOf("2", credits, currency),
        debitCount: countOrNull(record.slice(20, 25)),
        debits: amountOf("2", debits, currency),
        gross: null,
        control: null,
      });
    if (record.slice(58, 73).trim() !== "") {
      if (record.charAt(58) === "0") this.warnings.note("AMOUNT_STYLE", "the new balance has the sign 0: read as a credit", line);
      const closing = amountOf(record.charAt(58).replace("0", "2"), record.slice(59, 73), currency);
      if (closing === null) {
        this.refuseAmount(record.slice(58, 73), "33", line);
        return;
      }
      this.sink.balance({ type: "CLBD", code: "33", interim: false, amount: closing, currency, date: account.to?.day ?? null, line });
    }
    this.account = null;
    this.sink.closeStatement({ line, lastPage: null });
  }

  private takeEnd(record: string, line: number): void {
    if (this.account !== null) {
      this.refuse("TRUNCATED", "a record 88 inside a statement: expected record 33 first", line);
      return;
    }
    const count = columns(record, 21, 26);
    if (/^\d+$/.test(count) && Number(count) !== this.records)
      this.warnings.note("RECORD_COUNT", `the record 88 states ${Number(count)} records, there are ${this.records}`, line);
  }

  private settle(): void {
    if (this.movement !== null) this.sink.entry(this.movement);
    this.movement = null;
  }

  private refuseAmount(text: string, kind: string, line: number): void {
    this.refuse("AMOUNT_UNREADABLE", `"${text}" of a record ${kind} is no amount: expected 1 (debit) or 2 (credit) and 14 digits`, line);
  }
}

function amountOf(sign: string, digits: string, currency: string): string | null {
  if (!/^[12]$/.test(sign) || !/^\d{14}$/.test(digits)) return null;
  return signed(implied(digits, 2, Math.min(2, currencyExponent(currency) ?? 2)), sign === "1");
}

/** Zeros are how a missing number is written. */
function numberOrNull(text: string): string | null {
  return text === "" || /^0+$/.test(text) ? null : text;
}

function countOrNull(text: string): number | null {
  return /^\d+$/.test(text) ? Number(text) : null;
}

import { masked } from "../../keys/blind-index.ts";
import { currencyExponent } from "../../money/currencies.ts";
import type { Day } from "../../time/day.ts";
import type { StatementReader, StatementSink } from "../reader.ts";
import type { StatementBalance, StatementEntry } from "../statement.ts";
import { columns, columnsOrNull, dayMonthYear, overpunched } from "./fixed.ts";
import { defaultLimits, type StatementLimits } from "./limits.ts";
import { LineReader } from "./line-reader.ts";
import { headerOf, noFacts } from "./unstated.ts";

/**
 * Reader of CFONB 120, the account statement of French banks: records of 120 characters, with or without line breaks; 01 old
 * balance, 04 movement, 05 more about it, 07 new balance. The last digit of an amount carries its sign as an overpunch.
 */
export function createCfonbReader(sink: StatementSink, limits: StatementLimits = defaultLimits): StatementReader {
  return new CfonbReader(sink, limits);
}

const width = 120;

interface OpenAccount {
  readonly id: string;
  readonly currency: string;
  readonly decimals: number;
}

type Draft = { -readonly [Key in keyof StatementEntry]: StatementEntry[Key] };

class CfonbReader extends LineReader {
  private account: OpenAccount | null = null;
  private movement: Draft | null = null;
  private told = false;

  /** Records glued together, and records of 240 with blanks behind, are cut into their 120. */
  protected line(text: string, line: number): void {
    for (let from = 0; from < text.length && !this.refused; from += width) {
      const record = text.slice(from, from + width);
      if (record.trim() !== "") this.record(record.padEnd(width), line);
    }
  }

  protected finish(): void {
    if (this.account !== null)
      this.refuse(
        "TRUNCATED",
        `the statement of account ${masked(this.account.id)} ends without its record 07: entries may be missing`,
        this.at,
      );
  }

  private record(record: string, line: number): void {
    const kind = record.slice(0, 2);
    if (!this.told) this.sink.file("cfonb120", "CFONB 120");
    this.told = true;
    switch (kind) {
      case "01": {
        this.takeOldBalance(record, line);
        return;
      }
      case "04": {
        this.takeMovement(record, line);
        return;
      }
      case "05": {
        this.takeDetail(record, line);
        return;
      }
      case "07": {
        this.takeNewBalance(record, line);
        return;
      }
      default: {
        this.refuse("SYNTAX", `"${kind}" begins like no CFONB record: expected 01, 04, 05 or 07`, line);
        return;
      }
    }
  }

  private takeOldBalance(record: string, line: number): void {
    if (this.account !== null) {
      this.refuse("SYNTAX", "a record 01 inside a statement: expected record 07 first", line);
      return;
    }
    const id = accountOf(record);
    const currency = columns(record, 17, 19);
    if (currencyExponent(currency) === undefined) {
      this.refuse("CURRENCY_UNKNOWN", `"${currency}" is no ISO 4217 currency code`, line);
      return;
    }
    const decimals = /\d/.test(record.charAt(19)) ? Number(record.charAt(19)) : (currencyExponent(currency) ?? 2);
    this.account = { id, currency, decimals };
    const opening = this.balanceOf(record, "OPBD", line);
    if (opening === null) return;
    this.sink.openStatement(headerOf({ account: { id, scheme: "other", servicer: columnsOrNull(record, 3, 7) }, currency, line }));
    this.sink.balance(opening);
  }

  private takeMovement(record: string, line: number): void {
    const { account } = this;
    if (account === null) {
      this.refuse("SYNTAX", "a record 04 outside of a statement: expected record 01 first", line);
      return;
    }
    if (!this.isOf(account, record, line)) return;
    this.settle();
    const amount = overpunched(columns(record, 91, 104), account.decimals);
    if (amount === null) {
      this.refuseAmount(record, "04", line);
      return;
    }
    const bookingDate = this.dayOf(record, 35, 40, "04", line);
    if (bookingDate === null) return;
    this.movement = {
      ...noFacts,
      text: columnsOrNull(record, 49, 79),
      line,
      bookingDate,
      valueDate: dayMonthYear(record.slice(42, 48))?.day ?? null,
      amount,
      currency: account.currency,
      status: "booked",
      reversal: false,
      bankReference: /[1-9]/.test(columns(record, 82, 88)) ? columns(record, 82, 88) : null,
      reference: columnsOrNull(record, 105, 120),
      transactionCode: columnsOrNull(record, 33, 34),
      details: [],
      batchCount: null,
    };
  }

  private takeDetail(record: string, line: number): void {
    const { movement } = this;
    if (movement === null) {
      this.refuse("SYNTAX", "a record 05 without a movement: expected record 04 first", line);
      return;
    }
    if ((movement.text?.length ?? 0) > this.limits.text) {
      this.refuse("LIMIT", `a movement is continued over more than ${this.limits.text} characters`, line);
      return;
    }
    complement(movement, columns(record, 46, 48), record.slice(48, 118));
  }

  private takeNewBalance(record: string, line: number): void {
    if (this.account === null) {
      this.refuse("SYNTAX", "a record 07 outside of a statement: expected record 01 first", line);
      return;
    }
    if (!this.isOf(this.account, record, line)) return;
    this.settle();
    const closing = this.balanceOf(record, "CLBD", line);
    if (closing === null) return;
    this.sink.balance(closing);
    this.account = null;
    this.sink.closeStatement({ line, lastPage: null });
  }

  /** After a merger of banks the bank's code may differ from record to record; branch and account may not. */
  private isOf(account: OpenAccount, record: string, line: number): boolean {
    const named = accountOf(record);
    if (named === account.id) return true;
    const kind = record.slice(0, 2);
    if (named.slice(5) === account.id.slice(5)) {
      this.warnings.note(
        "ACCOUNT_DIFFERS",
        `a record ${kind} names bank ${named.slice(0, 5)} in a statement of ${account.id.slice(0, 5)}`,
        line,
      );
      return true;
    }
    this.refuse("SYNTAX", `a record ${kind} of account ${masked(named)} inside the statement of account ${masked(account.id)}`, line);
    return false;
  }

  private settle(): void {
    if (this.movement !== null) this.sink.entry(this.movement);
    this.movement = null;
  }

  private balanceOf(record: string, type: "OPBD" | "CLBD", line: number): StatementBalance | null {
    const code = record.slice(0, 2);
    const { account } = this;
    const amount = account === null ? null : overpunched(columns(record, 91, 104), account.decimals);
    if (account === null || amount === null) {
      this.refuseAmount(record, code, line);
      return null;
    }
    const date = this.dayOf(record, 35, 40, code, line);
    return date === null ? null : { type, code, interim: false, amount, currency: account.currency, date, line };
  }

  private dayOf(record: string, from: number, to: number, kind: string, line: number): Day | null {
    const found = dayMonthYear(record.slice(from - 1, to));
    if (found === null)
      this.refuse("DATE_UNREADABLE", `"${record.slice(from - 1, to)}" of a record ${kind} is no date: expected DDMMYY`, line);
    else if (found.clamped) this.warnings.note("DATE_CLAMPED", "a day that its month does not have was read as the month's last", line);
    return found?.day ?? null;
  }

  private refuseAmount(record: string, kind: string, line: number): void {
    this.refuse(
      "AMOUNT_UNREADABLE",
      `"${record.slice(90, 104)}" of a record ${kind} is no amount: expected digits, the last overpunched`,
      line,
    );
  }
}

/** Bank, branch and account: a RIB without its key. */
function accountOf(record: string): string {
  return (record.slice(2, 7) + record.slice(11, 16) + record.slice(21, 32)).replace(/\s+/g, "");
}

/** What a record 05 says, by its qualifier (CFONB, "Relevé de compte sur support informatique", annex of qualifiers). */
function complement(movement: Draft, qualifier: string, information: string): void {
  const value = information.trim();
  if (value === "") return;
  switch (qualifier) {
    case "NPY":
    case "NBE":
      movement.counterparty = { account: null, bic: null, ...movement.counterparty, name: value };
      return;
    case "CPY":
    case "CBE":
      movement.counterparty = { name: null, bic: null, ...movement.counterparty, account: value.replace(/\s+/g, "") };
      return;
    case "RCN":
      movement.endToEndId = information.slice(0, 35).trim() || null;
      movement.purpose = information.slice(35).trim() || null;
      return;
    case "RUM":
      movement.mandateId = information.slice(0, 35).trim() || null;
      return;
    case "LCS":
      movement.structuredReference = value;
      return;
    case "LC2":
      movement.text = movement.text === null ? value : `${movement.text} ${value}`;
      return;
    default:
      movement.text = movement.text === null ? value : `${movement.text}\n${value}`;
  }
}

import type { StatementReader, StatementSink } from "../reader.ts";
import type { StatementBalance, StatementEntry } from "../statement.ts";
import { signed } from "./amount.ts";
import { defaultLimits, type StatementLimits } from "./limits.ts";
import { LineReader } from "./line-reader.ts";
import { type Field, FieldAssembler, type FieldListener } from "./mt/assembler.ts";
import { MtBlock, type MtType } from "./mt/blocks.ts";
import { balanceField, floorCurrency, type LineField, lineField, momentField, sequenceField, totalField } from "./mt/fields.ts";
import { informationOf } from "./mt/information.ts";

/**
 * Reader of SWIFT MT940, MT941 and MT942, with or without the SWIFT envelope, many messages in a file, in the dialects
 * banks send. What a message is, is told by its tags. Amounts are never guessed: a figure that cannot be read is refused.
 */
export function createMtReader(sink: StatementSink, limits: StatementLimits = defaultLimits): StatementReader {
  return new MtReader(sink, limits);
}

interface PendingEntry {
  readonly field: LineField;
  readonly line: number;
  readonly information: string[];
  readonly notices: string[];
}

class MtReader extends LineReader implements FieldListener {
  private readonly assembler: FieldAssembler;
  private started: MtType | null = null;
  private block: MtBlock | null = null;
  private entry: PendingEntry | null = null;
  private enveloped: MtType | null = null;
  /** A message of another type in an envelope (MT900 …): its tags are not ours. */
  private foreign = false;
  private lastBookedAccount: string | null = null;
  private noted: { line: number; entries: number } | null = null;

  constructor(sink: StatementSink, limits: StatementLimits) {
    super(sink, limits);
    this.assembler = new FieldAssembler(this, limits.text);
  }

  protected line(text: string, line: number): void {
    this.assembler.line(text, line);
  }

  protected finish(): void {
    this.assembler.end();
    this.closeBlock(null);
    if (this.refused) return;
    if (!this.assembler.anyTag)
      this.refuse("NO_STATEMENT", "the file holds no field of an MT940, MT941 or MT942: expected :20:, :25:, :60F: and so on", 1);
    else if (this.started === null) {
      this.sink.file("mt940", "MT940");
      this.warnings.note("NO_STATEMENT", "the file ends before any statement begins", 1);
    }
  }

  field(field: Field): void {
    if (!this.refused && !this.foreign) this.take(field);
  }

  endOfMessage(line: number): void {
    this.closeBlock(line);
  }

  envelope(type: MtType | "other" | null, line: number): void {
    this.foreign = type === "other";
    this.enveloped = type === "other" ? null : type;
    if (this.foreign) this.warnings.note("MESSAGE_SKIPPED", "a SWIFT message that is no MT940, MT941 or MT942 was passed over", line);
  }

  fieldTooLong(line: number): void {
    this.refuse("LIMIT", `a field is longer than ${this.limits.text} characters`, line);
  }

  isClosed(): boolean {
    return this.block?.hasClosing === true;
  }

  private take(field: Field): void {
    const first = field.lines[0] ?? "";
    switch (field.tag) {
      case "940":
      case "941":
      case "942":
        this.closeBlock(field.line);
        return;
      case "20":
        this.closeBlock(field.line);
        this.current(field.line).reference = first.trim() === "" ? null : first.trim();
        return;
      case "25":
      case "25P":
        this.takeAccount(first, field.line);
        return;
      case "28":
      case "28C":
        this.takeSequence(first, field.line);
        return;
      case "13":
      case "13D":
        this.takeInterim(field.line).createdAt = momentField(first);
        return;
      case "34F":
        this.takeInterim(field.line).currency ??= floorCurrency(first);
        return;
      case "60F":
      case "60M":
      case "62F":
      case "62M":
      case "64":
      case "65":
      case "65F":
      case "65M":
        this.takeBalance(field);
        return;
      case "61":
        this.takeLineField(field);
        return;
      case "86":
        if (this.entry !== null) for (const line of field.lines) this.entry.information.push(line);
        return;
      case "NS":
        if (this.entry !== null) for (const line of field.lines) this.entry.notices.push(line);
        return;
      case "90C":
      case "90D":
        this.takeTotal(field);
        return;
    }
  }

  private current(line: number): MtBlock {
    this.block ??= new MtBlock(line, this.enveloped);
    this.block.anything = true;
    return this.block;
  }

  private takeAccount(text: string, line: number): void {
    const before = this.block;
    if (before !== null && before.opened !== null && !before.hasClosing) {
      // Text that only looks like a tag, or an account in the middle of another's entries.
      if (/^\s*\d{3}\?\d\d/.test(text))
        this.warnings.note("FIELD_MISPLACED", "a field :25: in the middle of a statement was passed over", line);
      else if (text.replace(/\s/g, "") !== before.accountText?.replace(/\s/g, ""))
        this.refuse(
          "SYNTAX",
          `an account (:25:) inside the statement of another: expected its closing balance (:62F:) and :20: first`,
          line,
        );
      return;
    }
    if (before?.hasClosing === true) this.closeBlock(line);
    this.current(line).accountText = text.trim() === "" ? null : text.trim();
  }

  private takeSequence(text: string, line: number): void {
    const account = this.block?.accountText ?? null;
    if (this.block?.hasClosing === true) this.closeBlock(line);
    const block = this.current(line);
    block.accountText ??= account;
    const { sequence, page } = sequenceField(text);
    block.sequence = sequence;
    block.page = page;
  }

  private takeInterim(line: number): MtBlock {
    const block = this.current(line);
    block.interim = true;
    return block;
  }

  private takeBalance(field: Field): void {
    this.tellEntry();
    const opening = field.tag.startsWith("60");
    const closing = field.tag.startsWith("62");
    const account = this.block?.accountText ?? null;
    if (opening && this.block?.hasClosing === true) {
      this.closeBlock(field.line);
      this.current(field.line).accountText = account;
    }
    const block = this.current(field.line);
    const text = field.lines.join("");
    const read = balanceField(text);
    if (read === null) {
      const message = `":${field.tag}:${text.slice(0, 40)}" is no balance: expected C or D, YYMMDD, a currency and an amount such as 1234,56`;
      if (opening || closing) this.refuse("AMOUNT_UNREADABLE", message, field.line);
      else this.warnings.note("BALANCE_UNREADABLE", message, field.line);
      return;
    }
    if (opening ? block.hasOpening : closing && block.hasClosing) {
      this.warnings.note("FIELD_REPEATED", `a second :${field.tag}: in one statement was passed over`, field.line);
      return;
    }
    if (read.currency === null)
      this.warnings.note("CURRENCY_MISSING", `:${field.tag}: names no currency: read as the statement's`, field.line);
    if (read.odd)
      this.warnings.note(
        "AMOUNT_STYLE",
        `the amount of :${field.tag}: is not written as SWIFT does (1234,56): read as ${read.digits}`,
        field.line,
      );
    if (read.date === null)
      this.warnings.note("DATE_UNREADABLE", `"${read.dateText}" in :${field.tag}: is no date: expected YYMMDD`, field.line);
    if (read.clamped)
      this.warnings.note("DATE_CLAMPED", `"${read.dateText}" in :${field.tag}: does not exist: read as ${read.date}`, field.line);
    block.currency ??= read.currency;
    if (opening) block.hasOpening = true;
    if (closing) block.hasClosing = true;
    if (closing) block.lastPage = field.tag === "62F";
    const type: StatementBalance["type"] = opening ? "OPBD" : closing ? "CLBD" : field.tag === "64" ? "CLAV" : "FWAV";
    this.open(block);
    this.tell(block)?.balance({
      type,
      code: field.tag,
      interim: field.tag === "60M" || field.tag === "62M",
      amount: signed(read.digits, read.negative),
      currency: read.currency ?? block.currency ?? "XXX",
      date: read.date,
      line: field.line,
    });
  }

  private takeLineField(field: Field): void {
    this.tellEntry();
    const block = this.current(field.line);
    const read = lineField(field.lines);
    if (read === null) {
      this.refuse(
        "SYNTAX",
        `":61:${(field.lines[0] ?? "").slice(0, 40)}" is no statement line: expected YYMMDD, C, D, RC or RD, and an amount such as 1234,56`,
        field.line,
      );
      return;
    }
    this.open(block);
    this.entry = { field: read, line: field.line, information: [], notices: [] };
  }

  private takeTotal(field: Field): void {
    this.tellEntry();
    const block = this.current(field.line);
    const total = totalField(field.lines.join(""));
    if (total === null) {
      this.warnings.note("TOTALS_UNREADABLE", `:${field.tag}: is no total: expected a count, a currency and an amount`, field.line);
      return;
    }
    block.interim ||= !block.hasOpening;
    block.currency ??= total.currency;
    this.open(block);
    const credit = field.tag === "90C";
    this.tell(block)?.declared({
      entries: null,
      creditCount: credit ? total.count : null,
      credits: credit ? total.digits : null,
      debitCount: credit ? null : total.count,
      debits: credit ? null : total.digits,
      gross: null,
      control: null,
    });
  }

  /** The sink, or nothing while a noted block is passed over. */
  private tell(block: MtBlock): StatementSink | null {
    return block === this.block && this.noted === null ? this.sink : null;
  }

  private open(block: MtBlock): void {
    if (block.opened !== null) return;
    const type = block.type();
    block.opened = type;
    if (this.started === null) {
      this.started = type;
      this.sink.file(type, type.toUpperCase());
    }
    if (this.isNoted(block, type)) {
      this.noted = { line: block.line, entries: 0 };
      return;
    }
    const header = block.header();
    if (type === "mt940") this.lastBookedAccount = header.account.id;
    if (header.account.id === "") this.warnings.note("ACCOUNT_MISSING", "a statement names no account: expected :25:", block.line);
    this.sink.openStatement(header);
  }

  /**
   * German banks append the day's noted items (a bare MT942) to the booked statement of the same account. They are not
   * booked, carry no identity of their own and come back as booked entries of a later statement: not taken over, and said.
   */
  private isNoted(block: MtBlock, type: MtType): boolean {
    return type === "mt942" && block.declared === null && this.started === "mt940" && block.header().account.id === this.lastBookedAccount;
  }

  private tellEntry(): void {
    const { entry, block } = this;
    this.entry = null;
    if (entry === null || block === null) return;
    if (this.noted !== null) {
      this.noted.entries += 1;
      return;
    }
    this.warnAbout(entry);
    this.sink.entry(entryOf(entry, block.currency));
  }

  private warnAbout({ field, line }: PendingEntry): void {
    if (field.valueDate === null || field.entryDate === null)
      this.warnings.note("DATE_UNREADABLE", `"${field.dateText}" in :61: is no date: expected YYMMDD and MMDD`, line);
    else if (field.clamped)
      this.warnings.note("DATE_CLAMPED", `"${field.dateText}" in :61: does not exist: the month's last day was taken`, line);
    if (field.odd)
      this.warnings.note("AMOUNT_STYLE", `the amount of :61: is not written as SWIFT does (1234,56): read as ${field.digits}`, line);
    if (field.type === null) this.warnings.note("TYPE_MISSING", "a :61: has no transaction type such as NTRF", line);
  }

  private closeBlock(line: number | null): void {
    this.tellEntry();
    const { block } = this;
    this.block = null;
    if (block === null || this.refused) return;
    if (block.opened === null) {
      if (block.anything && (block.interim || block.accountText !== null || block.reference !== null)) this.closeEmpty(block);
      return;
    }
    if (this.noted !== null) {
      const { entries } = this.noted;
      this.warnings.note(
        "NOTED_SKIPPED",
        `an MT942 with ${entries} noted items follows the booked statement of the same account: not booked, passed over`,
        this.noted.line,
      );
      this.noted = null;
      return;
    }
    this.sink.closeStatement({ line: line ?? block.line, lastPage: block.lastPage });
  }

  /** A message with a header and nothing in it: one to tell only when it names an account. */
  private closeEmpty(block: MtBlock): void {
    this.warnings.note("STATEMENT_EMPTY", "a message has neither balances nor entries", block.line);
    if (block.accountText === null) return;
    this.block = block;
    this.open(block);
    this.closeBlock(block.line);
  }
}

function entryOf({ field, line, information, notices }: PendingEntry, currency: string | null): StatementEntry {
  const said = informationOf(information, field.supplement, notices);
  return {
    line,
    bookingDate: field.entryDate,
    valueDate: field.valueDate,
    amount: signed(field.digits, field.negative),
    currency: currency ?? "XXX",
    status: "booked",
    reversal: field.reversal,
    bankReference: field.bankReference,
    reference: field.reference,
    transactionCode: field.type,
    details: [],
    batchCount: null,
    endToEndId: said.endToEndId,
    transactionId: null,
    mandateId: said.mandateId,
    uetr: null,
    counterparty: said.counterparty,
    text: said.text,
    structuredReference: said.structuredReference,
    purpose: said.purpose,
  };
}

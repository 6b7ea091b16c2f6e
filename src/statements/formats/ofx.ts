import { currencyExponent } from "../../money/currencies.ts";
import type { StatementReader, StatementSink } from "../reader.ts";
import type { StatementBalance } from "../statement.ts";
import { defaultLimits, type StatementLimits } from "./limits.ts";
import { OfxTokens } from "./ofx/elements.ts";
import { entryOf, type OpenStatement, ofxAmount, ofxDay, statementOf, type Transaction } from "./ofx/facts.ts";
import { accountTags, aggregates, balanceTags, payeeAccountTags, statementTags, transactionTags } from "./ofx/tags.ts";
import { RefusingReader } from "./refusing-reader.ts";

/**
 * Reader of OFX 1.x (SGML) and 2.x (XML), and of QFX, which is the same: bank, credit card and investment statements. A
 * statement has a ledger balance at its end and none at its beginning.
 */
export function createOfxReader(sink: StatementSink, limits: StatementLimits = defaultLimits): StatementReader {
  return new OfxReader(sink, limits);
}

class OfxReader extends RefusingReader implements StatementReader {
  private readonly tokens: OfxTokens;
  private readonly path: string[] = [];
  private version = "";
  private started = false;
  private statements = 0;
  private statement: OpenStatement | null = null;
  private transaction: Transaction | null = null;
  private balance = new Map<string, string>();
  private status = new Map<string, string>();

  constructor(sink: StatementSink, limits: StatementLimits) {
    super(sink, limits);
    this.tokens = new OfxTokens(
      {
        open: (name, line) => this.open(name, line),
        close: (name, line) => this.close(name, line),
        leaf: (name, value, line) => this.leaf(name, value, line),
        preamble: (text) => this.preamble(text),
      },
      limits.text,
    );
  }

  write(text: string): void {
    if (!this.refused && !this.tokens.write(text))
      this.refuse("LIMIT", `a value is longer than ${this.limits.text} characters`, this.tokens.line);
  }

  end(): void {
    if (this.refused) return;
    const whole = this.tokens.end();
    if (this.refused) return;
    if (!this.started) {
      this.refuse("SYNTAX", "the file has an OFX header and no <OFX> element", this.tokens.line);
      return;
    }
    if (!whole || this.statement !== null) {
      this.refuse("TRUNCATED", "the file breaks off inside a statement: entries may be missing", this.tokens.line);
      return;
    }
    if (this.statements === 0) this.warnings.note("NO_STATEMENT", "the file answers without any statement", null);
    this.warnings.tell(this.sink);
  }

  private preamble(text: string): void {
    const version = /\bVERSION\s*[:=]\s*"?(\d{3})/i.exec(text)?.[1];
    if (version !== undefined && this.version === "") this.version = version;
  }

  private open(name: string, line: number): void {
    if (this.refused || !aggregates.has(name)) return;
    if (name === "OFX") {
      if (!this.started) this.sink.file("ofx", this.version === "" ? "OFX" : `OFX ${this.version}`);
      this.started = true;
    }
    if (this.path.length >= this.limits.depth) {
      this.refuse("LIMIT", `elements are nested deeper than ${this.limits.depth}`, line);
      return;
    }
    this.path.push(name);
    if (statementTags.has(name)) this.openStatement(name, line);
    else if (transactionTags.has(name)) this.openTransaction(name, line);
    else if (balanceTags.has(name)) this.balance = new Map();
    else if (name === "STATUS") this.status = new Map();
  }

  private openStatement(tag: string, line: number): void {
    if (this.statement !== null) {
      this.refuse("SYNTAX", `a ${tag} inside of a ${this.statement.tag}`, line);
      return;
    }
    this.statement = { tag, line, currency: null, account: null, bank: null, from: undefined, to: undefined, told: false };
    this.statements += 1;
  }

  private openTransaction(tag: string, line: number): void {
    if (this.statement === null) {
      this.refuse("SYNTAX", `a ${tag} outside of a statement`, line);
      return;
    }
    if (this.transaction !== null) {
      this.refuse("SYNTAX", `a ${tag} inside of another`, line);
      return;
    }
    const pending = tag === "STMTTRNP" || this.path.includes("BANKTRANLISTP");
    this.transaction = { line, pending, leaves: new Map(), payee: null, payeeAccount: null, payeeBank: null, currency: null };
  }

  private close(name: string, line: number): void {
    if (this.refused || !aggregates.has(name)) return;
    const at = this.path.lastIndexOf(name);
    if (at === -1) return;
    // What was left open inside ends with it.
    for (const inner of this.path.splice(at).reverse()) this.ended(inner, line);
  }

  private ended(name: string, line: number): void {
    if (this.refused) return;
    if (transactionTags.has(name)) this.closeTransaction();
    else if (balanceTags.has(name)) this.closeBalance(balanceTags.get(name) ?? "CLBD", name, line);
    else if (statementTags.has(name)) this.closeStatement(line);
    else if (name === "STATUS") this.closeStatus(line);
  }

  private leaf(name: string, value: string, line: number): void {
    if (value.length > this.limits.text) this.refuse("LIMIT", `a value is longer than ${this.limits.text} characters`, line);
    if (this.refused) return;
    // A tag with stray text behind it may still be an aggregate.
    if (aggregates.has(name)) {
      this.open(name, line);
      return;
    }
    const inside = this.path.at(-1) ?? "";
    const { statement, transaction } = this;
    if (transaction !== null) this.transactionLeaf(transaction, inside, name, value);
    else if (balanceTags.has(inside)) this.balance.set(name, value);
    else if (inside === "STATUS") this.status.set(name, value);
    else if (statement === null) return;
    else if (accountTags.has(inside)) {
      if (name === "ACCTID") statement.account = value;
      else if (name === "BANKID" || name === "BROKERID") statement.bank = value;
    } else if (name === "CURDEF") statement.currency = value.toUpperCase();
    else if (name === "DTSTART") statement.from ??= value;
    else if (name === "DTEND") statement.to ??= value;
  }

  private transactionLeaf(transaction: Transaction, inside: string, name: string, value: string): void {
    if (transactionTags.has(inside)) transaction.leaves.set(name, value);
    else if (inside === "PAYEE" && name === "NAME") transaction.payee = value;
    else if (inside === "CURRENCY" && name === "CURSYM") transaction.currency = value.toUpperCase();
    else if (payeeAccountTags.has(inside) && name === "ACCTID") transaction.payeeAccount = value.replace(/\s+/g, "");
    else if (payeeAccountTags.has(inside) && name === "BANKID") transaction.payeeBank = value;
  }

  private closeTransaction(): void {
    const { transaction, statement } = this;
    this.transaction = null;
    if (transaction === null || statement === null) return;
    const currency = this.tellStatement(statement);
    if (currency === null) return;
    const { line, leaves } = transaction;
    const written = leaves.get("TRNAMT");
    const read = ofxAmount(written);
    if (read === null && written !== undefined && written.toLowerCase() !== "null") {
      this.refuse("AMOUNT_UNREADABLE", `"${written.slice(0, 30)}" is no amount: expected digits and one decimal sign`, line);
      return;
    }
    if (read === null)
      this.sink.problem({
        severity: "break",
        code: "AMOUNT_MISSING",
        message: "a transaction states no amount: kept as information",
        line,
      });
    if (read?.odd === true)
      this.warnings.note("AMOUNT_STYLE", `amount "${written}" is grouped: its last sign was read as the decimal sign`, line);
    const entry = entryOf(transaction, read?.amount ?? null, currency);
    if (entry.bookingDate === null) this.warnings.note("DATE_MISSING", "a transaction without a readable DTPOSTED", line);
    if (leaves.has("CORRECTFITID"))
      this.warnings.note("CORRECTION", `a transaction corrects another (FITID ${leaves.get("CORRECTFITID")}): read as it stands`, line);
    this.sink.entry(entry);
  }

  private closeBalance(type: StatementBalance["type"], code: string, line: number): void {
    const { statement } = this;
    if (statement === null || this.transaction !== null) return;
    const written = this.balance.get("BALAMT");
    const read = ofxAmount(written);
    if (read === null) {
      if (written === undefined) return;
      this.refuse("AMOUNT_UNREADABLE", `"${written.slice(0, 30)}" of ${code} is no amount: expected digits and one decimal sign`, line);
      return;
    }
    const currency = this.tellStatement(statement);
    if (currency === null) return;
    const date = ofxDay(this.balance.get("DTASOF"));
    this.sink.balance({ type, code, interim: false, amount: read.amount, currency, date, line });
  }

  private closeStatement(line: number): void {
    const { statement } = this;
    if (statement === null || this.tellStatement(statement) === null) return;
    this.statement = null;
    this.sink.closeStatement({ line, lastPage: null });
  }

  /** The header is whole when the first transaction or balance comes. @returns its currency; null after a refusal */
  private tellStatement(statement: OpenStatement): string | null {
    const { currency, account, line, tag } = statement;
    if (currency === null || currencyExponent(currency) === undefined) {
      if (currency === null) this.refuse("CURRENCY_MISSING", `a ${tag} names no currency: expected CURDEF`, line);
      else this.refuse("CURRENCY_UNKNOWN", `"${currency}" is no ISO 4217 currency code`, line);
      return null;
    }
    if (statement.told) return currency;
    statement.told = true;
    if (account === null) this.warnings.note("ACCOUNT_MISSING", `a ${tag} names no account`, line);
    this.sink.openStatement(statementOf(statement, currency));
    return currency;
  }

  private closeStatus(line: number): void {
    if (this.status.get("SEVERITY")?.toUpperCase() !== "ERROR") return;
    const message = this.status.get("MESSAGE");
    this.warnings.note(
      "BANK_ERROR",
      `the bank answered with error ${this.status.get("CODE") ?? "?"}${message === undefined ? "" : `: ${message}`}`,
      line,
    );
  }
}

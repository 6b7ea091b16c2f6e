import { SaxesParser, type SaxesTagPlain } from "saxes";
import type { StatementReader, StatementSink } from "../reader.ts";
import { BalanceDraft, DetailDraft, EntryDraft, GroupDraft, StatementDraft, TotalsDraft } from "./camt/drafts.ts";
import { childOf, type MessageKind, messages, type Part, type Place } from "./camt/elements.ts";
import { balanceOf, entryOf, headerOf, totalsOf, Unclear } from "./camt/nouns.ts";
import { defaultLimits, type StatementLimits } from "./limits.ts";
import { Warnings } from "./warnings.ts";

/**
 * Reader of ISO 20022 camt.052, .053 and .054, versions 01-14, with or without namespace, prefix or an envelope around the
 * message. What breaks the schema and is clear all the same is read with a warning: banks send it every day. No document
 * type is accepted, so there are no entities but XML's own five.
 */
export function createCamtReader(sink: StatementSink, limits: StatementLimits = defaultLimits): StatementReader {
  return new CamtReader(sink, limits);
}

class CamtReader implements StatementReader {
  private readonly sink: StatementSink;
  private readonly limits: StatementLimits;
  private readonly parser = new SaxesParser();
  private readonly warnings = new Warnings();
  private refused = false;

  private message: MessageKind | null = null;
  private namespace: string | null = null;
  private place: Place | null = null;
  /** The sibling that ended last. */
  private before: Place | null = null;
  /** How many elements stand around the message. */
  private outside = 0;
  private skipped = 0;
  private text = "";
  private charactersSinceEvent = 0;
  private statements = 0;

  private group = new GroupDraft();
  private statement = new StatementDraft();
  private statementOpen = false;
  private currency: string | null = null;
  private balances = 0;
  private balance = new BalanceDraft();
  private totals = new TotalsDraft();
  private entry = new EntryDraft();
  private detail = new DetailDraft();
  private details: DetailDraft[] = [];

  constructor(sink: StatementSink, limits: StatementLimits) {
    this.sink = sink;
    this.limits = limits;
    this.parser.on("opentag", (tag) => this.open(tag));
    this.parser.on("text", (text) => this.addText(text));
    this.parser.on("cdata", (text) => this.addText(text));
    this.parser.on("closetag", () => this.close());
    this.parser.on("doctype", () => this.refuse("DOCTYPE", "the file declares a document type (DOCTYPE): expected plain ISO 20022 XML"));
    this.parser.on("error", (error) => this.refuse("SYNTAX", `not well-formed XML: ${error.message.replace(/^\d+:\d+: /, "")}`));
  }

  write(text: string): void {
    if (this.refused) return;
    this.charactersSinceEvent += text.length;
    this.parser.write(text);
    if (this.charactersSinceEvent > this.limits.text)
      this.refuse("LIMIT", `a single value or comment is longer than ${this.limits.text} characters`);
  }

  end(): void {
    if (this.refused) return;
    this.parser.close();
    if (this.refused) return;
    if (this.statements === 0) {
      this.refuse(
        this.message === null ? "FORMAT_UNKNOWN" : "NO_STATEMENT",
        this.message === null
          ? "an XML file without BkToCstmrStmt, BkToCstmrAcctRpt or BkToCstmrDbtCdtNtfctn: expected a camt.052, .053 or .054 message"
          : `the ${this.message.format} message holds no statement: expected at least one Stmt, Rpt or Ntfctn`,
      );
      return;
    }
    this.warnings.tell(this.sink);
  }

  private open(tag: SaxesTagPlain): void {
    if (this.refused) return;
    this.charactersSinceEvent = 0;
    if (this.skipped > 0) this.nest();
    else if (this.place !== null) this.openInside(tag, this.place);
    else this.openOutside(tag);
  }

  /** Places nest as deep as the table of elements; what has none is counted, against files that only nest. */
  private nest(): void {
    this.skipped += 1;
    if (this.skipped > this.limits.depth) this.refuse("LIMIT", `elements are nested deeper than ${this.limits.depth}`);
  }

  private openInside(tag: SaxesTagPlain, parent: Place): void {
    const here =
      childOf(parent, this.before, tag.name) ?? (tag.name.includes(":") ? childOf(parent, this.before, localName(tag.name)) : undefined);
    if (here === undefined) {
      this.skipped = 1;
      return;
    }
    this.place = here;
    this.before = null;
    if (here.key !== null) this.text = "";
    if (here.part !== null) this.begin(here.part);
    if (here.currencyKey !== null) this.put(here, here.currencyKey, tag.attributes["Ccy"] ?? null);
  }

  /** Above the message: Document, or a business message envelope around it. */
  private openOutside(tag: SaxesTagPlain): void {
    for (const [name, value] of Object.entries(tag.attributes))
      if ((name === "xmlns" || name.startsWith("xmlns:")) && (/:camt(?:\.|$)/.test(value) || this.namespace === null))
        this.namespace = value;
    const kind = messages.get(localName(tag.name));
    if (kind === undefined) {
      this.outside += 1;
      if (this.outside > this.limits.depth) this.refuse("LIMIT", `elements are nested deeper than ${this.limits.depth}`);
      return;
    }
    const version = versionOf(this.namespace, kind, tag.name);
    if (version === undefined) {
      this.refuse(
        "FORMAT_UNKNOWN",
        `the namespace "${this.namespace}" names no camt version: expected urn:iso:std:iso:20022:tech:xsd:${kind.format}.001.NN`,
      );
      return;
    }
    if (version === null)
      this.warnings.note("NAMESPACE_MISSING", "the message has no namespace: its version is not stated", this.parser.line);
    else if (!version.startsWith(kind.format))
      this.warnings.note("NAMESPACE_OTHER", `the namespace says ${version}, the message is a ${kind.format}`, this.parser.line);
    else if (Number(version.slice(-2)) > 14)
      this.warnings.note("VERSION_NEW", `${version} is newer than the versions known here (01-14)`, this.parser.line);
    if (this.message === null) this.sink.file(kind.format, version ?? kind.format);
    this.message = kind;
    this.group = new GroupDraft();
    this.place = kind.root;
    this.before = null;
  }

  private addText(text: string): void {
    if (text.length > this.limits.text) this.refuse("LIMIT", `a value is longer than ${this.limits.text} characters`);
    this.charactersSinceEvent = 0;
    if (this.skipped === 0 && this.place !== null && this.place.key !== null) this.text += text;
  }

  private close(): void {
    if (this.refused) return;
    if (this.skipped > 0) {
      this.skipped -= 1;
      return;
    }
    const here = this.place;
    if (here === null) {
      this.outside -= 1;
      return;
    }
    if (here.key !== null) {
      if (this.text !== "") this.put(here, here.key, trimmed(this.text));
      this.text = "";
    }
    this.place = here.parent;
    this.before = here;
    if (here.part !== null) this.finishOrRefuse(here.part);
  }

  private put(here: Place, key: string, value: string | null): void {
    if (value === null || value === "" || here.target === null) return;
    const draft = this[here.target] as unknown as Record<string, string | null>;
    const before = draft[key] ?? null;
    if (before === null) draft[key] = value;
    else if (here.lines) draft[key] = `${before}\n${value}`;
  }

  private begin(part: Part): void {
    const { line } = this.parser;
    switch (part) {
      case "statement":
        this.statement = new StatementDraft();
        this.statement.line = line;
        this.statementOpen = false;
        this.balances = 0;
        this.statements += 1;
        break;
      case "balance":
        this.balance = new BalanceDraft();
        this.balance.line = line;
        break;
      case "totals":
        this.totals = new TotalsDraft();
        break;
      case "entry":
        this.entry = new EntryDraft();
        this.entry.line = line;
        this.details = [];
        break;
      case "detail":
        this.detail = new DetailDraft();
        break;
      case "message":
        break;
    }
  }

  private finishOrRefuse(part: Part): void {
    try {
      this.finish(part);
    } catch (error) {
      if (!(error instanceof Unclear)) throw error;
      this.refuse(error.code, error.message, error.line);
    }
  }

  private finish(part: Part): void {
    switch (part) {
      case "balance": {
        this.openStatement();
        this.balances += 1;
        if (this.balances > this.limits.balances)
          throw new Unclear("LIMIT", `a statement has more than ${this.limits.balances} balances`, this.balance.line);
        const balance = balanceOf(this.balance, this.currency, this.warnings);
        this.currency ??= balance.currency;
        this.sink.balance(balance);
        break;
      }
      case "totals":
        this.openStatement();
        this.sink.declared(totalsOf(this.totals));
        break;
      case "detail":
        this.details.push(this.detail);
        if (this.details.length > this.limits.details)
          throw new Unclear("LIMIT", `an entry lists more than ${this.limits.details} transactions`, this.entry.line);
        break;
      case "entry":
        this.openStatement();
        this.sink.entry(entryOf(this.entry, this.details, this.currency, this.warnings));
        this.details = [];
        break;
      case "statement":
        this.openStatement();
        this.sink.closeStatement({ line: this.parser.line, lastPage: null });
        break;
      case "message":
        break;
    }
  }

  private openStatement(): void {
    if (this.statementOpen || this.message === null) return;
    this.statementOpen = true;
    const header = headerOf(this.statement, this.message.kind, this.group);
    this.currency = header.currency;
    if (header.account.id === "") this.warnings.note("ACCOUNT_MISSING", "a statement names no account: expected Acct/Id", header.line);
    this.sink.openStatement(header);
  }

  private refuse(code: string, message: string, line = this.parser.line): void {
    if (this.refused) return;
    this.refused = true;
    this.warnings.tell(this.sink);
    this.sink.problem({ severity: "refusal", code, message, line });
  }
}

/** `undefined`: a namespace that is no camt version; `null`: none at all. */
function versionOf(namespace: string | null, kind: MessageKind, messageName: string): string | null | undefined {
  if (namespace === null || namespace === "") return messageName.endsWith("V01") ? `${kind.format}.001.01` : null;
  return /camt\.05[234]\.001\.\d\d/.exec(namespace)?.[0];
}

function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon === -1 ? name : name.slice(colon + 1);
}

function trimmed(text: string): string {
  return text.charCodeAt(0) <= 32 || text.charCodeAt(text.length - 1) <= 32 ? text.trim() : text;
}

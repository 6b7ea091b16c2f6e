import { envelopeType, type MtType } from "./blocks.ts";

/** `:61:…` with the lines that continue it. */
export interface Field {
  readonly tag: string;
  readonly lines: string[];
  readonly line: number;
}

/** What the lines of a file turn out to be. */
export interface FieldListener {
  field(field: Field): void;
  /** "-", "-}" or a new envelope ended the message. */
  endOfMessage(line: number): void;
  envelope(type: MtType | "other" | null, line: number): void;
  fieldTooLong(line: number): void;
  /** Whether the message in progress has its closing balance: behind it, a line "-" is its end. */
  isClosed(): boolean;
}

const tags = new Set("20 21 25 25P 28 28C 60F 60M 61 62F 62M 64 65 65F 65M 86 13 13D 34F 90C 90D NS 940 941 942".split(" "));
/** What cannot begin a message: behind it a line "-" was no end. */
const goesOn = /^:(?:61|62[FM]|64|65|86|90[CD]):/;
const endShape = /^-(?:\}|XXX\s*$|\s*$|\+?@\d+@)/;

/** Lines to fields: tags at the start of a line, continuation lines, SWIFT envelopes, and the ends of messages. */
export class FieldAssembler {
  private readonly listener: FieldListener;
  private readonly limit: number;
  private current: Field | null = null;
  private length = 0;
  /** A line "-" ends a message, or stands in a purpose: the next line tells. */
  private dash: { text: string; line: number } | null = null;
  private colon = false;
  /** Whether the file held any field at all. */
  anyTag = false;

  constructor(listener: FieldListener, limit: number) {
    this.listener = listener;
    this.limit = limit;
  }

  line(text: string, number: number): void {
    const line = text.startsWith("@") ? text.replace(/^@\d+@/, "") : text;
    if (this.colon) {
      this.colon = false;
      this.tagOrText(`:${line}`, number);
      return;
    }
    const first = line.charCodeAt(0);
    if (this.dash !== null) this.settleDash(line, first);
    if (first === 58) this.tagOrText(line, number);
    else if (first === 45 && endShape.test(line)) this.ending(line, number);
    else if (first === 123 || line.includes("{4:")) this.envelope(line, number);
    else this.continuation(line, number);
  }

  end(): void {
    this.dash = null;
    this.flush();
  }

  /** Tells the field in progress; before a message ends, so that it belongs to it. */
  flush(): void {
    const field = this.current;
    this.current = null;
    if (field !== null) this.listener.field(field);
  }

  /** ":" alone, with the tag's number on the next line, comes from files cut by a program that counted wrongly. */
  private tagOrText(line: string, number: number): void {
    if (line === ":") {
      this.colon = true;
      return;
    }
    const end = line.charCodeAt(3) === 58 ? 3 : 4;
    const tag = line.slice(1, end);
    if (line.charCodeAt(end) !== 58 || !tags.has(tag)) {
      this.continuation(line, number);
      return;
    }
    this.flush();
    this.anyTag = true;
    this.length = 0;
    this.current = { tag, lines: [line.slice(end + 1)], line: number };
  }

  private continuation(line: string, number: number): void {
    const field = this.current;
    if (field === null || (field.tag !== "86" && line.trim() === "")) return;
    this.length += line.length + 1;
    if (this.length > this.limit) this.listener.fieldTooLong(number);
    else field.lines.push(line);
  }

  private ending(line: string, number: number): void {
    if (!line.startsWith("-}") && !/^-\+?@/.test(line)) {
      this.dash = { text: line, line: number };
      return;
    }
    this.endMessage(number);
    if (line.includes("{")) this.envelope(line, number);
  }

  private settleDash(line: string, first: number): void {
    const { dash } = this;
    if (dash === null || line.trim() === "") return;
    this.dash = null;
    const text = dash.text.trim() === "-" && first !== 58 && first !== 123 && this.current?.tag === "86";
    if (goesOn.test(line) || (text && !this.looksLikePreamble(line))) this.continuation(dash.text, dash.line);
    else this.endMessage(dash.line);
  }

  /** Bank names and routing lines between two messages (ABNANL2A, 940, 0000 01INGBNL2A…). */
  private looksLikePreamble(line: string): boolean {
    return this.listener.isClosed() || /^(?:[A-Z]{6}[A-Z0-9]{2,5}|94[012]|0000 .*)\s*$/.test(line);
  }

  private envelope(line: string, number: number): void {
    const type = envelopeType(line);
    if (type === null && !/\{[1-5S]:/.test(line)) {
      this.continuation(line, number);
      return;
    }
    if (type !== null || line.includes("{1:")) {
      this.endMessage(number);
      this.listener.envelope(type, number);
    }
    const body = line.lastIndexOf("{4:");
    const rest = body === -1 ? "" : line.slice(body + 3).trim();
    if (rest !== "") this.line(rest, number);
  }

  private endMessage(line: number): void {
    this.flush();
    this.listener.endOfMessage(line);
  }
}

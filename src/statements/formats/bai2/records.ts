/** A BAI2 record as it stands: code, what is behind it without the closing slash, and where it began. */
export interface Bai2Record {
  readonly code: Bai2Code;
  readonly body: string;
  readonly line: number;
}

export type Bai2Code = "01" | "02" | "03" | "16" | "49" | "88" | "98" | "99";

/** What a record must look like where it does not begin a line: text holds slashes, dates and commas too. */
const insideLine: ReadonlyArray<readonly [Bai2Code, RegExp]> = [
  ["01", /^01,[^,]*,[^,]*,\d{6},/],
  ["02", /^02,[^,]*,[^,]*,\d?,\d{6},/],
  ["03", /^03,[^,]+,(?:[A-Z]{3})?,/],
  ["16", /^16,\d{3},[+-]?\d*,/],
  ["49", /^49,[+-]?\d*,\d+/],
  ["88", /^88,/],
  ["98", /^98,[+-]?\d*,\d+,\d+/],
  ["99", /^99,[+-]?\d*,\d+,\d+/],
];

const startsRecord = /^\s*(01|02|03|16|49|88|98|99)\s*,/;

/**
 * Physical lines to records. Several records may stand on a line, each closed by "/"; a record may be wrapped over lines
 * without 88; 16 and 88 may be ended by the newline alone.
 */
export class RecordAssembler {
  private code: Bai2Code | null = null;
  private body = "";
  private closed = false;
  private line = 0;
  private readonly each: (record: Bai2Record) => void;

  constructor(each: (record: Bai2Record) => void) {
    this.each = each;
  }

  /** @returns what is wrong with the line, or null */
  write(text: string, line: number): string | null {
    if (text.trim() === "") return null;
    const match = startsRecord.exec(text);
    if (match === null || this.isWrappedText(text, match[1])) return this.wrap(text);
    this.flush();
    for (const part of recordsOf(text.trimStart())) {
      this.flush();
      this.code = part.slice(0, 2) as Bai2Code;
      this.body = part.slice(part.indexOf(",") + 1);
      this.line = line;
      this.closed = part.trimEnd().endsWith("/");
    }
    return null;
  }

  flush(): void {
    const { code } = this;
    this.code = null;
    if (code === null) return;
    const body = this.body.trimEnd();
    this.each({ code, body: body.endsWith("/") ? body.slice(0, -1) : body, line: this.line });
  }

  get length(): number {
    return this.body.length;
  }

  /** A wrapped purpose may begin with "16,500 pieces": a 16 record begins with a type code. */
  private isWrappedText(text: string, code: string | undefined): boolean {
    const inText = (this.code === "16" || this.code === "88") && !this.closed;
    return inText && code === "16" && !/^\s*16\s*,\s*\d{3}\s*,/.test(text);
  }

  private wrap(text: string): string | null {
    if (this.code === null || (this.closed && this.code !== "16" && this.code !== "88"))
      return `"${text.trim().slice(0, 40)}" begins with no record code: expected 01, 02, 03, 16, 49, 88, 98 or 99`;
    const [first, ...more] = recordsOf(text);
    this.body += first ?? "";
    this.closed = (first ?? "").trimEnd().endsWith("/");
    for (const part of more) {
      const line = this.line;
      this.flush();
      this.code = part.slice(0, 2) as Bai2Code;
      this.body = part.slice(part.indexOf(",") + 1);
      this.line = line;
      this.closed = part.trimEnd().endsWith("/");
    }
    return null;
  }
}

function recordsOf(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf("/"); at !== -1; at = text.indexOf("/", at + 1)) {
    const rest = text.slice(at + 1).trimStart();
    if (!insideLine.some(([, shape]) => shape.test(rest))) continue;
    parts.push(text.slice(from, at + 1));
    from = text.length - rest.length;
  }
  parts.push(text.slice(from));
  return parts;
}

/**
 * Tokens of OFX, which is SGML with leaves that are never closed (1.x) or XML (2.x): aggregates open and close, leaves have a
 * value behind their tag. No entity is defined by a file, no document type read.
 */
export interface OfxElements {
  open(name: string, line: number): void;
  close(name: string, line: number): void;
  /** A tag with text behind it. Blank ones are told as `open` alone: only the caller knows which names are aggregates. */
  leaf(name: string, value: string, line: number): void;
  /** What stands before the first tag, and processing instructions: the headers of version 1 and 2. */
  preamble(text: string): void;
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

export class OfxTokens {
  private readonly to: OfxElements;
  private readonly limit: number;
  private rest = "";
  private lineNumber = 1;
  /** The tag whose value may follow. */
  private tag: { readonly name: string; readonly line: number } | null = null;
  private value = "";

  constructor(to: OfxElements, limit: number) {
    this.to = to;
    this.limit = limit;
  }

  get line(): number {
    return this.lineNumber;
  }

  /** @returns false when a tag or value is longer than the limit */
  write(text: string): boolean {
    this.rest += text;
    let at = 0;
    for (;;) {
      const open = this.rest.indexOf("<", at);
      if (open === -1) break;
      const end = this.endOfMarkup(open);
      if (end === -1) {
        // Text before an unfinished tag is whole; the tag itself waits for the next chunk.
        this.text(this.rest.slice(at, open));
        at = open;
        break;
      }
      this.text(this.rest.slice(at, open));
      this.markup(this.rest.slice(open, end));
      at = end;
    }
    if (this.rest.indexOf("<", at) === -1) {
      this.text(this.rest.slice(at));
      at = this.rest.length;
    }
    this.rest = this.rest.slice(at);
    return this.rest.length <= this.limit && this.value.length <= this.limit;
  }

  /** @returns false when the file breaks off inside a tag */
  end(): boolean {
    this.settle();
    return this.rest.trim() === "";
  }

  private endOfMarkup(open: number): number {
    const from = (terminator: string) => {
      const found = this.rest.indexOf(terminator, open);
      return found === -1 ? -1 : found + terminator.length;
    };
    if (this.rest.startsWith("<!--", open)) return from("-->");
    if (this.rest.startsWith("<![CDATA[", open)) return from("]]>");
    // "<![CD" at the end of a chunk may still become either.
    if (this.rest.length - open < 9 && "<![CDATA[".startsWith(this.rest.slice(open))) return -1;
    if (this.rest.length - open < 4 && "<!--".startsWith(this.rest.slice(open))) return -1;
    const next = this.rest.charAt(open + 1);
    if (next === "") return -1;
    // Banks write names with a bare "<": it is text when no tag follows, or when another begins before it ends.
    if (!/[A-Za-z/!?]/.test(next)) return open + 1;
    const end = from(">");
    const another = this.rest.indexOf("<", open + 1);
    return another !== -1 && (end === -1 || another < end) ? open + 1 : end;
  }

  private markup(text: string): void {
    if (text.startsWith("<![CDATA[")) this.value += text.slice(9, -3);
    else if (text.startsWith("<?")) this.to.preamble(text);
    else if (!text.startsWith("<!")) this.element(text);
    this.countLines(text);
  }

  private element(text: string): void {
    const match = /^<(\/?)([A-Za-z][\w.]*)[^>]*?(\/?)>$/.exec(text);
    if (match === null) {
      this.value += text;
      return;
    }
    const name = (match[2] as string).toUpperCase();
    this.settle();
    if (match[1] === "/") this.to.close(name, this.lineNumber);
    else if (match[3] === "/") this.to.open(name, this.lineNumber);
    else this.tag = { name, line: this.lineNumber };
  }

  private text(text: string): void {
    if (text === "") return;
    this.value += text;
    this.countLines(text);
  }

  private settle(): void {
    const { tag } = this;
    const value = this.value.includes("&") ? decoded(this.value) : this.value;
    this.tag = null;
    this.value = "";
    if (tag === null) {
      if (value.trim() !== "") this.to.preamble(value);
      return;
    }
    const trimmed = value.trim();
    if (trimmed === "") this.to.open(tag.name, tag.line);
    else this.to.leaf(tag.name, trimmed, tag.line);
  }

  private countLines(text: string): void {
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) this.lineNumber += 1;
  }
}

/** The character entities banks use; an ampersand that begins none stays one. */
function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return named[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return code > 8 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

import { createBai2Reader } from "./formats/bai2.ts";
import { createCamtReader } from "./formats/camt.ts";
import { createCfonbReader } from "./formats/cfonb.ts";
import { createCodaReader } from "./formats/coda.ts";
import { createCsb43Reader } from "./formats/csb43.ts";
import { createCsvReader } from "./formats/csv.ts";
import { type DetectedFormat, detectFormat, foreignFormat, isTable } from "./formats/detect.ts";
import { TextDecoding } from "./formats/encoding.ts";
import type { StatementLimits } from "./formats/limits.ts";
import { createMtReader } from "./formats/mt.ts";
import { createOfxReader } from "./formats/ofx.ts";
import { createQifReader } from "./formats/qif.ts";
import type { StatementReader, StatementSink } from "./reader.ts";
import type { Said } from "./said.ts";
import { hearingSaid } from "./said-sink.ts";
import type { WatchedSink } from "./watched-sink.ts";

/** So many characters without anything recognisable, and the file is refused. */
const headCharacters = 65_536;

/** One file that is text: finds its encoding and its format by content, never by name, and reads it. */
export class PlainFeed {
  private readonly sink: WatchedSink;
  private readonly limits: StatementLimits;
  private readonly said: Said;
  private readonly decoding: TextDecoding;
  private reader: StatementReader | null = null;
  private head = "";
  /** Looked at again when it has doubled, so that a slow sender does not make us look a thousand times. */
  private lookAt = 512;

  constructor(sink: WatchedSink, limits: StatementLimits, said: Said = {}) {
    this.sink = sink;
    this.limits = limits;
    this.said = said;
    this.decoding = new TextDecoding(said.choices?.encoding);
  }

  /** What the bytes are read as, such as "utf-8" or "cp852". */
  get encoding(): string {
    return this.decoding.encoding.name;
  }

  write(chunk: Uint8Array): void {
    this.take(() => this.decoding.write(chunk));
  }

  end(): void {
    if (this.sink.refused) return;
    this.take(() => this.decoding.end());
    if (!this.sink.refused && this.reader === null) this.start(true);
    if (!this.sink.refused) this.reader?.end();
    this.tellEncoding();
  }

  private take(decode: () => string): void {
    let text: string;
    try {
      text = decode();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.sink.refuse("ENCODING_UNKNOWN", error.message, 1);
      return;
    }
    if (text === "") return;
    if (this.reader !== null) {
      this.reader.write(text);
      return;
    }
    this.head += text;
    if (this.head.length >= this.lookAt) this.start(false);
  }

  private start(ended: boolean): void {
    const last = ended || this.head.length >= headCharacters;
    const format = detectFormat(this.head) ?? (last && isTable(this.head, this.said) ? "csv" : null);
    if (format === null) {
      this.lookAt = Math.min(this.head.length * 2, headCharacters);
      if (last) this.refuseUnknown();
      return;
    }
    this.reader = this.readerOf(format);
    const { head } = this;
    this.head = "";
    this.reader.write(head);
  }

  private readerOf(format: DetectedFormat): StatementReader {
    // A table is heard by its own reader, which also knows what its profile says.
    return readers[format](format === "csv" ? this.sink : hearingSaid(this.sink, this.said), this.limits, this.said);
  }

  private refuseUnknown(): void {
    if (this.head.trim() === "") {
      this.sink.refuse("EMPTY", "the file is empty: expected a statement", null);
      return;
    }
    const foreign = foreignFormat(this.head);
    const what = foreign === null ? "the file begins like no statement format" : `the file is ${foreign}, which is not read`;
    this.sink.refuse("FORMAT_UNKNOWN", `${what}: expected ${known}`, 1);
  }

  private tellEncoding(): void {
    const { name, guessed } = this.decoding.encoding;
    const warn = (code: string, message: string) => this.sink.problem({ severity: "warning", code, message, line: null });
    if (guessed) warn("ENCODING_GUESSED", `the file is not UTF-8 and names no encoding: read as ${name}`);
    if (this.decoding.hasDamage) warn("ENCODING_DAMAGED", "some bytes are not UTF-8 and were replaced");
  }
}

const known =
  "camt.052, .053 or .054, MT940, MT941, MT942, BAI2, OFX, QIF, CODA, CFONB 120, Norma 43, a table (CSV, XLSX), or a zip or gzip archive of these";

const readers: Readonly<Record<DetectedFormat, (sink: StatementSink, limits: StatementLimits, said: Said) => StatementReader>> = {
  camt: createCamtReader,
  mt: createMtReader,
  bai2: createBai2Reader,
  ofx: createOfxReader,
  qif: createQifReader,
  coda: createCodaReader,
  cfonb120: createCfonbReader,
  csb43: createCsb43Reader,
  csv: createCsvReader,
};

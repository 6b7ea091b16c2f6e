import { createBai2Reader } from "./formats/bai2.ts";
import { createCamtReader } from "./formats/camt.ts";
import { createCfonbReader } from "./formats/cfonb.ts";
import { createCodaReader } from "./formats/coda.ts";
import { createCsb43Reader } from "./formats/csb43.ts";
import { createCsvReader } from "./formats/csv.ts";
import { containerOf, type DetectedFormat, detectFormat, foreignFormat, isTable } from "./formats/detect.ts";
import { TextDecoding } from "./formats/encoding.ts";
import { defaultLimits, type StatementLimits } from "./formats/limits.ts";
import { createMtReader } from "./formats/mt.ts";
import { createOfxReader } from "./formats/ofx.ts";
import { createQifReader } from "./formats/qif.ts";
import type { StatementReader, StatementSink } from "./reader.ts";
import type { StatementFormat, StatementProblem } from "./statement.ts";

export interface ReadOutcome {
  /** False when a refusal was told; what went to the sink before it must not be kept. */
  readonly accepted: boolean;
  readonly format: StatementFormat | null;
  readonly variant: string | null;
  /** What the bytes were read as, such as "utf-8" or "cp852". */
  readonly encoding: string;
  readonly bytes: number;
}

export interface ReadOptions {
  readonly limits?: Partial<StatementLimits>;
}

/** So many characters without anything recognisable, and the file is refused. */
const headCharacters = 65_536;

/**
 * Bytes in, calls on the sink out: finds the encoding and the format by content, never by name. Between two writes the
 * caller may await what the sink collected; memory does not grow with the file.
 */
export class StatementFeed {
  private readonly sink: WatchedSink;
  private readonly limits: StatementLimits;
  private readonly decoding = new TextDecoding();
  private reader: StatementReader | null = null;
  private head = "";
  /** Looked at again when it has doubled, so that a slow sender does not make us look a thousand times. */
  private lookAt = 512;
  private bytes = 0;
  private first: Buffer = Buffer.alloc(0);

  constructor(sink: StatementSink, options: ReadOptions = {}) {
    this.sink = new WatchedSink(sink);
    this.limits = { ...defaultLimits, ...options.limits };
  }

  /** True once the file is refused: the rest need not be read. */
  get refused(): boolean {
    return this.sink.refused;
  }

  write(chunk: Uint8Array): void {
    if (this.refused) return;
    this.bytes += chunk.length;
    if (this.first.length < 8) {
      this.first = Buffer.concat([this.first, chunk.subarray(0, 8 - this.first.length)]);
      const container = this.first.length >= 4 || this.first.length === this.bytes ? containerOf(this.first) : null;
      if (container !== null && this.first.length >= 4) {
        this.refuse("ARCHIVE", `the file is ${container}, not a statement: expected the statement itself; unpack it first`, null);
        return;
      }
    }
    this.take(() => this.decoding.write(chunk));
  }

  end(): ReadOutcome {
    if (!this.refused) {
      this.take(() => this.decoding.end());
      if (!this.refused && this.reader === null) this.start(true);
      if (!this.refused) this.reader?.end();
      this.tellEncoding();
    }
    const { format, variant } = this.sink;
    return { accepted: !this.refused, format, variant, encoding: this.decoding.encoding.name, bytes: this.bytes };
  }

  private take(decode: () => string): void {
    let text: string;
    try {
      text = decode();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.refuse("ENCODING_UNKNOWN", error.message, 1);
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
    const format = detectFormat(this.head) ?? (last && isTable(this.head) ? "csv" : null);
    if (format === null) {
      this.lookAt = Math.min(this.head.length * 2, headCharacters);
      if (last) this.refuseUnknown();
      return;
    }
    this.reader = readerOf(format, this.sink, this.limits);
    const { head } = this;
    this.head = "";
    this.reader.write(head);
  }

  private refuseUnknown(): void {
    if (this.head.trim() === "") {
      this.refuse("EMPTY", "the file is empty: expected a statement", null);
      return;
    }
    const foreign = foreignFormat(this.head);
    const what = foreign === null ? "the file begins like no statement format" : `the file is ${foreign}, which is not read`;
    this.refuse(
      "FORMAT_UNKNOWN",
      `${what}: expected camt.052, .053 or .054, MT940, MT941, MT942, BAI2, OFX, QIF, CODA, CFONB 120, Norma 43 or a table (CSV)`,
      1,
    );
  }

  private tellEncoding(): void {
    const { name, guessed } = this.decoding.encoding;
    const warn = (code: string, message: string) => this.sink.problem({ severity: "warning", code, message, line: null });
    if (guessed) warn("ENCODING_GUESSED", `the file is not UTF-8 and names no encoding: read as ${name}`);
    if (this.decoding.hasDamage) warn("ENCODING_DAMAGED", "some bytes are not UTF-8 and were replaced");
  }

  private refuse(code: string, message: string, line: number | null): void {
    this.sink.problem({ severity: "refusal", code, message, line });
  }
}

export async function readStatements(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  sink: StatementSink,
  options: ReadOptions = {},
): Promise<ReadOutcome> {
  const feed = new StatementFeed(sink, options);
  for await (const chunk of source) {
    feed.write(chunk);
    if (feed.refused) break;
  }
  return feed.end();
}

function readerOf(format: DetectedFormat, sink: StatementSink, limits: StatementLimits): StatementReader {
  switch (format) {
    case "camt":
      return createCamtReader(sink, limits);
    case "mt":
      return createMtReader(sink, limits);
    case "bai2":
      return createBai2Reader(sink, limits);
    case "ofx":
      return createOfxReader(sink, limits);
    case "qif":
      return createQifReader(sink, limits);
    case "coda":
      return createCodaReader(sink, limits);
    case "cfonb120":
      return createCfonbReader(sink, limits);
    case "csv":
      return createCsvReader(sink, limits);
    case "csb43":
      return createCsb43Reader(sink, limits);
  }
}

/** Passes everything on and remembers format and refusal; after a refusal it lets nothing through. */
class WatchedSink implements StatementSink {
  private readonly sink: StatementSink;
  format: StatementFormat | null = null;
  variant: string | null = null;
  refused = false;

  constructor(sink: StatementSink) {
    this.sink = sink;
  }

  file(format: StatementFormat, variant: string): void {
    this.format = format;
    this.variant = variant;
    this.sink.file(format, variant);
  }

  openStatement(...header: Parameters<StatementSink["openStatement"]>): void {
    if (!this.refused) this.sink.openStatement(...header);
  }

  balance(...balance: Parameters<StatementSink["balance"]>): void {
    if (!this.refused) this.sink.balance(...balance);
  }

  entry(...entry: Parameters<StatementSink["entry"]>): void {
    if (!this.refused) this.sink.entry(...entry);
  }

  declared(...totals: Parameters<StatementSink["declared"]>): void {
    if (!this.refused) this.sink.declared(...totals);
  }

  closeStatement(...end: Parameters<StatementSink["closeStatement"]>): void {
    if (!this.refused) this.sink.closeStatement(...end);
  }

  problem(problem: StatementProblem): void {
    if (this.refused) return;
    this.refused = problem.severity === "refusal";
    this.sink.problem(problem);
  }
}

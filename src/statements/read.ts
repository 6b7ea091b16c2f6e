import { type Feed, GzipFeed, looksLikeWorkbook, WorkbookFeed, ZipFeed } from "./archive-feed.ts";
import { containerOf } from "./formats/detect.ts";
import { defaultLimits, type StatementLimits } from "./formats/limits.ts";
import { PlainFeed } from "./plain-feed.ts";
import type { StatementSink } from "./reader.ts";
import type { Said } from "./said.ts";
import type { StatementFormat } from "./statement.ts";
import { WatchedSink } from "./watched-sink.ts";

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
  readonly said?: Said;
}

/** Enough to tell a container, and the name of a zip archive's first member. */
const firstBytes = 64;

/**
 * Bytes in, calls on the sink out: finds archive, encoding and format by content, never by name. Between two writes the
 * caller may await what the sink collected; memory does not grow with the file (but for tables, which must be seen whole).
 */
export class StatementFeed {
  private readonly sink: WatchedSink;
  private readonly limits: StatementLimits;
  private readonly said: Said;
  private feed: Feed | null = null;
  private bytes = 0;
  private first: Buffer = Buffer.alloc(0);

  constructor(sink: StatementSink, options: ReadOptions = {}) {
    this.limits = { ...defaultLimits, ...options.limits };
    this.sink = new WatchedSink(sink, this.limits);
    this.said = options.said ?? {};
  }

  /** True once the file is refused: the rest need not be read. */
  get refused(): boolean {
    return this.sink.refused;
  }

  write(chunk: Uint8Array): void {
    if (this.refused) return;
    this.bytes += chunk.length;
    if (this.feed !== null) {
      this.feed.write(chunk);
      return;
    }
    // A copy only while there is too little of it: whoever writes may use their buffer again.
    this.first = this.first.length === 0 && chunk.length >= firstBytes ? asBuffer(chunk) : Buffer.concat([this.first, chunk]);
    if (this.first.length >= firstBytes) this.start();
  }

  end(): ReadOutcome {
    if (!this.refused) {
      if (this.feed === null) this.start();
      if (!this.refused) this.feed?.end();
    }
    const { format, variant } = this.sink;
    return { accepted: !this.refused, format, variant, encoding: this.feed?.encoding ?? "utf-8", bytes: this.bytes };
  }

  private start(): void {
    const { first } = this;
    this.first = Buffer.alloc(0);
    const container = first.length >= 4 ? containerOf(first) : null;
    if (container === null) this.feed = new PlainFeed(this.sink, this.limits, this.said);
    else if (container === "a gzip archive") this.feed = new GzipFeed(this.sink, this.limits, this.said);
    else if (container === "a zip archive")
      this.feed = new (looksLikeWorkbook(first) ? WorkbookFeed : ZipFeed)(this.sink, this.limits, this.said);
    else
      this.sink.refuse(
        "ARCHIVE",
        `the file is ${container}, not a statement: expected the statement itself, or a zip or gzip archive of it`,
      );
    if (first.length > 0) this.feed?.write(first);
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

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

import { crc32 } from "node:zlib";
import { Gunzip, Unzip, type UnzipFile, UnzipInflate } from "fflate";
import { gzipEndsWith, StreamTail, zipSums } from "./archive-sums.ts";
import { containerOf } from "./formats/detect.ts";
import type { StatementLimits } from "./formats/limits.ts";
import { tellWorkbook } from "./formats/xlsx.ts";
import { PlainFeed } from "./plain-feed.ts";
import type { Said } from "./said.ts";
import type { WatchedSink } from "./watched-sink.ts";

/** Bytes in pieces, as a whole file or as a member of an archive. */
export interface Feed {
  readonly encoding: string;
  write(chunk: Uint8Array): void;
  end(): void;
}

/** The list at the end of a zip archive: a thousand files with names of a thousand characters. */
const directoryBytes = 1 << 20;

/** Raised out of the unpacking library when no more is wanted. */
class Enough extends Error {}

/** A gzip archive: what is in it is read as it is unpacked, up to the limit. */
export class GzipFeed implements Feed {
  private readonly sink: WatchedSink;
  private readonly inner: PlainFeed;
  private readonly gunzip: Gunzip;
  private readonly tail = new StreamTail(4_096);
  private unpacked = 0;
  private sum = 0;
  /** Several streams one behind the other have a sum each, which cannot be told apart here. */
  private streams = 0;

  constructor(sink: WatchedSink, limits: StatementLimits, said: Said) {
    this.sink = sink;
    this.inner = new PlainFeed(sink, limits, said);
    this.gunzip = new Gunzip((chunk) => {
      this.unpacked += chunk.length;
      if (this.unpacked > limits.unpacked) throw new Enough(`the archive unpacks to more than ${limits.unpacked} bytes`);
      this.sum = crc32(chunk, this.sum);
      this.inner.write(chunk);
    });
    this.gunzip.onmember = () => {
      this.streams += 1;
    };
  }

  get encoding(): string {
    return this.inner.encoding;
  }

  write(chunk: Uint8Array): void {
    this.tail.add(chunk);
    guarded(this.sink, () => this.gunzip.push(chunk, false));
  }

  end(): void {
    guarded(this.sink, () => this.gunzip.push(new Uint8Array(0), true));
    if (!this.sink.refused && this.streams < 2 && !gzipEndsWith(this.tail.bytes(), this.sum, this.unpacked))
      this.sink.refuse("ARCHIVE", "the archive is damaged: what it unpacks to is not what was packed (CRC-32), or it breaks off");
    this.inner.end();
  }
}

/**
 * A zip archive: each member is read as it is unpacked, in the order of the archive, and all are one delivery: one that is
 * refused refuses it. Members that are no statements (a PDF beside the camt) are named and passed over.
 */
export class ZipFeed implements Feed {
  encoding = "utf-8";
  private readonly sink: WatchedSink;
  private readonly limits: StatementLimits;
  private readonly said: Said;
  private readonly unzip: Unzip;
  private members = 0;
  private read = 0;
  private unpacked = 0;
  private readonly tail = new StreamTail(directoryBytes);
  /** Of every file in the archive, in its order; null for those that are not unpacked. */
  private readonly sums: { readonly name: string; sum: number | null }[] = [];

  constructor(sink: WatchedSink, limits: StatementLimits, said: Said) {
    this.sink = sink;
    this.limits = limits;
    this.said = said;
    this.unzip = new Unzip((file) => this.member(file));
    this.unzip.register(UnzipInflate);
  }

  write(chunk: Uint8Array): void {
    this.tail.add(chunk);
    guarded(this.sink, () => this.unzip.push(chunk, false));
  }

  end(): void {
    guarded(this.sink, () => this.unzip.push(new Uint8Array(0), true));
    this.sink.member = null;
    if (!this.sink.refused) this.compareSums();
    if (!this.sink.refused && this.read === 0)
      this.sink.refuse("ARCHIVE", `the zip archive has no statement among its ${this.members} files`);
  }

  private compareSums(): void {
    const stated = zipSums(this.tail.bytes());
    if (stated === null || stated.length !== this.sums.length) {
      this.sink.refuse("ARCHIVE", "the archive is damaged: it breaks off before its list of files, or the list names other files");
      return;
    }
    const wrong = this.sums.find(({ sum }, index) => sum !== null && sum !== stated[index]);
    if (wrong !== undefined)
      this.sink.refuse("ARCHIVE", `the archive is damaged: ${wrong.name} unpacks to something else than was packed (CRC-32)`);
  }

  private member(file: UnzipFile): void {
    const own: { readonly name: string; sum: number | null } = { name: file.name, sum: null };
    this.sums.push(own);
    if (this.sink.refused || isNoFile(file.name)) return;
    this.members += 1;
    if (this.members > this.limits.members) throw new Enough(`the archive has more than ${this.limits.members} files`);
    let feed: PlainFeed | null = null;
    let skipped = false;
    file.ondata = (error, chunk, last) => {
      if (error !== null) throw error;
      this.unpacked += chunk.length;
      if (this.unpacked > this.limits.unpacked) throw new Enough(`the archive unpacks to more than ${this.limits.unpacked} bytes`);
      own.sum = crc32(chunk, own.sum ?? 0);
      if (skipped || this.sink.refused) return;
      this.sink.member = file.name;
      if (feed === null) {
        const container = containerOf(chunk);
        skipped = container !== null || /\.(?:txt|pdf|html?|md)$/i.test(file.name);
        if (skipped) this.skip(file.name, container ?? "a notice");
        else feed = new PlainFeed(this.sink, this.limits, this.said);
      }
      feed?.write(chunk);
      if (last) this.close(feed);
    };
    file.start();
  }

  private skip(name: string, what: string): void {
    const message = `the archive also holds ${what}, which was passed over`;
    this.sink.problem({ severity: "warning", code: "MEMBER_SKIPPED", message, line: null });
    if (/zip|gzip|7z|zstd|bzip2/.test(what)) this.sink.refuse("ARCHIVE", `${name} is ${what} inside an archive: unpack it first`);
  }

  private close(feed: PlainFeed | null): void {
    if (feed === null) return;
    feed.end();
    this.encoding = feed.encoding;
    this.read += 1;
    this.sink.member = null;
  }
}

/** A zip archive that begins like a workbook is one, and must be seen whole. */
export class WorkbookFeed implements Feed {
  readonly encoding = "utf-8";
  private readonly sink: WatchedSink;
  private readonly limits: StatementLimits;
  private readonly said: Said;
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  constructor(sink: WatchedSink, limits: StatementLimits, said: Said) {
    this.sink = sink;
    this.limits = limits;
    this.said = said;
  }

  write(chunk: Uint8Array): void {
    this.length += chunk.length;
    if (this.length > this.limits.workbook) this.sink.refuse("LIMIT", `the workbook is larger than ${this.limits.workbook} bytes`);
    else this.parts.push(Buffer.from(chunk));
  }

  end(): void {
    if (this.sink.refused) return;
    if (!tellWorkbook(this.sink, Buffer.concat(this.parts), this.limits, this.said))
      this.sink.refuse("ARCHIVE", "the zip archive begins like a workbook and is none");
  }
}

/** The name of the first member stands behind thirty bytes of its header. */
export function looksLikeWorkbook(head: Uint8Array): boolean {
  const name = Buffer.from(head.subarray(30, 30 + (head[26] ?? 0))).toString("latin1");
  return /^(?:\[Content_Types\]\.xml|_rels\/|docProps\/|xl\/|mimetype$)/.test(name);
}

function isNoFile(name: string): boolean {
  return name.endsWith("/") || /(?:^|\/)(?:__MACOSX\/|\.[^/]+$|Thumbs\.db$)/i.test(name);
}

function guarded(sink: WatchedSink, unpack: () => void): void {
  if (sink.refused) return;
  try {
    unpack();
  } catch (error) {
    if (error instanceof Enough) sink.refuse("LIMIT", error.message);
    // fflate's errors have a number; others are ours and no business of the file's sender.
    else if (error instanceof Error && "code" in error && typeof error.code === "number")
      sink.refuse("ARCHIVE", `the archive is damaged: ${error.message}`);
    else throw error;
  }
}

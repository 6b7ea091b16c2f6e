import { isAscii, isUtf8 } from "node:buffer";
import iconv from "iconv-lite";

/** What turned bytes into text, and whether it was told (byte order mark, XML declaration) or guessed from the bytes. */
export interface TextEncoding {
  readonly name: string;
  readonly guessed: boolean;
}

/** So many bytes from the first odd one on tell the code page. A fixed number, so that chunks do not change the answer. */
const guessBytes = 65_536;

/**
 * Bytes of a bank file to text, chunk by chunk, without seeing the whole file: everything is UTF-8 until a byte says
 * otherwise. MT940 and BAI2 files name no encoding; ASCII up to the first odd byte, they are then a DOS or a Windows
 * code page. Only names and purposes are written in those letters, never amounts, so a wrong guess costs an accent.
 */
export class TextDecoding {
  /** Bytes not yet decoded: a sequence that is not complete, or what a guess waits for. */
  private held: Buffer = Buffer.alloc(0);
  private guessing = false;
  private decoder: { write(chunk: Buffer): string; end(): string | undefined } | null = null;
  private state: TextEncoding = { name: "utf-8", guessed: false };
  private started = false;
  private sawUtf8 = false;
  private damaged = false;
  private readonly chosen: string | undefined;

  /** @param chosen an encoding that a person says the file has */
  constructor(chosen?: string) {
    this.chosen = chosen;
  }

  get encoding(): TextEncoding {
    return this.state;
  }

  /** Bytes that are not UTF-8 in a file that otherwise is: they were replaced by U+FFFD. */
  get hasDamage(): boolean {
    return this.damaged;
  }

  /** @throws RangeError when an XML declaration names an encoding that is not known */
  write(bytes: Uint8Array): string {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.decoder !== null) return this.decoder.write(chunk);
    const whole = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    this.held = Buffer.alloc(0);
    if (this.started) return this.decode(whole, false);
    // A declaration of XML stands in the first bytes; it may come in pieces.
    if (whole.length < 256) return this.hold(whole);
    return this.decode(this.start(whole), false);
  }

  end(): string {
    const rest = this.held;
    this.held = Buffer.alloc(0);
    const text = rest.length === 0 ? "" : this.decode(this.started ? rest : this.start(rest), true);
    return text + (this.decoder?.end() ?? "");
  }

  private hold(bytes: Buffer): string {
    this.held = Buffer.from(bytes);
    return "";
  }

  private start(chunk: Buffer): Buffer {
    this.started = true;
    if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) return chunk.subarray(3);
    if (this.chosen !== undefined && this.chosen !== "utf-8") return this.use(this.chosen, false, chunk);
    if (chunk[0] === 0xff && chunk[1] === 0xfe) return this.use("utf-16le", false, chunk.subarray(2));
    if (chunk[0] === 0xfe && chunk[1] === 0xff) return this.use("utf-16be", false, chunk.subarray(2));
    if (chunk[0] === 0x3c && chunk[1] === 0) return this.use("utf-16le", false, chunk);
    if (chunk[0] === 0 && chunk[1] === 0x3c) return this.use("utf-16be", false, chunk);
    const declared = /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']/.exec(chunk.toString("latin1", 0, 256))?.[1];
    if (declared === undefined || /^(utf-?8|us-ascii|ascii|utf-?16)$/i.test(declared)) return chunk;
    if (!iconv.encodingExists(declared)) throw new RangeError(`the XML declaration names the encoding "${declared}", which is not known`);
    return this.use(/^iso-?8859-?1$|^latin-?1$/i.test(declared) ? "windows-1252" : declared.toLowerCase(), false, chunk);
  }

  private use(name: string, guessed: boolean, rest: Buffer): Buffer {
    this.decoder = iconv.getDecoder(name);
    this.state = { name, guessed };
    return rest;
  }

  private decode(bytes: Buffer, last: boolean): string {
    if (this.decoder !== null) return this.decoder.write(bytes);
    if (this.guessing) return bytes.length < guessBytes && !last ? this.hold(bytes) : this.guess(bytes);
    if (isAscii(bytes)) return bytes.toString("latin1");
    const whole = bytes.length - unfinished(bytes);
    if (isUtf8(bytes.subarray(0, whole))) {
      this.sawUtf8 ||= !isAscii(bytes.subarray(0, whole));
      if (!last || whole === bytes.length) {
        this.held = Buffer.from(bytes.subarray(whole));
        return bytes.toString("utf8", 0, whole);
      }
    }
    return this.odd(bytes, last);
  }

  /** From the first byte that is not UTF-8 on, the file is another code page; or damaged when it was UTF-8 so far. */
  private odd(bytes: Buffer, last: boolean): string {
    const valid = validLength(bytes);
    const text = bytes.toString("utf8", 0, valid);
    this.sawUtf8 ||= !isAscii(bytes.subarray(0, valid));
    const rest = bytes.subarray(valid);
    if (!this.sawUtf8) {
      this.guessing = true;
      return text + this.decode(rest, last);
    }
    this.damaged = true;
    const decoder = new TextDecoder("utf-8");
    this.decoder = { write: (chunk) => decoder.decode(chunk, { stream: true }), end: () => decoder.decode() };
    return text + this.decoder.write(rest);
  }

  private guess(bytes: Buffer): string {
    this.guessing = false;
    this.use(codePageOf(bytes.subarray(0, guessBytes)), true, bytes);
    return this.decode(bytes, false);
  }
}

/** Bytes at the end that begin a UTF-8 sequence whose rest may come in the next chunk (0-3). */
function unfinished(chunk: Buffer): number {
  for (let back = 1; back <= 3 && back <= chunk.length; back += 1) {
    const byte = chunk[chunk.length - back] ?? 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

function sequenceLength(first: number): number {
  return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
}

/** How many bytes at the front are UTF-8. */
function validLength(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at] ?? 0);
    if ((bytes[at] ?? 0) >= 0x80 && !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return bytes.length;
}

/**
 * Letters of DOS code pages (é 0x82, ü 0x81, ö 0x94, á 0xA0, ó 0xA2) lie where Windows has punctuation; letters of
 * Windows-1252 lie at 0xC0-0xFF. CP852 also has the German letters of CP850 in the same places.
 */
function codePageOf(chunk: Buffer): string {
  let dos = 0;
  let windows = 0;
  for (let at = 0; at < chunk.length; at += 1) {
    const byte = chunk[at] ?? 0;
    if (byte < 0x80) continue;
    const besideLetter = isLetter(chunk[at - 1]) || isLetter(chunk[at + 1]);
    if (byte >= 0xc0 && byte !== 0xfb && byte !== 0xe1) windows += 1;
    else if (besideLetter && (byte < 0xa6 || byte === 0xb5)) dos += 1;
  }
  return dos > windows ? "cp852" : "windows-1252";
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a));
}

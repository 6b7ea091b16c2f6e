import { isAscii, isUtf8 } from "node:buffer";
import iconv from "iconv-lite";

/** What turned bytes into text, and whether it was told (byte order mark, XML declaration) or guessed from the bytes. */
export interface TextEncoding {
  readonly name: string;
  readonly guessed: boolean;
}

/**
 * Bytes of a bank file to text, chunk by chunk, without seeing the whole file: everything is UTF-8 until a byte says
 * otherwise. MT940 and BAI2 files name no encoding; ASCII up to the first odd byte, they are then a DOS or a Windows
 * code page. Only names and purposes are written in those letters, never amounts, so a wrong guess costs an accent.
 */
export class TextDecoding {
  private held: Buffer = Buffer.alloc(0);
  private decoder: iconv.DecoderStream | null = null;
  private state: TextEncoding = { name: "utf-8", guessed: false };
  private started = false;
  private sawUtf8 = false;
  private damaged = false;

  get encoding(): TextEncoding {
    return this.state;
  }

  /** Bytes that are not UTF-8 in a file that otherwise is: they were replaced by U+FFFD. */
  get hasDamage(): boolean {
    return this.damaged;
  }

  /** @throws RangeError when an XML declaration names an encoding that is not known */
  write(bytes: Uint8Array): string {
    let chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.held.length > 0) {
      chunk = Buffer.concat([this.held, chunk]);
      this.held = Buffer.alloc(0);
    }
    if (!this.started) {
      if (chunk.length < 4) {
        this.held = chunk;
        return "";
      }
      chunk = this.start(chunk);
    }
    return this.decode(chunk);
  }

  end(): string {
    const rest = this.held;
    this.held = Buffer.alloc(0);
    if (!this.started && rest.length > 0) {
      const body = this.start(rest);
      return this.decode(body) + this.end();
    }
    if (this.decoder !== null) return (rest.length > 0 ? this.decoder.write(rest) : "") + (this.decoder.end() ?? "");
    if (rest.length === 0) return "";
    return this.legacy(rest);
  }

  private start(chunk: Buffer): Buffer {
    this.started = true;
    if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) return chunk.subarray(3);
    if (chunk[0] === 0xff && chunk[1] === 0xfe) return this.use("utf-16le", false, chunk.subarray(2));
    if (chunk[0] === 0xfe && chunk[1] === 0xff) return this.use("utf-16be", false, chunk.subarray(2));
    if (chunk[0] === 0x3c && chunk[1] === 0) return this.use("utf-16le", false, chunk);
    if (chunk[0] === 0 && chunk[1] === 0x3c) return this.use("utf-16be", false, chunk);
    const declared = /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._:-]+)["']/.exec(chunk.toString("latin1", 0, 200))?.[1];
    if (declared === undefined || /^(utf-?8|us-ascii|ascii|utf-?16)$/i.test(declared)) return chunk;
    if (!iconv.encodingExists(declared)) throw new RangeError(`the XML declaration names the encoding "${declared}", which is not known`);
    return this.use(/^iso-?8859-?1$|^latin-?1$/i.test(declared) ? "windows-1252" : declared.toLowerCase(), false, chunk);
  }

  private use(name: string, guessed: boolean, rest: Buffer): Buffer {
    this.decoder = iconv.getDecoder(name);
    this.state = { name, guessed };
    return rest;
  }

  private decode(chunk: Buffer): string {
    if (this.decoder !== null) return this.decoder.write(chunk);
    if (isAscii(chunk)) return chunk.toString("latin1");
    const whole = chunk.length - unfinished(chunk);
    const body = chunk.subarray(0, whole);
    if (!isUtf8(body)) return this.legacy(chunk);
    this.held = Buffer.from(chunk.subarray(whole));
    if (!this.sawUtf8) this.sawUtf8 = !isAscii(body);
    return body.toString("utf8");
  }

  private legacy(chunk: Buffer): string {
    if (this.sawUtf8) {
      this.damaged = true;
      const whole = chunk.length - unfinished(chunk);
      this.held = whole > 0 ? Buffer.from(chunk.subarray(whole)) : Buffer.alloc(0);
      return (whole > 0 ? chunk.subarray(0, whole) : chunk).toString("utf8");
    }
    this.use(codePageOf(chunk), true, chunk);
    return this.decode(chunk);
  }
}

/** Bytes at the end that begin a UTF-8 sequence whose rest may come in the next chunk (0-3). */
function unfinished(chunk: Buffer): number {
  for (let back = 1; back <= 3 && back <= chunk.length; back += 1) {
    const byte = chunk[chunk.length - back] ?? 0;
    if (byte >= 0xc0) return byte >= (back === 1 ? 0xc0 : back === 2 ? 0xe0 : 0xf0) ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
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

/**
 * Tape archives as POSIX.1-2001 has them (ustar), so far as an archive of ours needs them: plain files with their size ahead. A size beyond
 * 8 GiB is written in base 256, which every tar of today reads.
 */
export interface TarEntry {
  readonly path: string;
  readonly size: number;
  readonly modifiedAt: Date;
}

export const tarBlock = 512;

/** The block ahead of a file. @throws RangeError when the path fits neither way */
export function tarHeader({ path, size, modifiedAt }: TarEntry): Buffer {
  const header = Buffer.alloc(tarBlock);
  const [prefix, name] = splitPath(path);
  header.write(name, 0, 100, "utf8");
  octal(header, 0o600, 100, 8);
  octal(header, 0, 108, 8);
  octal(header, 0, 116, 8);
  if (size < 8 ** 11) octal(header, size, 124, 12);
  else {
    header.writeUInt8(0x80, 124);
    header.writeBigUInt64BE(BigInt(size), 128);
  }
  octal(header, Math.floor(modifiedAt.getTime() / 1000), 136, 12);
  header.fill(" ", 148, 156);
  header.write("0", 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  header.write(prefix, 345, 155, "utf8");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

/** What fills the last block of a file. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((tarBlock - (size % tarBlock)) % tarBlock);
}

export const tarEnd = Buffer.alloc(2 * tarBlock);

/** A file in an archive that is read from its beginning; `content` is to be read before the next is asked for, or is skipped. */
export interface TarFile {
  readonly path: string;
  readonly size: number;
  content(): AsyncGenerator<Buffer>;
}

/** @throws RangeError when the archive is cut off or a header does not add up */
export async function* tarFiles(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile> {
  const bytes = new ByteReader(source);
  for (;;) {
    const header = await bytes.exactly(tarBlock);
    if (header.every((byte) => byte === 0)) return;
    const { path, size } = readHeader(header);
    let left = size;
    const content = async function* () {
      while (left > 0) {
        const piece = await bytes.some(left);
        left -= piece.length;
        yield piece;
      }
    };
    yield { path, size, content };
    for await (const _skipped of content());
    await bytes.exactly(tarPadding(size).length);
  }
}

function readHeader(header: Buffer): { path: string; size: number } {
  const stated = Number.parseInt(header.toString("latin1", 148, 156), 8);
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (stated !== sum) throw new RangeError("a header of the archive does not add up");
  const text = (from: number, length: number) => header.toString("utf8", from, from + length).replace(/\0.*$/s, "");
  const prefix = text(345, 155);
  const size = header[124] === 0x80 ? Number(header.readBigUInt64BE(128)) : Number.parseInt(text(124, 12), 8);
  return { path: prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`, size };
}

function splitPath(path: string): [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ["", path];
  const cut = path.lastIndexOf("/");
  const [prefix, name] = [path.slice(0, cut), path.slice(cut + 1)];
  if (cut === -1 || Buffer.byteLength(prefix) > 155 || Buffer.byteLength(name) > 100)
    throw new RangeError(`${path} is too long for an archive`);
  return [prefix, name];
}

function octal(header: Buffer, value: number, at: number, length: number): void {
  header.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, "latin1");
}

class ByteReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #held = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#pieces = source[Symbol.asyncIterator]();
  }

  /** At least one byte and at most so many. */
  async some(most: number): Promise<Buffer> {
    if (this.#held.length === 0) {
      const next = await this.#pieces.next();
      if (next.done === true) throw new RangeError("the archive is cut off");
      this.#held = Buffer.from(next.value);
      return this.some(most);
    }
    const piece = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(piece.length);
    return piece;
  }

  async exactly(length: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let left = length; left > 0; ) {
      const piece = await this.some(left);
      pieces.push(piece);
      left -= piece.length;
    }
    return Buffer.concat(pieces);
  }
}

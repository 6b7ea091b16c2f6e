/**
 * What an archive says its files add up to (CRC-32), which the unpacking library does not compare: a flipped bit in a stored file, or
 * one that unpacks to another amount, would pass unseen.
 */

/** The end of a stream, kept while it passes by: the sums stand behind the files. */
export class StreamTail {
  readonly #most: number;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(chunk: Uint8Array): void {
    // A copy: whoever writes may use their buffer again.
    this.#pieces.push(Buffer.from(chunk.length > this.#most ? chunk.subarray(chunk.length - this.#most) : chunk));
    this.#length += Math.min(chunk.length, this.#most);
    while (this.#length - (this.#pieces[0]?.length ?? 0) >= this.#most) this.#length -= this.#pieces.shift()?.length ?? 0;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

/**
 * The sums of a zip archive's files in the order in which they stand in it, from its central directory (APPNOTE.TXT 4.3.12, 4.3.16).
 * @returns null when the directory is not there: the archive breaks off, or something was appended
 */
export function zipSums(tail: Buffer): number[] | null {
  const end = tail.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  if (end === -1 || end + 22 > tail.length) return null;
  const wide = tail.lastIndexOf(Buffer.from("PK\x06\x06", "latin1"), end);
  const isWide = tail.readUInt32LE(end + 12) === 0xffffffff || tail.readUInt16LE(end + 10) === 0xffff;
  if (isWide && (wide === -1 || wide + 56 > end)) return null;
  const size = isWide ? Number(tail.readBigUInt64LE(wide + 40)) : tail.readUInt32LE(end + 12);
  const count = isWide ? Number(tail.readBigUInt64LE(wide + 32)) : tail.readUInt16LE(end + 10);
  const start = (isWide ? wide : end) - size;
  const found: { offset: number; sum: number }[] = [];
  for (let at = start; found.length < count; ) {
    if (at < 0 || at + 46 > tail.length || tail.readUInt32LE(at) !== 0x02014b50) return null;
    found.push({ offset: tail.readUInt32LE(at + 42), sum: tail.readUInt32LE(at + 16) });
    at += 46 + tail.readUInt16LE(at + 28) + tail.readUInt16LE(at + 30) + tail.readUInt16LE(at + 32);
  }
  // Beyond 4 GiB the offsets are all the same, and the order of the directory is kept: sorting is stable.
  return found.sort((a, b) => a.offset - b.offset).map(({ sum }) => sum);
}

/** Whether a gzip stream ends with this sum and length (RFC 1952, 2.3.1). */
export function gzipEndsWith(tail: Buffer, sum: number, length: number): boolean {
  const at = tail.length - 8;
  return at >= 0 && tail.readUInt32LE(at) === sum && tail.readUInt32LE(at + 4) === length % 2 ** 32;
}

import { createCipheriv, createDecipheriv, createHmac, randomFillSync } from "node:crypto";
import { crc32 } from "node:zlib";
import { Problem } from "../errors/problem.ts";
import { places } from "./places.ts";

/**
 * One encrypted value: AES-256-GCM (NIST SP 800-38D) with the place it stands in as associated data, so that it opens nowhere else.
 *
 *     0  "APG", format version 1
 *     4  version of the data key          20  CRC-32 of table.column        40    ciphertext
 *     8  length of the value              24  CRC-32 of the row             …     tag, 16 bytes
 *     12 check value of the data key      28  nonce, 12 random bytes        last  CRC-32 of all before
 *     16 CRC-32 of the tenant
 *
 * The checksums are of things that stand beside the value in clear. They protect nothing: they say *why* a value does not open,
 * which GCM alone cannot. Whoever forges them still meets the tag.
 */
export interface DataKey {
  readonly version: number;
  readonly bytes: Buffer;
  /** Four bytes that tell two keys apart and nothing about either. */
  readonly check: number;
}

/** Where values of one kind stand. */
export interface Place {
  readonly table: string;
  readonly column: string;
}

export const overheadBytes = 60;
const headerBytes = 40;
const magic = 0x41504701;

export function dataKey(version: number, bytes: Buffer): DataKey {
  return { version, bytes, check: createHmac("sha256", bytes).update("apg key check").digest().readUInt32BE(0) };
}

/** @param row the row's key columns, joined by "/" */
export function encryptValue(key: DataKey, tenantId: string, place: Place, row: string, plain: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(plain.byteLength + overheadBytes);
  out.writeUInt32BE(magic, 0);
  out.writeUInt32BE(key.version, 4);
  out.writeUInt32BE(plain.byteLength, 8);
  out.writeUInt32BE(key.check, 12);
  out.writeUInt32BE(crc32(tenantId), 16);
  out.writeUInt32BE(checkOfPlace(place), 20);
  out.writeUInt32BE(crc32(row), 24);
  nextNonce().copy(out, 28);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, out.subarray(28, headerBytes));
  cipher.setAAD(associatedData(out, tenantId, place, row));
  cipher.update(plain).copy(out, headerBytes);
  cipher.final();
  cipher.getAuthTag().copy(out, headerBytes + plain.byteLength);
  out.writeUInt32BE(crc32(out.subarray(0, -4)), out.byteLength - 4);
  return out;
}

/** @throws Problem one code for each reason why a value does not open; never an empty or wrong answer */
export function decryptValue(key: DataKey, tenantId: string, place: Place, row: string, blob: Buffer): Buffer {
  const opened = tryOpen(key, tenantId, place, row, blob);
  if (opened !== null) return opened;
  requireWhole(blob, place, row);
  requirePlace(tenantId, place, row, blob);
  if (blob.readUInt32BE(12) !== key.check)
    throw unreadable("ciphertext_of_other_key", place, row, `was encrypted with another key than version ${key.version} of this tenant`);
  throw unreadable("ciphertext_altered", place, row, "was altered: its authentication tag does not fit");
}

/**
 * The version of the data key that a value needs.
 * @throws Problem `ciphertext_foreign`, `ciphertext_truncated`, `ciphertext_altered`, `ciphertext_version_unknown`
 */
export function keyVersionOf(blob: Buffer, place: Place, row: string): number {
  if (blob.byteLength < overheadBytes || blob.readUInt32BE(0) !== magic) requireWhole(blob, place, row);
  return blob.readUInt32BE(4);
}

/** @throws Problem `ciphertext_of_other_tenant`, `ciphertext_of_other_table`, `ciphertext_of_other_column`, `ciphertext_of_other_row` */
export function requirePlace(tenantId: string, place: Place, row: string, blob: Buffer): void {
  if (blob.readUInt32BE(16) !== crc32(tenantId)) throw unreadable("ciphertext_of_other_tenant", place, row, "belongs to another tenant");
  const found = blob.readUInt32BE(20);
  if (found !== checkOfPlace(place)) {
    const home = Object.values(places).find((one) => checkOfPlace(one) === found);
    const code = home === undefined || home.table === place.table ? "ciphertext_of_other_column" : "ciphertext_of_other_table";
    throw unreadable(code, place, row, home === undefined ? "belongs to another column" : `belongs to ${home.column} of ${home.table}`);
  }
  if (blob.readUInt32BE(24) !== crc32(row)) throw unreadable("ciphertext_of_other_row", place, row, "belongs to another row");
}

/** @throws Problem when the bytes are not those that were written, whatever they were written for */
export function requireWhole(blob: Buffer, place: Place, row: string): void {
  if (blob.byteLength >= 3 && blob.toString("latin1", 0, 3) !== "APG")
    throw unreadable("ciphertext_foreign", place, row, "is not a value this program encrypted");
  if (blob.byteLength < overheadBytes) throw unreadable("ciphertext_truncated", place, row, `is cut off at ${blob.byteLength} bytes`);
  const known = blob.readUInt32BE(0) === magic;
  const whole = blob.readUInt32BE(blob.byteLength - 4) === crc32(blob.subarray(0, -4));
  if (!known && whole)
    throw unreadable("ciphertext_version_unknown", place, row, `has format version ${blob[3]}, which this program does not know`);
  const wanted = blob.readUInt32BE(8) + overheadBytes;
  if (known && !whole && wanted > blob.byteLength)
    throw unreadable("ciphertext_truncated", place, row, `is cut off at ${blob.byteLength} of ${wanted} bytes`);
  if (!whole) throw unreadable("ciphertext_altered", place, row, "was altered: its checksum does not fit");
}

function checkOfPlace({ table, column }: Place): number {
  return crc32(`${table}.${column}`);
}

function tryOpen(key: DataKey, tenantId: string, place: Place, row: string, blob: Buffer): Buffer | null {
  if (blob.byteLength < overheadBytes || blob.readUInt32BE(blob.byteLength - 4) !== crc32(blob.subarray(0, -4))) return null;
  const end = blob.byteLength - 20;
  const decipher = createDecipheriv("aes-256-gcm", key.bytes, blob.subarray(28, headerBytes));
  decipher.setAAD(associatedData(blob, tenantId, place, row));
  decipher.setAuthTag(blob.subarray(end, end + 16));
  const plain = decipher.update(blob.subarray(headerBytes, end));
  try {
    decipher.final();
    return plain;
  } catch {
    return null;
  }
}

/** The header without the nonce, then the place: texts of the database hold no zero byte, so no two places read alike. */
function associatedData(header: Buffer, tenantId: string, place: Place, row: string): Buffer {
  const where = `\0${tenantId}\0${place.table}\0${place.column}\0${row}`;
  const length = Buffer.byteLength(where);
  const data = Buffer.allocUnsafe(28 + length);
  header.copy(data, 0, 0, 28);
  data.write(where, 28);
  return data;
}

type Unreadable = Extract<ConstructorParameters<typeof Problem>[0], `ciphertext_${string}`>;

function unreadable(code: Unreadable, place: Place, row: string, fact: string): Problem {
  return new Problem(code, `${place.column} of ${place.table} ${row} ${fact}`, {
    detail: { table: place.table, column: place.column, row },
    hint: "See docs/operate/keys.md, When a value does not open.",
  });
}

// Asking the system for 12 bytes costs more than the encryption of an account number.
const nonces = Buffer.alloc(12 * 256);
let nextAt = nonces.byteLength;

function nextNonce(): Buffer {
  if (nextAt === nonces.byteLength) {
    randomFillSync(nonces);
    nextAt = 0;
  }
  const nonce = nonces.subarray(nextAt, nextAt + 12);
  nextAt += 12;
  return nonce;
}

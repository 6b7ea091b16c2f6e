import type { Said } from "../said.ts";
import { tableRows } from "./table/dialect.ts";
import { hasSavedProfile } from "./table/fitting.ts";
import { inferProfile } from "./table/profile.ts";

/** What the first bytes and characters of a file say it is; its name is never asked. */
export type DetectedFormat = "camt" | "mt" | "bai2" | "ofx" | "qif" | "coda" | "cfonb120" | "csb43" | "csv";

const archives: ReadonlyArray<readonly [string, readonly number[]]> = [
  ["a zip archive", [0x50, 0x4b, 0x03, 0x04]],
  ["an empty zip archive", [0x50, 0x4b, 0x05, 0x06]],
  ["a gzip archive", [0x1f, 0x8b]],
  ["a 7z archive", [0x37, 0x7a, 0xbc, 0xaf]],
  ["a zstd archive", [0x28, 0xb5, 0x2f, 0xfd]],
  ["a bzip2 archive", [0x42, 0x5a, 0x68]],
  ["a PDF document", [0x25, 0x50, 0x44, 0x46]],
  ["an old Excel workbook", [0xd0, 0xcf, 0x11, 0xe0]],
];

/** Names a container that is no statement by itself, such as "a zip archive". */
export function containerOf(head: Uint8Array): string | null {
  return archives.find(([, signature]) => signature.every((byte, index) => head[index] === byte))?.[0] ?? null;
}

const mtTag = /(?:^|[\r\n])[ \t\uFEFF]*(?:\{1:[FAL]\d\d|\{4:|:(?:20|21|25P?|28C?|60[FM]|61|62[FM]|64|65|86|13D?|34F|90[CD]|NS|940|942):)/;
const bai2Header = /(?:^|[\r\n])[ \t\uFEFF]*01 ?,[^,\r\n]*,[^,\r\n]*,/;

const ofxHeader = /^[\s\uFEFF]*OFXHEADER:|<OFX\s*>|<\?OFX\b/i;

/** Fixed-width formats, by what stands in the columns of their first record. */
const fixedWidth: ReadonlyArray<readonly [DetectedFormat, RegExp]> = [
  ["coda", /^00000\d{6}[\d ]{3}05/],
  // Record 01: bank, branch, currency and its decimals; a file that begins elsewhere is refused by the reader, not unknown.
  ["cfonb120", /^0[1457][\dA-Z]{5}.{4}[\dA-Z]{5}[A-Z]{3}\d.[\dA-Z ]{11}/],
  ["csb43", /^11\d{18}\d{6}\d{6}[12]\d{14}\d{3}/],
];

/** `null` when the text, up to here, is nothing we read. Prose above the first tag (Danske Bank) is looked past. */
export function detectFormat(head: string): DetectedFormat | null {
  const text = head.trimStart();
  if (ofxHeader.test(head)) return "ofx";
  if (text.startsWith("<"))
    return /^<(?:\?xml|!--|!DOCTYPE|[A-Za-z_])/.test(text) && !/^<(?:!DOCTYPE\s+html|html)\b/i.test(text) ? "camt" : null;
  if (/^01 ?,/.test(text)) return "bai2";
  const fixed = fixedWidth.find(([, pattern]) => pattern.test(text))?.[0];
  if (fixed !== undefined) return fixed;
  if (/^(?:\^\s*)?!(?:Type:|Account|Option:|Clear:)/im.test(head)) return "qif";
  const mt = mtTag.exec(head);
  const bai2 = bai2Header.exec(head);
  if (mt !== null && (bai2 === null || mt.index <= bai2.index)) return "mt";
  return bai2 !== null ? "bai2" : null;
}

/** Whether the beginning of a file is a bank's table: only asked when it is nothing else, for a table may begin with any prose. */
export function isTable(head: string, said: Said = {}): boolean {
  const { choices } = said;
  // Columns or a header were chosen: then it is a table whatever it looks like.
  if (choices?.columns !== undefined || choices?.headerLine !== undefined || choices?.delimiter !== undefined) return true;
  const table = tableRows(head);
  return table !== null && (said.asTable === true || hasSavedProfile(table.rows, said) || inferProfile(table.rows) !== null);
}

/** Formats we know by sight and do not read, so that a refusal can name them. */
export function foreignFormat(head: string): string | null {
  const text = head.trimStart();
  if (isBinary(head)) return "not text (a picture, a program, or damaged on its way)";
  if (/^(?:<!DOCTYPE\s+html|<html)\b/i.test(text)) return "an HTML page";
  if (/^[{[]/.test(text) && !/^\{1:/.test(text)) return "JSON";
  const line = text.split(/[\r\n]/, 1)[0] ?? "";
  if ((line.match(/[;\t]/g)?.length ?? 0) >= 2 || (line.match(/,/g)?.length ?? 0) >= 3)
    return "a table without columns of days and amounts";
  return null;
}

/** Statement files hold a control character now and then (some MT940), never one in thirty. */
function isBinary(head: string): boolean {
  let controls = 0;
  for (let at = 0; at < head.length; at += 1) {
    const code = head.charCodeAt(at);
    if (code < 0x09 || (code > 0x0d && code < 0x20)) controls += 1;
  }
  return controls * 30 > head.length;
}

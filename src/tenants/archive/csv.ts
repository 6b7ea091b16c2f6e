import { StringDecoder } from "node:string_decoder";

/** A field as COPY writes it: null stands unquoted and empty, an empty text as "". */
export type CsvField = string | null;

/**
 * Rows of a CSV file as PostgreSQL's COPY writes it (RFC 4180, lines end in \n), many at a time. Of our own: a general reader that says
 * whether a field was quoted takes twenty times as long, and an archive may hold ten million rows.
 * @throws RangeError when the file ends within a row
 */
export async function* csvRows(source: AsyncIterable<Uint8Array>): AsyncGenerator<CsvField[][]> {
  const decoder = new StringDecoder("utf8");
  let held = "";
  for await (const piece of source) {
    held += decoder.write(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
    const { rows, end } = wholeRows(held);
    held = held.slice(end);
    if (rows.length > 0) yield rows;
  }
  if (held + decoder.end() !== "") throw new RangeError("the file ends within a row");
}

/** The rows that are complete in a text, and where the first that is not begins. */
function wholeRows(text: string): { readonly rows: CsvField[][]; readonly end: number } {
  const rows: CsvField[][] = [];
  let end = 0;
  for (;;) {
    const row: CsvField[] = [];
    const next = readRow(text, end, row);
    if (next === -1) return { rows, end };
    rows.push(row);
    end = next;
  }
}

/** Where the next row begins; -1 when the text ends before this one does. */
function readRow(text: string, from: number, row: CsvField[]): number {
  let at = from;
  for (;;) {
    const close = text.charCodeAt(at) === quote ? endOfQuoted(text, at) : endOfPlain(text, at);
    if (close === -1 || close >= text.length) return -1;
    row.push(fieldOf(text, at, close));
    if (text.charCodeAt(close) === newline) return close + 1;
    at = close + 1;
  }
}

const quote = 0x22;
const comma = 0x2c;
const newline = 0x0a;

function endOfPlain(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === comma || code === newline) return at;
  }
  return -1;
}

/** Behind the closing quote: the first that is not doubled. */
function endOfQuoted(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    at = text.indexOf('"', at);
    if (at === -1) return -1;
    if (text.charCodeAt(at + 1) !== quote) return at + 1;
    at += 2;
  }
}

function fieldOf(text: string, from: number, to: number): CsvField {
  if (text.charCodeAt(from) === quote) return text.slice(from + 1, to - 1).replaceAll('""', '"');
  return from === to ? null : text.slice(from, to);
}

export function csvLine(row: readonly CsvField[]): string {
  return `${row.map(csvText).join(",")}\n`;
}

function csvText(field: CsvField): string {
  if (field === null) return "";
  return field === "" || /[",\n\r]/.test(field) || field === "\\." ? `"${field.replaceAll('"', '""')}"` : field;
}

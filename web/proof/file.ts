import { address, problemOf, unreachable } from "../kit/api.ts";

export interface FetchedFile {
  readonly bytes: number;
  /** Null where the browser offers no hashing (plain http on another machine). */
  readonly sha256: string | null;
  readonly lines: readonly string[];
}

/** Fetches a delivery's bytes as they are kept, hashes them here, and splits them into lines for reading. */
export async function fetchFile(deliveryId: string, signal: AbortSignal): Promise<FetchedFile> {
  const response = await fetch(address(`/deliveries/${deliveryId}/file`), { signal, credentials: "same-origin" }).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw problemOf(response.status, await response.text());
  const bytes = await response.arrayBuffer();
  return { bytes: bytes.byteLength, sha256: await hashed(bytes), lines: decoded(bytes).split(/\r\n|\n|\r/) };
}

async function hashed(bytes: ArrayBuffer): Promise<string | null> {
  if (globalThis.isSecureContext !== true) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** MT940 and BAI2 files are often Latin-1; whatever is no UTF-8 is read as that, so every byte shows as a character. */
function decoded(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** A row of the viewer: a line of the file, or a further piece of one that is too long to read in one go. */
export interface FileRow {
  /** Its place among the rows. */
  readonly row: number;
  readonly line: number;
  readonly continued: boolean;
  readonly text: string;
}

const readable = 300;

/**
 * Banks often send XML as one line of a megabyte. Such a line is shown in pieces, one element a row; the pieces together are the
 * line, byte for byte, and all carry its number.
 */
export function fileRows(lines: readonly string[]): FileRow[] {
  const rows = lines.flatMap((text, index) => {
    const pieces = text.length > readable ? text.split(/(?<=>)(?=<)/) : [text];
    return pieces.map((piece, at) => ({ line: index + 1, continued: at > 0, text: piece }));
  });
  return rows.map((row, index) => ({ ...row, row: index }));
}

/** What an entry is looked up by: its line, and what tells it from the others on a line that holds many. */
export interface Place {
  readonly line: number;
  readonly needles: readonly string[];
}

/** The row of the first needle that occurs in the line, else the line's first row; -1 when the file has no such line. */
export function rowOf(rows: readonly FileRow[], { line, needles }: Place): number {
  const first = rows.findIndex((row) => row.line === line);
  for (const needle of needles) {
    const found = rows.findIndex((row) => row.line === line && row.text.includes(needle));
    if (needle !== "" && found >= 0) return found;
  }
  return first;
}

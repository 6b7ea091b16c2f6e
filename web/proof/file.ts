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

import { createHmac, hkdfSync } from "node:crypto";

/**
 * A keyed fingerprint of a value that is stored encrypted: HMAC-SHA256 (RFC 2104) with a key of the tenant and the kind of value (HKDF,
 * RFC 5869). Equal exactly when tenant, kind and normalised value are. Stored as text, whose equality is leakproof: an index on it
 * also serves under row-level security.
 */
export class BlindIndex {
  readonly #key: Buffer;
  readonly #known = new Map<string, string>();

  constructor(root: Buffer, tenantId: string, kind: string) {
    this.#key = Buffer.from(hkdfSync("sha256", root, "", `apg-blind-index-1\0${tenantId}\0${kind}`, 32));
  }

  /** 43 letters of base64url. */
  of(value: string): string {
    const normal = normalise(value);
    const known = this.#known.get(normal);
    if (known !== undefined) return known;
    const made = createHmac("sha256", this.#key).update(normal).digest("base64url");
    // A statement names the same partners again and again.
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(normal, made);
    return made;
  }
}

const mostKnown = 5_000;

/** Upper case without white space: how an IBAN or account number is compared, whatever the spelling. */
export function normalise(value: string): string {
  return value.normalize("NFKC").toUpperCase().replace(/\s+/gu, "");
}

/** What may be shown and searched: the last four characters of the normalised value, and of a short one no more than half of it. */
export function lastFour(value: string): string {
  const letters = [...normalise(value)];
  return letters.slice(letters.length - Math.min(4, Math.ceil(letters.length / 2))).join("");
}

/** For logs and messages: `DE•• … 3000`, and of a number that is no IBAN the last four alone. */
export function masked(value: string): string {
  const normal = normalise(value);
  const country = /^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(normal) ? `${normal.slice(0, 2)}••` : "••";
  return normal.length > 6 ? `${country} … ${lastFour(value)}` : "••";
}

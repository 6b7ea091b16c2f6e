import { createHash, randomBytes } from "node:crypto";

/** 256 random bits, as text that fits a header, a cookie and an address. */
export function newToken(prefix = ""): string {
  return prefix + randomBytes(32).toString("base64url");
}

/** What is kept of a token. A fast hash is enough: 256 random bits cannot be guessed, and each request has to look one up. */
export function tokenHash(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

export const apiKeyPrefix = "apg_";

/** How a key begins, to recognise it by in a list: 8 of its 43 random characters. */
export function shownPrefix(key: string): string {
  return key.slice(0, apiKeyPrefix.length + 8);
}

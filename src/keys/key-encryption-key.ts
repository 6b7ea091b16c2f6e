import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { Problem } from "../errors/problem.ts";

/** The key that the tenants' keys are wrapped with. It never enters the database; its id, which tells nothing of it, does. */
export interface KeyEncryptionKey {
  /** Sixteen hexadecimal digits, or what a key management service calls it. */
  readonly id: string;
  /** Where it comes from, for people. */
  readonly from: string;
  wrap(plain: Buffer, context: string): Promise<Buffer>;
  /** @throws Problem `data_key_altered` when this key did not wrap it, for this context */
  unwrap(wrapped: Buffer, context: string): Promise<Buffer>;
}

/** A key this process holds itself, 32 bytes. */
export function localKey(bytes: Buffer, from: string): KeyEncryptionKey {
  const wrapping = Buffer.from(hkdfSync("sha256", bytes, "", "apg-wrap-1", 32));
  const id = createHash("sha256")
    .update(Buffer.from(hkdfSync("sha256", bytes, "", "apg-key-id-1", 32)))
    .digest("hex")
    .slice(0, 16);
  return {
    id,
    from,
    async wrap(plain, context) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", wrapping, nonce);
      cipher.setAAD(Buffer.from(`apg-wrap-1\0${context}`));
      return Buffer.concat([Buffer.from([1]), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    async unwrap(wrapped, context) {
      try {
        if (wrapped[0] !== 1) throw new Error("unknown format");
        const decipher = createDecipheriv("aes-256-gcm", wrapping, wrapped.subarray(1, 13));
        decipher.setAAD(Buffer.from(`apg-wrap-1\0${context}`));
        decipher.setAuthTag(wrapped.subarray(-16));
        return Buffer.concat([decipher.update(wrapped.subarray(13, -16)), decipher.final()]);
      } catch {
        // Without the cause: what OpenSSL says of keys is no help and none of a log's business.
        throw new Problem(
          "data_key_altered",
          `the wrapped key ${context.replaceAll("\0", "/")} does not open with key-encryption key ${id}`,
          {
            detail: { keyEncryptionKey: id },
            hint: "It was altered, or moved here from another tenant: restore cm_data_keys from a backup.",
          },
        );
      }
    },
  };
}

/** 32 bytes, as 64 hexadecimal digits or in base64; null when the text is neither. */
export function keyBytes(text: string): Buffer | null {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, "hex");
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return null;
  const bytes = Buffer.from(trimmed, "base64");
  return bytes.byteLength === 32 ? bytes : null;
}

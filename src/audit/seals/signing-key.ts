import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Problem } from "../../errors/problem.ts";
import { sha256 } from "./merkle.ts";

/** What blocks are signed with: Ed25519, the private half outside the database, in a file for its owner alone. */
export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicPem: string;
}

export interface TrustedKey {
  readonly id: string;
  readonly publicKey: KeyObject;
}

/** Where the key lies: `file` when a setting names one, else `secrets/audit-signing-key.pem` of the data folder. */
export interface KeyPlace {
  readonly dataDir: string;
  readonly file?: string | undefined;
}

/**
 * The signing key, made at the first call unless a setting names the file: that one must be there.
 * @throws Problem `audit_key_unusable`
 */
export function openSigningKey(place: KeyPlace): SigningKey {
  const path = keyPath(place);
  if (!exists(path)) {
    if (place.file !== undefined) throw unusable(path, "is not there");
    if (exists(publicPath(place)))
      throw new Problem("audit_key_unusable", `the audit key ${path} is gone, and blocks were signed with it`, {
        hint: "Restore it from the backup of the data folder. If it is lost for good: apg audit keys rotate --old-key-lost --reason=TEXT.",
      });
    makeKey(path);
  }
  const key = readSigningKey(path);
  rememberPublicKey(place, key);
  return key;
}

/** A key that is to replace the one in use, in a file beside it. Until `takeNextKey` nothing signs with it. */
export function makeNextKey(place: KeyPlace): SigningKey {
  const path = nextPath(place);
  const { privateKey } = generateKeyPairSync("ed25519");
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(path, "w", 0o600);
    try {
      writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }));
      // The database will say that this key signs from now on: it must outlive a crash.
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw unusable(path, "cannot be written", error);
  }
  return readSigningKey(path);
}

/** Puts the key that was made beside the one in use in its place; false when it is not there. The old private key is gone then. */
export function takeNextKey(place: KeyPlace, id: string): boolean {
  const path = nextPath(place);
  if (!exists(path)) return false;
  const key = readSigningKey(path);
  if (key.id !== id) return false;
  renameSync(path, keyPath(place));
  rememberPublicKey(place, key);
  return true;
}

/** The public keys this machine has signed with: what its own verification trusts. None when it never sealed. */
export function ownPublicKeys(place: KeyPlace): TrustedKey[] {
  const pem = exists(publicPath(place)) ? readFileSync(publicPath(place), "utf8") : "";
  const path = keyPath(place);
  const signing = exists(path) ? [readSigningKey(path)] : [];
  return unique([...signing, ...publicKeysOf(pem, publicPath(place))]);
}

/**
 * One or more public keys of a PEM file.
 * @throws Problem `audit_key_unusable`
 */
export function readPublicKeys(path: string): TrustedKey[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unusable(path, "cannot be read", error);
  }
  const keys = publicKeysOf(text, path);
  if (keys.length === 0) throw unusable(path, "holds no public key (BEGIN PUBLIC KEY)");
  return keys;
}

export function keyId(publicKey: KeyObject): string {
  return sha256(publicKey.export({ type: "spki", format: "der" }))
    .toString("hex")
    .slice(0, 16);
}

function publicKeysOf(text: string, path: string): TrustedKey[] {
  const blocks = text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  return blocks.map((pem) => {
    try {
      const publicKey = createPublicKey(pem);
      if (publicKey.asymmetricKeyType === "ed25519") return { id: keyId(publicKey), publicKey };
    } catch (error) {
      throw unusable(path, "holds a public key that cannot be read", error);
    }
    throw unusable(path, "holds a key that is not Ed25519");
  });
}

function readSigningKey(path: string): SigningKey {
  let privateKey: KeyObject;
  try {
    if ((statSync(path).mode & 0o077) !== 0 && process.platform !== "win32")
      throw new Error("others than its owner may read it (chmod 600)");
    privateKey = createPrivateKey(readFileSync(path));
  } catch (error) {
    throw unusable(path, `cannot be used: ${error instanceof Error ? error.message : error}`, error);
  }
  if (privateKey.asymmetricKeyType !== "ed25519") throw unusable(path, "is not an Ed25519 key");
  const publicKey = createPublicKey(privateKey);
  return { id: keyId(publicKey), privateKey, publicKey, publicPem: publicKey.export({ type: "spki", format: "pem" }).toString() };
}

/** Written apart and linked into place: of two that make one at once, both go on with the same. */
function makeKey(path: string): void {
  const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
  const fresh = `${path}.${process.pid}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(fresh, pem, { mode: 0o600 });
    linkSync(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw unusable(path, "cannot be written", error);
  } finally {
    unlinkSync(fresh);
  }
}

/** Kept beside the private one also after that was replaced: blocks signed before are still verified. */
function rememberPublicKey(place: KeyPlace, key: SigningKey): void {
  const path = publicPath(place);
  const known = exists(path) ? readFileSync(path, "utf8") : "";
  if (known.includes(key.publicPem.trim())) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  appendFileSync(path, key.publicPem, { mode: 0o600 });
}

function unique(keys: readonly TrustedKey[]): TrustedKey[] {
  return [...new Map(keys.map(({ id, publicKey }) => [id, { id, publicKey }])).values()];
}

function keyPath({ dataDir, file }: KeyPlace): string {
  return file ?? join(dataDir, "secrets", "audit-signing-key.pem");
}

function nextPath(place: KeyPlace): string {
  return `${keyPath(place)}.next`;
}

function publicPath({ dataDir }: KeyPlace): string {
  return join(dataDir, "secrets", "audit-public-keys.pem");
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function unusable(path: string, fact: string, cause?: unknown): Problem {
  return new Problem("audit_key_unusable", `the audit key ${path} ${fact}`, {
    hint: "Name the right file: --audit-key-file=FILE (APG_AUDIT_KEY_FILE) for sealing, --public-key=FILE for checking.",
    cause,
  });
}

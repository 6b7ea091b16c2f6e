import { randomBytes } from "node:crypto";
import { chmodSync, closeSync, fstatSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../errors/problem.ts";
import { type KeyEncryptionKey, keyBytes, localKey } from "./key-encryption-key.ts";

/** Where the program keeps the key it makes itself. */
export function ownKeyFile(dataDir: string): string {
  return join(dataDir, "secrets", "key-encryption.key");
}

/**
 * The key in a file, null when there is no such file.
 * @throws Problem `key_unusable` when others may read the file, or it holds no key
 */
export function readKeyFile(path: string): KeyEncryptionKey | null {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Problem("key_unusable", `the key file ${path} cannot be read: ${(error as Error).message}`, {
      hint: "Run this as the file's owner, or name another with --key-file=FILE (APG_KEY_FILE).",
      cause: error,
    });
  }
  try {
    // Of the open file, so that nobody can put another in its place in between.
    const { mode } = fstatSync(file);
    if (process.platform !== "win32" && (mode & 0o077) !== 0)
      throw new Problem(
        "key_unusable",
        `the key file ${path} can be read by others (mode ${(mode & 0o777).toString(8).padStart(4, "0")})`,
        {
          hint: `chmod 600 ${path}, and think of the key as known: apg keys rotate --kek.`,
        },
      );
    const bytes = keyBytes(readFileSync(file, "utf8"));
    if (bytes === null)
      throw new Problem("key_unusable", `${path} holds no key`, {
        hint: "A key is 32 random bytes, as 64 hexadecimal digits or in base64: openssl rand -hex 32",
      });
    return localKey(bytes, path);
  } finally {
    closeSync(file);
  }
}

/** Makes a key in a file of its owner alone; when another process was quicker, that one's key is taken. */
export function makeKeyFile(path: string): KeyEncryptionKey {
  const fresh = `${path}.${process.pid}.new`;
  try {
    mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
    chmodSync(join(path, ".."), 0o700);
    writeFileSync(fresh, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
    try {
      linkSync(fresh, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      rmSync(fresh, { force: true });
    }
  } catch (error) {
    throw new Problem("key_unusable", `the key file ${path} cannot be written: ${(error as Error).message}`, {
      hint: "Run this as the data folder's owner, or name a key with --key-file=FILE (APG_KEY_FILE).",
      cause: error,
    });
  }
  return readKeyFile(path) as KeyEncryptionKey;
}

import { Problem } from "../errors/problem.ts";
import { keyOfCommand } from "./key-command.ts";
import { type KeyEncryptionKey, keyBytes, localKey } from "./key-encryption-key.ts";
import { makeKeyFile, ownKeyFile, readKeyFile } from "./key-file.ts";

/** Where the key-encryption key comes from: found when first needed, and then kept. */
export interface KeySource {
  /**
   * @param known the ids of the key-encryption keys that the database's keys are wrapped with: when there are any, none is made
   * @throws Problem `key_missing`, `key_mismatch`, `key_unusable`, `key_command_failed`
   */
  key(known: () => Promise<readonly string[]>): Promise<KeyEncryptionKey>;
}

export interface KeySettings {
  readonly dataDir: string;
  readonly keyFile?: string | undefined;
  readonly keyCommand?: string | undefined;
}

/**
 * --key-file, else --key-command, else APG_KEY, else the file in the data folder, which is made when nothing is encrypted yet.
 * @param note told once where a key was made
 */
export function keySource(settings: KeySettings, note: (line: string) => void = () => {}): KeySource {
  const fromEnvironment = takeFromEnvironment();
  let found: Promise<KeyEncryptionKey> | undefined;
  return {
    async key(known) {
      found ??= find(settings, fromEnvironment, known, note);
      found.catch(() => {
        found = undefined;
      });
      return found;
    },
  };
}

export function fixedKey(key: KeyEncryptionKey): KeySource {
  return { key: () => Promise.resolve(key) };
}

let taken: string | undefined;

/** Out of the environment, so that no child, the embedded server least of all, inherits it. */
function takeFromEnvironment(): string | undefined {
  const given = process.env["APG_KEY"];
  if (given !== undefined && given !== "") taken = given;
  delete process.env["APG_KEY"];
  return taken;
}

async function find(
  { dataDir, keyFile, keyCommand }: KeySettings,
  fromEnvironment: string | undefined,
  known: () => Promise<readonly string[]>,
  note: (line: string) => void,
): Promise<KeyEncryptionKey> {
  if (keyFile !== undefined) return readKeyFile(keyFile) ?? missing(`there is no key file ${keyFile}`);
  if (keyCommand !== undefined) return keyOfCommand(keyCommand);
  if (fromEnvironment !== undefined) return ofEnvironment(fromEnvironment);
  const path = ownKeyFile(dataDir);
  const own = readKeyFile(path);
  if (own !== null) return own;
  const wrapping = await known();
  if (wrapping.length > 0) missing(`this database's values are encrypted under key ${wrapping.join(", ")}, and ${path} is not there`);
  const made = makeKeyFile(path);
  note(`made key-encryption key ${made.id} in ${path}: keep a copy elsewhere, for without it the encrypted data is lost`);
  return made;
}

function ofEnvironment(text: string): KeyEncryptionKey {
  const bytes = keyBytes(text);
  if (bytes !== null) return localKey(bytes, "APG_KEY");
  throw new Problem("key_unusable", "APG_KEY holds no key", {
    hint: "A key is 32 random bytes, as 64 hexadecimal digits or in base64: openssl rand -hex 32",
  });
}

function missing(fact: string): never {
  throw new Problem("key_missing", fact, {
    hint: "Bring the key back, and name it with --key-file=FILE (APG_KEY_FILE), APG_KEY or --key-command=COMMAND (APG_KEY_COMMAND).",
  });
}

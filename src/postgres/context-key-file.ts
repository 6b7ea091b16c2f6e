import { randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Problem } from "../errors/problem.ts";
import { type ContextKey, type ContextKeySource, contextKey } from "./context.ts";

/** Where a server keeps its key unless it is told otherwise. */
export function ownContextKeyFile(dataDir: string): string {
  return join(dataDir, "secrets", "context-key");
}

export interface ContextKeySettings {
  readonly dataDir: string;
  readonly contextKeyFile?: string | undefined;
}

/** Where the program's key comes from, and the file a new one would be put in; null when it came from the environment. */
export interface ContextKeyPlace {
  readonly key: ContextKeySource;
  readonly file: string | null;
}

/** --context-key-file, else APG_CONTEXT_KEY, else the file in the data folder, which is made when it is missing. */
export function contextKeyPlace({ dataDir, contextKeyFile }: ContextKeySettings): ContextKeyPlace {
  const fromEnvironment = takeFromEnvironment();
  if (contextKeyFile !== undefined) return { key: contextKeyFrom(contextKeyFile, false), file: contextKeyFile };
  if (fromEnvironment !== undefined) {
    let key: ContextKey | undefined;
    return { key: () => (key ??= keyOf(fromEnvironment, "APG_CONTEXT_KEY")), file: null };
  }
  const own = ownContextKeyFile(dataDir);
  return { key: contextKeyFrom(own, true), file: own };
}

let taken: string | undefined;

/** Out of the environment, so that no child inherits it. */
function takeFromEnvironment(): string | undefined {
  const given = process.env["APG_CONTEXT_KEY"];
  if (given !== undefined && given !== "") taken = given;
  delete process.env["APG_CONTEXT_KEY"];
  return taken;
}

/**
 * The key in this file, read again when the file changes. Our own file is made when it is missing; a file that was named is not:
 * somebody expects it to be there.
 * @throws Problem `setting_invalid`, `data_dir_unusable`
 */
export function contextKeyFrom(path: string, makeIfMissing: boolean): ContextKeySource {
  let known: { readonly key: ContextKey; readonly stamp: string } | undefined;
  let looked = 0;
  return () => {
    // A look at the file a second at most: a transaction should not wait for the disk.
    if (known !== undefined && Date.now() - looked < 1_000) return known.key;
    if (makeIfMissing) makeContextKey(path);
    const stamp = fileStamp(path);
    if (known === undefined || known.stamp !== stamp) known = { key: readContextKey(path), stamp };
    looked = Date.now();
    return known.key;
  };
}

export function newContextKey(): ContextKey {
  return contextKey(randomBytes(32));
}

/** Puts a key in the place of what is in a file; whoever reads it meanwhile gets the one or the other. */
export function replaceContextKey(path: string, key: ContextKey): void {
  withFresh(path, key, (fresh) => renameSync(fresh, path));
}

/** @throws Problem `invalid_input` when there is such a file */
export function writeNewContextKey(path: string, key: ContextKey): void {
  const made = withFresh(path, key, (fresh) => linkSync(fresh, path));
  if (!made) throw new Problem("invalid_input", `there is a file ${path} already`, { hint: "Name a file that is not there." });
}

function makeContextKey(path: string): void {
  try {
    statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw unusable(path, error);
    // Unlike a rename, a link never replaces: of two programs that start at once, the second takes the first one's key.
    withFresh(path, newContextKey(), (fresh) => linkSync(fresh, path));
  }
}

/** False when there was a file already, and it was not to be replaced. */
function withFresh(path: string, key: ContextKey, place: (fresh: string) => void): boolean {
  const fresh = `${path}.${process.pid}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (dirname(path).endsWith("secrets")) chmodSync(dirname(path), 0o700);
    writeFileSync(fresh, `${key.secret.toString("base64url")}\n`, { mode: 0o600 });
    try {
      return placed(() => place(fresh));
    } finally {
      rmSync(fresh, { force: true });
    }
  } catch (error) {
    throw unusable(path, error);
  }
}

function placed(place: () => void): boolean {
  try {
    place();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function readContextKey(path: string): ContextKey {
  try {
    const { mode } = statSync(path);
    if (process.platform !== "win32" && (mode & 0o077) !== 0)
      throw new Problem("setting_invalid", `the context key ${path} can be read by others (mode ${(mode & 0o777).toString(8)})`, {
        hint: `chmod 600 ${path}, and think of the key as known: apg keys context rotate.`,
      });
    return keyOf(readFileSync(path, "utf8"), path);
  } catch (error) {
    throw error instanceof Problem ? error : unusable(path, error);
  }
}

function keyOf(text: string, from: string): ContextKey {
  const secret = Buffer.from(text.trim(), "base64url");
  if (/^[A-Za-z0-9_-]{43}$/.test(text.trim()) && secret.byteLength === 32) return contextKey(secret);
  throw new Problem("setting_invalid", `${from} holds no context key`, {
    hint: "It holds 32 random bytes as base64url, one line: the file of the server that was there first, or: openssl rand 32 | basenc --base64url | tr -d =",
  });
}

function fileStamp(path: string): string {
  try {
    const { mtimeMs, ino, size } = statSync(path);
    return `${mtimeMs} ${ino} ${size}`;
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): Problem {
  return new Problem("data_dir_unusable", `${path} cannot be used: ${cause instanceof Error ? cause.message : cause}`, {
    hint: "Name a file that this program may read with --context-key-file=FILE (APG_CONTEXT_KEY_FILE), or leave it out to keep one in the data folder.",
    cause,
  });
}

import { randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ClientBase } from "pg";
import { Problem } from "../errors/problem.ts";
import { type ContextKey, type ContextKeySource, contextKey, hmacPads } from "./context.ts";

/** Where a server keeps its key unless --context-key-file says otherwise. */
export function ownContextKeyFile(dataDir: string): string {
  return join(dataDir, "secrets", "context-key");
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

/** Writes a new key in the place of what is there. */
export function replaceContextKey(path: string): ContextKey {
  const key = contextKey(randomBytes(32));
  writeKey(path, key, true);
  return key;
}

/**
 * Makes the database take the program's key, and makes the key that the database stamps with when it has none.
 * `client` is in a transaction, of somebody who belongs to cm_gatekeeper. Whether anything was new.
 */
export async function installContextKey(client: ClientBase, key: ContextKey): Promise<boolean> {
  // A bound value would stand in the log of a server that logs every statement with its parameters.
  await client.query(`
    select set_config(name, value, true)
    from (
      values ('log_statement', 'none'), ('log_min_duration_statement', '-1'), ('log_min_duration_sample', '-1'),
        ('log_parameter_max_length', '0'), ('log_parameter_max_length_on_error', '0')
    ) as quiet (name, value)
    where has_parameter_privilege(name, 'set')`);
  await client.query("set local role cm_gatekeeper");
  const { inner, outer } = hmacPads(key.secret);
  const installed = await client.query(
    `insert into cash_management.cm_context_keys (key_id, purpose, inner_pad, outer_pad)
     values ($1, 'token', $2, $3)
     on conflict (key_id) do nothing`,
    [key.id, inner, outer],
  );
  // 244 random bits in each half, from the server's own strong source.
  const made = await client.query(`
    insert into cash_management.cm_context_keys (key_id, purpose, inner_pad, outer_pad)
    select substr(encode(uuid_send(gen_random_uuid()), 'hex'), 17, 16), 'stamp', sha256(a || b) || sha256(b || a), sha256(c || d) || sha256(d || c)
    from (
      select uuid_send(gen_random_uuid()) as a, uuid_send(gen_random_uuid()) as b, uuid_send(gen_random_uuid()) as c, uuid_send(gen_random_uuid()) as d
    ) as chance
    where not exists (select from cash_management.cm_context_keys where purpose = 'stamp' and not_after is null)`);
  await client.query("reset role");
  return (installed.rowCount ?? 0) + (made.rowCount ?? 0) > 0;
}

function makeContextKey(path: string): void {
  try {
    statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw unusable(path, error);
    writeKey(path, contextKey(randomBytes(32)), false);
  }
}

function writeKey(path: string, key: ContextKey, replace: boolean): void {
  const fresh = `${path}.${process.pid}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (dirname(path).endsWith("secrets")) chmodSync(dirname(path), 0o700);
    writeFileSync(fresh, `${key.secret.toString("base64url")}\n`, { mode: 0o600 });
    if (replace) rmSync(path, { force: true });
    // Unlike a rename, a link never replaces: of two programs that start at once, the second takes the first one's key.
    linkSync(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw unusable(path, error);
  } finally {
    rmSync(fresh, { force: true });
  }
}

function readContextKey(path: string): ContextKey {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    throw unusable(path, error);
  }
  const secret = Buffer.from(text, "base64url");
  if (/^[A-Za-z0-9_-]{43}$/.test(text) && secret.byteLength === 32) return contextKey(secret);
  throw new Problem("setting_invalid", `${path} holds no context key`, {
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

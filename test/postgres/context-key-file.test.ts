import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  contextKeyFrom,
  contextKeyPlace,
  newContextKey,
  ownContextKeyFile,
  replaceContextKey,
  writeNewContextKey,
} from "../../src/postgres/context-key-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "apg-context-key-"));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const text = (key: { readonly secret: Buffer }) => key.secret.toString("base64url");

test("a program of its own makes its key once, for its owner alone", () => {
  const { key, file } = contextKeyPlace({ dataDir: folder });
  const { id } = key();
  expect(file).toBe(ownContextKeyFile(folder));
  expect(statSync(file ?? "").mode & 0o777).toBe(0o600);
  expect(contextKeyPlace({ dataDir: folder }).key().id).toBe(id);
});

test("a named file must be there, hold a key, and be closed to others", () => {
  const path = join(folder, "shared");
  const read = () => contextKeyPlace({ dataDir: folder, contextKeyFile: path }).key();
  expect(read).toThrow(expect.objectContaining({ code: "data_dir_unusable" }));
  writeFileSync(path, "no key", { mode: 0o600 });
  expect(read).toThrow(expect.objectContaining({ code: "setting_invalid", message: `${path} holds no context key` }));
  const key = newContextKey();
  writeFileSync(path, `${text(key)}\n`);
  expect(read().id).toBe(key.id);
  chmodSync(path, 0o640);
  expect(read).toThrow(/can be read by others \(mode 640\)/);
  expect(existsSync(ownContextKeyFile(folder))).toBe(false);
});

test("APG_CONTEXT_KEY is taken out of the environment at once; a named file stands above it, no file below it is made", () => {
  const [named, given] = [newContextKey(), newContextKey()];
  writeNewContextKey(join(folder, "named"), named);
  process.env["APG_CONTEXT_KEY"] = text(given);
  expect(contextKeyPlace({ dataDir: folder, contextKeyFile: join(folder, "named") }).key().id).toBe(named.id);
  expect(process.env["APG_CONTEXT_KEY"]).toBeUndefined();
  const place = contextKeyPlace({ dataDir: folder });
  expect([place.key().id, place.file]).toEqual([given.id, null]);
  expect(existsSync(ownContextKeyFile(folder))).toBe(false);
  process.env["APG_CONTEXT_KEY"] = "no key";
  expect(contextKeyPlace({ dataDir: folder }).key).toThrow(expect.objectContaining({ code: "setting_invalid" }));
});

test("a key that is replaced is taken up within a second, and nothing else is left in the folder", () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const path = join(folder, "shared");
  const [first, second] = [newContextKey(), newContextKey()];
  writeNewContextKey(path, first);
  const source = contextKeyFrom(path, false);
  expect(source().id).toBe(first.id);
  replaceContextKey(path, second);
  expect(source().id).toBe(first.id);
  vi.advanceTimersByTime(1_001);
  expect(source().id).toBe(second.id);
  expect(readdirSync(folder)).toEqual(["shared"]);
});

test("a file that is there is not written over by a new key", () => {
  const path = join(folder, "taken");
  writeFileSync(path, "something");
  expect(() => writeNewContextKey(path, newContextKey())).toThrow(expect.objectContaining({ code: "invalid_input" }));
  expect(readFileSync(path, "utf8")).toBe("something");
});

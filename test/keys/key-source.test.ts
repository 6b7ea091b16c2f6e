import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { keyOfCommand } from "../../src/keys/key-command.ts";
import { keyBytes, localKey } from "../../src/keys/key-encryption-key.ts";
import { readKeyFile } from "../../src/keys/key-file.ts";
import { keySource } from "../../src/keys/key-source.ts";

const folder = mkdtempSync(join(tmpdir(), "apg-keys-"));
const hex = "0f".repeat(32);
const none = () => Promise.resolve([]);
let dataDir = "";

beforeEach(() => {
  dataDir = mkdtempSync(join(folder, "data-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function script(name: string, body: string): string {
  const path = join(dataDir, name);
  writeFileSync(path, `const request = JSON.parse(require("node:fs").readFileSync(0, "utf8"));\n${body}`);
  return `"${process.execPath}" "${path}"`;
}

describe("a key file", () => {
  test("that others can read is refused, with the command that cures it", () => {
    const path = join(dataDir, "key");
    writeFileSync(path, hex, { mode: 0o600 });
    chmodSync(path, 0o640);
    expect(() => readKeyFile(path)).toThrowError(
      expect.objectContaining({ code: "key_unusable", hint: expect.stringContaining("chmod 600") }),
    );
    chmodSync(path, 0o600);
    expect(readKeyFile(path)?.id).toBe(localKey(Buffer.from(hex, "hex"), "").id);
  });

  test("without 32 bytes in it is refused, and its content is not told", () => {
    const path = join(dataDir, "key");
    writeFileSync(path, "swordfish", { mode: 0o600 });
    expect(() => readKeyFile(path)).toThrowError(expect.objectContaining({ message: expect.not.stringContaining("swordfish") }));
  });

  test("that was named and is not there is not made", async () => {
    const source = keySource({ dataDir, keyFile: join(dataDir, "absent") });
    await expect(source.key(none)).rejects.toMatchObject({ code: "key_missing" });
  });
});

describe("the data folder's own key", () => {
  test("is made once, for its owner alone, and said where it lies", async () => {
    const notes: string[] = [];
    const first = await keySource({ dataDir }, (line) => notes.push(line)).key(none);
    const path = join(dataDir, "secrets", "key-encryption.key");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, "secrets")).mode & 0o777).toBe(0o700);
    expect(notes.join()).toContain(path);
    expect(notes.join()).not.toContain(readFileSync(path, "utf8").trim());
    expect((await keySource({ dataDir }).key(none)).id).toBe(first.id);
  });

  test("is not made when the database already has keys wrapped by another", async () => {
    const wrapped = () => Promise.resolve(["1234567890abcdef"]);
    await expect(keySource({ dataDir }).key(wrapped)).rejects.toMatchObject({
      code: "key_missing",
      message: expect.stringContaining("1234567890abcdef"),
      hint: expect.stringContaining("--key-file"),
    });
    // And a second try, once the key is back, is not stopped by the first.
    await expect(keySource({ dataDir }).key(none)).resolves.toBeDefined();
  });
});

describe("APG_KEY", () => {
  test("is taken out of the environment, so that no child inherits it", async () => {
    process.env["APG_KEY"] = hex;
    const source = keySource({ dataDir });
    expect(process.env["APG_KEY"]).toBeUndefined();
    expect((await source.key(none)).id).toBe(localKey(Buffer.from(hex, "hex"), "").id);
  });
});

describe("a key command", () => {
  test("may answer with the key", async () => {
    const key = await keyOfCommand(script("key.cjs", `console.log("${hex}");`));
    expect(key.id).toBe(localKey(Buffer.from(hex, "hex"), "").id);
  });

  test("may keep the key and wrap and unwrap by itself", async () => {
    const turn = "Buffer.from(Buffer.from(text, 'base64').map((byte) => byte ^ 42)).toString('base64')";
    const command = script(
      "kms.cjs",
      `if (request.request === "key") console.log(JSON.stringify({ key: "kms/7" }));
       else { const text = request.plain ?? request.wrapped; console.log(JSON.stringify({ [request.plain ? "wrapped" : "plain"]: ${turn} })); }`,
    );
    const key = await keyOfCommand(command);
    const plain = Buffer.from("data key");
    const wrapped = await key.wrap(plain, "acme\0value\x001");
    expect([key.id, wrapped.equals(plain), (await key.unwrap(wrapped, "acme\0value\x001")).equals(plain)]).toEqual(["kms/7", false, true]);
  });

  test("that fails is told by its exit code, without a word of what it wrote", async () => {
    const failing = script("fail.cjs", `console.error("secret"); console.log("secret"); process.exit(7);`);
    const error = await keyOfCommand(failing).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "key_command_failed", message: expect.stringContaining("exit code 7") });
    expect(JSON.stringify([error, (error as Error).message])).not.toContain("secret");
  });

  test("that hangs is ended, with what it started", async () => {
    await expect(keyOfCommand("sleep 60; true", 200)).rejects.toMatchObject({ code: "key_command_failed" });
  });

  test("that answers nonsense is refused", async () => {
    await expect(keyOfCommand("echo hello")).rejects.toMatchObject({ code: "key_unusable" });
  });
});

describe("a wrapped key", () => {
  const key = localKey(Buffer.from(hex, "hex"), "");

  test("opens with its key and in its place only", async () => {
    const wrapped = await key.wrap(Buffer.from("data key"), "acme\0value\x001");
    expect((await key.unwrap(wrapped, "acme\0value\x001")).toString()).toBe("data key");
    await expect(key.unwrap(wrapped, "globex\0value\x001")).rejects.toMatchObject({ code: "data_key_altered" });
    await expect(localKey(Buffer.alloc(32), "").unwrap(wrapped, "acme\0value\x001")).rejects.toMatchObject({ code: "data_key_altered" });
    wrapped[20] = (wrapped[20] as number) ^ 1;
    await expect(key.unwrap(wrapped, "acme\0value\x001")).rejects.toMatchObject({ code: "data_key_altered" });
  });

  test("keys are read in hexadecimal and base64, and nothing shorter or longer", () => {
    const bytes = Buffer.from(hex, "hex");
    expect(
      [bytes.toString("hex"), bytes.toString("base64"), ` ${bytes.toString("base64url")}\n`].map((text) => keyBytes(text)?.equals(bytes)),
    ).toEqual([true, true, true]);
    expect([hex.slice(2), `${hex}00`, "", "password"].map(keyBytes)).toEqual([null, null, null, null]);
  });
});

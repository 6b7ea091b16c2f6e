import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { mountKeysCommands } from "../../../src/operations/keys/commands.ts";
import type { Settings } from "../../../src/settings/list.ts";
import type { CommandContext } from "../../../src/terminal/command.ts";
import { encryptedTenant, readEverything } from "../../helpers/encrypted-tenant.ts";
import { testKey } from "../../helpers/keys.ts";
import { testDatabase } from "../../helpers/postgres.ts";

const database = testDatabase();
const folder = mkdtempSync(join(tmpdir(), "apg-keys-"));
beforeAll(async () => {
  for (const id of ["acme", "globex"]) await encryptedTenant(database.current, id, 1);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

/** The commands as the program mounts them, on the database of this file; answers what they print. */
async function apg(...words: string[]): Promise<string> {
  const settings = {} as Settings;
  const context: CommandContext = {
    settings: () => settings,
    withDatabase: (_command, work) => work({ database: database.current as never, settings }),
  };
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  mountKeysCommands(program, context);
  for (const command of program.commands.flatMap((group) => [group, ...group.commands]))
    command.exitOverride().configureOutput({ writeErr: () => {} });
  const written: string[] = [];
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
  await program.parseAsync(words, { from: "user" });
  vi.restoreAllMocks();
  return written.join("");
}

test("status shows each tenant's keys and what stands under them", async () => {
  const text = await apg("keys", "status");
  expect(text).toMatch(new RegExp(`acme +value 1 +active +\\d+ +${testKey.id}\\n`));
  expect(text).toMatch(new RegExp(`globex +index 1 +active +${testKey.id}\\n`));
  const [only, ...others] = JSON.parse(await apg("keys", "status", "--tenant", "acme", "--json")) as { tenant: string; older: number }[];
  expect(only).toMatchObject({ tenant: "acme", older: 0 });
  expect(others).toEqual([]);
});

test("rotate takes one tenant, or all", async () => {
  expect(await apg("keys", "rotate", "--tenant", "acme")).toMatch(
    /^acme: rotated; \d+ values encrypted anew \(in [\d.]+ s, \d+\/s\), all stand under version 2\n$/,
  );
  for (const words of [
    ["--batch", "0"],
    ["--batch", "many"],
    ["--pause", "-1"],
  ])
    await expect(apg("keys", "rotate", ...words)).rejects.toThrow(/whole number/);
  expect(JSON.parse(await apg("keys", "rotate", "--batch", "5", "--pause", "1", "--json"))).toMatchObject([
    { tenant: "acme", version: 3 },
    { tenant: "globex", version: 2 },
  ]);
});

test("shred wants the tenant and its name", async () => {
  await expect(apg("keys", "shred", "--yes", "The globex")).rejects.toThrow("--tenant");
  await expect(apg("keys", "shred", "--tenant", "globex", "--yes", "globex")).rejects.toMatchObject({ code: "not_confirmed" });
  await readEverything(database.current, "globex");
  expect(await apg("keys", "shred", "--tenant", "globex", "--yes", "The globex")).toMatch(/^3 keys of globex destroyed.*backups.*--kek/s);
  await expect(readEverything(database.current, "globex")).rejects.toMatchObject({ code: "key_shredded" });
  expect(await apg("keys", "status", "--tenant", "globex")).toMatch(/globex +value 2 +shredded/);
  // One that is gone does not keep the others from being rotated.
  expect(JSON.parse(await apg("keys", "rotate", "--json"))).toMatchObject([{ tenant: "acme", version: 4 }]);
  await expect(apg("keys", "rotate", "--tenant", "globex")).rejects.toMatchObject({ code: "key_shredded" });
});

test("a tenant that is not there is refused by all three", async () => {
  for (const words of [["status"], ["rotate"], ["shred", "--yes", "x"]])
    await expect(apg("keys", ...words, "--tenant", "nobody")).rejects.toMatchObject({ code: "tenant_not_found" });
});

test("--kek wants exactly one new key, from a file that only its owner reads", async () => {
  const file = join(folder, "next.key");
  for (const words of [["--kek"], ["--to-key-file", file], ["--kek", "--to-key-file", file, "--to-key-command", "true"]])
    await expect(apg("keys", "rotate", ...words)).rejects.toMatchObject({ code: "invalid_input" });
  await expect(apg("keys", "rotate", "--kek", "--to-key-file", file)).rejects.toMatchObject({ code: "key_missing" });
  writeFileSync(file, "ab".repeat(32), { mode: 0o644 });
  await expect(apg("keys", "rotate", "--kek", "--to-key-file", file)).rejects.toMatchObject({ code: "key_unusable" });
  rmSync(file);
  writeFileSync(file, "ab".repeat(32), { mode: 0o600 });
  // Of globex nothing is left to wrap.
  expect(await apg("keys", "rotate", "--kek", "--to-key-file", file)).toMatch(
    /^acme: 5 keys wrapped with [0-9a-f]{16}\nglobex: 0 keys wrapped/,
  );
  await expect(readEverything(database.current, "acme")).rejects.toMatchObject({ code: "key_mismatch" });
});

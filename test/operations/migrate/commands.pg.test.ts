import { Command } from "commander";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { mountDatabaseCommands } from "../../../src/operations/migrate/commands.ts";
import type { Database } from "../../../src/postgres/database.ts";
import type { Settings } from "../../../src/settings/list.ts";
import type { CommandContext } from "../../../src/terminal/command.ts";
import { testContextKey, testPassword } from "../../helpers/cluster.ts";
import { createDatabase, type TestDatabase } from "../../helpers/postgres.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase("template0");
});
afterAll(() => database.drop());
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** The commands as the program mounts them, on an empty database; answers what they print and with which code. */
async function apg(...words: string[]): Promise<{ said: string; code: unknown }> {
  const opened = {
    kind: "external",
    place: "test",
    admin: database.admin,
    secrets: { passwordOf: () => testPassword },
    contextKey: () => testContextKey,
  };
  const open = { database: opened as unknown as Database, settings: {} as Settings };
  const context: CommandContext = { settings: () => open.settings, withDatabase: (_command, work) => work(open) };
  const program = new Command();
  mountDatabaseCommands(program, context);
  const said: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
  await program.parseAsync(words, { from: "user" });
  vi.restoreAllMocks();
  return { said: said.join(""), code: process.exitCode };
}

test("an empty database: status says what is pending, a dry run changes nothing, migrate does it, then nothing is left", async () => {
  expect(await apg("db", "status")).toMatchObject({ code: 1, said: expect.stringMatching(/0001_schemas +pending/) });
  process.exitCode = undefined;
  expect((await apg("db", "migrate", "--dry-run")).said).toContain("would apply 0001_schemas");
  expect(JSON.parse((await apg("db", "status", "--json")).said)).toMatchObject({ place: "test", applied: [], horizons: [] });
  expect((await apg("db", "migrate")).said).toMatch(/applied 0001_schemas[\s\S]*migrations applied, \d+ partitions made/);
  process.exitCode = undefined;
  const status = await apg("db", "status", "--json");
  expect(status.code).toBeUndefined();
  const answer = JSON.parse(status.said) as { pending: string[]; horizons: { parent: string; daysLeft: number }[] };
  expect(answer.pending).toEqual([]);
  expect(answer.horizons.map(({ parent }) => parent)).toContain("cash_management.cm_cash_flows");
  for (const { daysLeft } of answer.horizons) expect(daysLeft).toBeGreaterThanOrEqual(365);
});

test("schema --check agrees with the file, and refuses when a table was changed by hand", async () => {
  expect((await apg("db", "schema", "--check")).said).toContain("up to date");
  await database.admin.query("alter table cash_management.cm_banks add column by_hand text");
  await expect(apg("db", "schema", "--check")).rejects.toMatchObject({
    code: "schema_stale",
    hint: expect.stringContaining("apg db schema"),
  });
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { mountLintCommand } from "../../../src/operations/lint/commands.ts";
import { readServerRules } from "../../../src/operations/lint/hba/from-server.ts";
import { hbaProgram } from "../../../src/operations/lint/hba/program.ts";
import { readHbaText } from "../../../src/operations/lint/hba/read-file.ts";
import type { HbaLine } from "../../../src/operations/lint/hba/rule.ts";
import { withClient } from "../../../src/postgres/connect.ts";
import type { Database } from "../../../src/postgres/database.ts";
import type { Settings } from "../../../src/settings/list.ts";
import type { CommandContext } from "../../../src/terminal/command.ts";
import { testDatabase } from "../../helpers/postgres.ts";

const database = testDatabase();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "apg-lint-"));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

async function apg(...words: string[]): Promise<{ said: string; code: unknown }> {
  const open = { database: { admin: database.current.admin } as unknown as Database, settings: {} as Settings };
  const context: CommandContext = { settings: () => open.settings, withDatabase: (_command, work) => work(open) };
  const program = new Command();
  mountLintCommand(program, context);
  const said: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
  await program.parseAsync(["db", "lint", ...words], { from: "user" });
  vi.restoreAllMocks();
  return { said: said.join(""), code: process.exitCode };
}

test("invariant 19: the embedded server's own pg_hba.conf has no finding", async () => {
  const { major, admin } = database.current;
  const found = await withClient(admin, (client) => hbaProgram(undefined).ask({ admin: client, major }));
  expect(found).toEqual([]);
});

test("our reader of pg_hba.conf reads what the server reads", async () => {
  const { major, admin } = database.current;
  await withClient(admin, async (client) => {
    const { rows } = await client.query<{ text: string; file: string }>(
      "select pg_read_file(current_setting('hba_file')) as text, current_setting('hba_file') as file",
    );
    const plain = (line: HbaLine) => ({ ...line, text: "" });
    const server = (await readServerRules(client, major)).map(plain);
    expect(server.length).toBeGreaterThan(5);
    expect((await readHbaText(rows[0]?.text ?? "", rows[0]?.file ?? "", major)).map(plain)).toEqual(server);
  });
});

test("--hba judges a file by the roles of this server, and answers 1", async () => {
  const file = join(folder, "pg_hba.conf");
  await writeFile(file, "host all postgres 0.0.0.0/0 md5\nhost all nobody_of_ours 10.0.0.0/8 trust\n");
  const { said, code } = await apg(
    "--hba",
    file,
    "--check",
    "hba_rule_too_wide",
    "hba_role_that_cannot_sign_in",
    "hba_weak_method",
    "--json",
  );
  expect(code).toBe(1);
  const { findings } = JSON.parse(said) as { findings: { check: string; object: string }[] };
  expect(findings.map(({ check, object }) => `${object} ${check}`).sort()).toEqual([
    "pg_hba.conf:1 hba_rule_too_wide",
    "pg_hba.conf:1 hba_weak_method",
    "pg_hba.conf:2 hba_role_that_cannot_sign_in",
    "pg_hba.conf:2 hba_rule_too_wide",
    "pg_hba.conf:2 hba_weak_method",
  ]);
  await expect(apg("--hba", join(folder, "none"))).rejects.toMatchObject({ code: "invalid_input" });
});

test("--pgbouncer-ini judges the pooler's file, and without it its checks are not asked", async () => {
  const file = join(folder, "pgbouncer.ini");
  await writeFile(file, "[pgbouncer]\npool_mode = statement\nmax_prepared_statements = 10\n");
  const found = await apg("--pgbouncer-ini", file, "--pgbouncer-version", "1.18.0", "--check", "pgbouncer_pool_mode", "0093");
  expect(found.code).toBe(1);
  expect(found.said).toMatch(/0091 pgbouncer_pool_mode: pgbouncer\.ini pool_mode[\s\S]*0093 pgbouncer_prepared_statements/);
  await expect(apg("--check", "pgbouncer_pool_mode")).rejects.toMatchObject({ code: "invalid_input" });
  await expect(apg("--pgbouncer-ini", file, "--pgbouncer-version", "new")).rejects.toMatchObject({ code: "invalid_input" });
});

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { loginRoles } from "../../src/postgres/database.ts";
import { testPassword } from "../helpers/cluster.ts";
import { createDatabase } from "../helpers/postgres.ts";
import { apg, buildProgramFirst, startApg, temporaryFolder } from "../helpers/program.ts";

buildProgramFirst();
const folder = temporaryFolder();
const { major } = inject("cluster");

/** Roles belong to the whole cluster, and other test files use them meanwhile: this data folder knows their passwords already. */
async function dataDirThatKnowsTheRoles(): Promise<string> {
  const dataDir = join(folder.path, "data");
  await mkdir(join(dataDir, "secrets"), { recursive: true });
  const passwords = Object.fromEntries(loginRoles.map((role) => [role, testPassword]));
  await writeFile(join(dataDir, "secrets/roles.json"), JSON.stringify(passwords));
  return dataDir;
}

test("a server of one's own is used as DATABASE_URL says: refused before, migrated on demand, then served from", async () => {
  const dataDir = await dataDirThatKnowsTheRoles();
  const database = await createDatabase("template0");
  const environment = { DATABASE_URL: database.url(), APG_PORT: "0", APG_DEMO: "false" };
  const run = (...parameters: string[]) => apg(parameters, { dataDir, environment });

  expect(await run("tenant", "list")).toMatchObject({ code: 3, stderr: expect.stringContaining("hint: Run apg db migrate first.") });
  expect(await run("db", "status")).toMatchObject({ code: 1, stdout: expect.stringMatching(/external, PostgreSQL .*pending/s) });
  expect(await run("db", "migrate", "--dry-run")).toMatchObject({ code: 0, stdout: expect.stringContaining("would apply 0001") });
  expect(await run("db", "migrate")).toMatchObject({ code: 0, stdout: expect.stringContaining("applied 0001") });
  const status = await run("db", "status", "--json");
  expect(JSON.parse(status.stdout)).toMatchObject({ kind: "external", version: expect.stringMatching(`^${major}\\.`), pending: [] });

  const program = startApg(["start"], { dataDir, environment });
  const [, address] = await program.says(/address +(http:\S+)/);
  expect(await (await fetch(`${address}/readyz`)).json()).toEqual({ status: "ready" });
  expect(program.output()).not.toContain(testPassword);
  program.process.kill("SIGINT");
  expect(await program.ended).toBe(0);
  await database.drop();
});

test("a server that does not answer is a fact and a hint, without the password", async () => {
  const environment = { DATABASE_URL: "postgres://ada:s3cret@127.0.0.1:1/cash" };
  const failed = await apg(["tenant", "list"], { dataDir: folder.path, environment });
  expect(failed).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^error: the database cash at 127\.0\.0\.1:1 .*\nhint: .*--database-url/),
  });
  expect(failed.stderr).not.toContain("s3cret");
});

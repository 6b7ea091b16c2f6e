import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { testUrl } from "../../helpers/cluster.ts";
import { testDatabase } from "../../helpers/postgres.ts";
import { apg, buildProgramFirst, temporaryFolder } from "../../helpers/program.ts";

buildProgramFirst();
const database = testDatabase();
const folder = temporaryFolder();

function configure(...parameters: string[]) {
  return apg(["db", "configure", ...parameters], { dataDir: join(folder.path, "data"), environment: {} });
}

test("invariant 51: no environment, an unknown one and no server end with what to give, and nothing is made", async () => {
  expect(await configure("--postgres", "18")).toMatchObject({ code: 2, stderr: expect.stringContaining("Give --environment one of") });
  expect(await configure("--environment", "Production", "--postgres", "18")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Allowed choices"),
  });
  expect(await configure("--environment", "production")).toMatchObject({ code: 2, stderr: expect.stringContaining("--database-url") });
  expect(await configure("--environment", "production", "--postgres", "18")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("no TLS files"),
  });
  expect(existsSync(join(folder.path, "data", "server"))).toBe(false);
});

test("--out writes every file, and the verifiers of the running server for PgBouncer; a folder that cannot be is refused", async () => {
  const url = testUrl(inject("cluster").port, database.current.name);
  const asked = ["--environment", "development", "--memory", "8GB", "--database-url", url];
  const out = join(folder.path, "out");
  expect(await configure(...asked, "--out", out)).toMatchObject({ code: 0, stdout: expect.stringContaining("apg-postgresql.conf") });
  expect(readFileSync(join(out, "userlist.txt"), "utf8")).toMatch(/^"apg_user" "SCRAM-SHA-256\$/m);
  expect(statSync(join(out, "userlist.txt")).mode & 0o777).toBe(0o600);
  writeFileSync(join(folder.path, "a-file"), "");
  expect(await configure(...asked, "--out", join(folder.path, "a-file"))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("cannot be written"),
  });
});

test("--check FILE ends with 1 and names what it finds; our own file ends with 0", async () => {
  const own = await configure("--environment", "development", "--postgres", "17", "--memory", "8GB");
  const path = join(folder.path, "postgresql.conf");
  writeFileSync(path, own.stdout);
  const check = (...more: string[]) =>
    configure("--environment", "development", "--postgres", "17", "--memory", "8GB", "--check", path, ...more);
  expect(await check()).toMatchObject({ code: 0, stdout: "as it should be\n" });
  writeFileSync(path, `${own.stdout}\nstats_temp_directory = '/tmp'\n`);
  expect(await check("--json")).toMatchObject({ code: 1, stdout: expect.stringContaining("stats_temp_directory") });
});

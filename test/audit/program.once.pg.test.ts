import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { loginRoles } from "../../src/postgres/database.ts";
import { seedTwoTenants } from "../database/seed.ts";
import { testContextKey, testPassword } from "../helpers/cluster.ts";
import { testDatabase } from "../helpers/postgres.ts";
import { apg, buildProgramFirst, temporaryFolder } from "../helpers/program.ts";

// The exit codes by the real program: 0 it is so, 1 the answer is no, 2 what was given cannot be, 3 the surroundings.
const database = testDatabase();
const folder = temporaryFolder();
buildProgramFirst();
const file = (name: string) => join(folder.path, name);
const run = (...words: string[]) =>
  apg(["audit", ...words], {
    dataDir: folder.path,
    environment: { DATABASE_URL: database.current.url(), APG_CONTEXT_KEY_FILE: file("context-key") },
  });
const codes = async (...commands: string[][]) => {
  const answers = await Promise.all(commands.map((words) => run(...words)));
  return answers.map(({ code }) => code);
};

let entry: string;
beforeAll(async () => {
  mkdirSync(file("secrets"), { mode: 0o700 });
  writeFileSync(file("secrets/roles.json"), JSON.stringify(Object.fromEntries(loginRoles.map((role) => [role, testPassword]))), {
    mode: 0o600,
  });
  writeFileSync(file("context-key"), testContextKey.secret.toString("base64url"), { mode: 0o600 });
  await seedTwoTenants(database.current);
  const { rows } = await database.current.admin.query<{ id: bigint }>(
    "select min(id) as id from audit.audit_log where tenant_id = 'alpha'",
  );
  entry = `${rows[0]?.id}`;
});

test("before anything is sealed: 1 what cannot be, 3 without a key to trust, and nothing is made by looking", async () => {
  expect(
    await codes(
      ["status", "--max-lag", "3600"],
      ["keys", "list"],
      ["keys", "rotate"],
      ["verify"],
      ["proof", "--entry", entry, "--tenant", "alpha"],
    ),
  ).toEqual([0, 0, 1, 3, 1]);
});

test("sealed: 0", async () => {
  let sealed = await run("seal");
  for (let tries = 0; sealed.code === 0 && tries < 40; tries += 1) {
    // A transaction of another test's database holds it back for a moment.
    if (/"waiting": 0/.test((await run("status", "--json")).stdout)) break;
    sealed = await run("seal");
  }
  expect(sealed).toMatchObject({ code: 0, stderr: "" });
  const [proof, verified, listed] = await Promise.all([
    run("proof", "--entry", entry),
    run("verify", "--json"),
    run("list", "--tenant", "alpha", "--limit", "1"),
  ]);
  expect([proof.code, verified.code, listed.code]).toEqual([0, 0, 0]);
  expect(JSON.parse(verified.stdout)).toMatchObject({ intact: true, faults: [] });
  writeFileSync(file("proof.json"), proof.stdout);
});

test("a key is exported, rotated, and the first public key checks proofs offline: 0; a changed proof: 1; no proof or key: 2 or 3", async () => {
  expect((await run("keys", "--export", file("first.pem"))).code).toBe(0);
  const rotated = await run("keys", "rotate", "--reason", "yearly");
  expect(rotated).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^key [0-9a-f]{16} signs from block \d+ on; [0-9a-f]{16} endorsed it\n$/),
  });
  const offline = (...words: string[]) => apg(["audit", "check-proof", ...words], { dataDir: file("nowhere") });
  writeFileSync(file("changed.json"), readFileSync(file("proof.json"), "utf8").replace("alpha", "betaa"));
  const answers = await Promise.all([
    offline(file("proof.json"), "--public-key", file("first.pem")),
    offline(file("changed.json"), "--public-key", file("first.pem")),
    offline(file("missing.json"), "--public-key", file("first.pem")),
    offline(file("proof.json"), "--public-key", file("proof.json")),
    offline(file("proof.json")),
  ]);
  expect(answers.map(({ code }) => code)).toEqual([0, 1, 2, 3, 2]);
  expect(answers[1]?.stdout).toMatch(/^does not hold: /);
});

test("wrong input, and what is not there: 2; what must stay: 1; nothing to do: 0", async () => {
  const thisMonth = new Date().toISOString().slice(0, 7);
  expect(
    await codes(
      ["verify", "--from", "never"],
      ["list"],
      ["keys", "rotate", "--old-key-lost"],
      ["proof", "--entry", "999999999", "--tenant", "alpha"],
      ["retire", "--before", thisMonth, "--dry-run"],
      ["retire", "--before", "2010-01", "--dry-run"],
    ),
  ).toEqual([2, 2, 2, 2, 1, 0]);
});

test("a row changed by a superuser: verify says so with 1 and names it", async () => {
  const { admin } = database.current;
  await admin.query("alter table audit.audit_log disable trigger audit_log_is_append_only");
  await admin.query("update audit.audit_log set actor = 'nobody' where id = $1", [entry]);
  await admin.query("alter table audit.audit_log enable always trigger audit_log_is_append_only");
  const { code, stdout } = await run("verify", "--max-lag", "600");
  expect(code).toBe(1);
  expect(stdout).toMatch(new RegExp(`row_changed: row ${entry} \\(.*tenant alpha\\) was changed \\(block \\d+\\)`));
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { testContextKey } from "../../helpers/cluster.ts";
import { testDatabase } from "../../helpers/postgres.ts";
import { buildProgramFirst, startApg, temporaryFolder } from "../../helpers/program.ts";

const database = testDatabase();
const folder = temporaryFolder();
buildProgramFirst();

test("a proof killed in the middle leaves no tenant, no role, no row and no lock behind", async () => {
  const { admin, name, url } = database.current;
  const entries = async () => (await admin.query<{ count: bigint }>("select count(*) as count from audit.audit_log")).rows[0]?.count;
  const entriesBefore = await entries();
  const keyFile = join(folder.path, "context-key");
  writeFileSync(keyFile, testContextKey.secret.toString("base64url"), { mode: 0o600 });
  const environment = { DATABASE_URL: url(), APG_CONTEXT_KEY_FILE: keyFile };
  const program = startApg(["db", "prove", "isolation"], { dataDir: folder.path, environment });
  const prover = async () =>
    (await admin.query<{ pid: number }>("select pid from pg_stat_activity where datname = $1 and query like 'do $volley$%'", [name]))
      .rows[0]?.pid;
  let pid: number | undefined;
  for (let waited = 0; pid === undefined && waited < 600; waited += 1) {
    pid = await prover();
    await delay(50);
  }
  expect(pid, program.output()).toBeDefined();
  program.process.kill("SIGKILL");
  await program.ended;
  const running = async () => (await admin.query("select from pg_stat_activity where pid = $1", [pid])).rowCount;
  for (let waited = 0; (await running()) !== 0 && waited < 300; waited += 1) await delay(50);
  const { rows } = await admin.query(
    `select tenant_id::text as left_behind from cash_management.cm_tenants
     union all select rolname from pg_roles where rolname like 'prove%'
     union all select 'lock' from pg_locks where pid = $1`,
    [pid],
  );
  expect(rows).toEqual([]);
  expect(await entries()).toBe(entriesBefore);
}, 120_000);

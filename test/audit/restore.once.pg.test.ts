import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { readHead, readRestore, recordRestore } from "../../src/audit/seals/head-file.ts";
import { sealAll } from "../../src/audit/seals/sealer.ts";
import { openSigningKey } from "../../src/audit/seals/signing-key.ts";
import { type Verdict, verifyTrail } from "../../src/audit/verify/verify.ts";
import { openPool, type Pool, withClient } from "../../src/postgres/connect.ts";
import { type EmbeddedServer, startEmbedded } from "../../src/postgres/embedded/server.ts";
import { embeddedSettings } from "../../src/postgres/embedded/settings.ts";
import { buildTemplate, templateName, testPassword, testUrl } from "../helpers/cluster.ts";

// A cluster of its own, whose files are put back to an earlier state while it is stopped, as a restore from a file copy does.
let dataDir: string;
let server: EmbeddedServer;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "apg-test-restore-"));
  await chmod(dataDir, 0o755);
  await start();
  await buildTemplate(server.port);
});
afterAll(async () => {
  await server.stop();
  await rm(server.folder.path, { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
});

test("invariant 24: a restore to an earlier time is an alarm until it is recorded, then a fork that says what was lost", async () => {
  await openTenant("before");
  await seal();
  const kept = readHead(dataDir);
  await stopAnd(() => copy(server.folder.data, `${server.folder.data}.kept`));

  await openTenant("lost");
  await seal();
  const lost = readHead(dataDir);
  expect(lost?.number).toBeGreaterThan(kept?.number ?? 0n);
  expect(await verify()).toMatchObject({ intact: true });
  await stopAnd(async () => {
    await rm(server.folder.data, { recursive: true });
    copy(`${server.folder.data}.kept`, server.folder.data);
  });

  expect((await verify()).faults).toMatchObject([{ kind: "chain_went_back", block: `${lost?.number}` }]);
  await openTenant("after");
  await expect(seal(), "nothing is sealed over a loss that nobody explained").rejects.toMatchObject({ code: "audit_chain_went_back" });

  recordRestore(dataDir, { reason: "the disk failed", actor: "command:ada", at: "2026-03-02T10:00:00.000Z" });
  expect(await verify()).toMatchObject({ intact: true, notes: [expect.stringContaining("will record a fork")] });
  await seal();
  expect(readRestore(dataDir), "used up").toBeNull();
  await openTenant("later");
  await seal();
  const verdict = await verify();
  expect(verdict).toMatchObject({ intact: true, faults: [], unsealed: { rows: 0 } });
  expect(verdict.forks).toMatchObject([
    { number: `${(kept?.number ?? 0n) + 1n}`, reason: expect.stringContaining("the disk failed"), lost: `${lost?.number}` },
  ]);
});

async function start(): Promise<void> {
  const settings = { ...embeddedSettings, shared_buffers: "64MB", log_min_duration_statement: "-1" };
  server = await startEmbedded({
    dataDir,
    major: inject("cluster").major,
    superuserPassword: () => testPassword,
    withParent: true,
    settings,
  });
}

async function stopAnd(work: () => void | Promise<void>): Promise<void> {
  await server.stop();
  await work();
  await start();
}

function copy(from: string, to: string): void {
  const done = spawnSync("cp", ["-a", from, to], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stderr);
}

async function withPool<T>(role: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = openPool({ url: testUrl(server.port, templateName, role), applicationName: "apg test", max: 2 });
  return work(pool).finally(() => pool.end());
}

const openTenant = (id: string) =>
  withPool("postgres", (pool) => pool.query("insert into cash_management.cm_tenants (tenant_id, name) values ($1::text, $1::text)", [id]));
const seal = () => withPool("apg_sealer", (pool) => sealAll(pool, { key: openSigningKey({ dataDir }), dataDir }));
const verify = (): Promise<Verdict> =>
  withPool("postgres", (pool) =>
    withClient(pool, (client) =>
      verifyTrail(client, { trusted: [openSigningKey({ dataDir })], known: readHead(dataDir), restore: readRestore(dataDir) }),
    ),
  );

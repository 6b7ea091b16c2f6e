import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { openPool } from "../../src/postgres/connect.ts";
import { findBinaries, hydrate } from "../../src/postgres/embedded/binaries.ts";
import { type EmbeddedOptions, startEmbedded } from "../../src/postgres/embedded/server.ts";
import { chooseServiceUser } from "../../src/postgres/embedded/service-user.ts";
import { testPassword, testUrl } from "../helpers/cluster.ts";

// One data folder for all of them: making a cluster is the slow part, and each test leaves a stopped server behind.
const { major } = inject("cluster");
let dataDir = "";

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "apg-embedded-"));
  await chmod(dataDir, 0o755);
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

function start(options: Partial<EmbeddedOptions> = {}) {
  return startEmbedded({ dataDir, major, superuserPassword: () => testPassword, ...options });
}

async function query(port: number, text: string): Promise<unknown[]> {
  const pool = openPool({ url: testUrl(port, "postgres"), applicationName: "test", max: 1 });
  return pool
    .query(text)
    .then(({ rows }) => rows)
    .finally(() => pool.end());
}

async function postmaster(): Promise<number> {
  return Number((await readFile(join(dataDir, "server/data/postmaster.pid"), "utf8")).split("\n")[0]);
}

test("a new cluster has checksums, sorts by bytes, asks for passwords and listens to this machine only", async () => {
  const server = await start();
  const rows = await query(
    server.port,
    `select current_setting('data_checksums') as checksums, current_setting('listen_addresses') as listens, current_setting('fsync') as fsync,
       current_setting('unix_socket_directories') as sockets, current_setting('shared_preload_libraries') as preloaded,
       (select datcollate from pg_database where datname = 'postgres') as collation,
       (select string_agg(distinct auth_method, ',') from pg_hba_file_rules) as methods`,
  );
  expect(rows).toEqual([
    {
      checksums: "on",
      listens: "127.0.0.1",
      fsync: "on",
      sockets: "",
      preloaded: "pg_stat_statements",
      collation: "C",
      methods: "reject,scram-sha-256",
    },
  ]);
  const wrong = openPool({ url: testUrl(server.port, "postgres").replace(testPassword, "guess"), applicationName: "test" });
  await expect(wrong.query("select 1")).rejects.toMatchObject({ code: "28P01" });
  await wrong.end();
  await server.stop();
});

test("a second program joins the server that runs, and the last to leave stops it", async () => {
  const first = await start();
  const second = await start();
  expect([second.joined, second.port]).toEqual([true, first.port]);
  await first.stop();
  expect(await query(second.port, "select 1 as one")).toEqual([{ one: 1 }]);
  await second.stop();
  await expect(query(second.port, "select 1")).rejects.toThrow(/ECONNREFUSED/);
});

test("two that start at once get one server", async () => {
  const servers = await Promise.all([start(), start(), start()]);
  expect(new Set(servers.map(({ port }) => port)).size).toBe(1);
  expect(servers.filter(({ joined }) => !joined)).toHaveLength(1);
  for (const server of servers) await server.stop();
});

test("what was committed is there after SIGKILL of the server, and its port stays", async () => {
  const first = await start();
  await query(first.port, "create table kept as select 42 as answer");
  process.kill(await postmaster(), "SIGKILL");
  const again = await start();
  expect([again.joined, again.port]).toEqual([false, first.port]);
  expect(await query(again.port, "select answer from kept")).toEqual([{ answer: 42 }]);
  await first.stop();
  await again.stop();
});

test("the server of a long-running program is started again when it crashes", async () => {
  const notes: string[] = [];
  const server = await start({ withParent: true, note: (line) => notes.push(line) });
  process.kill(await postmaster(), "SIGKILL");
  await expect.poll(() => notes.join("\n"), { timeout: 20_000 }).toContain("runs again");
  expect(await query(server.port, "select 1 as one")).toEqual([{ one: 1 }]);
  await server.stop();
});

test("a process id file whose number another program got since does not keep the server from starting", async () => {
  const stranger: ChildProcess = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  await writeFile(join(dataDir, "server/data/postmaster.pid"), `${stranger.pid}\n${dataDir}\n0\n5432\n\n127.0.0.1\n\nready\n`);
  const server = await start();
  expect(server.joined).toBe(false);
  await server.stop();
  stranger.kill("SIGKILL");
});

test("a lock and half a cluster of a program killed while it made one are in nobody's way", async () => {
  const left = await mkdtemp(join(tmpdir(), "apg-embedded-"));
  await chmod(left, 0o755);
  await mkdir(join(left, "server/start.lock"), { recursive: true });
  await writeFile(join(left, "server/start.lock/pid"), "2147480000");
  await mkdir(join(left, "server/data.123.new/base"), { recursive: true });
  const server = await start({ dataDir: left });
  expect(await query(server.port, "select 1 as one")).toEqual([{ one: 1 }]);
  await server.stop();
  await rm(left, { recursive: true, force: true });
});

test("when the usual port is taken the server moves to another", async () => {
  const usual = Number(await readFile(join(dataDir, "server/port"), "utf8"));
  const other = createServer().listen(usual, "127.0.0.1");
  await once(other, "listening");
  const server = await start();
  expect(server.port).not.toBe(usual);
  await server.stop();
  other.close();
});

test("a cluster of another major is refused and stays as it is", async () => {
  const other = major === 18 ? 15 : 18;
  await expect(start({ major: other })).rejects.toMatchObject({
    code: "data_dir_unusable",
    message: expect.stringContaining(`PostgreSQL ${major}`),
  });
});

test("a major that is not installed is a missing library, and the message names the other way", async () => {
  const empty = await mkdtemp(join(tmpdir(), "apg-embedded-"));
  await chmod(empty, 0o755);
  await expect(start({ dataDir: empty, major: 14 })).rejects.toMatchObject({
    code: "library_missing",
    hint: expect.stringMatching(/--database-url=.*DATABASE_URL/),
  });
  await rm(empty, { recursive: true, force: true });
});

test("programs that cannot find their libraries are a missing library, told in the system's words", async () => {
  const broken = await mkdtemp(join(tmpdir(), "apg-embedded-"));
  await chmod(broken, 0o755);
  const whole = findBinaries(major);
  await cp(join(whole.native, "bin"), join(broken, "native/bin"), { recursive: true });
  const user = chooseServiceUser(join(broken, "data"));
  await expect(hydrate({ ...whole, native: join(broken, "native") }, join(broken, "runtime"), user)).rejects.toMatchObject({
    code: "library_missing",
    hint: expect.stringMatching(/--database-url=.*DATABASE_URL/),
  });
  expect(existsSync(join(broken, "runtime", `postgres-${whole.version}`))).toBe(false);
  await rm(broken, { recursive: true, force: true });
});

test("a data folder that is a file is unusable, and the message names the flag", async () => {
  const file = join(dataDir, "a-file");
  await writeFile(file, "");
  await expect(start({ dataDir: file })).rejects.toMatchObject({ code: "data_dir_unusable", hint: expect.stringContaining("--data-dir") });
});

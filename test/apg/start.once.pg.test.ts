import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, inject, test } from "vitest";
import { apg, buildProgramFirst, type RunningProgram, startApg, temporaryFolder } from "../helpers/program.ts";

buildProgramFirst();
const folder = temporaryFolder();
const { major } = inject("cluster");
const environment = { APG_PORT: "0", APG_DEMO: "false", APG_POSTGRES_MAJOR: String(major) };
const address = /address +(http:\S+)/;
const isRoot = process.getuid?.() === 0;

const running: RunningProgram[] = [];
afterEach(async () => {
  for (const program of running.splice(0)) {
    program.process.kill("SIGKILL");
    await program.ended;
  }
});

function start(dataDir = join(folder.path, "data"), more: { uid?: number; environment?: Record<string, string> } = {}): RunningProgram {
  const program = startApg(["start"], { dataDir, ...more, environment: { ...environment, ...more.environment } });
  running.push(program);
  return program;
}

function command(...parameters: string[]) {
  return apg(parameters, { dataDir: join(folder.path, "data") });
}

async function postmaster(dataDir = join(folder.path, "data")): Promise<number> {
  return Number((await readFile(join(dataDir, "server/data/postmaster.pid"), "utf8")).split("\n")[0]);
}

async function isReady(program: RunningProgram): Promise<unknown> {
  const [, url] = await program.says(address);
  return (await fetch(`${url}/readyz`)).json();
}

test("apg start makes a database, answers at the address it prints, and ends with its server when told to", async () => {
  const program = start();
  expect(await isReady(program)).toEqual({ status: "ready" });
  expect(program.output()).toContain(join(folder.path, "data/server/data"));
  const server = await postmaster();
  program.process.kill("SIGTERM");
  expect(await program.ended).toBe(0);
  expect(() => process.kill(server, 0)).toThrow("ESRCH");
});

test("other commands talk to the running server's database without more words, and leave it running", async () => {
  const program = start();
  await isReady(program);
  expect(await command("tenant", "create", "acme", "--name", "Acme")).toMatchObject({ code: 0 });
  expect((await command("tenant", "list")).stdout).toContain("acme");
  expect(await isReady(program)).toEqual({ status: "ready" });
});

test("a command starts the server for itself when none runs, and stops it again", async () => {
  const list = await command("tenant", "list");
  expect(list).toMatchObject({ code: 0, stdout: expect.stringContaining("acme") });
  expect(existsSync(join(folder.path, "data/server/data/postmaster.pid"))).toBe(false);
});

test("killed hard and started again, it finds its data", async () => {
  const first = start();
  await isReady(first);
  first.process.kill("SIGKILL");
  await first.ended;
  const second = start();
  expect(await isReady(second)).toEqual({ status: "ready" });
  expect((await command("tenant", "list")).stdout).toContain("acme");
});

test("when its server is killed, it starts it again and answers again", async () => {
  const program = start();
  await isReady(program);
  process.kill(await postmaster(), "SIGKILL");
  await program.says(/runs again/);
  await expect.poll(() => isReady(program), { timeout: 10_000 }).toEqual({ status: "ready" });
  expect((await command("tenant", "list")).stdout).toContain("acme");
});

test.runIf(process.platform === "linux")("invariant 20: the list of processes shows the command, and no parameter of it", async () => {
  const program = startApg(["start", "--public-address", "https://canary.example"], { dataDir: join(folder.path, "data"), environment });
  running.push(program);
  await isReady(program);
  const shown = await readFile(`/proc/${program.process.pid}/cmdline`, "utf8");
  expect(shown.replaceAll("\0", " ").trim()).toBe("apg start");
});

test("a taken port is said before any database is made, with the flag to use", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const port = String((other.address() as { port: number }).port);
  const fresh = join(folder.path, "never-made");
  const refused = await apg(["start", "--port", port], { dataDir: fresh });
  expect(refused).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(new RegExp(`port ${port} .*taken[^]*--port=PORT \\(APG_PORT\\)`)),
  });
  expect(existsSync(join(fresh, "server"))).toBe(false);
  other.close();
});

test("roles get generated passwords that only the owner can read, and none of them is shown", async () => {
  const secrets = join(folder.path, "data/secrets");
  expect([statSync(secrets).mode & 0o777, statSync(join(secrets, "roles.json")).mode & 0o777]).toEqual([0o700, 0o600]);
  const passwords = Object.values(JSON.parse(await readFile(join(secrets, "roles.json"), "utf8")) as Record<string, string>);
  expect(passwords.length).toBeGreaterThan(5);
  const log = await readFile(join(folder.path, "data/server/server.log"), "utf8");
  expect(passwords.filter((password) => password.length < 30 || log.includes(password))).toEqual([]);
});

test.runIf(isRoot)("root hands the server to an unprivileged user and keeps everything else", () => {
  const owner = (path: string) => statSync(join(folder.path, "data", path)).uid;
  expect(owner("server/data")).not.toBe(0);
  expect([owner("server"), owner("secrets"), owner("server/server.log")]).toEqual([0, 0, 0]);
});

test.runIf(isRoot)("an ordinary user runs it as himself", async () => {
  const own = await mkdtemp(join(tmpdir(), "apg-ordinary-"));
  await chown(own, 65_534, 65_534);
  const program = start(join(own, "data"), { uid: 65_534 });
  expect(await isReady(program)).toEqual({ status: "ready" });
  expect(statSync(join(own, "data/server/data")).uid).toBe(65_534);
  program.process.kill("SIGTERM");
  await program.ended;
  await rm(own, { recursive: true, force: true });
});

test.runIf(isRoot && process.platform === "linux")("so does a user id without a name, as containers have them", async () => {
  const own = await mkdtemp(join(tmpdir(), "apg-nameless-"));
  await chown(own, 54_321, 54_321);
  const program = start(join(own, "data"), { uid: 54_321 });
  expect(await isReady(program)).toEqual({ status: "ready" });
  program.process.kill("SIGTERM");
  await program.ended;
  await rm(own, { recursive: true, force: true });
});

test.runIf(isRoot)("under a home that is closed to others the server's files go elsewhere, and the home stays closed", async () => {
  const home = await mkdtemp(join(tmpdir(), "apg-home-"));
  await chmod(home, 0o700);
  await mkdir(join(home, "data"));
  const program = start(join(home, "data"));
  const [, elsewhere] = await program.says(/the cluster lies in (\/var\/lib\/apg\/\w+)/);
  expect(await isReady(program)).toEqual({ status: "ready" });
  expect(statSync(home).mode & 0o777).toBe(0o700);
  program.process.kill("SIGTERM");
  await program.ended;
  await rm(elsewhere ?? "", { recursive: true, force: true });
  await rm(home, { recursive: true, force: true });
});

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Problem } from "../../errors/problem.ts";
import { findBinaries, hydrate, program } from "./binaries.ts";
import { clusterMajor, makeCluster, writeSettings } from "./cluster.ts";
import { prepareFolder, type ServerFolder, unusable } from "./folder.ts";
import { takeLease, usersOf } from "./leases.ts";
import { withLock } from "./lock.ts";
import { livePostmaster, type Postmaster, removeStalePidFile, stopPostmaster } from "./postmaster.ts";
import { asSpawnOptions } from "./service-user.ts";
import { embeddedSettings } from "./settings.ts";

export interface EmbeddedOptions {
  readonly dataDir: string;
  /** For a new cluster; one that is there keeps its major. Default 18. */
  readonly major?: number | undefined;
  /** Asked for when the cluster is made. */
  readonly superuserPassword: () => string;
  /** Ends with this process, even when it is killed; otherwise the server ends with the last command that uses it. */
  readonly withParent?: boolean;
  /** Instead of the usual settings. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where the server's programs are copied to; default the server's folder. */
  readonly runtimeFolder?: string;
  readonly note?: (line: string) => void;
}

export interface EmbeddedServer {
  readonly port: number;
  readonly pid: number;
  readonly major: number;
  readonly folder: ServerFolder;
  /** It ran already; another program started it. */
  readonly joined: boolean;
  /** Resolves when the server's process ends without having been asked to. Never for a joined one. */
  readonly died: Promise<void>;
  /** Ends it, or leaves it to the other commands that use it. */
  stop(): Promise<void>;
}

export const defaultMajor = 18;

/**
 * The server of a data folder: joins the one that runs, else starts it, making the cluster first when there is none.
 * @throws Problem `library_missing`, `data_dir_unusable`, `server_failed`
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const folder = prepareFolder(options.dataDir);
  return withLock(folder.path, async () => {
    const running = await settled(folder);
    if (running !== null && !(options.withParent === true && usersOf(folder.path).length === 0)) return joinRunning(folder, running);
    // An orphan of a killed command: the one that stays takes over, so that it can end with it.
    if (running !== null) await stopPostmaster(running.pid);
    return start(folder, options);
  });
}

async function joinRunning(folder: ServerFolder, running: Postmaster): Promise<EmbeddedServer> {
  const major = (await clusterMajor(folder)) ?? defaultMajor;
  const stop = leaver(folder, false);
  return { port: running.port, pid: running.pid, major, folder, joined: true, died: new Promise(() => {}), stop };
}

async function start(folder: ServerFolder, options: EmbeddedOptions): Promise<EmbeddedServer> {
  if (folder.note !== undefined) options.note?.(folder.note);
  const found = await clusterMajor(folder);
  const major = found ?? options.major ?? defaultMajor;
  if (found !== null && options.major !== undefined && found !== options.major)
    throw unusable(options.dataDir, `its database is of PostgreSQL ${found}, and PostgreSQL ${options.major} is asked for`);
  const runtime = await hydrate(findBinaries(major), options.runtimeFolder ?? folder.path, folder.user);
  if (found === null) {
    options.note?.(`making a PostgreSQL ${major} cluster in ${folder.data}`);
    await makeCluster(folder, runtime, options.superuserPassword());
  }
  await writeSettings(folder, options.settings ?? embeddedSettings);
  const { child, port } = await run(folder, runtime, options.withParent === true);
  await writeFile(join(folder.path, "port"), `${port}\n`);
  const died = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = leaver(folder, options.withParent === true);
  return { port, pid: child.pid ?? 0, major, folder, joined: false, died, stop };
}

/** Tries the port of last time, then a free one; waits out the processes that a killed server leaves behind for a moment. */
async function run(folder: ServerFolder, runtime: string, withParent: boolean): Promise<{ child: ChildProcess; port: number }> {
  const until = Date.now() + 30_000;
  let port = await usualPort(folder);
  for (;;) {
    removeStalePidFile(folder.data);
    rotate(folder.log);
    const from = logSize(folder.log);
    const child = launch(folder, runtime, port, withParent);
    if (await becomesReady(child, folder)) {
      child.unref();
      return { child, port };
    }
    const said = readFileSync(folder.log, "utf8").slice(from);
    if (Date.now() > until) throw failed(folder, said);
    if (/could not bind|could not create any TCP/.test(said)) port = await freePort();
    else if (/shared memory block|still in use|lock file .* already exists/.test(said)) await delay(200);
    else throw failed(folder, said);
  }
}

function launch(folder: ServerFolder, runtime: string, port: number, withParent: boolean): ChildProcess {
  const forced = ["listen_addresses=127.0.0.1", `port=${port}`, "unix_socket_directories="].flatMap((setting) => ["-c", setting]);
  const server = [join(runtime, "bin", program("postgres")), "-D", folder.data, ...forced];
  const line = withParent && hasSetpriv() ? ["setpriv", "--pdeathsig", "INT", ...server] : server;
  const log = openSync(folder.log, "a", 0o600);
  // Detached: Ctrl-C in the terminal reaches this program only, which then stops things in order.
  const child = spawn(line[0] ?? "", line.slice(1), { ...asSpawnOptions(folder.user), detached: true, stdio: ["ignore", log, log] });
  child.on("error", () => {});
  closeSync(log);
  return child;
}

/** postmaster.pid says "ready" in its eighth line; a server that recovers from a crash may take its time. */
async function becomesReady(child: ChildProcess, folder: ServerFolder): Promise<boolean> {
  if (child.pid === undefined) return false;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    const postmaster = livePostmaster(folder.data);
    if (postmaster?.pid === child.pid && postmaster.ready) return true;
    await delay(10);
  }
}

/** A server that is just starting or stopping is waited for. */
async function settled(folder: ServerFolder): Promise<Postmaster | null> {
  for (;;) {
    const found = livePostmaster(folder.data);
    if (found === null || found.ready) return found;
    await delay(50);
  }
}

/** Takes part in the use of the server; the last to leave stops it, and so does the one it is bound to. */
function leaver(folder: ServerFolder, bound: boolean): () => Promise<void> {
  const lease = takeLease(folder.path);
  return () =>
    withLock(folder.path, async () => {
      lease.end();
      const running = livePostmaster(folder.data);
      if (running !== null && (bound || lease.others().length === 0)) await stopPostmaster(running.pid);
    });
}

async function usualPort(folder: ServerFolder): Promise<number> {
  const text = await readFile(join(folder.path, "port"), "utf8").catch(() => "");
  const port = Number(text);
  return port > 0 && port < 65_536 ? port : freePort();
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function hasSetpriv(): boolean {
  return process.platform === "linux" && spawnSync("setpriv", ["--pdeathsig", "keep", "true"], { stdio: "ignore" }).status === 0;
}

const keepLogBytes = 10_000_000;

function rotate(log: string): void {
  if (logSize(log) > keepLogBytes) renameSync(log, `${log}.1`);
}

function logSize(log: string): number {
  return existsSync(log) ? statSync(log).size : 0;
}

function failed(folder: ServerFolder, said: string): Problem {
  const last = said.trim().split("\n").slice(-5).join("\n");
  return new Problem("server_failed", `the embedded PostgreSQL did not start:\n${last}`, {
    hint: `The whole log is ${folder.log}. Another server can be named with --database-url=postgres://… (DATABASE_URL).`,
  });
}

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Problem } from "../../errors/problem.ts";
import { program } from "./binaries.ts";
import type { ServerFolder } from "./folder.ts";
import { livePostmaster, removeStalePidFile } from "./postmaster.ts";
import { asSpawnOptions } from "./service-user.ts";

export interface Launched {
  readonly child: ChildProcess;
  readonly port: number;
}

/**
 * Starts the server and waits until it takes connections. Tries the port of last time, then a free one; waits out the
 * processes that a killed server leaves behind for a moment.
 * @throws Problem `server_failed`
 */
export async function launch(folder: ServerFolder, runtime: string, withParent: boolean): Promise<Launched> {
  const until = Date.now() + 30_000;
  let port = await usualPort(folder);
  for (;;) {
    removeStalePidFile(folder.data);
    rotate(folder.log);
    const from = logSize(folder.log);
    const child = spawnServer(folder, runtime, port, withParent);
    if (await becomesReady(child, folder)) {
      child.unref();
      await writeFile(join(folder.path, "port"), `${port}\n`);
      return { child, port };
    }
    const said = readFileSync(folder.log).subarray(from).toString();
    if (Date.now() > until) throw failed(folder, said);
    if (/could not bind|could not create any TCP/.test(said)) port = await freePort();
    else if (/shared memory block|still in use|lock file .* already exists/.test(said)) await delay(200);
    else throw failed(folder, said);
  }
}

function spawnServer(folder: ServerFolder, runtime: string, port: number, withParent: boolean): ChildProcess {
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

/** A server that recovers from a crash may take its time: it is waited for as long as its process lives. */
async function becomesReady(child: ChildProcess, folder: ServerFolder): Promise<boolean> {
  if (child.pid === undefined) return false;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    const postmaster = livePostmaster(folder.data);
    if (postmaster?.pid === child.pid && postmaster.ready) return true;
    await delay(10);
  }
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

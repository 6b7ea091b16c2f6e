import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive } from "./lock.ts";

/** What a running server says of itself in postmaster.pid. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** The server of this cluster when its process lives; a file that a crash left behind counts as none. */
export function livePostmaster(data: string): Postmaster | null {
  const lines = read(data);
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid) || !isPostgres(pid)) return null;
  return { pid, port, ready: lines[7]?.trim() === "ready" };
}

/**
 * PostgreSQL removes what a crash left behind by itself, except when the process id has been given to another program since
 * (usual in containers): then it would refuse to start for ever.
 */
export function removeStalePidFile(data: string): void {
  if (livePostmaster(data) === null) rmSync(join(data, "postmaster.pid"), { force: true });
}

/** Fast shutdown: open transactions are rolled back, a checkpoint is written. */
export async function stopPostmaster(pid: number, timeoutMs = 60_000): Promise<void> {
  signal(pid, "SIGINT");
  const until = Date.now() + timeoutMs;
  while (isAlive(pid)) {
    // Immediate shutdown: the next start recovers from the log.
    if (Date.now() > until) signal(pid, "SIGQUIT");
    await delay(20);
    if (Date.now() > until + 10_000) throw new Error(`the PostgreSQL server (process ${pid}) does not stop`);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function read(data: string): readonly string[] {
  try {
    return readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return [];
  }
}

function isPostgres(pid: number): boolean {
  try {
    if (process.platform === "linux") return readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("postgres");
    if (process.platform === "win32") return true;
    return execFileSync("ps", ["-p", String(pid), "-o", "comm="], { encoding: "utf8" }).includes("postgres");
  } catch {
    return false;
  }
}

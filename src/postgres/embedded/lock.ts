import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Problem } from "../../errors/problem.ts";

const heartbeatMs = 2_000;
const staleAfterMs = 30_000;

/**
 * Runs `work` while no other process starts or stops the server of this folder. The holder's process id and a heartbeat
 * tell a dead holder from a slow one, so a killed program leaves no lock that a person would have to remove.
 */
export async function withLock<T>(folder: string, work: () => Promise<T>, timeoutMs = 120_000): Promise<T> {
  const path = join(folder, "start.lock");
  const until = Date.now() + timeoutMs;
  while (!take(path)) {
    if (isStale(path)) discard(path);
    else if (Date.now() > until)
      throw new Problem("conflict", `another program is starting or stopping the server in ${folder} since ${timeoutMs / 1000} s`, {
        hint: "Wait for it or end it, then run this again.",
      });
    else await delay(50);
  }
  const heartbeat = setInterval(() => utimesSync(path, new Date(), new Date()), heartbeatMs).unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    rmSync(path, { recursive: true, force: true });
  }
}

/** Whether a process with this id exists (it may belong to somebody else). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A folder, because making one either succeeds or fails, also where a file's exclusive creation is not sure (network drives). */
function take(path: string): boolean {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  writeFileSync(join(path, "pid"), String(process.pid));
  return true;
}

function isStale(path: string): boolean {
  const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  if (age > staleAfterMs) return true;
  try {
    const pid = Number(readFileSync(join(path, "pid"), "utf8"));
    // Inside a container a new program may well get the dead one's number; two locks of one process queue on the heartbeat.
    return pid > 0 && pid !== process.pid && !isAlive(pid);
  } catch {
    return false;
  }
}

/** Renamed first, so that of several waiters only one removes it, and none removes a lock taken since. */
function discard(path: string): void {
  const away = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, away);
    rmSync(away, { recursive: true, force: true });
  } catch {
    // Somebody else was quicker.
  }
}

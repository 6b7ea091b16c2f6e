import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { Problem } from "../../errors/problem.ts";

/** Who runs the server. PostgreSQL refuses root, so root hands it to somebody without rights of his own. */
export interface ServiceUser {
  readonly name: string;
  /** Set when the process must change to this user; undefined when it already is. */
  readonly switchTo: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * An ordinary user runs the server as himself. Root runs it as the owner of the data that is there already,
 * else as `postgres`, else as `nobody`: users with an entry in the password file, which initdb insists on.
 */
export function chooseServiceUser(existingData: string): ServiceUser {
  if (process.getuid === undefined || process.getuid() !== 0) return { name: ownName(), switchTo: undefined };
  const owner = existsSync(existingData) ? statSync(existingData) : undefined;
  if (owner !== undefined && owner.uid !== 0) return { name: nameOf(owner.uid), switchTo: { uid: owner.uid, gid: owner.gid } };
  for (const name of ["postgres", "_postgres", "nobody"]) {
    const ids = lookUp(name);
    if (ids !== undefined && ids.uid > 0) return { name, switchTo: ids };
  }
  throw new Problem("server_failed", "PostgreSQL does not run as root, and there is no user postgres or nobody to run it as", {
    hint: "Start this program as an ordinary user, or name a running server with --database-url=postgres://… (DATABASE_URL).",
  });
}

/** For spawn: the switch of user (Node drops the other groups too), a folder that always can be entered, a bare environment. */
export function asSpawnOptions(user: ServiceUser): { uid?: number; gid?: number; cwd: string; env: Record<string, string> } {
  const bare = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
  const windows = process.platform === "win32" ? { SystemRoot: process.env["SystemRoot"] ?? "C:\\Windows" } : {};
  return { ...user.switchTo, cwd: process.platform === "win32" ? "." : "/", env: { ...bare, ...windows } };
}

/** Whether the service user can enter the folder; asked of the system, since access lists and mounts count too. */
export function canReach(user: ServiceUser, folder: string): boolean {
  if (user.switchTo === undefined) return true;
  const asked = spawnSync("/bin/sh", ["-c", 'cd -- "$1"', "sh", folder], { ...asSpawnOptions(user), stdio: "ignore" });
  return asked.status === 0;
}

/**
 * initdb wants a name for its user id. A container may run us under a bare number: a user namespace that maps
 * it to nobody gives it one, and the server itself does not ask.
 */
export function initdbPrefix(): readonly string[] {
  if (process.platform !== "linux") return [];
  try {
    userInfo();
    return [];
  } catch {
    return ["unshare", "--user", "--map-user=65534", "--map-group=65534"];
  }
}

function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "?"}`;
  }
}

function nameOf(uid: number): string {
  return ask(["-nu", String(uid)]) ?? `user ${uid}`;
}

function lookUp(name: string): { uid: number; gid: number } | undefined {
  const [uid, gid] = [ask(["-u", name]), ask(["-g", name])];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

function ask(parameters: readonly string[]): string | undefined {
  try {
    return execFileSync("id", parameters, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}

import { randomBytes } from "node:crypto";
import { chownSync, existsSync, lstatSync, mkdirSync, realpathSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../../errors/problem.ts";
import { canReach, chooseServiceUser, type ServiceUser } from "./service-user.ts";

/**
 * Where the embedded server lives: `server` in the data folder. The folder belongs to whoever runs this program and only `data` in it to
 * the service user, so that root never writes where somebody else could have put a link.
 */
export interface ServerFolder {
  readonly path: string;
  /** The cluster (PGDATA). */
  readonly data: string;
  readonly log: string;
  readonly user: ServiceUser;
  /** Said once at start when the server's files had to go elsewhere. */
  readonly note: string | undefined;
}

const systemPlace = "/var/lib/apg";

/**
 * The server's folder inside the data folder. When root's data folder lies where the service user cannot go (a home of mode
 * 0700), the folder is made under /var/lib/apg and `server` becomes a link to it: nothing of the home is opened.
 * @throws Problem `data_dir_unusable`
 */
export function prepareFolder(dataDir: string): ServerFolder {
  const server = join(dataDir, "server");
  try {
    mkdirSync(dataDir, { recursive: true });
    const data = join(server, "data");
    const user = chooseServiceUser(data);
    if (lstatSync(server, { throwIfNoEntry: false }) === undefined) makeFolder(dataDir, server, user);
    const path = realpathSync(server);
    requireOwnership(join(path, "data"), dataDir);
    if (!canReach(user, path)) throw unusable(dataDir, `${path} cannot be entered by ${user.name}, who runs the server`);
    const note = path.startsWith(systemPlace) ? `${dataDir} cannot be entered by ${user.name}: the cluster lies in ${path}` : undefined;
    return { path, data: join(path, "data"), log: join(path, "server.log"), user, note };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw unusable(dataDir, error instanceof Error ? error.message : String(error), error);
  }
}

/** Whether this data folder has a cluster already. */
export function hasCluster(dataDir: string): boolean {
  return existsSync(join(dataDir, "server", "data", "PG_VERSION"));
}

export function giveTo(user: ServiceUser, path: string): void {
  if (user.switchTo !== undefined) chownSync(path, user.switchTo.uid, user.switchTo.gid);
}

export function unusable(dataDir: string, fact: string, cause?: unknown): Problem {
  return new Problem("data_dir_unusable", `the data folder ${dataDir} cannot be used: ${fact}`, {
    hint: "Choose another with --data-dir=FOLDER (APG_DATA_DIR), or run this as the folder's owner.",
    cause,
  });
}

function makeFolder(dataDir: string, server: string, user: ServiceUser): void {
  if (canReach(user, dataDir)) {
    mkdirSync(server);
  } else {
    const elsewhere = join(systemPlace, randomBytes(6).toString("hex"));
    mkdirSync(elsewhere, { recursive: true });
    symlinkSync(elsewhere, server);
  }
}

/** PostgreSQL starts only for the owner of its files; better said before than by its own error. */
function requireOwnership(data: string, dataDir: string): void {
  const own = process.getuid?.();
  const owner = statSync(data, { throwIfNoEntry: false })?.uid;
  if (own === undefined || own === 0 || owner === undefined || owner === own) return;
  throw unusable(dataDir, `its database belongs to user id ${owner} and this is ${own}`);
}

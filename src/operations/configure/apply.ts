import { randomBytes } from "node:crypto";
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Problem } from "../../errors/problem.ts";
import type { Client } from "../../postgres/connect.ts";
import { rows } from "../../postgres/rows.ts";
import { fileErrors } from "./check-server.ts";
import { type ConfigurationFile, serverFile } from "./files.ts";
import { ownWayIn } from "./own-way-in.ts";

/** What an apply or a rollback has done. */
export interface Applied {
  readonly changed: readonly string[];
  /** Where the files that stood there before are kept; null when nothing changed. */
  readonly previous: string | null;
  /** Settings that wait for a restart. */
  readonly restart: readonly string[];
}

const includeLine = `include_if_exists = '${serverFile}'`;
const previousFolder = "apg-previous";

/**
 * Puts apg.conf, pg_hba.conf and pg_ident.conf where the server reads them and reloads it, when the server itself finds no
 * fault in them; otherwise everything is as before. Runs where the server runs, as one who may write its files.
 * @throws Problem `configuration_refused`, `configuration_unsafe`
 */
export async function applyConfiguration(client: Client, files: readonly ConfigurationFile[]): Promise<Applied> {
  const places = await serverPlaces(client);
  await refuseLoweredWalLevel(client);
  const wanted = await wantedFiles(places, files);
  const changed = [];
  for (const [path, text] of wanted) if ((await textOf(path)) !== text) changed.push(path);
  if (changed.length === 0) return { changed: [], previous: null, restart: await pendingRestarts(client) };
  const previous = await keepPrevious(places.folder, changed);
  try {
    for (const path of changed) await writeAtomically(path, wanted.get(path) ?? "", places.owner);
    await refuseFaults(client);
  } catch (error) {
    await restore(previous, places);
    await rm(previous, { recursive: true, force: true });
    throw error;
  }
  await reload(client);
  return { changed, previous, restart: await pendingRestarts(client) };
}

/** Puts back what stood there before the last apply. @throws Problem `not_found`, `configuration_refused` */
export async function rollbackConfiguration(client: Client): Promise<Applied> {
  const places = await serverPlaces(client);
  const kept = join(places.folder, previousFolder);
  const newest = (await readdir(kept).catch(() => []))
    .filter((name) => !name.endsWith(".partial"))
    .sort()
    .at(-1);
  if (newest === undefined)
    throw new Problem("not_found", `there is no earlier configuration in ${kept}`, {
      hint: "apg db configure --apply keeps one each time.",
    });
  const previous = join(kept, newest);
  const changed = await restore(previous, places);
  await refuseFaults(client);
  await reload(client);
  await rename(previous, `${previous}.rolled-back.partial`);
  await rm(`${previous}.rolled-back.partial`, { recursive: true, force: true });
  return { changed, previous: null, restart: await pendingRestarts(client) };
}

interface Places {
  readonly folder: string;
  readonly configFile: string;
  readonly hbaFile: string;
  readonly identFile: string;
  readonly owner: { readonly uid: number; readonly gid: number };
}

async function serverPlaces(client: Client): Promise<Places> {
  const [row] = await rows<{ config: string; hba: string; ident: string }>(
    client,
    "select current_setting('config_file') as config, current_setting('hba_file') as hba, current_setting('ident_file') as ident",
  );
  const { config, hba, ident } = row ?? { config: "", hba: "", ident: "" };
  const owner = await stat(config).catch((cause: unknown) => {
    throw new Problem("configuration_refused", `the server's ${config} is not on this machine, or not to be read`, {
      hint: "Run --apply where the server runs, as root or as its user; or write the files with --out and carry them there.",
      cause,
    });
  });
  return { folder: dirname(config), configFile: config, hbaFile: hba, identFile: ident, owner: { uid: owner.uid, gid: owner.gid } };
}

async function wantedFiles(places: Places, files: readonly ConfigurationFile[]): Promise<ReadonlyMap<string, string>> {
  const text = (path: string) => files.find((file) => file.path === path)?.text ?? "";
  const config = await readFile(places.configFile, "utf8");
  const included = config.includes(includeLine)
    ? config
    : `${config.trimEnd()}\n\n# By apg db configure: what stands there counts, as it comes last.\n${includeLine}\n`;
  return new Map([
    [join(places.folder, serverFile), text(serverFile)],
    [places.hbaFile, text("pg_hba.conf")],
    [places.identFile, text("pg_ident.conf")],
    [places.configFile, included],
  ]);
}

/** A copy of each file that is to change, whole before it has its name. A file that was not there is kept as such. */
async function keepPrevious(folder: string, paths: readonly string[]): Promise<string> {
  const name = `${new Date().toISOString().replaceAll(":", "-")}-${randomBytes(3).toString("hex")}`;
  const partial = join(folder, previousFolder, `${name}.partial`);
  await mkdir(partial, { recursive: true, mode: 0o700 });
  for (const path of paths) {
    const copy = join(partial, basename(path));
    if ((await textOf(path)) === null) await writeAtomically(`${copy}.absent`, "");
    else await copyFile(path, copy);
  }
  await rename(partial, join(folder, previousFolder, name));
  return join(folder, previousFolder, name);
}

async function restore(previous: string, places: Places): Promise<string[]> {
  const targets = [join(places.folder, serverFile), places.hbaFile, places.identFile, places.configFile];
  const kept = new Set(await readdir(previous));
  const changed = targets.filter((path) => kept.has(basename(path)) || kept.has(`${basename(path)}.absent`));
  for (const path of changed) {
    if (kept.has(`${basename(path)}.absent`)) await rm(path, { force: true });
    else await writeAtomically(path, await readFile(join(previous, basename(path)), "utf8"), places.owner);
  }
  return changed;
}

/** The server reads its files for these views without taking them over. */
async function refuseFaults(client: Client): Promise<void> {
  const faults = await fileErrors(client);
  const first = faults[0];
  if (first !== undefined)
    throw new Problem(
      "configuration_refused",
      `the server does not take it: ${faults.map(({ name, note }) => `${name} (${note})`).join("; ")}`,
      {
        hint: "Nothing was changed. apg db configure --json explains each value.",
      },
    );
  const locked = await ownWayIn(client);
  if (locked !== null)
    throw new Problem("configuration_unsafe", locked, {
      hint: "Nothing was changed. Name the network you come from (--admin-network), or connect by socket on the server.",
    });
}

async function refuseLoweredWalLevel(client: Client): Promise<void> {
  const [row] = await rows<{ level: string; logical: number }>(
    client,
    "select current_setting('wal_level') as level, (select count(*)::int from pg_catalog.pg_replication_slots where slot_type = 'logical') as logical",
  );
  if (row?.level === "logical" && row.logical > 0)
    throw new Problem("configuration_unsafe", `wal_level would fall from logical to replica, and ${row.logical} logical slots need it`, {
      hint: "Drop the slots first, or keep wal_level by alter system set wal_level = 'logical'.",
    });
}

async function reload(client: Client): Promise<void> {
  await client.query("select pg_catalog.pg_reload_conf()");
  // The server takes its files over a moment later.
  await client.query("select pg_catalog.pg_sleep(0.3)");
}

async function pendingRestarts(client: Client): Promise<string[]> {
  const found = await rows<{ name: string }>(client, "select name from pg_catalog.pg_settings where pending_restart order by name");
  return found.map(({ name }) => name);
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
}

/** Written beside, synced, renamed: whoever reads the path sees the old text or the new. */
export async function writeAtomically(path: string, text: string, owner?: { uid: number; gid: number }, mode = 0o600): Promise<void> {
  const partial = `${path}.${randomBytes(4).toString("hex")}.partial`;
  const file = await open(partial, "wx", mode);
  try {
    await file.writeFile(text);
    if (owner !== undefined && process.getuid?.() === 0) await file.chown(owner.uid, owner.gid);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, path);
}

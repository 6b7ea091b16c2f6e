import { execFile } from "node:child_process";
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Problem } from "../../errors/problem.ts";
import { program } from "./binaries.ts";
import { giveTo, type ServerFolder } from "./folder.ts";
import { asSpawnOptions, initdbPrefix } from "./service-user.ts";
import { settingsFile } from "./settings.ts";

/** The major version of the cluster in the folder, `null` when there is none yet. */
export async function clusterMajor(folder: ServerFolder): Promise<number | null> {
  const text = await readFile(join(folder.data, "PG_VERSION"), "utf8").catch(() => null);
  return text === null ? null : Number.parseInt(text, 10);
}

/**
 * Makes the cluster, beside its place and then renamed, so that a kill half way leaves nothing that looks like one.
 * No locale of the machine is used: text sorts by bytes, everywhere alike.
 */
export async function makeCluster(folder: ServerFolder, runtime: string, superuserPassword: string): Promise<void> {
  for (const name of await readdir(folder.path))
    if (/^(data|superuser)\./.test(name)) await rm(join(folder.path, name), { recursive: true, force: true });
  const fresh = join(folder.path, `data.${process.pid}.new`);
  const passwordFile = join(folder.path, `superuser.${process.pid}`);
  await mkdir(fresh, { mode: 0o700 });
  giveTo(folder.user, fresh);
  await writeFile(passwordFile, superuserPassword, { mode: 0o600, flag: "wx" });
  try {
    giveTo(folder.user, passwordFile);
    await initdb(folder, runtime, fresh, passwordFile);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await appendFile(
    join(fresh, "pg_hba.conf"),
    "host    all             all             all                     reject\nhost    replication     all             all                     reject\n",
  );
  await appendFile(join(fresh, "postgresql.conf"), "\ninclude_if_exists '../apg.conf'\n");
  await rename(fresh, folder.data);
}

export async function writeSettings(folder: ServerFolder, settings: Readonly<Record<string, string>>): Promise<void> {
  await writeFile(join(folder.path, "apg.conf"), settingsFile(settings));
}

async function initdb(folder: ServerFolder, runtime: string, fresh: string, passwordFile: string): Promise<void> {
  const options = ["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums"];
  const line = [
    ...initdbPrefix(),
    join(runtime, "bin", program("initdb")),
    ...options,
    `--pgdata=${fresh}`,
    `--pwfile=${passwordFile}`,
  ] as const;
  try {
    await promisify(execFile)(line[0] ?? "", line.slice(1), asSpawnOptions(folder.user));
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : String(error);
    throw new Problem("server_failed", `initdb could not make a database in ${folder.path}: ${said}`, {
      hint: "Choose another folder with --data-dir=FOLDER (APG_DATA_DIR), or name a running server with --database-url=postgres://….",
      cause: error,
    });
  }
}

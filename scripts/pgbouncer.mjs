// A PgBouncer for the tests behind a pooler: one that is there, else Debian's, where we may install it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const places = [
  process.env.APG_PGBOUNCER,
  "/usr/sbin/pgbouncer",
  "/usr/bin/pgbouncer",
  "/usr/local/bin/pgbouncer",
  "/opt/homebrew/bin/pgbouncer",
];

/** @returns the program's path, or null */
export function findPgBouncer() {
  const found = () => places.find((path) => path !== undefined && existsSync(path)) ?? null;
  return found() ?? (aptInstall("pgbouncer") ? found() : null);
}

function aptInstall(name) {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  console.log(`installing ${name} with apt-get …`);
  // Installed for its program alone: Debian would start a service of its own.
  const quiet = { stdio: ["ignore", "ignore", 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" } };
  spawnSync("apt-get", ["update", "-q"], quiet);
  return spawnSync("apt-get", ["install", "-qy", "--no-install-recommends", name], quiet).status === 0;
}

// A PgBouncer for the tests behind a pooler: one that is there, else Debian's, where we may install it.
import { existsSync } from "node:fs";
import { aptInstall } from "./apt-install.mjs";

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

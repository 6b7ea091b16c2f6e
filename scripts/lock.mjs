// Completes package-lock.json: npm leaves out the optional packages of other platforms when its registry cannot show
// them, and `npm ci` then refuses the lock as out of step. With --check it only says what is missing.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const path = join(dirname(dirname(fileURLToPath(import.meta.url))), "package-lock.json");

/** Optional packages that a locked package names and the lock does not hold. */
export function missingFromLock(lock) {
  const places = Object.keys(lock.packages);
  return Object.values(lock.packages).flatMap((owner) =>
    Object.entries(owner.optionalDependencies ?? {})
      .filter(([name]) => !places.some((place) => place.endsWith(`node_modules/${name}`)))
      .map(([name, version]) => ({ name, version: version.replace(/^[~^]/, ""), owner })),
  );
}

/** What npm would write, less the checksum; such names end in os-cpu[-libc]. */
function entry({ name, version, owner }) {
  const [os, cpu, abi = ""] = name
    .split("/")
    .at(-1)
    .replace(/^(cli|binding)-/, "")
    .split("-");
  const libc = abi.startsWith("gnu") ? "glibc" : abi.startsWith("musl") ? "musl" : undefined;
  return {
    version,
    cpu: [cpu],
    ...(owner.dev && { dev: true }),
    ...(libc && { libc: [libc] }),
    ...(owner.license && { license: owner.license }),
    optional: true,
    os: [os],
    ...(owner.engines && { engines: owner.engines }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync(path, "utf8"));
  const missing = missingFromLock(lock);
  if (missing.length === 0) process.exit(0);
  for (const { name } of missing) console.error(`package-lock.json lacks ${name}`);
  if (process.argv.includes("--check")) {
    console.error("hint: run node scripts/lock.mjs and commit package-lock.json");
    process.exit(1);
  }
  for (const lacking of missing) lock.packages[`node_modules/${lacking.name}`] = entry(lacking);
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a === "" ? -1 : b === "" ? 1 : a.localeCompare(b, "en")));
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
}

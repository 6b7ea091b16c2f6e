// What must hold without running anything: types, style, the lock file, the SQL. Each check is run, all failures are told.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @returns names of the checks that passed and of those that failed */
export function check() {
  const outcome = { passed: [], failed: [] };
  for (const [name, file, parameters] of checks()) {
    const done = spawnSync(process.execPath, [file, ...parameters], { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
    outcome[done.status === 0 ? "passed" : "failed"].push(name);
    if (done.status !== 0) console.error(`check failed: ${name}\n${done.stdout}${done.stderr}`);
  }
  return outcome;
}

function checks() {
  const projects = ["tsconfig.json", "web/tsconfig.json", "test/web/tsconfig.json"].filter((path) => existsSync(join(root, path)));
  return [
    ["the lock file is complete", "scripts/lock.mjs", ["--check"]],
    ...projects.map((path) => [`types of ${path}`, tool("typescript", "tsc"), ["-p", path, "--noEmit"]]),
    ["style", tool("@biomejs/biome", "biome"), ["check", ".", "--diagnostic-level=error"]],
    // Without its settings squawk knows nothing of how we apply a migration (one transaction each, lock_timeout set).
    ...(existsSync(join(root, ".squawk.toml")) ? [["migrations are safe to apply", tool("squawk-cli", "squawk"), migrations()]] : []),
  ];
}

function migrations() {
  const folder = "database/migrations";
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".sql"))
    .map((name) => join(folder, name));
}

function tool(name, program) {
  const home = join(root, "node_modules", name);
  const { bin } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  return join(home, typeof bin === "string" ? bin : bin[program]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed } = check();
  console.log(`${passed.length} checks passed, ${failed.length} failed`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

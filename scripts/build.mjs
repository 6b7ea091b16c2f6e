// Builds what is stale: src → dist (tsc), web → dist/web (vite). Run by npm's prepare, and by bin/apg.js when dist is missing.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

export async function build({ force = false, quiet = false, pages = true } = {}) {
  if (force || stale(["src", "tsconfig.base.json", "tsconfig.build.json"], "dist/apg.js")) {
    if (!quiet) console.error("building the program …");
    run(join(dirname(require.resolve("typescript/package.json")), "bin", "tsc"), ["-p", "tsconfig.build.json"]);
  }
  if (pages && existsSync(join(root, "web/vite.config.ts")) && (force || stale(["web", "src"], "dist/web/index.html"))) {
    if (!quiet) console.error("building the pages …");
    run(join(dirname(require.resolve("vite/package.json")), "bin", "vite.js"), [
      "build",
      "--config",
      "web/vite.config.ts",
      "--logLevel",
      "warn",
    ]);
  }
}

function stale(sources, target) {
  const built = mtime(join(root, target));
  return built === 0 || sources.some((source) => newest(join(root, source)) > built);
}

function newest(path) {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return 0;
  if (!status.isDirectory()) return status.mtimeMs;
  return readdirSync(path).reduce((latest, name) => (name === "node_modules" ? latest : Math.max(latest, newest(join(path, name)))), 0);
}

function mtime(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function run(script, parameters) {
  const done = spawnSync(process.execPath, [script, ...parameters], { cwd: root, stdio: ["ignore", 2, 2] });
  if (done.status !== 0) {
    console.error(`build failed: ${script} ${parameters.join(" ")}`);
    process.exit(done.status ?? 1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build({ force: process.argv.includes("--force") });

// Generated and mutated files against every statement reader, for as long as one likes:
//   npm run fuzz -- --seconds 600 [--format mt940] [--seed 42]
// A reader that hangs for 20 seconds, or asks for more than 1 GB, is ended, and the file that did it is kept in .cache/fuzz.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, ".cache/fuzz");
const mostMs = 20_000;

mkdirSync(folder, { recursive: true });
await build({
  root,
  configFile: false,
  logLevel: "warn",
  build: {
    ssr: true,
    target: "node20",
    outDir: join(folder, "program"),
    minify: false,
    rollupOptions: { input: { main: join(root, "test/statements/fuzz/main.ts") }, output: { entryFileNames: "[name].js" } },
  },
});

const current = join(folder, "current");
const child = spawn(
  process.execPath,
  ["--max-old-space-size=1024", join(folder, "program/main.js"), "--folder", folder, ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: "inherit",
  },
);
const watch = setInterval(() => {
  if (existsSync(current) && Date.now() - statSync(current).mtimeMs > mostMs) child.kill("SIGKILL");
}, 1000);
child.on("exit", (code, signal) => {
  clearInterval(watch);
  if (signal !== null || (code !== 0 && code !== 1 && code !== 2)) {
    const kept = join(folder, `ended-${Date.now()}.bin`);
    if (existsSync(current)) renameSync(current, kept);
    console.error(`the reader hung or ran out of memory; the file that did it: ${kept}`);
    process.exitCode = 1;
  } else process.exitCode = code ?? 1;
});

// The figures: npm run bench [-- import position] [-- --quick]. Builds the program and the benches, runs them, keeps bench/results/.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build as bundle } from "vite";
import { build } from "./build.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
await build();
await bundle({
  root,
  configFile: false,
  logLevel: "warn",
  plugins: [{ name: "measure what is shipped", enforce: "pre", resolveId: builtProgram }],
  build: {
    ssr: true,
    target: "node20",
    outDir: join(root, ".cache/bench"),
    minify: false,
    rollupOptions: {
      input: { main: join(root, "bench/main.ts"), child: join(root, "bench/child.ts") },
      output: { entryFileNames: "[name].js" },
    },
  },
});
// The benches run against dist/, the program as it is shipped.
function builtProgram(id) {
  if (!id.startsWith("../src/")) return null;
  return { id: pathToFileURL(join(root, "dist", id.slice("../src/".length).replace(/\.ts$/, ".js"))).href, external: true };
}

const done = spawnSync(process.execPath, [join(root, ".cache/bench/main.js"), ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
process.exitCode = done.status ?? 1;

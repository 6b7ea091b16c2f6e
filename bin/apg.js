#!/usr/bin/env node
// The program's door. A fresh checkout without dist/ (npm ci --ignore-scripts) is built first, so `npx apg` always works.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

// The list of processes shows parameters to everybody on the machine: account numbers and connection strings do not stay there.
const firstFlag = process.argv.findIndex((word, at) => at > 1 && !/^[a-z][a-z-]*$/.test(word));
process.title = ["apg", ...process.argv.slice(2, firstFlag === -1 ? undefined : firstFlag)].join(" ");

const program = new URL("../dist/apg.js", import.meta.url);
if (!existsSync(fileURLToPath(program))) {
  const { build } = await import("../scripts/build.mjs");
  await build({ quiet: true });
}
await import(program.href);

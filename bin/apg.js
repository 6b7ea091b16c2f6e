#!/usr/bin/env node
// The program's door. A fresh checkout without dist/ (npm ci --ignore-scripts) is built first, so `npx apg` always works.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const program = new URL("../dist/apg.js", import.meta.url);
if (!existsSync(fileURLToPath(program))) {
  const { build } = await import("../scripts/build.mjs");
  await build({ quiet: true });
}
await import(program.href);

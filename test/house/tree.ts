import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Files of the checkout, without what is installed, built or made by running it: read from the folder, since git may be missing. */
export function treeFiles(pattern: RegExp): string[] {
  const names = filesIn("").filter((name) => pattern.test(name));
  if (names.length === 0) throw new Error(`no file of the tree is like ${pattern}`);
  return names.sort();
}

export function read(name: string): string {
  return readFileSync(`${root}${name}`, "utf8");
}

const foreign = new Set(["node_modules", "dist", ".git", ".apg", ".cache", "coverage"]);

function filesIn(folder: string): string[] {
  return readdirSync(`${root}${folder}`, { withFileTypes: true }).flatMap((item) => {
    if (foreign.has(item.name)) return [];
    const name = `${folder}${item.name}`;
    return item.isDirectory() ? filesIn(`${name}/`) : [name];
  });
}

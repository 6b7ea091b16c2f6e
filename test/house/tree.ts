import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Files that belong to the tree: tracked, and new ones that nothing ignores. */
export function treeFiles(pattern: RegExp): string[] {
  const listed = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], { cwd: root, encoding: "utf8" });
  if (listed.status !== 0) throw new Error(`git does not list the tree: ${listed.stderr}`);
  const names = listed.stdout.split("\0").filter((name) => name !== "" && pattern.test(name) && isThere(name));
  if (names.length === 0) throw new Error(`no file of the tree is like ${pattern}`);
  return names.sort();
}

export function read(name: string): string {
  return readFileSync(`${root}${name}`, "utf8");
}

function isThere(name: string): boolean {
  try {
    readFileSync(`${root}${name}`);
    return true;
  } catch {
    return false;
  }
}

import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What squawk finds in the files, one line each; how it ended says nothing by itself (it also ends so when it cannot run). */
function squawk(files: readonly string[]): Promise<{ code: number; found: string }> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ["node_modules/squawk-cli/js/bin/squawk", "--reporter", "gcc", ...files], { cwd: root }, (error, stdout) => {
      if (error !== null && typeof error.code !== "number") reject(error);
      else resolve({ code: error === null ? 0 : Number(error.code), found: stdout.trim() });
    });
  });
}

test("squawk finds nothing in the migrations that .squawk.toml does not give a reason for", async () => {
  const files = readdirSync(`${root}database/migrations`).map((name) => `database/migrations/${name}`);
  expect(files.length).toBeGreaterThan(10);
  expect(await squawk(files)).toEqual({ code: 0, found: "" });
});

test("squawk is really asked: a column that would rewrite its table is found", async () => {
  const { code, found } = await squawk(["test/database/unsafe-migration.sql"]);
  expect(code).toBe(1);
  expect(found).toContain("changing-column-type");
});

import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readFiles } from "../../src/statements/read-files.ts";
import { hostileFiles } from "../helpers/hostile-files.ts";

// As `apg statement read` says it; upload.pg.test.ts asks the same of the API.
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "apg-hostile-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function said(name: string): Promise<string> {
  let text = "";
  const { refused } = await readFiles([join(folder, name)], false, async (piece) => {
    text += piece;
  });
  expect(refused).toBe(1);
  return text;
}

test.each(hostileFiles())("$what is refused, with the reason", async ({ name, bytes, code, message }) => {
  writeFileSync(join(folder, name), bytes);
  const text = await said(name);
  expect(text).toContain(`refused ${code}`);
  expect(text).toMatch(message);
});

test("a file of 2 GB without a statement is refused after its first pages, not read to its end", async () => {
  writeFileSync(join(folder, "large.sta"), "");
  truncateSync(join(folder, "large.sta"), 2 * 1024 ** 3);
  const began = performance.now();
  expect(await said("large.sta")).toMatch(/refused FORMAT_UNKNOWN.*not text/);
  expect(performance.now() - began).toBeLessThan(2_000);
});

test("a file that grows to 2 GB behind a good beginning is refused at its first line that is none, in memory that stays flat", async () => {
  writeFileSync(join(folder, "grown.sta"), ":20:X\r\n:25:DE02120300000000202051\r\n:28C:1/1\r\n:60F:C260301EUR0,\r\n:86:");
  truncateSync(join(folder, "grown.sta"), 2 * 1024 ** 3);
  const before = process.memoryUsage().rss;
  expect(await said("grown.sta")).toMatch(/refused (?:LIMIT|SYNTAX|FORMAT_UNKNOWN)/);
  expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
});

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const folder = new URL("../../database/migrations/", import.meta.url);
const names = readdirSync(folder).sort();

test("migrations are numbered from 0001 without a gap: give a new one the next free number", () => {
  expect(names.map((name) => name.slice(0, 5))).toEqual(names.map((_, index) => `${String(index + 1).padStart(4, "0")}_`));
});

test.each(names)("%s is named by its subject and begins with a line that says why", (name) => {
  expect(name).toMatch(/^\d{4}_[a-z0-9_]+\.sql$/);
  const first = readFileSync(new URL(name, folder), "utf8").split("\n")[0] ?? "";
  expect(first, "the first line is a comment: why this migration is").toMatch(/^-- \S.{30,}/);
});

test.each(names)("%s takes a role for its transaction only: write set local role", (name) => {
  const text = readFileSync(new URL(name, folder), "utf8");
  expect(text.match(/^set role/gm)).toBeNull();
});

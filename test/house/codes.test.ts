import { expect, test } from "vitest";
import { vocabulary } from "../../src/errors/vocabulary.ts";
import { read, treeFiles } from "./tree.ts";

const sources = treeFiles(/^src\/.*\.ts$/).filter((name) => name !== "src/errors/vocabulary.ts");
const code = sources.map(read).join("\n");

test("every error code of the vocabulary is used", () => {
  const unused = Object.keys(vocabulary).filter((name) => !code.includes(`"${name}"`));
  expect(unused, "remove them from src/errors/vocabulary.ts, or throw them").toEqual([]);
});

test("every problem of statements that the readers tell is explained in docs/reference/statement-problems.md", () => {
  const page = read("docs/reference/statement-problems.md") + read("docs/reference/seals.md");
  const told = sources
    .filter((name) => name.startsWith("src/statements/") && !name.startsWith("src/statements/sealing/"))
    .flatMap((name) => [...read(name).matchAll(/"([A-Z]{3,}(?:_[A-Z]+)+)"/g)].map((match) => match[1] as string));
  const missing = [...new Set(told)].filter((word) => !page.includes(`\`${word}\``)).sort();
  expect(missing, "add a row that says what it means and what to do").toEqual([]);
});

test("every reason for a day that is not sealed is explained in docs/reference/seals.md", () => {
  const page = read("docs/reference/seals.md");
  const reasons = [...read("src/statements/sealing/chain.ts").matchAll(/"([A-Z]{3,}(?:_[A-Z]+)*)"/g)].map((match) => match[1] as string);
  expect([...new Set(reasons)].filter((reason) => !page.includes(`\`${reason}\``)).sort(), "add a row to its table").toEqual([]);
});

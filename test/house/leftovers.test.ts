import { describe, expect, test } from "vitest";
import { read, treeFiles } from "./tree.ts";

const code = treeFiles(/^(src|web|test|bench|scripts|bin|database)\/.*\.(tsx?|mjs|js|sql|css)$/).filter(
  (name) => name !== "test/house/leftovers.test.ts",
);
const texts = treeFiles(/\.(tsx?|mjs|js|sql|css|md|json|html|sh)$|^\.ci\/run$/).filter((name) => name !== "test/house/leftovers.test.ts");

function linesWith(names: readonly string[], pattern: RegExp): string[] {
  return names.flatMap((name) =>
    read(name)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${name}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

describe("nothing is left lying about", () => {
  test("no note to self", () => {
    expect(linesWith(code, /\b(TODO|FIXME|HACK)\b/), "do it now, or open an issue and say why in a comment").toEqual([]);
  });

  test("no test that silences the others, none that is switched off", () => {
    const tests = code.filter((name) => name.startsWith("test/"));
    const off = /\b(describe|test|it)\.(only|todo)\b|\b(describe|test|it)\.skip\(|\b(xit|xdescribe|fit)\(/;
    expect(linesWith(tests, off), "run it or delete it; skipIf may name a program that is missing").toEqual([]);
  });

  test("no debugger, and nothing printed past the terminal kit", () => {
    const quiet = code.filter((name) => /^(src|web)\//.test(name) && !name.startsWith("src/terminal/"));
    expect(
      linesWith(quiet, /\bdebugger;|\bconsole\.(log|info|debug|warn|error)\(/),
      "print through src/terminal/output.ts or the log",
    ).toEqual([]);
  });

  test("no path of somebody's machine", () => {
    const paths = /(?<![\w.])\/(home|Users|root|work)\/[\w.-]+\/|\b[A-Z]:\\Users\\/;
    expect(linesWith(texts, paths), "make it relative to the checkout, or a setting").toEqual([]);
  });

  test("the lock file names no host", () => {
    const hosts = [...read("package-lock.json").matchAll(/"resolved": "https?:\/\/([^/"]+)/g)].map((match) => match[1]);
    expect([...new Set(hosts)], "run node scripts/lock.mjs").toEqual([]);
  });
});

describe("a file is about one thing", () => {
  const limit = 260;
  /** Longer by their nature: what else is to be said in one place. */
  const longer: Readonly<Record<string, string>> = {
    "src/statements/formats/bai2.ts": "one state machine over BAI2 records",
    "src/statements/formats/mt.ts": "one state machine over SWIFT fields",
    "src/statements/formats/camt.ts": "the path handlers of one XML message family",
    "src/statements/verify.ts": "the arithmetic of one statement and how its faults are told",
    "src/statements/posting/post.ts": "the order of one transaction",
    "src/statements/sealing/chain.ts": "the rules of one chain, pure",
    "src/banks/simulator/companies/albrecht-group.ts": "a company's masters, as data",
  };

  test(`files of src, web and scripts have at most ${limit} lines`, () => {
    const long = treeFiles(/^(src|web|scripts)\/.*\.(tsx?|mjs)$/)
      .map((name) => ({ name, lines: read(name).split("\n").length - 1 }))
      .filter(({ name, lines }) => lines > limit && longer[name] === undefined);
    expect(long, "give its second subject a file of its own, or give the reason in test/house/leftovers.test.ts").toEqual([]);
  });

  test("the list of longer files names only files that are there", () => {
    const names = new Set(treeFiles(/^src\//));
    expect(
      Object.keys(longer).filter((name) => !names.has(name)),
      "take it off the list",
    ).toEqual([]);
  });
});

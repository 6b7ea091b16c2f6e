import { dirname, join, normalize } from "node:path/posix";
import { describe, expect, test } from "vitest";
import { read, treeFiles } from "./tree.ts";

// ARCHITECTURE.md, "The arrows": entries → routes/commands → domains and operations → kits → ground.
const ground = /^src\/(errors|money|time)\//;
const kit = /^src\/(settings|postgres|keys|http|terminal)\//;
const domain = /^src\/(tenants|access|accounts|banks|statements|cash-flows|categories|rates|positions|audit|demo|operations)\//;
const entry = /^src\/(apg\.ts|server\.ts|apg\/)/;
const edgeOfHttp = /^src\/(http\/|server\.ts|apg\/)|routes\.ts$/;
const edgeOfTerminal = /^src\/(terminal\/|apg\.ts|apg\/)|commands?\.ts$|-table\.ts$/;

interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Types alone are gone at run time. */
  readonly typeOnly: boolean;
}

const arrows = treeFiles(/^(src|web|test|bench)\/.*\.tsx?$/).flatMap(importsOf);
const inSource = arrows.filter(({ from, to }) => from.startsWith("src/") && to.startsWith("src/"));

function importsOf(from: string): Arrow[] {
  const found = read(from).matchAll(/(?:^|\n)\s*(?:import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)/g);
  return [...found].flatMap((match) => {
    const target = match[2] ?? match[3] ?? "";
    const to = target.startsWith(".") ? normalize(join(dirname(from), target)) : target;
    return [{ from, to, typeOnly: match[1] !== undefined }];
  });
}

function expectNone(wrong: readonly Arrow[], instead: string): void {
  expect(wrong.map(({ from, to }) => `${from} → ${to}: ${instead}`)).toEqual([]);
}

describe("imports point down", () => {
  test("every file of src belongs to a room of the map", () => {
    const homeless = treeFiles(/^src\/.*\.ts$/).filter((name) => ![ground, kit, domain, entry].some((room) => room.test(name)));
    expect(homeless, "put it in a room, or name the new room in ARCHITECTURE.md and here").toEqual([]);
  });

  test("the ground imports the ground only", () => {
    expectNone(
      inSource.filter(({ from, to }) => ground.test(from) && !ground.test(to)),
      "pass what is needed as an argument, or move the file up",
    );
  });

  test("kits import kits and the ground", () => {
    expectNone(
      inSource.filter(({ from, to }) => kit.test(from) && !kit.test(to) && !ground.test(to)),
      "a kit knows no domain: let the domain hand in what differs",
    );
  });

  test("nothing but entries imports entries", () => {
    expectNone(
      inSource.filter(({ from, to }) => entry.test(to) && !entry.test(from)),
      "move what both need into a kit",
    );
  });

  test("a domain uses another's nouns and verbs, never its queries", () => {
    const roomOf = (name: string) => name.split("/").slice(0, 2).join("/");
    expectNone(
      inSource.filter(({ from, to }) => /queries\.ts$/.test(to) && roomOf(from) !== roomOf(to)),
      "call a verb of that domain, or add one",
    );
  });

  test("only edges know HTTP", () => {
    const web = (to: string) => /^(fastify|@fastify\/)/.test(to) || (to.startsWith("src/http/") && !/contract\.ts$|cursor\.ts$/.test(to));
    expectNone(
      arrows.filter(({ from, to, typeOnly }) => from.startsWith("src/") && web(to) && !edgeOfHttp.test(from) && !typeOnly),
      "let routes.ts translate: a domain answers with nouns and throws Problem",
    );
  });

  test("only edges know the terminal", () => {
    const terminal = (to: string) => to.startsWith("src/terminal/") || /^(commander|cli-table3|cli-progress)$/.test(to);
    expectNone(
      arrows.filter(({ from, to, typeOnly }) => from.startsWith("src/") && terminal(to) && !edgeOfTerminal.test(from) && !typeOnly),
      "let commands.ts print: a verb returns what happened",
    );
  });

  test("readers of formats know no database", () => {
    expectNone(
      inSource.filter(({ from, to }) => from.startsWith("src/statements/formats/") && to.startsWith("src/postgres/")),
      "a reader turns bytes into nouns; import.ts posts them",
    );
  });

  test("the pages import contracts of src and nothing else of it", () => {
    expectNone(
      arrows.filter(({ from, to }) => from.startsWith("web/") && to.startsWith("src/") && !/contract\.ts$/.test(to)),
      "ask the API, and put the shape into the domain's contract.ts",
    );
  });

  test("the program imports neither tests nor pages", () => {
    expectNone(
      arrows.filter(({ from, to }) => from.startsWith("src/") && /^(test|web|bench)\//.test(to)),
      "move what is needed into src",
    );
  });
});

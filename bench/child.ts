import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { SaxesParser } from "saxes";
import { openDatabase } from "../src/postgres/database.ts";
import { importFile } from "../src/statements/import.ts";
import { fileSource } from "../src/statements/import-commands.ts";
import { readStatements } from "../src/statements/read.ts";
import { verifyStatements } from "../src/statements/verify.ts";

/** Tasks that the benches run in processes of their own; each prints its seconds, its peak memory and what it found. */
const tasks: Record<string, (...parameters: string[]) => Promise<{ seconds: number; answer: Record<string, unknown> }>> = {
  saxes: tokenise,
  import: importOnce,
  read: readOnce,
  readline: linesAndExpression,
};

/** The base: the tokeniser alone, with the cheapest handlers that keep it honest. */
async function tokenise(path = ""): Promise<{ seconds: number; answer: Record<string, unknown> }> {
  const begun = performance.now();
  const parser = new SaxesParser();
  let elements = 0;
  parser.on("opentag", () => {
    elements += 1;
  });
  parser.on("text", () => {});
  parser.on("closetag", () => {});
  const decoder = new TextDecoder();
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }))
    parser.write(decoder.decode(piece as Buffer, { stream: true }));
  parser.close();
  return { seconds: (performance.now() - begun) / 1000, answer: { elements } };
}

/** Read and verified as an import does it, with a sink that only counts. */
async function readOnce(path = ""): Promise<{ seconds: number; answer: Record<string, unknown> }> {
  const begun = performance.now();
  let entries = 0;
  const nothing = () => {};
  const verification = verifyStatements({
    ...{
      file: nothing,
      openStatement: nothing,
      balance: nothing,
      declared: nothing,
      verified: nothing,
      closeStatement: nothing,
      problem: nothing,
    },
    entry: () => {
      entries += 1;
    },
  });
  const { accepted } = await readStatements(createReadStream(path, { highWaterMark: 1 << 20 }), verification);
  verification.finish();
  return { seconds: (performance.now() - begun) / 1000, answer: { accepted, entries } };
}

/** The base of MT940: what a script would do, lines and one regular expression, no details and no sums. */
async function linesAndExpression(path = ""): Promise<{ seconds: number; answer: Record<string, unknown> }> {
  const begun = performance.now();
  const entry = /^:61:(\d{6})(\d{4})?(R?[CD])([A-Z])?([\d,]{1,15})([A-Z][A-Z0-9]{3})(.*?)(?:\/\/(.*))?$/;
  let entries = 0;
  let letters = 0;
  const lines = createInterface({ input: createReadStream(path, { highWaterMark: 1 << 20 }), crlfDelay: Number.POSITIVE_INFINITY });
  // By events: the iterator of readline takes twice as long, and would make us look better.
  lines.on("line", (line) => {
    const found = entry.exec(line);
    if (found === null) return;
    entries += 1;
    letters += (found[5] as string).length;
  });
  await once(lines, "close");
  return { seconds: (performance.now() - begun) / 1000, answer: { entries, letters } };
}

/** End to end: digest, store, read, verify, post, seal, commit. */
async function importOnce(path = "", dataDir = "", tenantId = ""): Promise<{ seconds: number; answer: Record<string, unknown> }> {
  const database = await openDatabase({ dataDir, postgresMajor: 18, poolSize: 2, databaseUrl: undefined, databaseUrlApp: undefined });
  try {
    await database.app.query("select 1");
    const begun = performance.now();
    const { outcome, entries, newEntries } = await importFile(database.app, { tenantId, actor: "bench" }, fileSource(path));
    return { seconds: (performance.now() - begun) / 1000, answer: { outcome, entries, newEntries } };
  } finally {
    await database.stop();
  }
}

const [task = "", ...parameters] = process.argv.slice(2);
const result = await tasks[task]?.(...parameters);
process.stdout.write(JSON.stringify({ ...result, peakMegabytes: process.resourceUsage().maxRSS / 1024 }));

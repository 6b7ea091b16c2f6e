import { createReadStream } from "node:fs";
import { SaxesParser } from "saxes";
import { openDatabase } from "../src/postgres/database.ts";
import { importFile } from "../src/statements/import.ts";
import { fileSource } from "../src/statements/import-commands.ts";

/** Tasks that the benches run in processes of their own; each prints its seconds, its peak memory and what it found. */
const tasks: Record<string, (...parameters: string[]) => Promise<{ seconds: number; answer: Record<string, unknown> }>> = {
  saxes: tokenise,
  import: importOnce,
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

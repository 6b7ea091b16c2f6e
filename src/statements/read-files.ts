import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../errors/problem.ts";
import { type ReadOutcome, StatementFeed } from "./read.ts";
import { JsonReport } from "./read-json.ts";
import { TableReport } from "./read-table.ts";
import type { Said } from "./said.ts";
import { StatementVerification, type VerifiedSink } from "./verify.ts";

/** Where the answer goes; may be slower than the reading and is waited for. */
export type Write = (text: string) => Promise<void>;

export interface ReadFilesAnswer {
  readonly files: number;
  readonly refused: number;
}

/**
 * Reads statement files without a database and writes what they say: a table a file, or with `json` one array with one
 * object a file. @throws Problem `not_found`, `invalid_input`
 */
export async function readFiles(paths: readonly string[], json: boolean, write: Write, said: Said = {}): Promise<ReadFilesAnswer> {
  const files = await statementFiles(paths);
  let refused = 0;
  if (json) await write("[");
  for (const [index, file] of files.entries()) {
    if (json && index > 0) await write(",\n");
    const outcome = json ? await readAsJson(file, write, said) : await readAsTable(file, write, said, index < files.length - 1);
    if (!outcome.accepted) refused += 1;
  }
  if (json) await write("]\n");
  return { files: files.length, refused };
}

async function readAsJson(file: string, write: Write, said: Said): Promise<ReadOutcome> {
  const report = new JsonReport(file);
  const outcome = await readInto(file, report, said, () => write(report.take()));
  report.end(outcome);
  await write(report.take());
  return outcome;
}

async function readAsTable(file: string, write: Write, said: Said, more: boolean): Promise<ReadOutcome> {
  const report = new TableReport(file);
  const outcome = await readInto(file, report, said, async () => {});
  await write(`${report.text(outcome)}${more ? "\n" : ""}`);
  return outcome;
}

async function readInto(file: string, sink: VerifiedSink, said: Said, afterChunk: () => Promise<void>): Promise<ReadOutcome> {
  const check = new StatementVerification(sink);
  const feed = new StatementFeed(check, { said });
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    feed.write(chunk);
    await afterChunk();
    if (feed.refused) break;
  }
  const outcome = feed.end();
  if (outcome.accepted) check.finish();
  return outcome;
}

/** Files as named, and all files below folders in the order of their names; hidden ones are left out. */
export async function statementFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const status = await stat(path).catch((cause: NodeJS.ErrnoException) => {
      const fact = cause.code === "ENOENT" ? `there is no ${path}` : `${path} cannot be read (${cause.code})`;
      throw new Problem("not_found", fact, { cause, hint: "Name statement files, or folders that hold them." });
    });
    if (!status.isDirectory()) files.push(path);
    else files.push(...(await filesBelow(path)));
  }
  if (files.length === 0)
    throw new Problem("invalid_input", `no file in ${paths.join(", ")}`, { hint: "Name statement files, or folders that hold them." });
  return files;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await filesBelow(path)));
    else if (entry.isFile()) files.push(path);
  }
  return files;
}

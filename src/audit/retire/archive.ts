import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { leafHash, rootOf } from "../seals/merkle.ts";
import { digestOfRow, idBytes, readRow } from "../seals/row.ts";
import type { RetiredRows } from "./record.ts";
import { placesOf } from "./record.ts";

/** A row as the archive has it: a line of JSON. With its salt it gives its leaf, and the leaves give what the record signs. */
export interface ArchivedRow {
  readonly block: string;
  readonly place: number;
  readonly salt: string;
  readonly row: string;
}

export interface Archive {
  readonly path: string;
  readonly sha256: string;
}

/** Written under another name, durable, then read again from the disk. */
export async function writeArchive(folder: string, part: string, rows: AsyncIterable<ArchivedRow>): Promise<Archive> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${part}.jsonl.gz`);
  const partial = `${path}.partial`;
  try {
    await pipeline(linesOf(rows), createGzip(), createWriteStream(partial, { mode: 0o600 }));
    const file = await open(partial, "r+");
    await file.sync().finally(() => file.close());
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return { path, sha256: await digestOfFile(path) };
}

async function* linesOf(rows: AsyncIterable<ArchivedRow>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

export async function digestOfFile(path: string): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
  return digest.digest("hex");
}

/** What is wrong with the rows of an archive, held against the record that was signed; null when they are those, in their order. */
export async function archiveFault(path: string, blocks: readonly RetiredRows[]): Promise<string | null> {
  const unpacked = new PassThrough();
  const broken = pipeline(createReadStream(path), createGunzip(), unpacked).then(
    () => null,
    (error: Error) => error,
  );
  const wanted = blocks.map(({ block, root, places }) => ({ block: `${block}`, root, count: placesOf(places).length }));
  let at = 0;
  let leaves: Buffer[] = [];
  const close = () => {
    const own = wanted[at];
    const holds = own !== undefined && leaves.length === own.count && rootOf(leaves).toString("hex") === own.root;
    const fault = holds ? null : `its rows of block ${own?.block ?? "?"} are not those that were sealed`;
    at += 1;
    leaves = [];
    return fault;
  };
  try {
    for await (const line of createInterface({ input: unpacked })) {
      const { block, salt, row } = JSON.parse(line) as ArchivedRow;
      const id = readRow(row)?.id;
      if (id === undefined) return `it has a line that is no row: ${line.slice(0, 80)}`;
      if (block !== wanted[at]?.block) {
        const fault = close();
        if (fault !== null) return fault;
        if (block !== wanted[at]?.block) return `it has rows of block ${block} where those of block ${wanted[at]?.block ?? "none"} are due`;
      }
      leaves.push(leafHash(Buffer.concat([idBytes(BigInt(id)), digestOfRow(Buffer.from(salt, "hex"), Buffer.from(row, "utf8"))])));
    }
  } catch (error) {
    return `it cannot be read: ${(error as Error).message}`;
  }
  const error = await broken;
  if (error !== null) return `it cannot be read: ${error.message}`;
  const last = wanted.length === 0 && leaves.length === 0 ? null : close();
  if (last !== null) return last;
  return at < wanted.length ? `it has no rows of block ${wanted[at]?.block}` : null;
}

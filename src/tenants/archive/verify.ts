import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import tar from "tar-stream";
import { Problem } from "../../errors/problem.ts";
import { csvRows } from "./csv.ts";
import { type AmountSum, type Manifest, manifestPath, readManifest } from "./manifest.ts";

/** What an archive was found to be. `findings` empty: whole, and each figure comes out again. */
export interface Verified {
  readonly manifest: Manifest;
  readonly manifestSha256: string;
  readonly files: number;
  readonly rows: number;
  readonly findings: readonly string[];
}

/**
 * Reads an archive through, without a database: every file's size and digest, every table's rows and what its amounts add up to.
 * @throws Problem `archive_broken` when it is none, or was interrupted or cut off
 */
export async function verifyArchive(path: string, progress: (file: string) => void = () => {}): Promise<Verified> {
  const seen = new Map<string, Facts>();
  let text = "";
  try {
    for await (const file of filesOf(path)) {
      progress(file.path);
      if (file.path === manifestPath) {
        const pieces: Buffer[] = [];
        for await (const piece of file.content()) pieces.push(Buffer.from(piece));
        text = Buffer.concat(pieces).toString("utf8");
      } else seen.set(file.path, await factsOf(file));
    }
  } catch (cause) {
    throw broken(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const manifest = readManifest(text);
  if (manifest === null) throw broken(path, "it has no manifest: the export was interrupted, or it is no archive of a tenant");
  const rows = manifest.tables.reduce((total, table) => total + table.rows, 0);
  const manifestSha256 = createHash("sha256").update(text).digest("hex");
  return { manifest, manifestSha256, files: seen.size, rows, findings: compare(manifest, seen) };
}

interface ReadFile {
  readonly path: string;
  content(): AsyncIterable<Uint8Array>;
}

async function* filesOf(path: string): AsyncGenerator<ReadFile> {
  if (!(await stat(path)).isDirectory()) {
    yield* filesOfTar(path);
    return;
  }
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const whole = join(entry.parentPath, entry.name);
    yield { path: relative(path, whole).replaceAll("\\", "/"), content: () => createReadStream(whole) };
  }
}

async function* filesOfTar(path: string): AsyncGenerator<ReadFile> {
  const files = tar.extract();
  const read = pipeline(createReadStream(path), createGunzip(), files);
  read.catch(() => {});
  for await (const file of files) {
    yield { path: file.header.name, content: () => file as AsyncIterable<Uint8Array> };
    file.resume();
  }
  await read;
}

interface Facts {
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number;
  /** By column of amounts, column of currency, and currency. */
  readonly sums: ReadonlyMap<string, bigint>;
}

async function factsOf(file: ReadFile): Promise<Facts> {
  const hash = createHash("sha256");
  let bytes = 0;
  const watched = async function* () {
    for await (const piece of file.content()) {
      hash.update(piece);
      bytes += piece.byteLength;
      yield piece;
    }
  };
  const table = { rows: 0, sums: new Map<string, bigint>() };
  if (file.path.startsWith("tables/")) await addUp(watched(), table);
  else for await (const _piece of watched());
  return { bytes, sha256: hash.digest("hex"), ...table };
}

async function addUp(source: AsyncIterable<Uint8Array>, table: { rows: number; sums: Map<string, bigint> }): Promise<void> {
  let titles: readonly string[] | null = null;
  let pairs: { readonly key: string; readonly amount: number; readonly currency: number }[] = [];
  for await (const batch of csvRows(source))
    for (const row of batch) {
      if (titles === null) {
        titles = row.map((title) => title ?? "");
        pairs = pairsOf(titles);
        continue;
      }
      table.rows += 1;
      for (const { key, amount, currency } of pairs) {
        const [minor, code] = [row[amount] ?? null, row[currency] ?? null];
        if (minor === null || code === null) continue;
        table.sums.set(`${key} ${code}`, (table.sums.get(`${key} ${code}`) ?? 0n) + BigInt(minor));
      }
    }
}

/** Every amount with every column it may have its currency in; the manifest says which of them counts. */
function pairsOf(titles: readonly string[]) {
  return titles.flatMap((title, amount) => {
    if (!title.endsWith("_minor")) return [];
    return titles.flatMap((name, currency) => (/(^|_)currency$/.test(name) ? [{ key: `${title} ${name}`, amount, currency }] : []));
  });
}

function compare(manifest: Manifest, seen: ReadonlyMap<string, Facts>): string[] {
  const findings: string[] = [];
  const stated = [...manifest.tables, ...manifest.received];
  for (const file of stated) {
    const facts = seen.get(file.path);
    if (facts === undefined) findings.push(`${file.path} is missing`);
    else if (facts.bytes !== file.bytes) findings.push(`${file.path} has ${facts.bytes} bytes instead of ${file.bytes}`);
    else if (facts.sha256 !== file.sha256)
      findings.push(`${file.path} was altered: its SHA-256 is ${facts.sha256} instead of ${file.sha256}`);
  }
  for (const table of manifest.tables) {
    const facts = seen.get(table.path);
    if (facts === undefined) continue;
    if (facts.rows !== table.rows) findings.push(`${table.path} has ${facts.rows} rows instead of ${table.rows}`);
    for (const sum of table.sums) findings.push(...compareSum(table.path, sum, facts));
  }
  const known = new Set(["README.txt", ...stated.map(({ path }) => path)]);
  for (const path of seen.keys()) if (!known.has(path)) findings.push(`${path} does not stand in the manifest`);
  return findings;
}

function compareSum(path: string, { column, currencyColumn, minorByCurrency }: AmountSum, facts: Facts): string[] {
  return Object.entries(minorByCurrency).flatMap(([currency, stated]) => {
    const found = (facts.sums.get(`${column} ${currencyColumn} ${currency}`) ?? 0n).toString();
    return found === stated ? [] : [`${path}: ${column} adds up to ${found} ${currency} in minor units instead of ${stated}`];
  });
}

function broken(path: string, why: string, cause?: unknown): Problem {
  return new Problem("archive_broken", `${path} is not a whole archive: ${why}`, {
    hint: "Export the tenant again.",
    ...(cause === undefined ? {} : { cause }),
  });
}

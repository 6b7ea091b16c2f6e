import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../../errors/problem.ts";
import type { Block } from "./block.ts";

/** The last block as the sealer remembers it outside the database: a chain cut short is found by it. */
export interface KnownHead {
  readonly chain: string;
  readonly number: bigint;
  readonly hash: Buffer;
  readonly cluster: string;
  readonly timeline: number;
  readonly sealedAt: string;
}

/** That the database was restored on purpose: `apg audit restored`, or a restore. The sealer then records a fork. */
export interface RecordedRestore {
  readonly reason: string;
  readonly actor: string;
  readonly at: string;
}

/** @throws Problem `data_dir_unusable` for a file that is there and is not one */
export function readHead(dataDir: string): KnownHead | null {
  const text = readOrNull(headPath(dataDir));
  if (text === null) return null;
  try {
    const head = JSON.parse(text) as Record<string, string>;
    const hash = Buffer.from(head["hash"] ?? "", "hex");
    if (hash.length !== 32) throw new Error("it has no hash");
    return {
      chain: String(head["chain"]),
      number: BigInt(head["number"] ?? ""),
      hash,
      cluster: String(head["cluster"]),
      timeline: Number(head["timeline"]),
      sealedAt: String(head["sealedAt"]),
    };
  } catch (error) {
    throw new Problem("data_dir_unusable", `${headPath(dataDir)} is not what the sealer wrote: ${(error as Error).message}`, {
      hint: "Restore it from a backup of the data folder: it says which blocks there were.",
      cause: error,
    });
  }
}

export function writeHead(dataDir: string, { chain, number, hash, cluster, timeline, sealedAt }: Block): void {
  const head = { chain, number: number.toString(), hash: hash.toString("hex"), cluster, timeline, sealedAt };
  writeDurably(dataDir, headPath(dataDir), head);
}

/** For whoever restores the database of this data folder. */
export function recordRestore(dataDir: string, restore: RecordedRestore): void {
  writeDurably(dataDir, restorePath(dataDir), restore);
}

export function readRestore(dataDir: string): RecordedRestore | null {
  const text = readOrNull(restorePath(dataDir));
  return text === null ? null : (JSON.parse(text) as RecordedRestore);
}

export function forgetRestore(dataDir: string): void {
  rmSync(restorePath(dataDir), { force: true });
}

function writeDurably(dataDir: string, path: string, value: object): void {
  mkdirSync(join(dataDir, "secrets"), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, "", { mode: 0o600 });
  const file = openSync(fresh, "w");
  try {
    writeSync(file, `${JSON.stringify(value, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function headPath(dataDir: string): string {
  return join(dataDir, "secrets", "audit-head.json");
}

function restorePath(dataDir: string): string {
  return join(dataDir, "secrets", "audit-restored.json");
}

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { migrateDatabase } from "../src/operations/migrate/migrate-database.ts";
import { type Database, openDatabase } from "../src/postgres/database.ts";
import { printTable } from "../src/terminal/output.ts";

/** A figure: what was measured, against what, and what it should be. */
export interface Figure {
  readonly name: string;
  readonly base: string;
  readonly measured: string;
  readonly ratio: string;
  readonly target: string;
  readonly met: boolean;
}

export interface Bench {
  readonly name: string;
  run(options: BenchOptions): Promise<Figure[]>;
}

export interface BenchOptions {
  readonly quick: boolean;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** "median (least to most)" in the unit. */
export function spread(values: readonly number[], unit: string, digits = 2): string {
  return `${median(values).toFixed(digits)} ${unit} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`;
}

/** A throw-away database with durable commits, as `apg start` would run it. */
export async function withBenchDatabase<T>(work: (database: Database, dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), "apg-bench-"));
  const database = await openDatabase({ dataDir, postgresMajor: 18, poolSize: 34, databaseUrl: undefined, databaseUrlApp: undefined });
  try {
    await migrateDatabase(database);
    return await work(database, dataDir);
  } finally {
    await database.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

export async function createTenant(database: Database, tenantId: string): Promise<void> {
  await database.admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ($1, $2)", [tenantId, tenantId]);
}

export interface ChildResult {
  readonly seconds: number;
  readonly peakMegabytes: number;
  readonly answer: Record<string, unknown>;
}

/** Runs one task of bench/child.ts in a process of its own, so that its memory is its own. */
export function runChild(task: string, ...parameters: readonly string[]): Promise<ChildResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(dirname(fileURLToPath(import.meta.url)), "child.js"), task, ...parameters], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.on("data", (piece: Buffer) => {
      text += piece.toString();
    });
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve(JSON.parse(text) as ChildResult) : reject(new Error(`${task} ended with ${code}`))));
  });
}

export function report(bench: string, figures: readonly Figure[], keep: boolean): void {
  printTable(
    ["figure", "base", "measured", "ratio", "target", "met"].map((title) => ({ title })),
    figures.map(({ name, base, measured, ratio, target, met }) => [name, base, measured, ratio, target, met ? "yes" : "NO"]),
  );
  if (!keep) return;
  mkdirSync("bench/results", { recursive: true });
  const machine = { cores: cpus().length, model: cpus()[0]?.model, node: process.version, loadBefore: loadavg() };
  writeFileSync(
    `bench/results/${bench}.json`,
    `${JSON.stringify({ measuredOn: new Date().toISOString().slice(0, 10), command: `npm run bench -- ${bench}`, machine, figures }, null, 2)}\n`,
  );
}

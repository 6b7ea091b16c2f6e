import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { bigStatement } from "../src/banks/simulator/big-statement.ts";
import type { Database } from "../src/postgres/database.ts";
import { type Bench, type ChildResult, createTenant, type Figure, median, runChild, spread, withBenchDatabase } from "./kit.ts";

/** Import of a large camt.053 file against saxes tokenising it, in turns; then the same file again. */
export const importBench: Bench = {
  name: "import",
  async run({ quick }) {
    const folder = mkdtempSync(join(tmpdir(), "apg-bench-files-"));
    try {
      const whole = await writeStatement(folder, quick ? 20_000_000 : 100_000_000);
      const quarter = await writeStatement(folder, quick ? 5_000_000 : 25_000_000);
      return await withBenchDatabase((database, dataDir) => measure(database, dataDir, whole, quarter, quick ? 2 : 5));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(database: Database, dataDir: string, whole: string, quarter: string, rounds: number): Promise<Figure[]> {
  const runs: { base: ChildResult; first: ChildResult; again: ChildResult; small: ChildResult }[] = [];
  const before: number[] = [];
  const after: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const tenantId = `bench-${round}`;
    await createTenant(database, tenantId);
    await createTenant(database, `${tenantId}-small`);
    const base = await runChild("saxes", whole);
    const first = await runChild("import", whole, dataDir, tenantId);
    before.push(await rowsOfTenant(database, tenantId));
    const again = await runChild("import", whole, dataDir, tenantId);
    after.push(await rowsOfTenant(database, tenantId));
    const small = await runChild("import", quarter, dataDir, `${tenantId}-small`);
    if (first.answer["outcome"] !== "imported" || again.answer["outcome"] !== "duplicate")
      throw new Error(`not an import and its repeat: ${JSON.stringify([first, again])}`);
    runs.push({ base, first, again, small });
  }
  const seconds = (pick: (run: (typeof runs)[number]) => ChildResult) => runs.map((run) => pick(run).seconds);
  const ratio = median(runs.map((run) => run.first.seconds / run.base.seconds));
  const again = median(runs.map((run) => run.first.seconds / run.again.seconds));
  const memory = runs.map((run) => run.first.peakMegabytes);
  const smallMemory = runs.map((run) => run.small.peakMegabytes);
  const megabytes = (statSync(whole).size / 1e6).toFixed(0);
  const entries = String(runs[0]?.first.answer["entries"]);
  return [
    {
      name: `import of a ${megabytes} MB camt.053 (${entries} entries), end to end`,
      base: `saxes alone: ${spread(
        seconds((run) => run.base),
        "s",
      )}`,
      measured: spread(
        seconds((run) => run.first),
        "s",
      ),
      ratio: `${ratio.toFixed(2)}x`,
      target: "at most 3x",
      met: ratio <= 3,
    },
    {
      name: "peak memory of that import",
      base: `a quarter of the file: ${spread(smallMemory, "MB", 0)}`,
      measured: spread(memory, "MB", 0),
      ratio: `${(median(memory) / median(smallMemory)).toFixed(2)}x`,
      target: "at most 250 MB",
      met: Math.max(...memory) <= 250,
    },
    {
      name: "import of the same file again",
      base: `first: ${spread(
        seconds((run) => run.first),
        "s",
      )}`,
      measured: spread(
        seconds((run) => run.again),
        "s",
      ),
      ratio: `${again.toFixed(1)}x faster`,
      target: "at least 5x faster",
      met: again >= 5,
    },
    {
      name: "new rows made by the repeat, in all tables",
      base: `${before[0]} rows`,
      measured: `${(after[0] ?? 0) - (before[0] ?? 0)} rows`,
      ratio: "",
      target: "none",
      met: before.every((count, index) => count === after[index]),
    },
  ];
}

/** Rows of a tenant in every table that has tenants, the audit trail included. */
async function rowsOfTenant(database: Database, tenantId: string): Promise<number> {
  const { rows: tables } = await database.admin.query<{ name: string }>(
    `select c.oid::regclass::text as name
     from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
     where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace::regnamespace::text in ('cash_management', 'analytics', 'audit', 'ml_models')`,
  );
  const counts = tables.map(({ name }) => `select count(*) as rows from ${name} where tenant_id = $1`);
  const { rows } = await database.admin.query<{ rows: string }>(
    `select sum(rows)::text as rows from (${counts.join(" union all ")}) as counted`,
    [tenantId],
  );
  return Number(rows[0]?.rows);
}

async function writeStatement(folder: string, bytes: number): Promise<string> {
  const path = join(folder, `statement-${bytes}.xml`);
  await pipeline(Readable.from(bigStatement({ format: "camt.053", seed: "bench", bytes })), createWriteStream(path));
  return path;
}

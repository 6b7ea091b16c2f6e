import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { sealAll, startSealer } from "../src/audit/seals/sealer.ts";
import { openSigningKey } from "../src/audit/seals/signing-key.ts";
import { verifyDatabase } from "../src/audit/verify/verify-database.ts";
import { bigStatement } from "../src/banks/simulator/big-statement.ts";
import type { Database } from "../src/postgres/database.ts";
import { type Bench, createTenant, type Figure, median, runChild, spread, withBenchDatabase } from "./kit.ts";

/** What the trail costs an import, and how fast seals are made and checked. */
export const auditBench: Bench = {
  name: "audit",
  run: ({ quick }) =>
    withBenchDatabase(async (database, dataDir) => [
      await ingest(database, dataDir, quick ? 4_000_000 : 25_000_000, quick ? 2 : 5),
      ...(await seals(database, dataDir, quick ? 50_000 : 500_000)),
      await lag(database, dataDir, quick ? 5 : 30),
    ]),
};

/** The same file by the ordinary import, in turns with the audit triggers on and off. */
async function ingest(database: Database, dataDir: string, bytes: number, rounds: number): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), "apg-bench-files-"));
  const path = join(folder, "statement.xml");
  const audited: number[] = [];
  const unaudited: number[] = [];
  try {
    await pipeline(Readable.from(bigStatement({ format: "camt.053", seed: "bench", bytes })), createWriteStream(path));
    const importOnce = async (tenantId: string) => {
      await createTenant(database, tenantId);
      const { seconds, answer } = await runChild("import", path, dataDir, tenantId);
      if (answer["outcome"] !== "imported") throw new Error(`not imported: ${JSON.stringify(answer)}`);
      return seconds;
    };
    await importOnce("warm");
    for (let round = 0; round < rounds; round += 1) {
      audited.push(await importOnce(`audited-${round}`));
      await switchTriggers(database, "disable");
      unaudited.push(await importOnce(`unaudited-${round}`));
      await switchTriggers(database, "enable");
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const ratio = median(audited.map((seconds, round) => (unaudited[round] ?? Number.NaN) / seconds));
  return {
    name: `audited import of a ${(bytes / 1e6).toFixed(0)} MB camt.053, end to end`,
    base: `triggers off: ${spread(unaudited, "s")}`,
    measured: spread(audited, "s"),
    ratio: `${ratio.toFixed(2)} of the un-audited speed`,
    target: "at least 0.55",
    met: ratio >= 0.55,
  };
}

async function switchTriggers(database: Database, how: "enable" | "disable"): Promise<void> {
  // Hundreds of switches would be hundreds of entries.
  await database.admin.query("alter event trigger audit_ddl disable");
  const { rows } = await database.admin.query<{ name: string; trigger: string }>(
    "select tgrelid::regclass::text as name, tgname as trigger from pg_trigger where tgname ~ '^audit_(insert|update|delete|truncate)$'",
  );
  for (let at = 0; at < rows.length; at += 200)
    await database.admin.query(
      rows
        .slice(at, at + 200)
        .map(({ name, trigger }) => `alter table ${name} ${how} trigger ${trigger}`)
        .join(";"),
    );
  await database.admin.query("alter event trigger audit_ddl enable always");
}

/** Writers at work while the sealer runs as `apg start` runs it: how long each change waited for its seal. */
async function lag(database: Database, dataDir: string, seconds: number): Promise<Figure> {
  const key = openSigningKey({ dataDir });
  await createTenant(database, "busy");
  await sealAll(database.sealer, { key, dataDir });
  const { rows: from } = await database.admin.query<{ number: bigint }>("select max(number) as number from audit.blocks");
  const sealer = startSealer(database.sealer, { key, dataDir });
  const until = Date.now() + seconds * 1000;
  const write = async () => {
    while (Date.now() < until)
      await database.admin.query(
        "insert into cash_management.cm_banks (tenant_id, name) select 'busy', gen_random_uuid()::text from generate_series(1, 20)",
      );
  };
  await Promise.all(Array.from({ length: 8 }, write));
  await sealer.stop();
  const { rows } = await database.admin.query<{ changes: bigint; most: string; usual: string }>(
    `select count(*) as changes, max(waited)::text as most, percentile_cont(0.5) within group (order by waited)::text as usual
     from (
       select extract(epoch from block.sealed_at - entry.occurred_at) as waited
       from audit.audit_log as entry
       join audit.blocks as block on block.number = audit.block_of(entry.transaction_id, entry.id)
       where block.number > $1
     ) as waits`,
    [from[0]?.number],
  );
  const { changes = 0n, most = "NaN", usual = "NaN" } = rows[0] ?? {};
  return {
    name: `how far sealing is behind, 8 writers for ${seconds} s`,
    base: `${(Number(changes) / seconds / 1000).toFixed(1)}k changes/s, ${changes} in all`,
    measured: `${Number(usual).toFixed(1)} s (most: ${Number(most).toFixed(1)} s)`,
    ratio: "-",
    target: "at most 5 s",
    met: changes > 0n && Number(most) <= 5,
  };
}

async function seals(database: Database, dataDir: string, count: number): Promise<Figure[]> {
  await createTenant(database, "many");
  const begun = performance.now();
  await database.admin.query(
    "insert into cash_management.cm_banks (tenant_id, name) select 'many', 'Bank number ' || i from generate_series(1, $1::int) as i",
    [count],
  );
  const writing = count / ((performance.now() - begun) / 1000);
  await database.admin.query("vacuum (analyze) audit.audit_log");
  const key = openSigningKey({ dataDir });
  const sealing = performance.now();
  await sealAll(database.sealer, { key, dataDir });
  const sealed = count / ((performance.now() - sealing) / 1000);
  const rates: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const verdict = await verifyDatabase(database.admin, { trusted: [key], known: null, restore: null, maxLagSeconds: 10 });
    if (!verdict.intact || verdict.rows < count) throw new Error(`not intact: ${JSON.stringify(verdict.faults.slice(0, 3))}`);
    rates.push(verdict.rowsPerSecond);
  }
  const thousands = (rate: number) => `${(rate / 1000).toFixed(0)}k rows/s`;
  return [
    {
      name: `verification of ${count / 1000}k rows, every hash and signature`,
      base: `writing them: ${thousands(writing)}`,
      measured: `${thousands(median(rates))} (${thousands(Math.min(...rates))} to ${thousands(Math.max(...rates))})`,
      ratio: `${(median(rates) / writing).toFixed(1)}x the writing`,
      target: "at least 80k rows/s",
      met: median(rates) >= 80_000,
    },
    {
      name: `sealing of ${count / 1000}k rows that wait`,
      base: `writing them: ${thousands(writing)}`,
      measured: thousands(sealed),
      ratio: `${(sealed / writing).toFixed(1)}x the writing`,
      target: "faster than rows are written",
      met: sealed > writing,
    },
  ];
}

import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { valuePosition } from "../../src/positions/position.ts";
import { openPool, type Pool } from "../../src/postgres/connect.ts";
import { tenantRead } from "../../src/postgres/transaction.ts";
import { addDays, type Day } from "../../src/time/day.ts";
import { camt053 } from "../helpers/camt.ts";
import { testContextKey } from "../helpers/cluster.ts";
import { beliefs, rowCounts } from "../helpers/contents.ts";
import { type CrashCluster, startCrashCluster } from "../helpers/crash-cluster.ts";
import { balanceAt, euros, historyOf } from "../helpers/histories.ts";
import { randomNumbers, shuffled, testSeed } from "../helpers/seed.ts";

// The promise: a hard kill at any moment of an import leaves nothing of the file or all of it, and trying again completes it.
// Fifty moments on the newest major; the others, whose commit is the same, are sampled.
const rounds = inject("cluster").major === 18 ? 50 : 12;
const monday = "2026-03-02" as Day;
const days = 12;
const entriesADay = 80;
const seed = testSeed("import-kill");
const random = randomNumbers(seed);
const histories = ["DE02120300000000202051", "DE02500105170137075030", "DE88100900001234567892"].map((iban, account) =>
  historyOf(
    iban,
    monday,
    BigInt(account) * 1_000_00n,
    Array.from({ length: days }, () =>
      Array.from({ length: entriesADay }, () => [Math.floor(random() * 2_000_000) - 1_000_000, Math.floor(random() * 3)] as const),
    ),
  ),
);

let cluster: CrashCluster;
let admin: Pool;
let folder: string;
let path: string;

beforeAll(async () => {
  // The child runs the built program; this builds only what is stale.
  const built = spawnSync(process.execPath, [fileURLToPath(new URL("../../scripts/build.mjs", import.meta.url))], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the program does not build:\n${built.stderr}`);
  folder = await mkdtemp(join(tmpdir(), "apg-kill-"));
  path = join(folder, "statements.xml");
  await writeFile(path, camt053(...histories.flatMap((history) => history.statements)));
  cluster = await startCrashCluster(inject("cluster").major);
  admin = openPool({ url: cluster.url(), applicationName: "apg test", max: 2, contextKey: () => testContextKey });
});

afterAll(async () => {
  await admin?.end();
  await cluster?.dispose();
  await rm(folder, { recursive: true, force: true });
});

test(`the importer or the server killed at ${rounds} moments: nothing of the file is there or all of it, and a retry completes it`, async () => {
  const never = await newTenant("never-killed");
  let child = await Importer.start();
  await child.import(never);
  const truth = { counts: await rowCounts(admin, never), beliefs: await beliefs(admin, never) };
  expect(truth.beliefs.entries).toHaveLength(histories.length * days * entriesADay);

  await child.import(await newTenant("warm"));
  let duration = child.lastMs;
  const tally = { nothing: 0, everything: 0, "while reading": 0, "while posting": 0 };
  const moments = shuffled(
    Array.from({ length: rounds }, (_, index) => ((index + random()) / rounds) * 1.05),
    random,
  );
  for (const [round, moment] of moments.entries()) {
    const tenantId = await newTenant(`round-${round}`);
    const before = await rowCounts(admin, tenantId);
    const killsServer = round % 2 === 1;
    const next = killsServer ? null : Importer.start();
    const outcome = child.import(tenantId).catch(() => "cut off");
    await delay(moment * duration);
    const readAll = child.read >= fileBytes();
    if (killsServer) await cluster.killAndRestart();
    else child.kill();
    if ((await outcome) === "cut off") tally[readAll ? "while posting" : "while reading"] += 1;
    if (next !== null) child = await next;
    await untilImportersAreGone();

    const left = await rowCounts(admin, tenantId);
    const whole = Object.keys(left).length > Object.keys(before).length;
    tally[whole ? "everything" : "nothing"] += 1;
    // Nothing of the file, or all of it: in no table anything between.
    expect({ round, moment, left }).toEqual({ round, moment, left: whole ? truth.counts : before });

    expect(await child.import(tenantId)).toBe(whole ? "duplicate" : "imported");
    if (!whole) duration = 0.7 * duration + 0.3 * child.lastMs;
    expect(await rowCounts(admin, tenantId)).toEqual(truth.counts);
    expect(await beliefs(admin, tenantId)).toEqual(truth.beliefs);
  }
  child.kill();
  process.stderr.write(`import-kill: an import took ${duration.toFixed(0)} ms; ${JSON.stringify(tally)}\n`);
  expect(tally.nothing, "the kills came too late to prove anything").toBeGreaterThan(rounds / 3);

  const asOf = addDays(monday, days - 1);
  const expected = euros(histories.reduce((sum, history) => sum + balanceAt(history, asOf, "booking"), 0n));
  for (let round = 0; round < rounds; round += 1) {
    const { totals } = await tenantRead(admin, { tenantId: `round-${round}`, actor: "test" }, (tx) => valuePosition(tx, { asOf }));
    expect(totals).toEqual([{ currency: "EUR", amount: expected, sealed: expected, provisional: "0.00", unproven: "0.00" }]);
  }
}, 300_000);

/** The process that imports. */
class Importer {
  read = 0;
  lastMs = 0;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
    child.on("message", (message: { read?: number }) => {
      this.read = message.read ?? this.read;
    });
  }

  static async start(): Promise<Importer> {
    const child = fork(fileURLToPath(new URL("../helpers/import-child.mjs", import.meta.url)), { execArgv: [] });
    await new Promise((resolve, reject) => child.once("message", resolve).once("exit", reject));
    return new Importer(child);
  }

  /** @returns its outcome; rejects when the process or its server ends before */
  async import(tenantId: string): Promise<string> {
    const began = performance.now();
    this.read = 0;
    const outcome = await new Promise<string>((resolve, reject) => {
      const hear = (message: { done?: string; failed?: string }) => {
        if (message.done !== undefined) resolve(message.done);
        if (message.failed !== undefined) reject(new Error(message.failed));
      };
      this.#process.on("message", hear).once("exit", () => reject(new Error("the process ended")));
      this.#process.send({ url: cluster.url("apg_user"), contextKey: testContextKey.secret.toString("hex"), tenantId, path });
    });
    this.lastMs = performance.now() - began;
    return outcome;
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }
}

function fileBytes(): number {
  return statSync(path).size;
}

async function newTenant(tenantId: string): Promise<string> {
  await admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ($1, $2)", [tenantId, tenantId]);
  return tenantId;
}

/** The server notices a dead client when it next talks to it; until then its transaction is neither there nor gone. */
async function untilImportersAreGone(): Promise<void> {
  const until = Date.now() + 20_000;
  for (;;) {
    const { rows } = await admin.query<{ busy: number }>(
      "select count(*)::int as busy from pg_stat_activity where application_name = 'apg import child' and state <> 'idle'",
    );
    if (rows[0]?.busy === 0) return;
    if (Date.now() > until) throw new Error("an import still runs 20 s after its process was killed");
    await delay(10);
  }
}

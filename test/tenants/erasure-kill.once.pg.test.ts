import { type ChildProcess, fork } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { withClient } from "../../src/postgres/connect.ts";
import { importFile } from "../../src/statements/import.ts";
import type { Certificate } from "../../src/tenants/erasure/certificate.ts";
import { tenantLeaves } from "../../src/tenants/erasure/plan.ts";
import { readEverywhere } from "../../src/tenants/erasure/proof.ts";
import { erasureOf, requestErasure } from "../../src/tenants/erasure/request.ts";
import { openTenant } from "../../src/tenants/open-tenant.ts";
import { camt053, fileOf } from "../helpers/camt.ts";
import { testContextKey } from "../helpers/cluster.ts";
import { testDatabase } from "../helpers/postgres.ts";
import { buildProgramFirst } from "../helpers/program.ts";
import { randomNumbers, testSeed } from "../helpers/seed.ts";

// The promise: an erasure killed at any moment is simply given again and goes on; in the end every row is gone, once, and no other's.
buildProgramFirst();
const database = testDatabase();
const random = randomNumbers(testSeed("erasure-kill"));
const kills = 24;

async function filled(id: string): Promise<void> {
  await openTenant(database.current.admin, { id, name: `The ${id}` }, { actor: "test" });
  for (let day = 1; day <= 6; day += 1) {
    const entries = [{ amount: "3.00", details: ["1.00", "2.00"] }, { amount: "-2.00" }];
    const statement = { day: `2026-03-0${day}`, opening: `${day - 1}.00`, closing: `${day}.00`, entries };
    await importFile(database.current.app, { tenantId: id, actor: "test" }, fileOf(`${day}.xml`, camt053(statement)));
  }
}

/** Runs an erasure in a process of its own, and kills it after so long. Answers how it ended. */
async function eraseAndKill(tenantId: string, killAfterMs: number | null): Promise<{ ended: string; ms: number }> {
  const child = fork(fileURLToPath(new URL("../helpers/erasure-child.mjs", import.meta.url)));
  await message(child);
  const started = performance.now();
  const ended = new Promise<string>((resolve) => {
    child.on("message", (said: { done?: string; failed?: string }) => {
      if (said.done !== undefined || said.failed !== undefined) resolve(said.done ?? `failed: ${said.failed}`);
    });
    child.once("exit", () => resolve("killed"));
  });
  const contextKey = testContextKey.secret.toString("hex");
  child.send({ url: database.current.url(), contextKey, tenantId, confirm: `The ${tenantId}`, batchRows: 2 });
  if (killAfterMs !== null) void delay(killAfterMs).then(() => child.kill("SIGKILL"));
  const outcome = await ended;
  const ms = performance.now() - started;
  if (child.connected) child.disconnect();
  child.kill("SIGKILL");
  return { ended: outcome, ms };
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`the child ended with ${code}`)));
  });
}

async function checksum(tenantId: string): Promise<Record<string, string>> {
  return withClient(database.current.admin, async (client) => {
    const sums: Record<string, string> = {};
    for (const { table } of await tenantLeaves(client)) {
      const { rows } = await client.query<{ sum: string | null }>(
        `select md5(string_agg(t::text, '|' order by t::text)) as sum from ${table} as t where tenant_id = $1`,
        [tenantId],
      );
      if (rows[0]?.sum !== null && rows[0] !== undefined) sums[table] = rows[0].sum;
    }
    return sums;
  });
}

test(`killed ${kills} times at random moments, erasures go on where they were and end whole`, async () => {
  const { admin } = database.current;
  await filled("neighbour");
  const neighbour = await checksum("neighbour");
  let duration = 0;
  let killed = 0;
  const between = new Set<string>();
  for (let round = 0; killed < kills; round += 1) {
    const id = `gone-${round}`;
    await filled(id);
    const before = (await readEverywhere(admin, id)).rows;
    await requestErasure(admin, { tenantId: id, actor: "test" }, { confirm: `The ${id}`, reason: "test" });
    // The first one runs through, to know how long that takes.
    for (let attempt = 0; ; attempt += 1) {
      const { ended, ms } = await eraseAndKill(id, round === 0 || attempt > 12 ? null : random() * duration);
      if (round === 0) duration = ms;
      if (ended === "done") break;
      // The server may still be busy with what the killed one asked last.
      if (ended.includes("another process") || ended.includes("still running")) await delay(50);
      else expect(ended).toBe("killed");
      killed += 1;
      between.add((await erasureOf(admin, { tenantId: id, actor: "test" })).state);
    }
    const erasure = await erasureOf(admin, { tenantId: id, actor: "test" });
    const certificate = JSON.parse(erasure.certificate ?? "") as Certificate;
    expect(certificate.rowsErased).toEqual(before);
    expect((await readEverywhere(admin, id)).rows).toEqual({});
    const { rows } = await admin.query<{ name: string; rows: bigint }>(
      `select schema_name || '.' || table_name as name, sum(row_count)::bigint as rows from audit.audit_log
       where tenant_id = $1 and operation = 'DELETE' group by 1`,
      [id],
    );
    // Each row once: what a killed transaction had deleted came back, and is told of when it goes for good.
    for (const row of rows) expect(Number(row.rows), row.name).toBe(before[row.name]);
  }
  expect(await checksum("neighbour")).toEqual(neighbour);
  expect(between).toContain("running");
}, 300_000);

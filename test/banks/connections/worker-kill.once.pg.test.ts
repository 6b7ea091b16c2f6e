import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { requestSync } from "../../../src/banks/connections/jobs.ts";
import { deliveryBytes } from "../../../src/statements/deliveries.ts";
import { bankSurroundings, connect, filesOf, openTestTenant } from "../../helpers/banks.ts";
import { camt053 } from "../../helpers/camt.ts";
import { testContextKey } from "../../helpers/cluster.ts";
import { asTenant, testDatabase } from "../../helpers/postgres.ts";
import { buildProgramFirst } from "../../helpers/program.ts";

const database = testDatabase();
const surroundings = bankSurroundings(database);
buildProgramFirst();

const days = 24;
const day = (index: number) => `2026-03-${String(index + 1).padStart(2, "0")}`;
const textOf = (index: number) =>
  camt053({ day: day(index), opening: `${index}.00`, closing: `${index + 1}.00`, entries: [{ amount: "1.00" }] });
const troubles: string[] = [];

test("the program killed at random moments loses no file, imports none twice and deletes none before it is stored", async () => {
  await openTestTenant(database.current, "acme");
  const inbox = join(surroundings.bankFolder, "acme", "in");
  await mkdir(inbox, { recursive: true });
  for (let index = 0; index < days; index += 1) await writeFile(join(inbox, `${day(index)}.xml`), textOf(index));
  const settings = { path: "in", after: "delete", settleSeconds: 0 } as const;
  const { id } = await connect(database.current, "acme", { kind: "folder", name: "Inbox", settings });

  let kills = 0;
  let idle = 0;
  let before = days;
  for (let round = 0; round < 60 && (await readdir(inbox)).length > 0; round += 1) {
    await asTenant(database.current, "acme", (tx) => requestSync(tx, id));
    // Nobody waits a minute here for the killed one's lease.
    await database.current.admin.query("update cash_management.cm_bank_jobs set run_at = now() where state = 'running'");
    const child = await startWorker();
    // Longer where nothing came of the last ones: a busy machine needs its time to get anywhere at all.
    const left = (await readdir(inbox)).length;
    idle = left === before ? idle + 1 : 0;
    before = left;
    await delay((50 + Math.random() * 250) * (1 + idle));
    child.kill("SIGKILL");
    await once(child, "exit");
    kills += 1;
    await expectNothingLost(id, inbox);
  }
  expect(kills, "it was too quick to be killed in the middle").toBeGreaterThan(2);
  expect(await readdir(inbox)).toEqual([]);
  const files = await filesOf(database.current, "acme", id);
  expect(files.map(({ syncStatus }) => syncStatus)).toEqual(Array.from({ length: days }, () => "imported"));
  const { rows } = await database.current.admin.query(
    `select count(*)::int as entries, count(distinct delivery_id)::int as deliveries, sum(entry_count)::int as stated
     from cash_management.cm_statements where tenant_id = 'acme' and status = 'verified' and superseded_at is null`,
  );
  const booked = await database.current.admin.query(
    "select count(*)::int as entries from cash_management.cm_bank_transactions where tenant_id = 'acme'",
  );
  expect(rows).toEqual([{ entries: days, deliveries: days, stated: days }]);
  expect(booked.rows).toEqual([{ entries: days }]);
  expect(troubles).toEqual([]);
}, 180_000);

/** Whatever is no longer at the bank stands here, byte for byte. */
async function expectNothingLost(connectionId: string, inbox: string): Promise<void> {
  const there = new Set(await readdir(inbox));
  const files = await filesOf(database.current, "acme", connectionId);
  for (let index = 0; index < days; index += 1) {
    const name = `${day(index)}.xml`;
    if (there.has(name)) continue;
    const delivery = files.find((file) => file.name === name)?.deliveries[0];
    if (delivery === undefined) throw new Error(`${name} is gone and was not stored`);
    const kept = await asTenant(database.current, "acme", async (tx) => {
      const pieces: Buffer[] = [];
      for await (const piece of deliveryBytes(tx, delivery)) pieces.push(piece);
      return Buffer.concat(pieces).toString();
    });
    expect(kept).toBe(textOf(index));
  }
}

async function startWorker(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL("./worker-child.mjs", import.meta.url)), { execArgv: [] });
  const { bankFolder, uploadFolder, allowLocal, fileLimitBytes } = surroundings;
  child.send({
    url: database.current.url("apg_user"),
    gate: database.current.url("apg_gate"),
    contextKey: testContextKey.secret.toString("hex"),
    banks: { bankFolder, uploadFolder, allowLocal, fileLimitBytes },
  });
  await new Promise<void>((resolve, reject) => {
    child.on("message", (message: { started?: true; trouble?: string }) => {
      if (message.trouble !== undefined) troubles.push(message.trouble);
      if (message.started === true) resolve();
    });
    child.once("exit", () => reject(new Error("the worker ended before it started")));
  });
  return child;
}

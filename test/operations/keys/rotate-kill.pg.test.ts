import { type ChildProcess, fork } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Rotation } from "../../../src/operations/keys/rotate.ts";
import { keyStatus } from "../../../src/operations/keys/status.ts";
import { testContextKey } from "../../helpers/cluster.ts";
import { encryptedTenant, readEverything, sealsAndPosition } from "../../helpers/encrypted-tenant.ts";
import { testDatabase } from "../../helpers/postgres.ts";
import { buildProgramFirst } from "../../helpers/program.ts";
import { randomNumbers, testSeed } from "../../helpers/seed.ts";

// The promise: a rotation killed at any moment is simply given again and goes on; meanwhile everything reads, and no seal changes.
buildProgramFirst();
const database = testDatabase();
const random = randomNumbers(testSeed("rotation-kill"));
const most = 8;
const tenant = { tenantId: "acme", actor: "test" };

/** Rotates in a process of its own, and kills it after so many batches and a moment. */
async function rotateAndKill(killAt: { readonly batches: number; readonly ms: number } | null): Promise<Rotation | string> {
  const child = fork(fileURLToPath(new URL("../../helpers/rotation-child.mjs", import.meta.url)));
  await ready(child);
  let batches = 0;
  const kill = () => {
    if (killAt !== null) void delay(killAt.ms).then(() => child.kill("SIGKILL"));
  };
  const ended = new Promise<Rotation | string>((resolve) => {
    child.on("message", (said: { done?: Rotation; failed?: string; progress?: number }) => {
      if (said.progress !== undefined) {
        batches += 1;
        if (batches === killAt?.batches) kill();
      } else resolve(said.done ?? `failed: ${said.failed}`);
    });
    child.once("exit", () => resolve("killed"));
  });
  child.send({ ...tenant, url: database.current.url(), contextKey: testContextKey.secret.toString("hex"), batchRows: 1 });
  if (killAt?.batches === 0) kill();
  const outcome = await ended;
  if (child.connected) child.disconnect();
  child.kill("SIGKILL");
  return outcome;
}

function ready(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`the child ended with ${code}`)));
  });
}

test(`a rotation killed up to ${most} times at random moments goes on where it was; all reads in between, seals and position stand`, async () => {
  // What PostgreSQL does of it differs by major; what we do does not.
  const kills = database.current.major === 18 ? most : 3;
  await encryptedTenant(database.current, "acme");
  await encryptedTenant(database.current, "globex", 1);
  const values = await readEverything(database.current, "acme");
  const before = await sealsAndPosition(database.current, "acme");
  const other = await keyStatus(database.current.admin, { tenantId: "globex", actor: "test" });
  expect(before.stored).toHaveLength(6);
  expect(before.recomputed).toEqual(before.stored);

  let reading = true;
  let reads = 0;
  const reader = (async () => {
    for (; reading; reads += 1) expect(await readEverything(database.current, "acme")).toEqual(values);
  })();
  let killed = 0;
  let mixed = 0;
  const batchesInAll = Object.keys(values).length;
  for (let attempt = 0; killed < kills; attempt += 1) {
    expect(attempt).toBeLessThan(60);
    const outcome = await rotateAndKill({ batches: Math.floor(random() * (batchesInAll / 5)), ms: random() * 15 });
    // The server may still be busy with what the killed one asked last.
    if (typeof outcome === "string" && outcome.includes("another process")) {
      await delay(50);
      continue;
    }
    if (outcome !== "killed") {
      expect(typeof outcome === "string" ? outcome : "done").toBe("done");
      continue;
    }
    killed += 1;
    const { keys, older } = await keyStatus(database.current.admin, tenant);
    expect(keys.filter(({ purpose, state }) => purpose === "value" && state === "active")).toHaveLength(1);
    if (older > 0) mixed += 1;
    expect(await readEverything(database.current, "acme")).toEqual(values);
  }
  let last = await rotateAndKill(null);
  while (typeof last === "string" && last.includes("another process")) {
    await delay(50);
    last = await rotateAndKill(null);
  }
  expect(typeof last === "string" ? last : "done").toBe("done");
  reading = false;
  await reader;

  expect(mixed).toBeGreaterThan(0);
  expect(reads).toBeGreaterThan(3);
  const { keys, older } = await keyStatus(database.current.admin, tenant);
  expect(older).toBe(0);
  const ofValues = keys.filter(({ purpose }) => purpose === "value");
  expect(ofValues.at(-1)).toMatchObject({ state: "active", values: batchesInAll });
  expect(ofValues.length).toBeGreaterThan(1);
  for (const key of ofValues.slice(0, -1)) expect(key).toMatchObject({ state: "retired", values: 0 });
  expect(await readEverything(database.current, "acme")).toEqual(values);
  expect(await sealsAndPosition(database.current, "acme")).toEqual(before);
  expect(await keyStatus(database.current.admin, { tenantId: "globex", actor: "test" })).toEqual(other);
}, 240_000);

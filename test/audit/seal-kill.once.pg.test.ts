import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { readHead } from "../../src/audit/seals/head-file.ts";
import { withClient } from "../../src/postgres/connect.ts";
import { seedTwoTenants } from "../database/seed.ts";
import { asTenant, testDatabase } from "../helpers/postgres.ts";
import { buildProgramFirst } from "../helpers/program.ts";
import { randomNumbers, testSeed } from "../helpers/seed.ts";
import { testSealing } from "./sealing.ts";

const database = testDatabase();
const sealing = testSealing(database);
buildProgramFirst();
beforeAll(() => seedTwoTenants(database.current));

const rounds = 15;

test(`the sealer killed (SIGKILL) at ${rounds} random moments leaves whole blocks, and the next one goes on`, async () => {
  const random = randomNumbers(testSeed("seal-kill"));
  let sealedByTheKilled = 0n;
  for (let round = 0; round < rounds; round += 1) {
    await asTenant(database.current, "alpha", (tx) =>
      tx.query("insert into cash_management.cm_banks (tenant_id, name) select 'alpha', $1 || i from generate_series(1, 200) as i", [
        `Round ${round} `,
      ]),
    );
    const child = await startSealer();
    await delay(random() * 150);
    child.kill("SIGKILL");
    await once(child, "exit");
    sealedByTheKilled = readHead(sealing.current.dataDir)?.number ?? 0n;
    const verdict = await withClient(database.current.admin, (client) => sealing.current.verify(client));
    expect(verdict).toMatchObject({ intact: true, faults: [] });
  }
  expect(sealedByTheKilled, "the kills came too early to prove anything").toBeGreaterThan(BigInt(rounds) / 3n);
  await sealing.current.sealEverything();
  expect(await withClient(database.current.admin, (client) => sealing.current.verify(client))).toMatchObject({
    ...{ intact: true, unsealed: { rows: 0 } },
  });
});

async function startSealer(): Promise<ChildProcess> {
  const script = fileURLToPath(new URL("./seal-child.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, database.current.url("apg_sealer"), sealing.current.dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

import { beforeAll, describe, expect, test } from "vitest";
import { startSealer } from "../../src/audit/seals/sealer.ts";
import { behindProblem, type SealingState, sealingState } from "../../src/audit/seals/sealing-state.ts";
import { sealState } from "../../src/audit/trail.ts";
import type { Problem } from "../../src/errors/problem.ts";
import { openPool, withClient } from "../../src/postgres/connect.ts";
import { seedTwoTenants } from "../database/seed.ts";
import { asReader, asTenant, testDatabase } from "../helpers/postgres.ts";
import { testSealing } from "./sealing.ts";

const database = testDatabase();
const sealing = testSealing(database);
beforeAll(async () => {
  await seedTwoTenants(database.current);
  await sealing.current.sealEverything();
});

const addBank = (tenant: string, name: string) =>
  asTenant(database.current, tenant, (tx) =>
    tx.query("insert into cash_management.cm_banks (tenant_id, name) values ($1, $2)", [tenant, name]),
  );

/** A session that writes and does not end while `work` runs. */
async function whileHeld<T>(work: (pid: number) => Promise<T>): Promise<T> {
  const pool = openPool({ url: database.current.url(), applicationName: "a long import", max: 1 });
  try {
    return await withClient(pool, async (slow) => {
      const { rows } = await slow.query<{ pid: number }>("select pg_backend_pid() as pid");
      await slow.query("begin; select pg_current_xact_id()");
      try {
        return await work(rows[0]?.pid ?? 0);
      } finally {
        await slow.query("rollback");
      }
    });
  } finally {
    await pool.end();
  }
}

test("nothing waits: zero seconds behind, and nobody is accused, although a transaction runs", async () => {
  await whileHeld(async () => {
    const state = await sealingState(sealing.current.pool);
    expect(state).toMatchObject({ waiting: 0, held: 0, behindSeconds: 0, oldest: null, holder: null });
    expect(Number(state.block)).toBeGreaterThan(0);
  });
});

describe("a transaction that runs on holds sealing back", () => {
  test("its process, program, user, state and age are told; when it ends nothing is", async () => {
    await whileHeld(async (pid) => {
      await addBank("alpha", "Held");
      await expect
        .poll(async () => (await sealingState(sealing.current.pool)).behindSeconds, { timeout: 10_000, interval: 100 })
        .toBeGreaterThan(0.3);
      // Another test's database may have an older one for a moment.
      await expect
        .poll(() => sealingState(sealing.current.pool), { timeout: 20_000 })
        .toMatchObject({
          ...{ waiting: 1, held: 1 },
          holder: { kind: "session", pid, application: "a long import", user: "postgres", state: "idle in transaction" },
        });
      const { holder } = await sealingState(sealing.current.pool);
      expect(holder?.seconds).toBeGreaterThan(0.3);
      expect(holder?.database).toBe(database.current.name);
    });
    await sealing.current.sealEverything();
    expect(await sealingState(sealing.current.pool)).toMatchObject({ waiting: 0, holder: null });
  });

  test("the log hears of it once, with what to do, and when it is over", async () => {
    const told: Problem[] = [];
    let caughtUp = 0;
    let stop = async () => {};
    await whileHeld(async () => {
      await addBank("alpha", "Late");
      const sealer = startSealer(sealing.current.pool, {
        ...{ key: sealing.current.key, dataDir: sealing.current.dataDir, everyMs: 50, alarmSeconds: 0.2 },
        onTrouble: (error) => told.push(error as Problem),
        onCaughtUp: () => {
          caughtUp += 1;
        },
      });
      await expect.poll(() => told.length, { timeout: 10_000 }).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(told).toHaveLength(1);
      expect(told[0]).toMatchObject({ code: "audit_sealing_behind", exitCode: 3 });
      expect(told[0]?.message).toMatch(/1 change waits, held back by session \d+ \(/);
      expect(told[0]?.hint).toMatch(/pg_terminate_backend\(\d+\)/);
      stop = () => sealer.stop();
    });
    await expect.poll(() => caughtUp, { timeout: 20_000 }).toBe(1);
    await stop();
  });
  test("a tenant's auditor sees how far, since when and which process, and no name of a program", async () => {
    await whileHeld(async () => {
      await addBank("alpha", "Seen");
      await expect
        .poll(() => asReader(database.current, "alpha", sealState), { timeout: 20_000 })
        .toMatchObject({ waiting: 1, heldBack: { pid: expect.any(Number), seconds: expect.any(Number) } });
      const other = () => asReader(database.current, "beta", sealState);
      await expect.poll(async () => (await other()).behindSeconds, { timeout: 10_000 }).toBeGreaterThan(0);
      expect((await other()).waiting).toBe(0);
      expect(JSON.stringify(await other())).not.toContain("long import");
    });
    await sealing.current.sealEverything();
  });
});

test("monitoring reads the view and not one row of the trail", async () => {
  const pool = openPool({ url: database.current.url("monitoring"), applicationName: "apg test", max: 1 });
  try {
    const { rows } = await pool.query("select waiting, behind_seconds, holder_pid from monitoring.audit_sealing");
    expect(rows).toEqual([{ waiting: 0n, behind_seconds: "0.0", holder_pid: null }]);
    for (const table of ["audit.audit_log", "audit.blocks", "audit.block_leaves"])
      await expect(pool.query(`select from ${table}`)).rejects.toMatchObject({ code: "42501" });
  } finally {
    await pool.end();
  }
});

test("roles that need not know who else is connected are not told", async () => {
  await expect(asReader(database.current, "alpha", (tx) => tx.query("select audit.sealing_state()"))).rejects.toMatchObject({
    code: "42501",
  });
});

test("a prepared transaction is named by its name", () => {
  const state: SealingState = {
    ...{ block: "1", sealedAt: null, waiting: 3, held: 3, oldest: null, behindSeconds: 90 },
    holder: {
      kind: "prepared transaction forgotten",
      pid: null,
      application: null,
      user: "ada",
      database: "cash",
      state: null,
      seconds: 91.2,
    },
  };
  const problem = behindProblem(state);
  expect(problem.message).toBe(
    "the audit trail is 90 s ahead of its seals: 3 changes wait, held back by prepared transaction forgotten (user ada, database cash), for 91 s",
  );
  expect(problem.hint).toContain("rollback prepared 'forgotten'");
  expect(behindProblem({ ...state, holder: null }).message).toBe("the audit trail is 90 s ahead of its seals: 3 changes wait");
});

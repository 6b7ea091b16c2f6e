import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Client, openPool, type Pool, withClient } from "../../src/postgres/connect.ts";
import { type TenantTransaction, tenantRead, tenantTransaction } from "../../src/postgres/transaction.ts";
import { testContextKey } from "../helpers/cluster.ts";
import { type Bouncer, noPgBouncer, startPgBouncer } from "../helpers/pgbouncer.ts";
import { testDatabase } from "../helpers/postgres.ts";
import { randomNumbers, testSeed } from "../helpers/seed.ts";

const database = testDatabase();
const tenants = ["t0", "t1", "t2", "t3"];

beforeAll(async () => {
  for (const tenant of tenants) {
    await database.current.admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ($1, $2)", [tenant, tenant]);
    await database.current.admin.query(
      "insert into cash_management.cm_banks (tenant_id, name) select $1::text, $1::text || ' bank ' || i from generate_series(1, 3) as i",
      [tenant],
    );
  }
});

/** What one may find on a connection: everything must be of this tenant, and nothing of whoever was there before. */
async function lookAround(tx: TenantTransaction): Promise<void> {
  const { rows } = await tx.query(
    `select cash_management.current_tenant() as tenant, cash_management.current_actor() as actor,
      (select array_agg(distinct tenant_id::text) from cash_management.cm_banks) as owners,
      (select count(*)::int from pg_prepared_statements) as prepared,
      (select count(*)::int from pg_cursors where is_holdable) as cursors,
      (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks,
      to_regclass('pg_temp.mine') is null as no_table, current_setting('search_path') as path, current_setting('lock_timeout') as waits`,
  );
  const own = { tenant: tx.tenantId, actor: tx.actor, owners: [tx.tenantId] };
  expect(rows).toEqual([{ ...own, prepared: 0, cursors: 0, locks: 0, no_table: true, path: '"$user", public', waits: "0" }]);
}

/** Ways in which a transaction goes wrong, or leaves something behind; each a tenant's own doing. */
const mishaps: readonly ((tx: TenantTransaction, port: number) => Promise<void>)[] = [
  async (tx) => {
    await tx.query("select 1 / 0");
  },
  async (tx) => {
    await tx.query("set local statement_timeout = '15ms'");
    await tx.query("select pg_sleep(5)");
  },
  async (tx, port) => {
    setTimeout(() => cancel(tx.client, port), 20);
    await tx.query("select pg_sleep(5)");
  },
  async (tx) => {
    // The client is gone in the middle of its statement, as after a crash.
    setTimeout(() => connectionOf(tx.client).destroy(), 10);
    await tx.query("select pg_sleep(0.2)");
  },
  async (tx) => {
    await tx.query("insert into cash_management.cm_banks (tenant_id, name) values ($1, 'never')", [tx.tenantId]);
    throw new Error("changed my mind");
  },
  async (tx) => {
    await tx.client.query("create temp table mine (x integer); set lock_timeout = '7s'; set search_path = pg_temp, pg_catalog");
    await tx.client.query("prepare mine as select 1; select pg_advisory_lock(7); declare mine cursor with hold for select 1; commit");
  },
  async (tx) => {
    await tx.client.query("select set_config('app.context', current_setting('app.context'), false); commit");
  },
];

interface Wire {
  readonly processID: number;
  readonly secretKey: number;
  readonly connection: { readonly stream: { destroy(): void } };
}
const connectionOf = (client: Client) => (client as unknown as Wire).connection.stream;

/** The protocol's own cancel request, through the pooler. The pooler closes it: PgBouncer 1.18 ends with an error when the client is first. */
function cancel(client: Client, port: number): void {
  const { processID, secretKey } = client as unknown as Wire;
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(80_877_102, 4);
  request.writeInt32BE(processID, 8);
  request.writeInt32BE(secretKey, 12);
  const socket = connect({ host: "127.0.0.1", port }, () => socket.write(request));
  socket.on("error", () => {});
}

describe.skipIf(noPgBouncer !== null).each([1, 2])(
  `behind PgBouncer in transaction mode, %i server connections${noPgBouncer === null ? "" : ` (${noPgBouncer})`}`,
  (serverConnections) => {
    let bouncer: Bouncer;
    const pools: Pool[] = [];

    beforeAll(async () => {
      bouncer = await startPgBouncer(Number(new URL(database.current.url()).port), serverConnections);
      for (let at = 0; at < 8; at += 1) {
        const url = bouncer.url(database.current.name, "apg_user");
        pools.push(openPool({ url, applicationName: `client ${at}`, max: 1, contextKey: () => testContextKey }));
      }
    });
    afterAll(async () => {
      for (const pool of pools.splice(0)) await pool.end();
      await bouncer?.stop();
    });

    test("invariant 7: eight clients of four tenants see their own and no trace of another, whatever goes wrong in between", async () => {
      const random = randomNumbers(testSeed("pooler"));
      const written = new Map<string, number>(tenants.map((tenant) => [tenant, 3]));
      const outcomes = { fine: 0, wrong: 0 };
      const client = async (pool: Pool, at: number) => {
        for (let turn = 0; turn < 25; turn += 1) {
          const tenantId = tenants[(at + (turn % 2)) % tenants.length] as string;
          const context = { tenantId, actor: `client ${at} turn ${turn}` };
          const draw = random();
          if (draw < 0.4) {
            const mishap = mishaps[Math.floor((draw / 0.4) * mishaps.length)] as (typeof mishaps)[number];
            await tenantTransaction(pool, context, async (tx) => {
              await lookAround(tx);
              await mishap(tx, bouncer.port);
            }).catch((error: Error) => {
              // What the test finds out must not pass for a mishap.
              if (error.name === "AssertionError") throw error;
            });
            outcomes.wrong += 1;
          } else if (draw < 0.7) {
            await tenantRead(pool, context, lookAround);
            outcomes.fine += 1;
          } else {
            await tenantTransaction(pool, context, async (tx) => {
              await lookAround(tx);
              await tx.query("insert into cash_management.cm_banks (tenant_id, name) values ($1, $2)", [
                tenantId,
                context.actor + serverConnections,
              ]);
            });
            written.set(tenantId, (written.get(tenantId) ?? 0) + 1);
            outcomes.fine += 1;
          }
        }
      };
      const { rows: earlier } = await database.current.admin.query(
        "select tenant_id, count(*)::int as n from cash_management.cm_banks group by 1",
      );
      await Promise.all(pools.map(client));
      expect(outcomes.fine).toBeGreaterThan(80);
      expect(outcomes.wrong).toBeGreaterThan(40);
      const { rows } = await database.current.admin.query("select tenant_id, count(*)::int as n from cash_management.cm_banks group by 1");
      const before = new Map(earlier.map((row) => [row.tenant_id, row.n]));
      expect(new Map(rows.map((row) => [row.tenant_id, row.n - (before.get(row.tenant_id) ?? 0) + 3]))).toEqual(written);
    });

    test("invariant 6: a stamp that one client passes to another says nothing, on the same server connection either", async () => {
      const [one, two] = pools as [Pool, Pool];
      const { rows } = await tenantTransaction(one, { tenantId: "t1", actor: "one" }, (tx) =>
        tx.query<{ stamp: string; pid: number }>("select current_setting('app.context') as stamp, pg_backend_pid() as pid"),
      );
      await withClient(two, async (client) => {
        await client.query("begin");
        await client.query("select set_config('app.context', $1, true)", [rows[0]?.stamp]);
        const seen = await client.query("select pg_backend_pid() as pid, (select count(*)::int from cash_management.cm_banks) as n");
        if (serverConnections === 1) expect(seen.rows).toEqual([{ pid: rows[0]?.pid, n: 0 }]);
        expect(seen.rows[0]?.n).toBe(0);
        await client.query("rollback");
      });
    });
  },
);

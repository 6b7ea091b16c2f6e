import { type Client, withClient } from "../src/postgres/connect.ts";
import type { Database } from "../src/postgres/database.ts";
import { type TenantContext, tenantRead } from "../src/postgres/transaction.ts";
import { type Bench, createTenant, type Figure, median, withBenchDatabase } from "./kit.ts";

const tenants = Array.from({ length: 20 }, (_, at) => `t${at}`);
const context = (tenantId: string): TenantContext => ({ tenantId, actor: "bench" });
const rowsOfTenant = 20_000;

/** What isolation costs: a statement under row-level security with the signed context against the same one without; and one tenant alone. */
export const contextBench: Bench = {
  name: "context",
  run({ quick }) {
    return withBenchDatabase(async (database) => {
      await fill(database);
      return [...(await statements(database, quick ? 200 : 2_000)), await oneTenant(database, quick ? 400 : 4_000)];
    });
  },
};

/** The same statement in turns: as apg_user under the policy, and as the superuser, whom no policy binds; each within one transaction. */
async function statements(database: Database, times: number): Promise<Figure[]> {
  const point = "select amount_minor from cash_management.cm_scratch where tenant_id = $1 and id = $2";
  const sum = "select count(*), sum(amount_minor) from cash_management.cm_scratch where tenant_id = $1 and amount_minor >= $2";
  const read = await compare(database, times, point, (turn) => ["t3", (turn * 7919) % rowsOfTenant]);
  const long = await compare(database, Math.ceil(times / 5), sum, (turn) => ["t3", turn % 100]);
  const dearer = (median(read.under) - median(read.without)) * 1000;
  const ratio = median(long.under) / median(long.without);
  const us = (values: readonly number[]) => `${(median(values) * 1000).toFixed(0)} µs`;
  return [
    {
      name: "point read under row-level security with the signed context, p50",
      base: `without: ${us(read.without)}`,
      measured: us(read.under),
      ratio: `${dearer.toFixed(0)} µs more`,
      target: "at most 40 µs more",
      met: dearer <= 40,
    },
    {
      name: `sum over ${rowsOfTenant} rows under row-level security with the signed context, p50`,
      base: `without: ${us(long.without)}`,
      measured: us(long.under),
      ratio: `${ratio.toFixed(3)}x`,
      target: "at most 1.10x, for 1 ms and more",
      met: ratio <= 1.1 && median(long.without) >= 1,
    },
  ];
}

async function compare(
  database: Database,
  times: number,
  text: string,
  values: (turn: number) => unknown[],
): Promise<{ under: number[]; without: number[] }> {
  const under: number[] = [];
  const without: number[] = [];
  await tenantRead(database.app, context("t3"), ({ client: bound }) =>
    withClient(database.admin, async (free) => {
      await free.query("begin isolation level repeatable read read only");
      for (let turn = -100; turn < times; turn += 1) {
        const [first, second]: [Client, Client] = turn % 2 === 0 ? [bound, free] : [free, bound];
        for (const client of [first, second]) {
          const from = performance.now();
          await client.query(text, values(turn + 100));
          if (turn >= 0) (client === bound ? under : without).push(performance.now() - from);
        }
      }
      await free.query("rollback");
    }),
  );
  return { under, without };
}

/** Sixteen clients, whole transactions: all of one tenant, or spread over twenty. */
async function oneTenant(database: Database, transactions: number): Promise<Figure> {
  const rate = async (choose: (turn: number) => string) => {
    let begun = 0;
    const from = performance.now();
    const client = async () => {
      while (begun < transactions) {
        begun += 1;
        const turn = begun;
        await tenantRead(database.app, context(choose(turn)), (tx) =>
          tx.query("select amount_minor from cash_management.cm_scratch where tenant_id = $1 and id = $2", [
            tx.tenantId,
            turn % rowsOfTenant,
          ]),
        );
      }
    };
    await Promise.all(Array.from({ length: 16 }, client));
    return transactions / ((performance.now() - from) / 1000);
  };
  const spread = (turn: number) => tenants[turn % tenants.length] as string;
  await rate(spread);
  const [one, many]: [number[], number[]] = [[], []];
  for (let round = 0; round < 5; round += 1) {
    one.push(await rate(() => "t3"));
    many.push(await rate(spread));
  }
  const ratio = median(one) / median(many);
  return {
    name: "16 clients on one tenant, transactions a second",
    base: `on 20 tenants: ${median(many).toFixed(0)}`,
    measured: median(one).toFixed(0),
    ratio: `${ratio.toFixed(2)}x`,
    target: "at least 0.9x",
    met: ratio >= 0.9,
  };
}

/** A table as the migrations secure them, with as many rows for each tenant. */
async function fill(database: Database): Promise<void> {
  for (const tenant of tenants) await createTenant(database, tenant);
  await withClient(database.admin, async (client) => {
    await client.query(`
      begin; set local role cm_owner;
      create table cash_management.cm_scratch (
        tenant_id cash_management.tenant_key not null, id integer not null, amount_minor bigint not null, primary key (tenant_id, id));
      select maintenance.secure_table('cash_management.cm_scratch');
      grant select on cash_management.cm_scratch to apg_readwrite;
      reset role; commit`);
    await client.query(
      `insert into cash_management.cm_scratch select t, i, i % 1000 from unnest($1::text[]) as t, generate_series(0, ${rowsOfTenant - 1}) as i`,
      [tenants],
    );
    await client.query("vacuum (analyze) cash_management.cm_scratch");
  });
}

import { valuePosition } from "../src/positions/position.ts";
import type { Database } from "../src/postgres/database.ts";
import { rows } from "../src/postgres/rows.ts";
import { tenantRead } from "../src/postgres/transaction.ts";
import type { Day } from "../src/time/day.ts";
import { type Bench, createTenant, type Figure, median, quantile, withBenchDatabase } from "./kit.ts";

const clients = 32;
const accounts = 50;
const days = 400;
const lastDay = "2026-11-20" as Day;
const asOf = "2026-11-13" as Day;

/** The position of a tenant over ten million flows, at 32 clients, against adding the flows up; and over one million. */
export const positionBench: Bench = {
  name: "position",
  run({ quick }) {
    const [few, many] = quick ? [10, 50] : [50, 500];
    return withBenchDatabase(async (database) => {
      await fill(database, "small", few);
      await fill(database, "large", many);
      await database.admin.query("vacuum (analyze)");
      return measure(database, few * accounts * days, many * accounts * days);
    });
  },
};

async function measure(database: Database, fewFlows: number, manyFlows: number): Promise<Figure[]> {
  await mustAgree(database);
  await positions(database, "large", 4, 200);
  const [small, large, sums, sumsAlone]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let round = 0; round < 5; round += 1) {
    small.push(...(await positions(database, "small", clients, 400)));
    large.push(...(await positions(database, "large", clients, 400)));
    sumsAlone.push(...(await inParallel(1, 2, () => addUp(database, "large"))));
  }
  sums.push(...(await inParallel(clients, clients, () => addUp(database, "large"))));
  const same = median(large) / median(small);
  const p99 = quantile(large, 0.99);
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const figures = (base: number, who: string): Figure => ({
    name: `position over ${(manyFlows / 1e6).toFixed(1)} M flows, p99 at ${clients} clients`,
    base: `adding the flows up, ${who}: ${ms(base)}`,
    measured: ms(p99),
    ratio: `${(base / p99).toFixed(0)}x better`,
    target: "at least 50x better",
    met: base / p99 >= 50,
  });
  return [
    figures(quantile(sums, 0.99), `p99 at ${clients} clients`),
    figures(median(sumsAlone), "median of one client alone"),
    {
      name: `position at ${(manyFlows / 1e6).toFixed(1)} M flows, p50 at ${clients} clients`,
      base: `at ${(fewFlows / 1e6).toFixed(1)} M flows: ${ms(median(small))}`,
      measured: ms(median(large)),
      ratio: `${same.toFixed(2)}x`,
      target: "at most 1.2x",
      met: same <= 1.2,
    },
  ];
}

function positions(database: Database, tenantId: string, width: number, count: number): Promise<number[]> {
  return inParallel(width, count, () =>
    tenantRead(database.app, { tenantId, actor: "bench" }, (tx) => valuePosition(tx, { asOf, by: "currency" })),
  );
}

function addUp(database: Database, tenantId: string): Promise<{ amount: string }[]> {
  return tenantRead(database.app, { tenantId, actor: "bench" }, (tx) =>
    rows<{ amount: string }>(
      tx,
      `select account_id, sum(amount_minor)::text as amount
       from cash_management.cm_cash_flows
       where tenant_id = $1 and transaction_date <= $2 and superseded_at is null
       group by account_id`,
      [tenantId, asOf],
    ),
  );
}

/** A fast answer that is wrong would be no answer. */
async function mustAgree(database: Database): Promise<void> {
  for (const tenantId of ["small", "large"]) {
    const sum = (await addUp(database, tenantId)).reduce((all, row) => all + BigInt(row.amount), 0n);
    const position = await tenantRead(database.app, { tenantId, actor: "bench" }, (tx) => valuePosition(tx, { asOf, by: "currency" }));
    const amount = BigInt((position.totals[0]?.amount ?? "").replace(".", ""));
    if (amount !== sum) throw new Error(`the position of ${tenantId} is ${amount}, its flows add up to ${sum}`);
  }
}

async function inParallel(width: number, count: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  let begun = 0;
  const worker = async () => {
    while (begun < count) {
      begun += 1;
      const from = performance.now();
      await work();
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return times;
}

/**
 * Fills a tenant by SQL: the state that so many imported statements leave, without the triggers' work. Openings are zero, so that
 * the flows alone add up to the balances.
 */
async function fill(database: Database, tenantId: string, flowsADay: number): Promise<void> {
  await createTenant(database, tenantId);
  const client = await database.admin.connect();
  try {
    await client.query("select maintenance.ensure_partitions('cash_management.cm_cash_flows', $1::date - 420, $1::date)", [lastDay]);
    await client.query("begin; set local session_replication_role = replica; set local synchronous_commit = off");
    for (const text of statements)
      await client.query(
        text
          .replaceAll(":tenant", `'${tenantId}'`)
          .replaceAll(":flows", String(flowsADay))
          .replaceAll(":days", String(days))
          .replaceAll(":accounts", String(accounts))
          .replaceAll(":last", `'${lastDay}'`),
      );
    await client.query("commit");
  } finally {
    client.release();
  }
}

const accountId = "md5(:tenant || ' account ' || a)::uuid";
const statementId = "md5(:tenant || ' statement ' || a || ' ' || d)::uuid";
const amount = "(((hashint4(a * 1000003 + d * 1009 + f) % 200000)))";
const statements = [
  `insert into cash_management.cm_cash_account_keys (tenant_id, id) select :tenant, ${accountId} from generate_series(1, :accounts) as a`,
  `insert into cash_management.cm_cash_accounts (tenant_id, id, name, account_number_encrypted, account_number_index, last_four, currency)
   select :tenant, ${accountId}, 'Account ' || a, 'APG', 'ACCOUNT' || a, right('ACCOUNT' || a, 4), 'EUR' from generate_series(1, :accounts) as a`,
  `insert into cash_management.cm_cash_flows (tenant_id, id, account_id, amount_minor, currency, transaction_date, value_date, certainty, source)
   select :tenant,
     (lpad(to_hex(:last::date - (:days - d) - date '2000-01-01'), 6, '0') || substr(md5(a || ' ' || d || ' ' || f || :tenant), 7))::uuid,
     ${accountId}, ${amount}, 'EUR', :last::date - (:days - d), :last::date - (:days - d), 90, 'statement'
   from generate_series(1, :days) as d, generate_series(1, :accounts) as a, generate_series(1, :flows) as f`,
  `insert into cash_management.cm_statement_days (tenant_id, account_id, day, statement_id, state, opening_minor, closing_minor, net_minor,
     credits_minor, debits_minor, entry_count, amounts_hash, entries_hash, first_day, last_day, recorded_at)
   select :tenant, ${accountId}, :last::date - (:days - d), ${statementId}, 'verified', 0, 0, 0, 0, 0, :flows, '', '', true, true, now()
   from generate_series(1, :days) as d, generate_series(1, :accounts) as a`,
  `insert into cash_management.cm_day_closings (tenant_id, id, account_id, day, statement_id, state, link, opening_minor, closing_minor,
     credits_minor, debits_minor, entry_count, entries_hash, seal_hash, recorded_at)
   select :tenant, md5(:tenant || ' closing ' || a || ' ' || d)::uuid, ${accountId}, :last::date - (:days - d), ${statementId}, 'sealed', 'sequence',
     coalesce(sum(net) over before, 0), sum(net) over upto, greatest(net, 0), greatest(-net, 0), :flows, '', '', now()
   from (
     select a, d, sum(${amount}) as net
     from generate_series(1, :days) as d, generate_series(1, :accounts) as a, generate_series(1, :flows) as f
     group by a, d
   ) as daily
   window upto as (partition by a order by d), before as (partition by a order by d rows between unbounded preceding and 1 preceding)`,
];

import { prefixStatement } from "../src/categories/counterparties.ts";
import { withClient } from "../src/postgres/connect.ts";
import { tenantRead } from "../src/postgres/transaction.ts";
import { type Bench, createTenant, type Figure, median, withBenchDatabase } from "./kit.ts";

const context = { tenantId: "bench", actor: "bench" };

/** What finding counterparties by a name costs as the application's role, under row-level security: a prefix, against one by primary key. */
export const counterpartiesBench: Bench = {
  name: "counterparties",
  run({ quick }) {
    const rows = quick ? 20_000 : 1_000_000;
    return withBenchDatabase(async (database) => {
      await createTenant(database, context.tenantId);
      await withClient(database.admin, async (client) => {
        // The trail of a million counterparties is not what is measured.
        await client.query("set session_replication_role = replica");
        await client.query(
          `insert into cash_management.cm_counterparties (tenant_id, name, name_key)
           select $1, initcap(key) || ' GmbH', upper(key)
           from (select substr(md5(i::text), 1, 8) || ' ' || i as key from generate_series(1, $2::int) as i) as made`,
          [context.tenantId, rows],
        );
        await client.query("reset session_replication_role");
        await client.query("vacuum (analyze) cash_management.cm_counterparties");
      });
      return searches(database.app, rows, quick ? 200 : 2_000);
    });
  },
};

async function searches(app: Parameters<typeof tenantRead>[0], rows: number, times: number): Promise<Figure[]> {
  const [byKey, byPrefix, byPart]: [number[], number[], number[]] = [[], [], []];
  await tenantRead(app, context, async (tx) => {
    const { rows: known } = await tx.query<{ id: string; key: string }>(
      "select id, name_key as key from cash_management.cm_counterparties where tenant_id = $1 order by id limit 1000",
      [tx.tenantId],
    );
    const plan = prefixStatement(tx.tenantId, "ABC", 20, null);
    const { rows: lines } = await tx.query<{ "QUERY PLAN": string }>(`explain (costs off) ${plan.text}`, plan.values);
    if (!/Index Cond: .*name_key >= /.test(lines.map((line) => line["QUERY PLAN"]).join("\n")))
      throw new Error("the name is no index condition under row-level security");
    const timed = async (into: number[], turn: number, work: () => Promise<{ rowCount: number | null }>) => {
      const from = performance.now();
      const { rowCount } = await work();
      if (rowCount === 0) throw new Error("nobody was found");
      if (turn >= 0) into.push(performance.now() - from);
    };
    for (let turn = -100; turn < times; turn += 1) {
      const one = known[(turn + 100) % known.length] as { id: string; key: string };
      await timed(byKey, turn, () =>
        tx.query("select name from cash_management.cm_counterparties where tenant_id = $1 and id = $2", [tx.tenantId, one.id]),
      );
      const { text, values } = prefixStatement(tx.tenantId, one.key.slice(0, 5), 20, null);
      await timed(byPrefix, turn, () => tx.query(text, values));
      if (turn % 10 === 0)
        await timed(byPart, turn, () => tx.query("select id from cash_management.search_counterparties($1, 20)", [one.key.slice(2, 8)]));
    }
  });
  const ms = (values: readonly number[]) => `${median(values).toFixed(2)} ms`;
  const figure = (name: string, values: readonly number[], most: number): Figure => ({
    name: `${name} among ${rows} counterparties, 20 rows, as apg_user, p50`,
    base: `by primary key: ${ms(byKey)}`,
    measured: ms(values),
    ratio: `${(median(values) / median(byKey)).toFixed(1)}x`,
    target: `at most ${most} ms`,
    met: median(values) <= most,
  });
  return [figure("a name by its beginning", byPrefix, 5), figure("a name by a part of it", byPart, 25)];
}

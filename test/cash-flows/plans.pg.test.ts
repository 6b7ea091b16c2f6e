import { beforeAll, describe, expect, test } from "vitest";
import { type FlowFilter, flowsStatement } from "../../src/cash-flows/cash-flows.ts";
import { rows } from "../../src/postgres/rows.ts";
import { type TenantTransaction, tenantRead } from "../../src/postgres/transaction.ts";
import { monthStart } from "../../src/statements/windows.ts";
import { addDays, type Day, today } from "../../src/time/day.ts";
import { testDatabase } from "../helpers/postgres.ts";

/** Plans as the application role under row-level security: an index that the policy makes unusable shows here. */
const database = testDatabase();
const from = monthStart(today(), 2);
const to = monthStart(today(), 0);
const account = "00000000-0000-4000-8000-000000000007";

beforeAll(async () => {
  const client = await database.current.admin.connect();
  try {
    await client.query("begin; set local session_replication_role = replica");
    await client.query(
      "insert into cash_management.cm_tenants (tenant_id, name) select 'tenant-' || t, 'Tenant ' || t from generate_series(1, 1000) as t",
    );
    await client.query(
      `insert into cash_management.cm_cash_flows (tenant_id, id, account_id, amount_minor, currency, transaction_date, value_date, certainty, source)
       select
         'tenant-' || case when f % 8 = 0 then 1 else 1 + f % 1000 end,
         (lpad(to_hex(day - date '2000-01-01'), 6, '0') || substr(md5(f::text), 7))::uuid,
         ('00000000-0000-4000-8000-' || lpad((f % 40)::text, 12, '0'))::uuid, hashint4(f) % 1000000, 'EUR', day, day, 90, 'statement'
       from generate_series(1, 60000) as f
       cross join lateral (select $1::date + f % ($2::date - $1::date) as day) as chosen`,
      [from, to],
    );
    await client.query("commit; analyze cash_management.cm_cash_flows");
  } finally {
    client.release();
  }
});

interface Plan {
  readonly "Node Type": string;
  readonly "Index Name"?: string;
  readonly "Index Cond"?: string;
  readonly Plans?: readonly Plan[];
}

/** Index scans of the plan, as "columns named in the condition". */
async function explain(
  filter: FlowFilter,
  window: { from: Day; to: Day },
): Promise<{ scans: { index: string; condition: string }[]; locks: number }> {
  return tenantRead(database.current.app, { tenantId: "tenant-1", actor: "person:test" }, async (tx) => {
    // Entering the tenant took some of its own: the key that the stamp is checked with.
    const before = await relationLocks(tx);
    const { text, values } = flowsStatement("tenant-1", window.from, window.to, 100, filter, null);
    const [row] = await rows<{ "QUERY PLAN": [{ Plan: Plan }] }>(tx, `explain (format json) ${text}`, values);
    await rows(tx, text, values);
    const scans = nodes((row as { "QUERY PLAN": [{ Plan: Plan }] })["QUERY PLAN"][0].Plan).filter((node) =>
      node["Node Type"].includes("Scan"),
    );
    for (const scan of scans) expect(scan["Node Type"]).not.toBe("Seq Scan");
    return {
      scans: scans
        .filter((scan) => scan["Index Name"] !== undefined)
        .map((scan) => ({ index: scan["Index Name"] as string, condition: scan["Index Cond"] ?? "" })),
      locks: (await relationLocks(tx)) - before,
    };
  });
}

function nodes(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)];
}

async function relationLocks(tx: TenantTransaction): Promise<number> {
  const [row] = await rows<{ locks: number }>(
    tx,
    `select count(*)::int as locks
     from pg_locks l
     join pg_class c on c.oid = l.relation
     where l.pid = pg_backend_pid() and l.locktype = 'relation' and c.relnamespace::regnamespace::text in ('cash_management', 'cm_parts')`,
  );
  return row?.locks ?? Number.NaN;
}

const window = { from, to: addDays(to, -1) };

describe("a search in the flow book, among 1,000 tenants and under row-level security", () => {
  test("by amount reads the index on the amount", async () => {
    const { scans, locks } = await explain({ minMinor: 999_000n, maxMinor: 999_200n }, window);
    expect(scans.length).toBeGreaterThan(0);
    for (const scan of scans) expect(scan.condition).toMatch(/tenant_id.*amount_minor|amount_minor.*tenant_id/);
    expect(locks).toBeLessThanOrEqual(16);
  });

  test("by account reads the index on the account", async () => {
    const { scans, locks } = await explain({ accountId: account }, window);
    expect(scans.length).toBeGreaterThan(0);
    for (const scan of scans) expect(scan.condition).toMatch(/account_id/);
    expect(locks).toBeLessThanOrEqual(16);
  });

  test("by days alone reads the primary key, whose ids are ordered by their day", async () => {
    const { scans, locks } = await explain({}, window);
    expect(scans.length).toBeGreaterThan(0);
    for (const scan of scans) expect(scan.condition).toMatch(/tenant_id.*id >=.*id </s);
    expect(locks).toBeLessThanOrEqual(16);
  });

  test("an amount compared as numeric would not use the index: the reason why amounts are bigint", async () => {
    const found = await tenantRead(database.current.app, { tenantId: "tenant-1", actor: "person:test" }, (tx) =>
      rows<{ "QUERY PLAN": string }>(
        tx,
        "explain select 1 from cash_management.cm_cash_flows where tenant_id = $1 and transaction_date between $2 and $3 and amount_minor::numeric between 999000 and 999200",
        ["tenant-1", window.from, window.to],
      ),
    );
    expect(found.map((row) => row["QUERY PLAN"]).join("\n")).not.toMatch(/Index Cond.*amount_minor/);
  });
});

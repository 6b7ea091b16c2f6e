import { expect, test } from "vitest";
import { listApprovals } from "../../src/access/approvals/approvals.ts";
import { deliveries } from "../../src/banks/simulator/deliveries.ts";
import { simulate } from "../../src/banks/simulator/simulate.ts";
import { ensureDemo } from "../../src/demo/demo.ts";
import { demoCompanies } from "../../src/demo/demo-tenants.ts";
import { listDeliveries } from "../../src/statements/deliveries.ts";
import { addDays, parseDay } from "../../src/time/day.ts";
import { asTenant, createDatabase, type TestDatabase, testDatabase } from "../helpers/postgres.ts";

const database = testDatabase();
// A Sunday: in Kuwait a day like any other, elsewhere the last closed day is Friday.
const today = parseDay("2026-11-22");

test("a demo interrupted at its 60th file is completed by the next start, even on another day, and then tells the banks' truth", async () => {
  const interrupted = run(database.current, today, (done) => {
    // Both tenants are being filled side by side: the plug is pulled for both.
    if (done >= 60) throw new Error("pulled the plug");
  });
  await expect(interrupted).rejects.toThrow("pulled the plug");
  expect(await peopleOf("albrecht")).toEqual([]);

  const tenants = await run(database.current, addDays(today, 1));
  expect(tenants.map(({ id, people }) => [id, people[0]?.email, people.length])).toEqual([
    ["albrecht", "treasurer@albrecht.example", 5],
    ["lindenkade", "treasurer@lindenkade.example", 5],
  ]);
  for (const { id } of tenants) {
    const waiting = await asTenant(database.current, id, (tx) => listApprovals(tx, { state: "open" }));
    expect(waiting.map(({ kind }) => kind).sort(), id).toEqual(["account_master", "api_key", "cash_flow"]);
  }
  for (const { company, faults } of demoCompanies) {
    const simulation = simulate({ seed: "demo", company, from: addDays(today, -400), to: today, faults });
    const stored = await storedDays(company.key);
    const untouched = simulation.truth.accounts.filter(({ key }) => !faults.some(({ account }) => account === key));
    expect(untouched.length).toBeGreaterThanOrEqual(8);
    for (const account of untouched) {
      const closed = account.days.filter(({ day }) => day < today);
      const expected = closed.map(({ day, closingMinor, entries }) => `${day} sealed ${closingMinor} ${entries.length}`);
      expect(stored.get(account.nickname), account.nickname).toEqual(expected);
    }
  }
}, 120_000);

test("the planted faults are the only ones, and each is seen for what it is", async () => {
  const albrecht = await storedDays("albrecht");
  const states = (account: string) => (albrecht.get(account) ?? []).slice(-12).map((line) => line.split(" ")[1]);
  expect(states("Operations Derby").filter((state) => state !== "sealed")).toEqual(["gap", ...Array(7).fill("unproven")]);
  expect(states("Operations Nagoya").filter((state) => state !== "sealed")).toEqual(["break", ...Array(4).fill("unproven")]);
  expect(albrecht.get("Service contracts")?.at(-1)).toMatch(/^2026-11-17 sealed/);
  expect(albrecht.get("Operations Kassel")?.at(-1)).toMatch(/^2026-11-19 sealed/);
  const problems = await asTenant(database.current, "albrecht", async (tx) => {
    const found = await listDeliveries(tx, { limit: 10_000, after: null });
    return found.map(({ item }) => item).filter((delivery) => delivery.problems.length > 0);
  });
  expect(problems.map(({ file }) => file)).toEqual(["TKTSJPJT_mt940_2026-11-16.sta"]);
});

test("a demo that is complete is left as it is", async () => {
  const before = await rowCounts();
  const files: string[] = [];
  await run(database.current, addDays(today, 30), (_done, _total, file) => files.push(file));
  expect(files).toEqual([]);
  expect(await rowCounts()).toEqual(before);
});

test("every entry is posted once: twins twice, batches with their details beneath", async () => {
  const { company } = demoCompanies[1] ?? {};
  if (company === undefined) throw new Error("there is no second company");
  const simulation = simulate({ seed: "demo", company, from: addDays(today, -400), to: today });
  const truth = simulation.truth.accounts.flatMap(({ days }) => days.filter(({ day }) => day < today).flatMap(({ entries }) => entries));
  const counts = await asTenant(database.current, company.key, async (tx) => {
    const { rows } = await tx.query<{ entries: string; flows: string }>(
      `select
         (select count(*) from cash_management.cm_bank_transactions where tenant_id = $1 and superseded_at is null)::text as entries,
         (select count(*) from cash_management.cm_cash_flows where tenant_id = $1 and superseded_at is null)::text as flows`,
      [tx.tenantId],
    );
    return rows[0];
  });
  expect(counts).toEqual({ entries: String(truth.length), flows: String(truth.length) });
  expect([...deliveries(simulation)].length).toBeGreaterThan(150);
});

test("a database with a tenant of its own gets no demo", async () => {
  const other = await createDatabase();
  try {
    await other.admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ('mine', 'Mine')");
    expect(await run(other, today)).toEqual([]);
    const { rows } = await other.admin.query("select tenant_id from cash_management.cm_tenants");
    expect(rows).toEqual([{ tenant_id: "mine" }]);
  } finally {
    await other.drop();
  }
});

function run(on: TestDatabase, day: typeof today, progress?: (done: number, total: number, file: string) => void) {
  return ensureDemo({ admin: on.admin, app: on.app, today: day, ...(progress === undefined ? {} : { progress }) });
}

/** By account: each closed day as "day state closing entries". */
async function storedDays(tenant: string): Promise<Map<string, string[]>> {
  const { rows } = await asTenant(database.current, tenant, (tx) =>
    tx.query<{ name: string; days: string[] }>(
      `select a.name, array_agg(c.day || ' ' || c.state || ' ' || c.closing_minor || ' ' || c.entry_count order by c.day) as days
       from cash_management.cm_day_closings c
       join cash_management.cm_cash_accounts a on a.tenant_id = c.tenant_id and a.id = c.account_id
       where c.tenant_id = $1 and c.superseded_at is null
       group by a.name`,
      [tenant],
    ),
  );
  return new Map(rows.map(({ name, days }) => [name, days]));
}

async function peopleOf(tenant: string): Promise<unknown[]> {
  const { rows } = await asTenant(database.current, tenant, (tx) =>
    tx.query("select email from cash_management.cm_people where tenant_id = $1", [tenant]),
  );
  return rows;
}

async function rowCounts(): Promise<unknown> {
  const { rows } = await database.current.admin.query(
    `select (select count(*) from cash_management.cm_deliveries) as deliveries, (select count(*) from cash_management.cm_statements) as statements,
       (select count(*) from cash_management.cm_cash_flows) as flows, (select count(*) from cash_management.cm_people) as people,
       (select count(*) from cash_management.cm_cash_accounts) as accounts`,
  );
  return rows[0];
}

import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { withClient } from "../../src/postgres/connect.ts";
import { asNobody, asTenant, testDatabase } from "../helpers/postgres.ts";
import { accountOf, flowId, newFlow, seedTwoTenants } from "./seed.ts";

const database = testDatabase();
beforeAll(() => seedTwoTenants(database.current));

const ensure = (from: string, to: string) =>
  asNobody(database.current, async (client) => {
    const { rows } = await client.query<{ made: number }>("select cash_management.ensure_days($1, $2) as made", [from, to]);
    return rows[0]?.made;
  });
const post = (day: string, ordinal = 1) =>
  asTenant(database.current, "alpha", (tx) => tx.query(newFlow, ["alpha", flowId(day, ordinal), accountOf("alpha"), day, 1]));
const today = new Date();
const monthsFromNow = (months: number) =>
  new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + months, 1)).toISOString().slice(0, 10);

describe("every day finds its partition (invariant 33)", () => {
  test("from 24 months back to 12 months ahead, whatever the day", async () => {
    const first = Date.parse(monthsFromNow(-24));
    const span = Math.floor((Date.now() + 365 * 86_400_000 - first) / 86_400_000);
    let ordinal = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: span }), async (offset) => {
        ordinal += 1;
        await post(new Date(first + offset * 86_400_000).toISOString().slice(0, 10), 1000 + ordinal);
      }),
      { numRuns: 60 },
    );
  });

  test("a day nobody made room for is refused until somebody does: month, quarter and year ends, and a leap day", async () => {
    for (const day of ["2012-02-29", "2012-12-31", "2013-01-01", "2013-03-31", "2013-04-01"]) {
      await expect(post(day)).rejects.toMatchObject({ code: "23514", message: expect.stringContaining("no partition") });
      expect(await ensure(day, day)).toBe(3);
      await post(day);
    }
  });

  test("months that lie between two days are made with them", async () => {
    expect(await ensure("2009-11-30", "2010-02-01")).toBe(12);
    expect(await ensure("2009-11-30", "2010-02-01")).toBe(0);
  });

  test.each([
    ["1989-12-31", "1990-01-31"],
    ["2020-01-02", "2020-01-01"],
    ["2020-01-01", `${today.getUTCFullYear() + 6}-12-31`],
  ])("%s to %s is refused: a misread date must not make a thousand partitions", async (from, to) => {
    await expect(ensure(from, to)).rejects.toMatchObject({ code: "22008" });
  });
});

describe("making partitions disturbs nobody (invariant 34)", () => {
  test("eight at once make each partition once, while others insert", async () => {
    await ensure("2007-01-01", "2007-01-01");
    const makers = Array.from({ length: 8 }, () =>
      withClient(database.current.admin, async (client) => {
        const { rows } = await client.query<{ made: number }>("select cash_management.ensure_days('2007-02-01', '2007-12-31') as made");
        return rows[0]?.made ?? 0;
      }),
    );
    const writers = Array.from({ length: 20 }, (_, index) => post("2007-01-15", index + 1));
    const made = await Promise.all(makers);
    await Promise.all(writers);
    expect(made.reduce((sum, each) => sum + each, 0)).toBe(33);
  });

  test("a reader in a transaction of its own holds nobody up", async () => {
    const reader = await database.current.admin.connect();
    await reader.query("begin; select from cash_management.cm_cash_flows limit 1");
    const begun = performance.now();
    expect(await ensure("2006-05-01", "2006-05-01")).toBe(3);
    expect(performance.now() - begun).toBeLessThan(1900);
    await reader.query("rollback");
    reader.release();
  });

  test("a table of the name that is no partition is not touched but named", async () => {
    await database.current.admin.query(
      "create table cm_parts.cm_cash_flows_2005_06 (kept text); insert into cm_parts.cm_cash_flows_2005_06 values ('mine')",
    );
    await expect(ensure("2005-06-01", "2005-06-01")).rejects.toMatchObject({ code: "42P07", hint: expect.stringContaining("Attach it") });
    expect((await database.current.admin.query("select from cm_parts.cm_cash_flows_2005_06")).rowCount).toBe(1);
  });
});

test("a partition made on demand is like its table: owner, security, statistics and options (invariant 35)", async () => {
  await ensure("2004-04-01", "2004-04-01");
  const { rows } = await database.current.admin.query(
    `select relrowsecurity as secured, relforcerowsecurity as forced, relowner::regrole::text as owner, reloptions[1] as option,
       (select attstattarget from pg_attribute where attrelid = c.oid and attname = 'amount_minor')::integer as target,
       (select count(*) from pg_constraint where conrelid = c.oid and conname = 'bounds')::integer as leftovers
     from pg_class as c where oid = 'cm_parts.cm_cash_flows_2004_04'::regclass`,
  );
  expect(rows).toEqual([
    { secured: true, forced: true, owner: "cm_owner", option: "autovacuum_vacuum_scale_factor=0.05", target: 1000, leftovers: 0 },
  ]);
});

test("an id is one flow over all partitions, for it carries its day (invariant 38)", async () => {
  await post("2026-06-01", 77);
  await expect(post("2026-06-01", 77)).rejects.toMatchObject({ code: "23505" });
  const otherDay = ["alpha", flowId("2026-06-01", 77), accountOf("alpha"), "2026-06-02", 1];
  await expect(asTenant(database.current, "alpha", (tx) => tx.query(newFlow, otherDay))).rejects.toMatchObject({
    code: "23514",
    constraint: "flow_id_carries_its_day",
  });
  await expect(
    database.current.admin.query("update cash_management.cm_cash_flows set transaction_date = '2026-06-02' where id = $1", [
      flowId("2026-06-01", 77),
    ]),
  ).rejects.toThrow(" of cm_cash_flows never changes");
});

test("an id alone is read from one partition", async () => {
  const plan = await asTenant(database.current, "alpha", (tx) =>
    tx.query<{ "QUERY PLAN": string }>(
      `explain (costs off) select from cash_management.cm_cash_flows
       where tenant_id = 'alpha' and id = '${flowId("2026-06-01", 77)}'
         and transaction_date = cash_management.day_of_id('${flowId("2026-06-01", 77)}')`,
    ),
  );
  const scans = plan.rows.filter((row) => /(Scan|Only)/.test(row["QUERY PLAN"]));
  expect(scans).toHaveLength(1);
  expect(scans[0]?.["QUERY PLAN"]).toContain("cm_cash_flows_2026_06");
});

describe("what may be retired (invariant 36)", () => {
  const candidates = async () =>
    (await database.current.admin.query<{ part: string }>("select part::text from maintenance.retirement_candidates")).rows.map(
      ({ part }) => part,
    );

  test("only partitions whose last day is older than retention, by bounds and never by name", async () => {
    await ensure("1995-01-01", "1995-01-01");
    await database.current.admin.query("create table cm_parts.cm_cash_flows_1990_01 (like cash_management.cm_cash_flows)");
    await database.current.admin.query("alter table cm_parts.cm_cash_flows_2004_04 rename to cm_cash_flows_2099_01");
    await database.current.admin.query("alter table cash_management.cm_cash_flows detach partition cm_parts.cm_cash_flows_2006_05");
    const parts = await candidates();
    expect(parts).toContain("cm_parts.cm_cash_flows_1995_01");
    expect(parts).toContain("cm_parts.cm_cash_flows_2099_01");
    expect(parts).not.toContain("cm_parts.cm_cash_flows_1990_01");
    expect(parts).not.toContain("cm_parts.cm_cash_flows_2006_05");
    const young = await database.current.admin.query(
      `select from maintenance.retirement_candidates as c join maintenance.partition_policies as p on p.parent = c.parent
       where c.to_day > current_date - make_interval(months => p.retention_months) or p.retention_months < 84`,
    );
    expect(young.rowCount).toBe(0);
  });

  test("nothing while any tenant is on legal hold", async () => {
    await database.current.admin.query("update cash_management.cm_tenants set legal_hold = true where tenant_id = 'beta'");
    expect(await candidates()).toEqual([]);
    await database.current.admin.query("update cash_management.cm_tenants set legal_hold = false where tenant_id = 'beta'");
    expect(await candidates()).not.toEqual([]);
  });
});

test("the day an id carries is the same in TypeScript and in SQL", async () => {
  const days = ["2000-01-01", "2024-02-29", "2026-11-22", "2045-12-31"];
  const { rows } = await database.current.admin.query<{ day: string }>(
    "select cash_management.day_of_id(id)::text as day from unnest($1::uuid[]) with ordinality as ids (id, place) order by place",
    [days.map((day) => flowId(day, 5))],
  );
  expect(rows.map(({ day }) => day)).toEqual(days);
});

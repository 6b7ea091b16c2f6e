import { beforeAll, describe, expect, test } from "vitest";
import { type Client, withClient } from "../../src/postgres/connect.ts";
import { importFile } from "../../src/statements/import.ts";
import { camt053, fileOf } from "../helpers/camt.ts";
import { asTenant, enterTenant, testDatabase } from "../helpers/postgres.ts";
import { flowId, seedTwoTenants, tenants } from "./seed.ts";

const database = testDatabase();
let tables: string[] = [];

beforeAll(async () => {
  await seedTwoTenants(database.current);
  for (const tenantId of tenants) {
    const text = camt053({
      id: `${tenantId}-1`,
      day: "2026-03-03",
      opening: "100.00",
      closing: "103.50",
      entries: [{ amount: "5.00" }, { amount: "-1.50" }],
    });
    await importFile(database.current.app, { tenantId, actor: "test" }, fileOf("day.xml", text));
    for (const sql of masters) await database.current.admin.query(sql, [tenantId]);
  }
  const { rows } = await database.current.admin.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class as c join pg_namespace as n on n.oid = relnamespace
     where relkind in ('r', 'p') and not relispartition and nspname in ('cash_management', 'analytics', 'ml_models', 'audit')
       and exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id')
     order by 1`,
  );
  tables = rows.map(({ name }) => name);
});

const masters = [
  "insert into cash_management.cm_banks (tenant_id, name) values ($1, 'Bank')",
  "insert into cash_management.cm_entities (tenant_id, code, name) values ($1, 'E', 'Entity')",
  "insert into cash_management.cm_calendars (tenant_id, name) values ($1, 'Calendar')",
  "insert into cash_management.cm_counterparties (tenant_id, name) values ($1, 'Müller & Söhne 100%')",
  "insert into cash_management.cm_categories (tenant_id, code, name) values ($1, 'tax', 'Tax')",
  "insert into cash_management.cm_rate_sets (tenant_id, name, kind, source, rate_date) values ($1, 'ECB', 'fixing', 'ECB', '2026-03-02')",
  "insert into ml_models.cm_models (tenant_id, id, name, purpose) values ($1, gen_random_uuid(), 'M', 'forecast')",
  `insert into analytics.cm_ml_features (tenant_id, id, feature_date, feature_type, feature_values, computed_from_known_at)
   values ($1, '${flowId("2026-03-02", 9)}', '2026-03-02', 'weekday', '{"day": 1}', now())`,
  "insert into cash_management.cm_scenarios (tenant_id, id, name, created_by) values ($1, gen_random_uuid(), 'S', 'test')",
];

/** Steps into a role, with or without a tenant, and leaves no trace. */
async function as<T>(role: string, tenant: string | null, work: (client: Client) => Promise<T>): Promise<T> {
  return withClient(database.current.admin, async (client) => {
    await client.query("begin");
    try {
      if (tenant !== null) await enterTenant(client, tenant);
      await client.query(`set local role ${role}`);
      return await work(client);
    } finally {
      await client.query("rollback");
    }
  });
}

/** The error code, or what `work` gives. */
async function attempt<T>(client: Client, work: () => Promise<T>): Promise<T | string> {
  await client.query("savepoint attempt");
  try {
    return await work();
  } catch (error) {
    await client.query("rollback to attempt");
    return (error as { code: string }).code;
  }
}

const denied = "42501";
const readers = ["apg_user", "apg_readonly_user", "monitoring", "replicator", "apg_admin", "cm_owner"];

test("both tenants have rows in many tables, so that there is something to hide", async () => {
  const full: string[] = [];
  for (const table of tables) {
    const { rows } = await database.current.admin.query<{ n: bigint }>(
      `select count(distinct tenant_id) as n from ${table} where tenant_id <> '*'`,
    );
    if (rows[0]?.n === 2n) full.push(table);
  }
  expect(full.length).toBeGreaterThan(20);
});

describe("reading (invariant 1)", () => {
  test.each(readers)("%s with alpha chosen finds no row of beta in any table", async (role) => {
    await as(role, "alpha", async (client) => {
      for (const table of tables) {
        const seen = await attempt(client, async () => (await client.query(`select from ${table} where tenant_id <> 'alpha'`)).rowCount);
        // Administrators read the trail of all tenants, and the people it names.
        const exception = role === "apg_admin" && ["audit.audit_log", "audit.personal_values"].includes(table);
        if (!exception) expect([0, denied], `${role} reads ${table}`).toContain(seen);
      }
    });
  });

  test("subqueries, aggregates, joins, cursors and COPY of a query see one tenant only", async () => {
    await as("apg_user", "alpha", async (client) => {
      const one = async (sql: string) => (await client.query<{ it: unknown }>(sql)).rows.map(({ it }) => it);
      expect(await one("select string_agg(distinct tenant_id, ',') as it from cash_management.cm_cash_flows")).toEqual(["alpha"]);
      expect(await one("select distinct a.tenant_id as it from cash_management.cm_cash_accounts a, cash_management.cm_banks b")).toEqual([
        "alpha",
      ]);
      expect(await one("select (select count(distinct tenant_id) from cash_management.cm_people) as it")).toEqual([1n]);
      await client.query("declare c cursor for select distinct tenant_id as it from cash_management.cm_statements");
      expect(await one("fetch all from c")).toEqual(["alpha"]);
    });
  });

  test("one prepared statement gives each tenant its own, with a generic plan too (8)", async () => {
    for (const mode of ["auto", "force_custom_plan", "force_generic_plan"])
      await withClient(database.current.app, async (client) => {
        await client.query(`set plan_cache_mode = ${mode}`);
        for (const tenant of [...tenants, ...tenants]) {
          await client.query("begin");
          await enterTenant(client, tenant);
          const mine = { name: "mine", text: "select distinct tenant_id from cash_management.cm_cash_flows" };
          expect((await client.query(mine)).rows).toEqual([{ tenant_id: tenant }]);
          await client.query("commit");
        }
        await client.query("reset plan_cache_mode");
      });
  });
});

describe("writing (invariant 2)", () => {
  test("no table takes a row of beta, gives one up, or lets a row change hands", async () => {
    await as("apg_user", "alpha", async (client) => {
      for (const table of tables) {
        const copy = `insert into ${table} select (jsonb_populate_record(null::${table}, to_jsonb(t) || '{"tenant_id": "beta"}')).* from ${table} as t limit 1`;
        expect([denied, 0], `insert into ${table}`).toContain(await attempt(client, async () => (await client.query(copy)).rowCount));
        const change = `update ${table} set tenant_id = 'beta'`;
        // 23001: the key never changes
        expect([denied, "23001", 0], `update ${table}`).toContain(await attempt(client, async () => (await client.query(change)).rowCount));
        const remove = `delete from ${table} where tenant_id = 'beta'`;
        expect([denied, 0], `delete from ${table}`).toContain(await attempt(client, async () => (await client.query(remove)).rowCount));
      }
    });
  });

  test("upserts and merges stay within the tenant", async () => {
    await as("apg_user", "alpha", async (client) => {
      const entity = (tenant: string, more: string) =>
        attempt(
          client,
          async () =>
            (
              await client.query(
                `insert into cash_management.cm_entities (tenant_id, code, name) values ('${tenant}', 'E', 'Other') ${more}`,
              )
            ).rowCount,
        );
      expect(await entity("beta", "on conflict do nothing")).toBe(denied);
      expect(await entity("beta", "on conflict (tenant_id, code) do update set name = 'Other'")).toBe(denied);
      expect(await entity("alpha", "on conflict (tenant_id, code) do update set name = 'Other' returning name")).toBe(1);
      const merge = (then: string) =>
        attempt(
          client,
          async () =>
            (
              await client.query(`merge into cash_management.cm_entities as e using (values ('beta', 'E')) as v (tenant, code)
              on e.tenant_id = v.tenant and e.code = v.code ${then}`)
            ).rowCount,
        );
      expect(await merge("when matched then update set name = 'Merged'")).toBe(0);
      expect(await merge("when not matched then insert (tenant_id, code, name) values (v.tenant, v.code, 'Merged')")).toBe(denied);
    });
  });

  test("a reader writes nothing by any statement (18)", async () => {
    await as("apg_readonly_user", "alpha", async (client) => {
      for (const table of tables) {
        for (const sql of [
          `insert into ${table} select * from ${table}`,
          `update ${table} set tenant_id = tenant_id`,
          `delete from ${table}`,
        ])
          expect(await attempt(client, () => client.query(sql)), sql).toBe(denied);
      }
      for (const sql of [
        "create table public.mine (id integer)",
        "select nextval('audit.audit_log_id')",
        "copy (select 1) to program 'true'",
        "select cash_management.ensure_days('2026-01-01', '2026-01-02')",
      ])
        expect(await attempt(client, () => client.query(sql)), sql).toBe(denied);
    });
  });
});

test("a partition named directly is out of reach, also one made a moment ago or detached (invariant 3)", async () => {
  await database.current.admin.query("select cash_management.ensure_days('2001-02-03', '2001-02-03')");
  await database.current.admin.query("alter table cash_management.cm_cash_flows detach partition cm_parts.cm_cash_flows_2001_02");
  const { rows } = await database.current.admin.query<{ name: string }>(
    "select oid::regclass::text as name from pg_class where relnamespace = 'cm_parts'::regnamespace and relkind in ('r', 'p')",
  );
  expect(rows.length).toBeGreaterThan(240);
  expect(rows.map(({ name }) => name)).toContain("cm_parts.cm_cash_flows_2001_02");
  for (const role of ["apg_user", "apg_readonly_user", "monitoring", "apg_admin"])
    await as(role, "alpha", async (client) => {
      for (const { name } of rows)
        for (const sql of [
          `select from ${name}`,
          `insert into ${name} default values`,
          `update ${name} set tenant_id = 'alpha'`,
          `delete from ${name}`,
        ])
          expect(await attempt(client, () => client.query(sql)), sql).toBe(denied);
    });
});

describe("no tenant chosen (invariant 4)", () => {
  const none: readonly (readonly [string, string])[] = [
    ["never set", "select 1"],
    ["set to nothing", "select set_config('app.context', '', true)"],
    ["left over from a transaction", "enter alpha; commit; begin"],
    ["rolled back", "enter alpha; rollback; begin"],
    ["reset", "enter alpha; reset app.context"],
    ["discarded", "enter alpha; commit; discard all; begin"],
  ];
  test.each(none)("%s: nothing is seen and nothing written", async (_name, sql) => {
    await withClient(database.current.app, async (client) => {
      await client.query("begin");
      // One by one: DISCARD wants to be alone.
      for (const statement of sql.split("; ")) await (statement === "enter alpha" ? enterTenant(client, "alpha") : client.query(statement));
      for (const table of tables)
        expect([0, denied], table).toContain(await attempt(client, async () => (await client.query(`select from ${table}`)).rowCount));
      const insert = "insert into cash_management.cm_banks (tenant_id, name) values ('alpha', 'Mine')";
      expect(await attempt(client, () => client.query(insert))).toBe(denied);
      expect(await attempt(client, () => client.query(insert.replace("'alpha'", "''")))).not.toBe(1);
      await client.query("rollback");
      await client.query("discard all");
    });
  });
});

describe("malformed tenant keys (invariant 5)", () => {
  const malformed = ["", " ", "A ", "Alpha", "ALPHA", "alpha ", "-a", "_a", "a'b", "а", "ａ", "é", "a".repeat(51), "a\nb", "*", "a;b"];
  test.each(malformed)("%j is refused on write and sees nothing", async (key) => {
    await expect(
      database.current.admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ($1, 'X')", [key]),
    ).rejects.toMatchObject({ code: "23514" });
    await as("apg_user", null, async (client) => {
      expect(await attempt(client, () => enterTenant(client, key))).toBe("APG01");
      expect((await client.query("select from cash_management.cm_cash_accounts")).rowCount).toBe(0);
    });
  });
  test("a NUL never arrives", async () => {
    await as("apg_user", null, async (client) => {
      expect(await attempt(client, () => enterTenant(client, "a\0"))).toBe("22021");
    });
  });
});

test("a search by name stays within the tenant, takes wildcards as they stand, and uses its index", async () => {
  const search = (tenant: string, text: string) =>
    asTenant(
      database.current,
      tenant,
      async (tx) => (await tx.query("select name from cash_management.search_counterparties($1)", [text])).rows,
    );
  expect(await search("alpha", "söhne")).toEqual([{ name: "Müller & Söhne 100%" }]);
  expect(await search("alpha", "100%")).toHaveLength(1);
  expect(await search("alpha", "%00_")).toEqual([]);
  const nobody = await withClient(database.current.app, (client) => client.query("select from cash_management.search_counterparties('m')"));
  expect(nobody.rowCount).toBe(0);
  await database.current.admin.query(
    "insert into cash_management.cm_counterparties (tenant_id, name) select 'alpha', md5(i::text) from generate_series(1, 5000) as i",
  );
  await database.current.admin.query("analyze cash_management.cm_counterparties");
  await as("cm_gatekeeper", "alpha", async (client) => {
    const plan = await client.query<{ "QUERY PLAN": string }>(
      `explain (costs off) select name from cash_management.cm_counterparties
       where tenant_id = cash_management.current_tenant() and name ilike '%müller%'`,
    );
    const text = plan.rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(text).toMatch(/cm_counterparties_by_name[\s\S]*Index Cond: .*name ~~\*/);
  });
});

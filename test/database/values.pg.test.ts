import { beforeAll, describe, expect, test } from "vitest";
import { withClient } from "../../src/postgres/connect.ts";
import { asTenant, testDatabase } from "../helpers/postgres.ts";
import { accountOf, flowId, newFlow, seedTwoTenants } from "./seed.ts";

const database = testDatabase();
beforeAll(() => seedTwoTenants(database.current));
const inAlpha = (sql: string, values: unknown[] = []) => asTenant(database.current, "alpha", (tx) => tx.query(sql, values));

describe("amounts are exact or refused (invariant 41)", () => {
  test.each(["1.5", "1e3", "NaN", "Infinity", "-Infinity", "9223372036854775808", ""])("%j is no amount", async (amount) => {
    await expect(inAlpha(newFlow, ["alpha", flowId("2026-03-03", 2), accountOf("alpha"), "2026-03-03", amount])).rejects.toMatchObject({
      code: expect.stringMatching(/^22/),
    });
  });

  test("a million random amounts sum to what exact arithmetic says", async () => {
    const { rows } = await database.current.admin.query<{ sum: string; exact: string }>(
      `select sum(minor)::text as sum, sum(minor::numeric)::text as exact
       from (select ((random() - 0.5) * 1e15)::bigint as minor from generate_series(1, 1000000)) as amounts`,
    );
    expect(rows[0]?.sum).toBe(rows[0]?.exact);
  });

  test.each(["eur", "EURO", "E1R", ""])("%j is no currency", async (currency) => {
    await expect(
      inAlpha("insert into cash_management.cm_entities (tenant_id, code, name, functional_currency) values ('alpha', 'X', 'X', $1)", [
        currency,
      ]),
    ).rejects.toMatchObject({ code: "23514" });
  });

  test("a currency that ISO 4217 does not know is refused, and each known one has its exponent", async () => {
    await expect(
      inAlpha("insert into cash_management.cm_entities (tenant_id, code, name, functional_currency) values ('alpha', 'X', 'X', 'XXQ')"),
    ).rejects.toMatchObject({ code: "23503", constraint: "functional_currency_exists" });
    const { rows } = await inAlpha(
      "select code, exponent from cash_management.cm_currencies where code in ('EUR', 'JPY', 'KWD', 'UYW') order by code",
    );
    expect(rows).toEqual([
      { code: "EUR", exponent: 2 },
      { code: "JPY", exponent: 0 },
      { code: "KWD", exponent: 3 },
      { code: "UYW", exponent: 4 },
    ]);
  });
});

test("the database and the program know the same currencies", async () => {
  const { currencies } = await import("../../src/money/currencies.ts");
  const { rows } = await database.current.admin.query<{ code: string; exponent: number }>(
    `select code, exponent from cash_management.cm_currencies order by code collate "C"`,
  );
  expect(rows).toEqual(currencies());
});

describe("time is what it is, wherever the session thinks it is (invariant 42)", () => {
  test("a moment written in Tokyo is the same moment in Honolulu", async () => {
    const moments: string[] = [];
    for (const zone of ["Asia/Tokyo", "Pacific/Honolulu"])
      await withClient(database.current.admin, async (client) => {
        await client.query("begin");
        await client.query(`set local time zone '${zone}'`);
        const { rows } = await client.query<{ apart: string }>(
          `insert into cash_management.cm_tenants (tenant_id, name) values ('zone', 'Z')
           returning round(extract(epoch from clock_timestamp() - created_at))::text as apart`,
        );
        moments.push(rows[0]?.apart ?? "");
        await client.query("rollback");
      });
    expect(moments).toEqual(["0", "0"]);
  });

  test("a day is read the same under every date style", async () => {
    for (const style of ["ISO, DMY", "German", "SQL, MDY"])
      await withClient(database.current.admin, async (client) => {
        await client.query(`set datestyle = '${style}'`);
        const { rows } = await client.query<{ same: boolean }>(
          "select cash_management.day_of_id($1) = make_date(2026, 3, 2) and date '2026-03-02' = make_date(2026, 3, 2) as same",
          [flowId("2026-03-02", 1)],
        );
        expect(rows[0]?.same).toBe(true);
        const { rows: ranges } = await client.query<{ n: bigint }>(
          "select count(*) as n from maintenance.partition_ranges('cash_management.cm_cash_flows') where from_day = make_date(2026, 3, 1) and to_day = make_date(2026, 4, 1)",
        );
        expect(ranges[0]?.n).toBe(1n);
        await client.query("reset datestyle");
      });
  });
});

describe("updated_at (invariant 43)", () => {
  const stamp = async () =>
    (await inAlpha("select updated_at::text as at from cash_management.cm_cash_accounts where tenant_id = 'alpha'")).rows[0]?.["at"];

  test("moves on a change, and only then", async () => {
    const before = await stamp();
    await inAlpha("update cash_management.cm_cash_accounts set name = name where tenant_id = 'alpha'");
    expect(await stamp()).toBe(before);
    await inAlpha("update cash_management.cm_cash_accounts set name = 'Other' where tenant_id = 'alpha'");
    expect(await stamp()).not.toBe(before);
  });

  test("cannot be set by hand", async () => {
    await inAlpha("update cash_management.cm_cash_accounts set updated_at = '2001-01-01', name = 'Third' where tenant_id = 'alpha'");
    expect(await stamp()).not.toContain("2001");
  });
});

test("rates of a frozen set never change", async () => {
  const { rows } = await inAlpha(
    "insert into cash_management.cm_rate_sets (tenant_id, name, kind, source, rate_date) values ('alpha', 'F', 'fixing', 'ECB', '2026-03-02') returning id",
  );
  const id = rows[0]?.["id"];
  const rate =
    "insert into cash_management.cm_fx_rates (tenant_id, rate_set_id, base_currency, quote_currency, rate) values ('alpha', $1, 'EUR', $2, 1.1)";
  await inAlpha(rate, [id, "USD"]);
  await inAlpha("update cash_management.cm_rate_sets set frozen_at = now() where tenant_id = 'alpha' and id = $1", [id]);
  await expect(inAlpha(rate, [id, "CHF"])).rejects.toThrow("frozen");
  await expect(inAlpha("update cash_management.cm_fx_rates set rate = 2 where tenant_id = 'alpha'")).rejects.toThrow("frozen");
  await expect(inAlpha("delete from cash_management.cm_fx_rates where tenant_id = 'alpha'")).rejects.toThrow("frozen");
});

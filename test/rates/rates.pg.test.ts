import { beforeAll, describe, expect, test } from "vitest";
import { addPolicy } from "../../src/access/approvals/approvals.ts";
import { decideAndCarryOut } from "../../src/access/approvals/carry-out.ts";
import { executors } from "../../src/apg/executors.ts";
import type { Position } from "../../src/positions/contract.ts";
import { valuePosition } from "../../src/positions/position.ts";
import { tenantRead, tenantTransaction } from "../../src/postgres/transaction.ts";
import type { ImportedRates, RateSetDetail, RateSetSummary } from "../../src/rates/contract.ts";
import { readRateFile } from "../../src/rates/rate-file.ts";
import { getRateSet, importRates } from "../../src/rates/rate-sets.ts";
import { importFile } from "../../src/statements/import.ts";
import type { Day } from "../../src/time/day.ts";
import { testApi } from "../helpers/api.ts";
import { camt053, fileOf } from "../helpers/camt.ts";
import { asTenant } from "../helpers/postgres.ts";

const api = testApi();
const friday = "2026-03-06" as Day;
const sunday = "2026-03-08" as Day;
const ecb = `Date,USD,JPY,\n${friday},1.25,160,\n2026-03-05,1.2,150,\n`;
const acme = { tenantId: "acme", actor: "person:test" };
const inAcme = <T>(work: Parameters<typeof asTenant<T>>[2]) => asTenant(api.current.database, "acme", work);
const brought = (text: string, source = "ecb") => inAcme((tx) => importRates(tx, { source, days: readRateFile(text) }));
const moment = async () =>
  ((await api.current.database.admin.query<{ now: string }>("select clock_timestamp() as now")).rows[0] as { now: string }).now;

beforeAll(async () => {
  const euro = { account: "DE02120300000000202051", currency: "EUR", day: friday };
  const yen = { account: "JP-778899", currency: "JPY", day: friday };
  const files = [
    camt053({ ...euro, opening: "0.00", closing: "100.00", entries: [{ amount: "100.00" }] }),
    camt053({ ...yen, opening: "0", closing: "-1001", entries: [{ amount: "-1001" }] }),
  ];
  for (const file of files) await importFile(api.current.database.app, acme, fileOf("file.xml", file));
});

describe("a rate set", () => {
  test("is made for each day, frozen with a hash that the database reckoned, and made once", async () => {
    expect(await brought(ecb)).toMatchObject({ made: ["ecb-2026-03-05", "ecb-2026-03-06"], unchanged: 0, waiting: [] });
    expect(await brought(ecb)).toMatchObject({ made: [], unchanged: 2 });
    expect(await inAcme((tx) => getRateSet(tx, "ecb-2026-03-06"))).toMatchObject({
      day: friday,
      rateCount: 2,
      hashHolds: true,
      importedBy: "test",
    });
  });

  test("never changes: neither its rates, its name, its day nor its hash, and no rate is added or taken away", async () => {
    for (const statement of [
      "update cash_management.cm_fx_rates set rate = 2 where tenant_id = 'acme'",
      "delete from cash_management.cm_fx_rates where tenant_id = 'acme'",
      "insert into cash_management.cm_fx_rates (tenant_id, rate_set_id, base_currency, quote_currency, rate) select tenant_id, id, 'EUR', 'CHF', 1 from cash_management.cm_rate_sets where tenant_id = 'acme'",
      "update cash_management.cm_rate_sets set rate_date = '2026-03-07' where tenant_id = 'acme'",
      "update cash_management.cm_rate_sets set name = 'x', frozen_at = null where tenant_id = 'acme' and name = 'ecb-2026-03-05'",
      "update cash_management.cm_rate_sets set content_hash = sha256('') where tenant_id = 'acme'",
    ])
      await expect(inAcme((tx) => tx.query(statement))).rejects.toThrow("the rate set is frozen");
    await expect(
      inAcme((tx) =>
        tx.query(
          "insert into cash_management.cm_rate_sets (tenant_id, name, kind, source, rate_date, frozen_at) values ('acme', 'forged', 'fixing', 'ecb', '2026-03-06', '2020-01-01')",
        ),
      ),
    ).rejects.toThrow("made first and frozen then");
    await expect(
      inAcme(async (tx) => {
        await tx.query(
          "insert into cash_management.cm_rate_sets (tenant_id, name, kind, source, rate_date) values ('acme', 'bare', 'fixing', 'x', '2026-03-06')",
        );
        await tx.query("update cash_management.cm_rate_sets set frozen_at = now() where tenant_id = 'acme' and name = 'bare'");
      }),
    ).rejects.toThrow("without rates");
  });

  test("that was tampered with by the owner of the table no longer holds", async () => {
    await brought("Date,USD\n2026-03-04,1.5\n", "bent");
    const client = await api.current.database.admin.connect();
    try {
      await client.query("begin; alter table cash_management.cm_fx_rates disable trigger frozen_rates_never_change");
      await client.query(
        "update cash_management.cm_fx_rates r set rate = 1.6 from cash_management.cm_rate_sets s where s.tenant_id = 'acme' and s.name = 'bent-2026-03-04' and r.rate_set_id = s.id",
      );
      await client.query("alter table cash_management.cm_fx_rates enable trigger frozen_rates_never_change; commit");
    } finally {
      client.release();
    }
    expect((await inAcme((tx) => getRateSet(tx, "bent-2026-03-04"))).hashHolds).toBe(false);
  });

  test("that a source corrects becomes another set beside the first", async () => {
    await brought("Date,USD\n2026-03-04,1.5\n", "corrected");
    expect((await brought("Date,USD\n2026-03-04,1.51\n", "corrected")).made).toEqual(["corrected-2026-03-04-r2"]);
    expect((await brought("Date,USD\n2026-03-04,1.51\n", "corrected")).unchanged).toBe(1);
  });

  test("invariant 1: is nobody else's", async () => {
    await expect(asTenant(api.current.database, "globex", (tx) => getRateSet(tx, "ecb-2026-03-06"))).rejects.toMatchObject({
      code: "not_found",
    });
  });

  test("without --from the last 400 days are taken, and what is left out is said", async () => {
    const done = await brought("Date,USD\n2024-12-31,1.1\n2026-03-03,1.2\n", "long");
    expect(done).toMatchObject({ made: ["long-2026-03-03"], leftOut: { count: 1, first: "2024-12-31", last: "2024-12-31" } });
  });
});

describe("the position in one currency", () => {
  const converted = async (options: { currency?: string; rates?: string; knownAt?: string; asOf?: Day }) =>
    (await tenantRead(api.current.database.app, acme, (tx) => valuePosition(tx, { asOf: friday, ...options }))).converted;

  test("names the set, its day and the rule, rounds each currency once, and adds up", async () => {
    expect(await converted({ currency: "USD", rates: "ecb-2026-03-06" })).toMatchObject({
      currency: "USD",
      // 125.00 - 1001 / 160 x 1.25 = 125.00 - 7.8203125
      amount: "117.18",
      rateSet: "ecb-2026-03-06",
      rateDay: friday,
      rule: "named",
      missing: [],
      lines: [
        { currency: "EUR", amount: "100.00", converted: "125.00", rate: "1.25", path: "direct" },
        { currency: "JPY", amount: "-1001", converted: "-7.82", rate: "0.0078125", path: "cross", over: "EUR" },
      ],
    });
  });

  test("on a day without rates takes those of the day before, and says so; older than a week there are none", async () => {
    expect(await converted({ currency: "EUR", rates: "ecb", asOf: sunday })).toMatchObject({ rule: "day_before", rateDay: friday });
    expect(await converted({ rates: "ecb" })).toMatchObject({ rule: "same_day", currency: "EUR", amount: "93.74" });
    await expect(converted({ currency: "EUR", rates: "ecb", asOf: "2026-03-14" as Day })).rejects.toMatchObject({ code: "not_found" });
    await expect(converted({ currency: "EUR", rates: "nobody" })).rejects.toThrow("no rate set nobody");
  });

  test("has no total where money has no rate", async () => {
    await brought("Date,USD\n2026-03-06,1.25\n", "short");
    expect(await converted({ currency: "EUR", rates: "short-2026-03-06" })).toMatchObject({ amount: null, missing: ["JPY"] });
  });

  test("asked for a moment before, it is what it was, though the rates were corrected since", async () => {
    await brought("Date,USD,JPY\n2026-03-06,1.5,100\n", "moving");
    const knownAt = await moment();
    const then = await converted({ currency: "USD", rates: "moving", knownAt });
    await brought("Date,USD,JPY\n2026-03-06,2,100\n", "moving");
    expect((await converted({ currency: "USD", rates: "moving" }))?.rateSet).toBe("moving-2026-03-06-r2");
    expect(await converted({ currency: "USD", rates: "moving", knownAt })).toEqual(then);
    await expect(converted({ currency: "USD", rates: "moving-2026-03-06-r2", knownAt })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("over HTTP", () => {
  const call = (method: "GET" | "POST", url: string, payload?: object, headers = api.current.keys.acme) =>
    api.current.app.inject({ method, url: `/api/v1${url}`, headers, ...(payload === undefined ? {} : { payload }) });

  test("sets are imported, listed, shown and used", async () => {
    const made = await call("POST", "/rate-sets", { text: "Date,USD,JPY\n2026-03-06,1.25,160\n", source: "web" });
    expect([made.statusCode, made.json<ImportedRates>().made]).toEqual([201, ["web-2026-03-06"]]);
    const listed = (await call("GET", "/rate-sets?source=web")).json<{ items: RateSetSummary[] }>();
    expect(listed.items.map(({ name }) => name)).toEqual(["web-2026-03-06"]);
    expect((await call("GET", "/rate-sets/web-2026-03-06")).json<RateSetDetail>().rates).toHaveLength(2);
    const position = (await call("GET", `/positions?asOf=${friday}&currency=EUR&rates=web-2026-03-06`)).json<Position>();
    expect(position.converted).toMatchObject({ amount: "93.74", rateSet: "web-2026-03-06" });
    expect((await call("GET", `/positions?asOf=${friday}`)).json<Position>().converted).toBeNull();
  });

  test("who may only read cannot import, another tenant sees none, and a bad file is refused with its line", async () => {
    const body = { text: "Date,USD\n2026-03-06,x\n", source: "web" };
    expect((await call("POST", "/rate-sets", body, api.current.keys.acmeReadOnly)).statusCode).toBe(403);
    expect((await call("GET", "/rate-sets", undefined, api.current.keys.globex)).json()).toMatchObject({ items: [] });
    expect((await call("POST", "/rate-sets", body)).json()).toMatchObject({
      code: "invalid_input",
      detail: expect.stringContaining("line 2"),
    });
  });
});

describe("four eyes", () => {
  test("under a rule a set waits, what was approved is frozen by the last approval, and nothing else is", async () => {
    const { database, people } = api.current;
    await tenantTransaction(database.app, { tenantId: "acme", actor: `person:${people.administrator}` }, (tx) =>
      addPolicy(tx, { kind: "rate_set" }),
    );
    const treasurer = { tenantId: "acme", actor: `person:${people.treasurer}` };
    const days = readRateFile("Date,USD\n2026-03-02,1.3\n");
    const asked = await tenantTransaction(database.app, treasurer, (tx) => importRates(tx, { source: "eyes", days }));
    expect(asked).toMatchObject({ made: [], waiting: [expect.any(String)] });
    await expect(inAcme((tx) => getRateSet(tx, "eyes-2026-03-02"))).rejects.toMatchObject({ code: "not_found" });
    // Round the verb, straight at the tables: the trigger holds it too.
    await expect(
      tenantTransaction(database.app, treasurer, async (tx) => {
        await tx.query(
          "insert into cash_management.cm_rate_sets (tenant_id, id, name, kind, source, rate_date) values ('acme', '00000000-0000-4000-8000-000000000001', 'sly', 'fixing', 'eyes', '2026-03-02')",
        );
        await tx.query(
          "insert into cash_management.cm_fx_rates (tenant_id, rate_set_id, base_currency, quote_currency, rate) values ('acme', '00000000-0000-4000-8000-000000000001', 'EUR', 'USD', 9)",
        );
        await tx.query("update cash_management.cm_rate_sets set frozen_at = now() where tenant_id = 'acme' and name = 'sly'");
      }),
    ).rejects.toMatchObject({ constraint: "approved_by_another_person" });
    const approver = { tenantId: "acme", actor: `person:${people.approver}` };
    const decided = await decideAndCarryOut(database.app, approver, executors, asked.waiting[0] as string, "approved");
    expect(decided.state).toBe("executed");
    expect(await inAcme((tx) => getRateSet(tx, "eyes-2026-03-02"))).toMatchObject({
      hashHolds: true,
      rates: [{ base: "EUR", quote: "USD", rate: "1.3" }],
    });
  });
});

import { beforeAll, expect, test } from "vitest";
import type { CashFlowPage } from "../../src/cash-flows/contract.ts";
import { testApi } from "../helpers/api.ts";
import { camt053 } from "../helpers/camt.ts";
import { formOf } from "../helpers/form.ts";
import { expectAsDocumented } from "../helpers/open-api.ts";

const api = testApi();

beforeAll(async () => {
  const euro = {
    account: "DE02120300000000202051",
    day: "2026-03-02",
    opening: "0.00",
    closing: "30.00",
    entries: [{ amount: "40.00" }, { amount: "-10.00" }],
  };
  const yen = {
    account: "JP-778899",
    currency: "JPY",
    day: "2026-03-03",
    opening: "5000",
    closing: "4000",
    entries: [{ amount: "-1000" }],
  };
  const form = await formOf({ "eur.xml": camt053(euro), "jpy.xml": camt053(yen) });
  await api.current.app.inject({
    method: "POST",
    url: "/api/v1/statements",
    payload: form.payload,
    headers: { ...api.current.keys.acme, ...form.headers },
  });
});

const get = (query: string, headers = api.current.keys.acme) => api.current.app.inject({ url: `/api/v1/cash-flows?${query}`, headers });
const amounts = async (query: string) => (await get(query)).json<CashFlowPage>().items.map(({ amount }) => amount);

test("what banks booked stands in the flow book, newest first, with its certainty", async () => {
  const answer = await get("");
  await expectAsDocumented(api.current.app, "/api/v1/cash-flows", answer);
  const { items } = answer.json<CashFlowPage>();
  expect(items.map(({ day, currency, certainty }) => [day, currency, certainty])).toEqual([
    ["2026-03-03", "JPY", 90],
    ["2026-03-02", "EUR", 90],
    ["2026-03-02", "EUR", 90],
  ]);
});

test("flows are found by currency, direction, day, amount and certainty", async () => {
  expect(await amounts("currency=JPY")).toEqual(["-1000"]);
  expect(await amounts("direction=in")).toEqual(["40.00"]);
  expect(await amounts("to=2026-03-02&direction=out")).toEqual(["-10.00"]);
  expect(await amounts("currency=EUR&minAmount=10")).toEqual(["40.00"]);
  expect(await amounts("currency=JPY&maxAmount=-1000")).toEqual(["-1000"]);
  expect(await amounts("minCertainty=91")).toEqual([]);
});

test("pages meet without losing or doubling a flow", async () => {
  const seen: string[] = [];
  for (let after = "", page = 0; page < 4; page += 1) {
    const { items, next } = (await get(`limit=1${after}`)).json<CashFlowPage>();
    seen.push(...items.map(({ id }) => id));
    if (next === null) break;
    after = `&after=${next}`;
  }
  expect(seen).toHaveLength(3);
  expect(new Set(seen).size).toBe(3);
});

test("an amount without a currency is refused: 10 of what?", async () => {
  expect((await get("minAmount=10")).json()).toMatchObject({ code: "invalid_input", hint: expect.stringContaining("currency=EUR") });
});

test("another tenant sees none of it", async () => {
  expect((await get("", api.current.keys.globex)).json()).toEqual({ items: [], next: null });
});

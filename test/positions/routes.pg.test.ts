import { beforeAll, describe, expect, test } from "vitest";
import type { Position, PositionHistory } from "../../src/positions/contract.ts";
import { testApi } from "../helpers/api.ts";
import { camt053 } from "../helpers/camt.ts";
import { formOf } from "../helpers/form.ts";

const api = testApi();
const euro = { account: "DE02120300000000202051", currency: "EUR" };
const yen = { account: "JP-778899", currency: "JPY" };

beforeAll(async () => {
  const form = await formOf({
    "eur.xml": camt053({ ...euro, day: "2026-03-02", opening: "100.00", closing: "130.00", entries: [{ amount: "30.00" }] }),
    "jpy.xml": camt053({ ...yen, day: "2026-03-03", opening: "5000", closing: "4000", entries: [{ amount: "-1000" }] }),
  });
  const headers = { ...api.current.keys.acme, ...form.headers };
  const answer = await api.current.app.inject({ method: "POST", url: "/api/v1/statements", payload: form.payload, headers });
  expect(answer.statusCode).toBe(201);
});

const get = (url: string, headers = api.current.keys.acme) => api.current.app.inject({ url, headers });

describe("GET /positions", () => {
  test("says what each figure is made of, and adds no currencies up", async () => {
    const position = (await get("/api/v1/positions?asOf=2026-03-03&by=currency")).json<Position>();
    expect(position.totals).toEqual([
      { currency: "EUR", amount: "130.00", sealed: "130.00", provisional: "0.00", unproven: "0.00" },
      { currency: "JPY", amount: "4000", sealed: "4000", provisional: "0", unproven: "0" },
    ]);
    expect(position.groups.map(({ key, amount }) => [key, amount])).toEqual([
      ["EUR", "130.00"],
      ["JPY", "4000"],
    ]);
    expect(position.groups[0]?.accounts[0]).toMatchObject({ last4: "2051", state: "sealed", anchorDay: "2026-03-02" });
  });

  test("answers with what was known at a moment: nothing before the first file", async () => {
    const position = (await get("/api/v1/positions?asOf=2026-03-03&knownAt=2020-01-01T00:00:00Z")).json<Position>();
    expect(position.totals.every(({ amount }) => /^0(\.0+)?$/.test(amount))).toBe(true);
  });

  test("shows another tenant nothing", async () => {
    const position = (await get("/api/v1/positions", api.current.keys.globex)).json<Position>();
    expect(position).toMatchObject({ groups: [], totals: [] });
  });

  test.each(["asOf=2026-02-30", "asOf=yesterday", "basis=cash", "by=colour", "knownAt=noon", "unknown=1"])(
    "?%s is refused",
    async (query) => {
      expect((await get(`/api/v1/positions?${query}`)).json()).toMatchObject({ code: "invalid_input", errors: [{ in: "querystring" }] });
    },
  );

  test("needs a proof of who asks", async () => {
    expect((await api.current.app.inject({ url: "/api/v1/positions" })).statusCode).toBe(401);
  });
});

describe("GET /positions/history", () => {
  test("is the position of each day", async () => {
    const history = (await get("/api/v1/positions/history?from=2026-03-01&to=2026-03-04")).json<PositionHistory>();
    expect(history.series.map(({ key, points }) => [key, points.map(({ day, amount }) => `${day} ${amount}`)])).toEqual([
      ["EUR", ["2026-03-02 130.00", "2026-03-03 130.00", "2026-03-04 130.00"]],
      ["JPY", ["2026-03-03 4000", "2026-03-04 4000"]],
    ]);
  });

  test("a span that runs backwards is refused", async () => {
    expect((await get("/api/v1/positions/history?from=2026-03-04&to=2026-03-01")).json()).toMatchObject({ code: "invalid_input" });
  });
});

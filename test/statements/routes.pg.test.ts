import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { DeliveryPage, EntryPage, StatementCalendar, StatementDetail, StatementPage } from "../../src/statements/contract.ts";
import { testApi } from "../helpers/api.ts";
import { camt053 } from "../helpers/camt.ts";
import { formOf } from "../helpers/form.ts";
import { expectAsDocumented } from "../helpers/open-api.ts";

const api = testApi();
const account = "DE02120300000000202051";
const monday = camt053({
  account,
  day: "2026-03-02",
  opening: "100.00",
  closing: "130.00",
  entries: [
    { amount: "40.00", text: "rent of Müller" },
    { amount: "-10.00", text: "fee" },
  ],
});
const wednesday = camt053({
  account,
  day: "2026-03-04",
  opening: "150.00",
  closing: "145.50",
  entries: [{ amount: "-4.50", text: "card" }],
});

beforeAll(async () => {
  for (const files of [{ "monday.xml": monday }, { "wednesday.xml": wednesday }, { "junk.txt": "not a statement" }]) {
    const form = await formOf(files);
    const headers = { ...api.current.keys.acme, ...form.headers };
    await api.current.app.inject({ method: "POST", url: "/api/v1/statements", payload: form.payload, headers });
  }
});

const get = (url: string, headers = api.current.keys.acme) => api.current.app.inject({ url: `/api/v1${url}`, headers });
const firstStatement = async () => (await get("/statements?status=sealed")).json<StatementPage>().items[0]?.id ?? "";
const nobody = "00000000-0000-4000-8000-000000000000";

describe("statements", () => {
  test("are listed newest first with how they stand", async () => {
    const answer = await get("/statements");
    await expectAsDocumented(api.current.app, "/api/v1/statements", answer);
    expect(answer.json<StatementPage>().items.map(({ closingDate, status, closing }) => [closingDate, status, closing])).toEqual([
      ["2026-03-04", "verified", "145.50"],
      ["2026-03-02", "sealed", "130.00"],
    ]);
  });

  test("are found by account, status and day", async () => {
    const count = async (query: string) => (await get(`/statements?${query}`)).json<StatementPage>().items.length;
    expect(await count("status=sealed")).toBe(1);
    expect(await count("from=2026-03-03")).toBe(1);
    expect(await count("to=2026-03-03")).toBe(1);
    expect(await count(`accountId=${nobody}`)).toBe(0);
  });

  test("one says its balances, its seals and the file it came in", async () => {
    const answer = await get(`/statements/${await firstStatement()}`);
    await expectAsDocumented(api.current.app, "/api/v1/statements/{id}", answer);
    const detail = answer.json<StatementDetail>();
    expect(detail.delivery.file).toBe("monday.xml");
    expect(detail.seals.map(({ day, status, net }) => [day, status, net])).toEqual([["2026-03-02", "sealed", "30.00"]]);
    expect(detail.balances.map(({ type, amount }) => [type, amount])).toEqual([
      ["OPBD", "100.00"],
      ["CLBD", "130.00"],
    ]);
  });

  test("its entries come page by page, each once", async () => {
    const id = await firstStatement();
    const first = await get(`/statements/${id}/entries?limit=1`);
    await expectAsDocumented(api.current.app, "/api/v1/statements/{id}/entries", first);
    const next = first.json<EntryPage>().next ?? "";
    expect(first.headers["link"]).toBe(`</api/v1/statements/${id}/entries?limit=1&after=${next}>; rel="next"`);
    const second = (await get(`/statements/${id}/entries?limit=1&after=${next}`)).json<EntryPage>();
    expect([...first.json<EntryPage>().items, ...second.items].map(({ amount }) => amount).sort()).toEqual(["-10.00", "40.00"]);
    expect(second.next).toBeNull();
  });

  test("of another tenant are not there, by list or by id", async () => {
    const id = await firstStatement();
    expect((await get("/statements", api.current.keys.globex)).json()).toEqual({ items: [], next: null });
    for (const path of [`/statements/${id}`, `/statements/${id}/entries`]) {
      const answer = await get(path, api.current.keys.globex);
      expect(answer.json()).toMatchObject({ code: "not_found", status: 404 });
    }
  });

  test.each([
    "/statements?status=good",
    "/statements?limit=0",
    "/statements?limit=501",
    "/statements?after=abc",
    "/statements?from=2026-03-09&to=2026-03-01",
    "/statements/17",
    "/statements?colour=red",
  ])("%s is refused", async (path) => {
    const answer = await get(path);
    expect(answer.json()).toMatchObject({ code: "invalid_input", status: 400 });
  });

  test("a cursor of one list is none of another", async () => {
    const { next } = (await get("/statements?limit=1")).json<StatementPage>();
    expect((await get(`/deliveries?after=${next}`)).json()).toMatchObject({ code: "invalid_input" });
  });
});

describe("deliveries", () => {
  test("are listed newest first, refused ones with what was wrong", async () => {
    const answer = await get("/deliveries");
    await expectAsDocumented(api.current.app, "/api/v1/deliveries", answer);
    expect(answer.json<DeliveryPage>().items.map(({ file, status }) => [file, status])).toEqual([
      ["junk.txt", "refused"],
      ["wednesday.xml", "imported"],
      ["monday.xml", "imported"],
    ]);
  });

  test("pages stay as they are while files arrive", async () => {
    const first = (await get("/deliveries?limit=1")).json<DeliveryPage>();
    const form = await formOf({ "later.txt": "later" });
    await api.current.app.inject({
      method: "POST",
      url: "/api/v1/statements",
      payload: form.payload,
      headers: { ...api.current.keys.acme, ...form.headers },
    });
    const second = (await get(`/deliveries?limit=1&after=${first.next}`)).json<DeliveryPage>();
    expect([first.items[0]?.file, second.items[0]?.file]).toEqual(["junk.txt", "wednesday.xml"]);
  });

  test("a file comes back byte for byte, as a download", async () => {
    const delivery = (await get("/deliveries")).json<DeliveryPage>().items.find(({ file }) => file === "monday.xml");
    const answer = await get(`/deliveries/${delivery?.id}/file`);
    expect(answer.body).toBe(monday);
    expect(createHash("sha256").update(answer.rawPayload).digest("hex")).toBe(delivery?.sha256);
    expect(answer.headers).toMatchObject({
      "content-type": "application/octet-stream",
      "content-disposition": expect.stringContaining("monday.xml"),
      "content-length": String(delivery?.bytes),
    });
  });

  test("of another tenant are not there, nor their bytes", async () => {
    const id = (await get("/deliveries")).json<DeliveryPage>().items[0]?.id;
    expect((await get(`/deliveries/${id}`, api.current.keys.globex)).statusCode).toBe(404);
    expect((await get(`/deliveries/${id}/file`, api.current.keys.globex)).statusCode).toBe(404);
    expect((await get("/deliveries", api.current.keys.globex)).json()).toEqual({ items: [], next: null });
  });
});

describe("the statement calendar", () => {
  test("says how each day of each account stands", async () => {
    const answer = await get("/statements/calendar?from=2026-03-01&to=2026-03-05");
    await expectAsDocumented(api.current.app, "/api/v1/statements/calendar", answer);
    const [one] = answer.json<StatementCalendar>().accounts;
    expect(one?.days.map(({ day, status }) => `${day} ${status}`)).toEqual([
      "2026-03-02 sealed",
      "2026-03-03 gap",
      "2026-03-04 unproven",
      "2026-03-05 late",
    ]);
  });

  test.each(["from=2026-03-05&to=2026-03-01", "from=2020-01-01&to=2026-03-01", "from=2026-03-01"])("?%s is refused", async (query) => {
    expect((await get(`/statements/calendar?${query}`)).json()).toMatchObject({ code: "invalid_input" });
  });
});

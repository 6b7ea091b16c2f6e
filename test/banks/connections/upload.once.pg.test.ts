import { beforeAll, expect, test } from "vitest";
import { createApiKey } from "../../../src/access/api-keys.ts";
import { testApi } from "../../helpers/api.ts";
import { connect } from "../../helpers/banks.ts";
import { camt053 } from "../../helpers/camt.ts";
import { expectAsDocumented } from "../../helpers/open-api.ts";
import { asTenant } from "../../helpers/postgres.ts";

const api = testApi();
const text = camt053({ day: "2026-03-02", opening: "0.00", closing: "1.00", entries: [{ amount: "1.00" }] });
let id = "";
let tied = { authorization: "" };

beforeAll(async () => {
  const { key, apiKey } = await asTenant(api.current.database, "acme", (tx) =>
    createApiKey(tx, { name: "the bank", scopes: ["statements:import"] }),
  );
  tied = { authorization: `Bearer ${key}` };
  id = (await connect(api.current.database, "acme", { kind: "upload", name: "Brought", apiKeyId: apiKey.id })).id;
});

const bring = (headers: { authorization: string }, body = text, name = "monday.xml", connection = id) =>
  api.current.app.inject({
    method: "POST",
    url: `/api/v1/bank-connections/${connection}/files`,
    headers: { ...headers, "content-type": "application/octet-stream", "x-file-name": name },
    payload: body,
  });

test("the tied key brings a file; another key of the tenant, one that only reads and one of another tenant do not", async () => {
  expect((await bring(api.current.keys.acme)).statusCode).toBe(403);
  expect((await bring(api.current.keys.acmeReadOnly)).statusCode).toBe(403);
  expect((await bring(api.current.keys.globex)).statusCode).toBe(404);
  const answer = await bring(tied);
  expect(answer.statusCode).toBe(200);
  expect(answer.json().files).toMatchObject([{ name: "monday.xml", syncStatus: "imported", outcome: "imported", atBank: "left" }]);
  const shown = await api.current.app.inject({ url: `/api/v1/bank-connections/${id}`, headers: api.current.keys.acme });
  expect(shown.json()).toMatchObject({ coveredThrough: "2026-03-02", files: { imported: 1, error: 0 } });
  await expectAsDocumented(api.current.app, "/api/v1/bank-connections/{id}", shown);
});

test("1,000 retries of one delivery are one import", async () => {
  const retry = async () => {
    for (let count = 0; count < 250; count += 1) expect((await bring(tied)).json().files[0].outcome).toBe("imported");
  };
  await Promise.all([retry(), retry(), retry(), retry()]);
  const { rows } = await api.current.database.admin.query(
    `select (select count(*)::int from cash_management.cm_deliveries) as deliveries, (select count(*)::int from cash_management.cm_bank_files) as files,
       (select count(*)::int from cash_management.cm_bank_transactions) as entries`,
  );
  expect(rows).toEqual([{ deliveries: 1, files: 1, entries: 1 }]);
}, 120_000);

test("a file that cannot be read is answered with its problem, kept, and told", async () => {
  const answer = await bring(tied, "nothing of a statement", "bad.txt");
  expect(answer.json().files).toMatchObject([
    { syncStatus: "error", outcome: "refused", problem: { hint: expect.stringContaining("kept as it came") } },
  ]);
  const alerts = await api.current.app.inject({ url: "/api/v1/alerts?state=open", headers: api.current.keys.acme });
  expect(alerts.json().items).toHaveLength(1);
  await expectAsDocumented(api.current.app, "/api/v1/alerts", alerts);
  const fileId = answer.json().files[0].id;
  const dismissed = await api.current.app.inject({
    method: "POST",
    url: `/api/v1/bank-files/${fileId}/dismiss`,
    headers: api.current.keys.acme,
  });
  expect(dismissed.json()).toMatchObject({ syncStatus: "dismissed" });
});

test("credentials are taken and never given back; who only reads may not connect a bank", async () => {
  const body = {
    kind: "sftp",
    name: "Over HTTP",
    bank: { name: "Some Bank" },
    settings: { host: "sftp.example", username: "acme" },
    credentials: { password: "hidden-4711" },
  };
  const make = (headers: { authorization: string }) =>
    api.current.app.inject({ method: "POST", url: "/api/v1/bank-connections", headers, payload: body });
  expect((await make(api.current.keys.acmeReadOnly)).statusCode).toBe(403);
  const made = await make(api.current.keys.acme);
  expect(made.statusCode).toBe(201);
  expect(made.json()).toMatchObject({ hasCredentials: true, status: "untested" });
  const list = await api.current.app.inject({ url: "/api/v1/bank-connections", headers: api.current.keys.acme });
  expect(made.body + list.body).not.toContain("hidden-4711");
  await expectAsDocumented(api.current.app, "/api/v1/bank-connections", list);
});

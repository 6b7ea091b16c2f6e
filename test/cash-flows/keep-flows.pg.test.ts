import { beforeAll, expect, test } from "vitest";
import { importFile } from "../../src/statements/import.ts";
import { type Call, callerFor } from "../access/caller.ts";
import { testApi } from "../helpers/api.ts";
import { camt053, fileOf } from "../helpers/camt.ts";

const api = testApi();
let analyst: Call;
let approver: Call;
let accountId = "";
let bankFlow = "";
beforeAll(async () => {
  analyst = await callerFor(api.current, "analyst@acme.example");
  approver = await callerFor(api.current, "approver@acme.example");
  const text = camt053({ day: "2026-03-02", opening: "0.00", closing: "5.00", entries: [{ amount: "5.00" }] });
  await importFile(api.current.database.app, { tenantId: "acme", actor: "test" }, fileOf("a.xml", text));
  [{ id: bankFlow, accountId }] = (await analyst("GET", "/api/v1/cash-flows")).body.items;
  const administrator = await callerFor(api.current, "administrator@acme.example");
  await administrator("POST", "/api/v1/approval-policies", { kind: "cash_flow", above: "1000.00", currency: "EUR" });
});

const enter = (amount: string, more = {}) =>
  analyst("POST", "/api/v1/cash-flows", { accountId, amount, day: "2026-12-01", text: "Rent", ...more });
const approve = (id: string) => approver("POST", `/api/v1/approvals/${id}/decision`, { decision: "approved" });

test("a small flow is entered at once, and taken back", async () => {
  const made = await enter("-1000.00");
  expect(made).toMatchObject({
    status: 201,
    body: { amount: "-1000.00", certainty: 30, source: "manual", text: "Rent", day: "2026-12-01" },
  });
  expect(await analyst("DELETE", `/api/v1/cash-flows/${made.body.id}`)).toMatchObject({ status: 200 });
  expect((await analyst("DELETE", `/api/v1/cash-flows/${made.body.id}`)).status).toBe(404);
});

test("one above the limit waits for an approver, who enters it; taking it back waits as well", async () => {
  const asked = await enter("-1000.01");
  expect(asked).toMatchObject({ status: 202, body: { kind: "cash_flow", amount: "-1000.01", currency: "EUR", subject: "Rent" } });
  expect((await approve(asked.body.id)).body.state).toBe("executed");
  const [flow] = (await analyst("GET", "/api/v1/cash-flows?maxAmount=-1000.01&currency=EUR")).body.items;
  const back = await analyst("DELETE", `/api/v1/cash-flows/${flow.id}`);
  expect(back).toMatchObject({ status: 202, body: { payload: { new: { superseded: true } } } });
  expect((await approve(back.body.id)).body.state).toBe("executed");
  expect((await analyst("GET", "/api/v1/cash-flows?maxAmount=-1000.01&currency=EUR")).body.items).toEqual([]);
});

test.each([
  ["nothing", () => enter("0.00"), 400],
  ["too many decimals", () => enter("1.001"), 400],
  ["a step of the ladder that is the bank's", () => enter("1.00", { certainty: 90 }), 400],
  ["an account that is not there", () => enter("1.00", { accountId: "b0000000-0000-4000-8000-00000000dead" }), 404],
  ["an unknown category", () => enter("1.00", { category: "no-such" }), 400],
  ["what a bank has booked", () => analyst("DELETE", `/api/v1/cash-flows/${bankFlow}`), 409],
  ["by who only looks", () => approver("POST", "/api/v1/cash-flows", { accountId, amount: "1.00", day: "2026-12-01" }), 403],
])("%s is refused", async (_, call, status) => {
  expect((await call()).status).toBe(status);
});

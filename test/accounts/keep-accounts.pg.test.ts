import { beforeAll, describe, expect, test } from "vitest";
import { isIban } from "../../src/accounts/iban.ts";
import { tenantTransaction } from "../../src/postgres/transaction.ts";
import { importFile } from "../../src/statements/import.ts";
import { type Call, callerFor, callWith } from "../access/caller.ts";
import { testApi } from "../helpers/api.ts";
import { camt053, fileOf } from "../helpers/camt.ts";

const api = testApi();
let treasurer: Call;
let approver: Call;
let administrator: Call;
const rule = { id: "" };
beforeAll(async () => {
  treasurer = await callerFor(api.current, "treasurer@acme.example");
  approver = await callerFor(api.current, "approver@acme.example");
  administrator = await callerFor(api.current, "administrator@acme.example");
});

const iban = "DE89370400440532013000";
const changed = "DE75512108001245126199";
const identifiersOf = async (id: string) =>
  (await api.current.database.admin.query("select from cash_management.cm_account_identifiers where account_id = $1", [id])).rowCount;

test.each([
  ["DE89 3704 0044 0532 0130 00", true],
  ["de89370400440532013000", true],
  ["NL91ABNA0417164300", true],
  ["DE89370400440532013001", false],
  ["DE98370400440532013000", false],
  ["3704004405320130", false],
])("the check digits of %s fit: %s", (text, fits) => expect(isIban(text)).toBe(fits));

describe("without a rule", () => {
  test("an account is registered at once, once, under every name, and its number never comes back", async () => {
    const made = await treasurer("POST", "/api/v1/accounts", { name: "Operating", currency: "EUR", iban, number: "0532013000" });
    expect(made).toMatchObject({ status: 201, body: { name: "Operating", last4: "3000", currency: "EUR", active: true } });
    expect(JSON.stringify(made.body)).not.toContain("532013000");
    expect(await identifiersOf(made.body.id)).toBe(2);
    expect(await treasurer("POST", "/api/v1/accounts", { name: "Again", currency: "EUR", iban })).toMatchObject({
      status: 409,
      body: { code: "conflict" },
    });
  });

  test("one that a statement opened becomes one's own, with its entries", async () => {
    const text = camt053({ day: "2026-03-02", opening: "0.00", closing: "5.00", entries: [{ amount: "5.00" }] });
    await importFile(api.current.database.app, { tenantId: "acme", actor: "test" }, fileOf("a.xml", text));
    const found = (await treasurer("GET", "/api/v1/accounts")).body.items.find(({ name }: { name: string }) =>
      name.startsWith("Account …"),
    );
    const known = await tenantTransaction(api.current.database.app, { tenantId: "acme", actor: "test" }, async (tx) => {
      const { rows } = await tx.query<{ discovered: boolean }>("select discovered from cash_management.cm_cash_accounts where id = $1", [
        found.id,
      ]);
      return rows[0]?.discovered;
    });
    expect(known).toBe(true);
    const own = await treasurer("POST", "/api/v1/accounts", { name: "Collection", currency: "EUR", iban: "DE02120300000000202051" });
    expect(own).toMatchObject({ status: 201, body: { id: found.id, name: "Collection" } });
  });

  test.each([
    ["a wrong check digit", { name: "Bad", currency: "EUR", iban: "DE89370400440532013001" }, 400],
    ["no number at all", { name: "Bad", currency: "EUR" }, 400],
    ["a currency that is none", { name: "Bad", currency: "XXZ", number: "1" }, 400],
    ["a bank that is not there", { name: "Bad", currency: "EUR", number: "1", bankId: "b0000000-0000-4000-8000-00000000dead" }, 400],
  ])("%s is refused", async (_, body, status) => {
    expect((await treasurer("POST", "/api/v1/accounts", body)).status).toBe(status);
  });

  test("who may not keep accounts does not", async () => {
    expect((await approver("POST", "/api/v1/accounts", { name: "No", currency: "EUR", number: "77" })).status).toBe(403);
    const key = callWith(api.current, api.current.keys.acmeReadOnly);
    expect((await key("POST", "/api/v1/accounts", { name: "No", currency: "EUR", number: "77" })).status).toBe(403);
  });
});

describe("under a rule on account_master", () => {
  const accountId = async () =>
    (await treasurer("GET", "/api/v1/accounts")).body.items.find(({ last4 }: { last4: string }) => last4 === "3000").id;
  beforeAll(async () => {
    const made = await administrator("POST", "/api/v1/approval-policies", { kind: "account_master" });
    rule.id = made.body.id;
  });

  test("other bank details wait for an approver, show what changes without the number, and the approval writes them", async () => {
    const id = await accountId();
    const change = () => treasurer("PATCH", `/api/v1/accounts/${id}`, { iban: changed });
    const asked = await change();
    expect(asked).toMatchObject({
      status: 202,
      body: { kind: "account_master", subject: "Operating", payload: { id, old: { last_four: "3000" }, new: { last_four: "6199" } } },
    });
    expect(JSON.stringify(asked.body)).not.toContain("5126199");
    expect((await change()).body.id, "asking again is the same request").toBe(asked.body.id);
    expect((await treasurer("POST", `/api/v1/approvals/${asked.body.id}/decision`, { decision: "approved" })).status).toBe(403);
    expect((await treasurer("GET", `/api/v1/accounts/${id}`)).body.last4).toBe("3000");
    const decided = await approver("POST", `/api/v1/approvals/${asked.body.id}/decision`, { decision: "approved" });
    expect(decided.body.state).toBe("executed");
    expect((await treasurer("GET", `/api/v1/accounts/${id}`)).body.last4).toBe("6199");
    expect(await identifiersOf(id), "statements of old and of new find it").toBe(3);
  });

  test("a new account with a number beside its IBAN is registered by the approval, both names with it", async () => {
    const asked = await treasurer("POST", "/api/v1/accounts", {
      name: "Escrow",
      currency: "EUR",
      iban: "NL91ABNA0417164300",
      number: "0417164300",
    });
    expect(asked).toMatchObject({ status: 202, body: { payload: { with: { numbers: ["…4300"] } } } });
    expect((await approver("POST", `/api/v1/approvals/${asked.body.id}/decision`, { decision: "approved" })).body.state).toBe("executed");
    const escrow = (await treasurer("GET", "/api/v1/accounts")).body.items.find(({ name }: { name: string }) => name === "Escrow");
    expect(await identifiersOf(escrow.id)).toBe(2);
  });

  test("what has become impossible meanwhile is not done, and the decision stands", async () => {
    const id = await accountId().catch(() => null);
    expect(id).toBeNull();
    const own = (await treasurer("GET", "/api/v1/accounts")).body.items.find(({ name }: { name: string }) => name === "Operating").id;
    const first = await treasurer("PATCH", `/api/v1/accounts/${own}`, { name: "Main" });
    const second = await treasurer("PATCH", `/api/v1/accounts/${own}`, { name: "Head" });
    const decide = (request: string) => approver("POST", `/api/v1/approvals/${request}/decision`, { decision: "approved" });
    expect((await decide(first.body.id)).body.state).toBe("executed");
    expect((await decide(second.body.id)).body.state, "it was about the name of before").toBe("approved");
    expect((await treasurer("GET", `/api/v1/accounts/${own}`)).body.name).toBe("Main");
  });
});

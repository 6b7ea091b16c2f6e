import { beforeAll, describe, expect, test } from "vitest";
import type { AccountPage, FoundAccounts } from "../../src/accounts/contract.ts";
import { tenantKeys } from "../../src/keys/key-ring.ts";
import { withClient } from "../../src/postgres/connect.ts";
import type { EntryPage } from "../../src/statements/contract.ts";
import { testApi } from "../helpers/api.ts";
import { camt053 } from "../helpers/camt.ts";
import { asTenant } from "../helpers/postgres.ts";

const api = testApi();
const own = "DE02120300000000202051";
const supplier = "DE88100900001234567892";
const employee = "FR7630006000011234567890189";
let accountId = "";

/** Every second entry is with the supplier; the batch of the third day pays the employee inside. */
function statement(day: number, extra = ""): string {
  const entries = [
    { amount: "2.00", text: "invoice" },
    { amount: "-1.00", text: `other ${day}` },
  ];
  const text = camt053({ account: own, day: `2026-03-0${day}`, opening: `${day - 1}.00`, closing: `${day}.00`, entries });
  const partner = (iban: string) =>
    `<RltdPties><DbtrAcct><Id><IBAN>${iban}</IBAN></Id></DbtrAcct><CdtrAcct><Id><IBAN>${iban}</IBAN></Id></CdtrAcct></RltdPties>`;
  return text.replace("<RmtInf><Ustrd>invoice", `${partner(supplier)}<RmtInf><Ustrd>invoice`).replace("</Stmt>", `${extra}</Stmt>`);
}

function payroll(): string {
  const entries = [{ amount: "-2.00", text: "wages", details: ["1.50", "0.50"] }];
  const text = camt053({ account: own, day: "2026-03-03", opening: "2.00", closing: "0.00", entries });
  return text.replace("<RmtInf>", `<RltdPties><CdtrAcct><Id><IBAN>${employee}</IBAN></Id></CdtrAcct></RltdPties><RmtInf>`);
}

async function upload(payload: string, headers = api.current.keys.acme) {
  const answer = await api.current.app.inject({
    method: "POST",
    url: "/api/v1/statements",
    payload,
    headers: { ...headers, "content-type": "application/xml" },
  });
  expect(answer.statusCode, answer.body).toBe(201);
}

const post = (url: string, payload: object, headers = api.current.keys.acmeReadOnly) =>
  api.current.app.inject({ method: "POST", url: `/api/v1${url}`, payload, headers });
const accounts = async (number: string, headers = api.current.keys.acmeReadOnly) =>
  (await post("/accounts/search", { number }, headers)).json<FoundAccounts>().items.map(({ id }) => id);
const entries = async (search: object, headers = api.current.keys.acmeReadOnly) =>
  (await post("/entries/search", search, headers)).json<EntryPage>().items.map(({ bookingDate, amount }) => `${bookingDate} ${amount}`);

beforeAll(async () => {
  await upload(statement(1));
  await upload(statement(2));
  await upload(payroll());
  await upload(statement(1), api.current.keys.globex);
  const list = await api.current.app.inject({ url: "/api/v1/accounts", headers: api.current.keys.acme });
  accountId = list.json<AccountPage>().items[0]?.id ?? "";
});

describe("accounts by number", () => {
  test("are found by the whole number however it is spelled, and by its last four, by who may only read", async () => {
    for (const spelled of [own, own.toLowerCase(), "DE02 1203 0000 0000 2020 51", "2051"])
      expect(await accounts(spelled)).toEqual([accountId]);
    const answer = await post("/accounts/search", { number: own });
    expect(answer.json<FoundAccounts>().items).toMatchObject([{ last4: "2051", currency: "EUR" }]);
    expect(answer.body).not.toContain(own);
  });

  test("are not found by a part of the number, another number, or in another tenant", async () => {
    for (const other of [own.slice(0, -1), supplier, "2052", own.slice(-6)]) expect(await accounts(other)).toEqual([]);
    const [theirs] = await accounts(own, api.current.keys.globex);
    expect(theirs).not.toBe(accountId);
  });

  test.each([{}, { number: "" }, { number: "x".repeat(65) }, { number: own, more: 1 }])("the search %j is refused", async (search) => {
    expect((await post("/accounts/search", search)).statusCode).toBe(400);
  });
});

describe("entries by the partner's number", () => {
  test("are found in all accounts, newest first, page by page, and by the partners inside a batch", async () => {
    const search = { number: "de88 1009 0000 1234 5678 92" };
    expect(await entries(search)).toEqual(["2026-03-02 2.00", "2026-03-01 2.00"]);
    expect(await entries({ number: employee })).toEqual(["2026-03-03 -2.00"]);
    const first = await post("/entries/search", { ...search, limit: 1 });
    const { next } = first.json<EntryPage>();
    expect(await entries({ ...search, limit: 1, after: next })).toEqual(["2026-03-01 2.00"]);
  });

  test("within an account also by the last four, by a text that has the number, and narrowed by days and amounts", async () => {
    expect(await entries({ number: "7892", accountId })).toEqual(["2026-03-02 2.00", "2026-03-01 2.00"]);
    expect(await entries({ number: supplier, accountId, to: "2026-03-01" })).toEqual(["2026-03-01 2.00"]);
    expect(await entries({ number: supplier, accountId, minAmount: "3.00" })).toEqual([]);
    expect(await entries({ number: "other 2", accountId })).toEqual(["2026-03-02 -1.00"]);
    const listed = await api.current.app.inject({ url: `/api/v1/accounts/${accountId}/entries?text=7892`, headers: api.current.keys.acme });
    expect(listed.json<EntryPage>().items).toHaveLength(2);
  });

  test("are not found by a number that differs, nor those of another tenant", async () => {
    for (const other of [`${supplier}0`, supplier.slice(0, -1), own]) expect(await entries({ number: other })).toEqual([]);
    expect(await entries({ number: employee }, api.current.keys.globex)).toEqual([]);
    expect(await entries({ number: supplier }, api.current.keys.globex)).toEqual(["2026-03-01 2.00"]);
  });

  test("last characters or amounts without an account are refused with what to give", async () => {
    for (const search of [{ number: "7892" }, { number: supplier, minAmount: "1.00" }])
      expect((await post("/entries/search", search)).json()).toMatchObject({
        code: "invalid_input",
        hint: expect.stringContaining("accountId"),
      });
  });
});

test("invariant 45: as the application's role, under row-level security, both sides of a partner search are conditions of an index", async () => {
  // So many that choosing an index matters to the server.
  await withClient(api.current.database.admin, (client) =>
    client.query(
      `begin; set local session_replication_role = replica;
       insert into cash_management.cm_bank_transactions (
         tenant_id, id, account_id, statement_id, ordinal, booking_date, value_date, ledger_day, amount_minor, currency, state, reversal,
         line, fingerprint, occurrence, recorded_at, counterparty_account_index
       )
       select tenant_id, (left(id::text, 7) || substr(md5(g::text)::uuid::text, 8))::uuid, account_id, statement_id, ordinal, booking_date, value_date,
         ledger_day, amount_minor, currency, state, reversal, line, md5(g::text)::uuid, 1, recorded_at, md5((g / 5)::text)
       from (select * from cash_management.cm_bank_transactions where tenant_id = 'acme' limit 1) as one
       cross join generate_series(1, 6000) as g;
       commit; analyze cash_management.cm_bank_transactions`,
    ),
  );
  const plan = await asTenant(api.current.database, "acme", async (tx) => {
    const index = (await tenantKeys(tx)).index("account", "DE00 0000 0000 0000 0000 00");
    const { rows } = await tx.query<{ "QUERY PLAN": string }>(
      `explain (costs off) select id from cash_management.cm_bank_transactions
       where tenant_id = 'acme' and booking_date between '2026-03-01' and '2026-03-31' and superseded_at is null
         and (counterparty_account_index = $1 or id = any(array(
           select transaction_id from cash_management.cm_bank_transaction_details
           where tenant_id = 'acme' and booking_date between '2026-03-01' and '2026-03-31' and counterparty_account_index = $1)))`,
      [index],
    );
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  });
  expect(plan).toContain("BitmapOr");
  expect(plan).toMatch(/Bitmap Index Scan on cm_bank_transactions_2026_03\S+\n +Index Cond: .*counterparty_account_index = /);
  expect(plan).toMatch(/Index Cond: .*id = ANY \(/);
});

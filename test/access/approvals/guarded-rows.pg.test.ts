import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { addPolicy, type Guarded } from "../../../src/access/approvals/approvals.ts";
import { decideAndCarryOut, type Executors } from "../../../src/access/approvals/carry-out.ts";
import type { ApprovalKind, ApprovalRequest } from "../../../src/access/approvals/contract.ts";
import { type GuardedWrite, guardedWrite, inputOf } from "../../../src/access/approvals/guarded-write.ts";
import { createPerson } from "../../../src/access/people.ts";
import { type NewAccount, registerAccounts } from "../../../src/accounts/register-accounts.ts";
import { tenantKeys } from "../../../src/keys/key-ring.ts";
import { places } from "../../../src/keys/places.ts";
import { type TenantTransaction, tenantTransaction } from "../../../src/postgres/transaction.ts";
import { importFile } from "../../../src/statements/import.ts";
import { dayId } from "../../../src/statements/posting/day-id.ts";
import { createTenant } from "../../../src/tenants/tenants.ts";
import type { Day } from "../../../src/time/day.ts";
import { camt053, fileOf } from "../../helpers/camt.ts";
import { testDatabase } from "../../helpers/postgres.ts";

const database = testDatabase();
const refused = { constraint: "approved_by_another_person" };
const iban = "DE89370400440532013000";
const account: NewAccount = {
  entityId: null,
  bankId: null,
  name: "Operating",
  iban,
  number: "0532013000",
  currency: "EUR",
  expectedBy: "09:00",
  timeZone: "Europe/Berlin",
  overdraftLimitMinor: 0n,
  openedOn: "2026-01-01" as Day,
};
let approver = "";

beforeAll(async () => {
  // "free" has no rule: nothing is different there.
  for (const id of ["acme", "free"]) await createTenant(database.current.admin, { id, name: id }, "test");
  approver = await as("acme", async (tx) => {
    const { id } = await createPerson(tx, { email: "signer@acme.example", name: "Signer", role: "approver" });
    for (const kind of ["account_master", "bank_connection", "rate_set"] as const) await addPolicy(tx, { kind });
    await addPolicy(tx, { kind: "cash_flow", above: "1000.00", currency: "EUR" });
    return id;
  });
});

function as<T>(tenantId: string, work: (tx: TenantTransaction) => Promise<T>, actor = "command:test"): Promise<T> {
  return tenantTransaction(database.current.app, { tenantId, actor }, work);
}

const bank = "b0000000-0000-4000-8000-000000000001";
const addBank = (tx: TenantTransaction) =>
  tx.query("insert into cash_management.cm_banks (tenant_id, id, name) values ($1, $2, 'Bank') on conflict do nothing", [
    tx.tenantId,
    bank,
  ]);

async function addConnection(tx: TenantTransaction, id: string, secret: string): Promise<void> {
  const keys = await tenantKeys(tx);
  await addBank(tx);
  await tx.query(
    `insert into cash_management.cm_bank_connections (tenant_id, id, bank_id, name, kind, credentials, credentials_index)
     values ($1, $2, $3, 'Statements', 'sftp', $4, $5)`,
    [tx.tenantId, id, bank, keys.encryptText(places.credentials, id, secret), keys.indexOfSecret(secret)],
  );
}

async function freezeRates(tx: TenantTransaction, rate: string, name = "Fixing"): Promise<void> {
  const id = randomUUID();
  await tx.query(
    `insert into cash_management.cm_rate_sets (tenant_id, id, name, kind, source, rate_date) values ($1, $2, $3, 'fixing', 'ECB', '2026-03-02')`,
    [tx.tenantId, id, name],
  );
  await tx.query(
    `insert into cash_management.cm_fx_rates (tenant_id, rate_set_id, base_currency, quote_currency, rate) values ($1, $2, 'EUR', 'USD', $3)`,
    [tx.tenantId, id, rate],
  );
  await tx.query("update cash_management.cm_rate_sets set frozen_at = now() where tenant_id = $1 and id = $2", [tx.tenantId, id]);
}

/** On an account that a statement opened: its balance is evidence, so nobody is asked. */
async function addFlow(tx: TenantTransaction, amountMinor: string, source = "manual", currency = "EUR"): Promise<void> {
  await tx.query(
    `insert into cash_management.cm_cash_flows
       (tenant_id, id, account_id, amount_minor, currency, transaction_date, value_date, certainty, description, source)
     select tenant_id, $2, id, $3, $4, '2026-03-02', '2026-03-02', 30, 'Rent', $5
     from cash_management.cm_cash_accounts where tenant_id = $1 and discovered limit 1`,
    [tx.tenantId, dayId("2026-03-02" as Day), amountMinor, currency, source],
  );
}

const decide = (executors: Executors, request: ApprovalRequest) =>
  decideAndCarryOut(database.current.app, { tenantId: "acme", actor: `person:${approver}` }, executors, request.id, "approved");

function waitingOf<T>(outcome: Guarded<T>): ApprovalRequest {
  if ("done" in outcome) throw new Error("it was done at once");
  return outcome.waiting;
}

test("a statement of an unknown account opens it, rule or none, and moves its balance", async () => {
  for (const tenantId of ["acme", "free"]) {
    const text = camt053({ day: "2026-03-02", opening: "0.00", closing: "5.00", entries: [{ amount: "5.00" }] });
    const { outcome } = await importFile(database.current.app, { tenantId, actor: "command:test" }, fileOf("a.xml", text));
    expect(outcome).not.toBe("refused");
  }
});

describe("the database refuses the direct write", () => {
  const cases: readonly [string, (tx: TenantTransaction) => Promise<unknown>][] = [
    ["a new account", (tx) => registerAccounts(tx, [account])],
    [
      "a discovered account that becomes one's own",
      (tx) => tx.query("update cash_management.cm_cash_accounts set discovered = false where tenant_id = $1", [tx.tenantId]),
    ],
    [
      "another number of an account",
      (tx) =>
        tx.query("update cash_management.cm_cash_accounts set account_number_index = 'x', last_four = '1' where tenant_id = $1", [
          tx.tenantId,
        ]),
    ],
    ["a bank connection", (tx) => addConnection(tx, randomUUID(), "user:password")],
    ["a set of rates that is frozen", (tx) => freezeRates(tx, "1.08")],
    ["a large flow by hand", (tx) => addFlow(tx, "-100001")],
    ["a flow by hand in a currency that no rule names", (tx) => addFlow(tx, "-1", "manual", "USD")],
  ];
  test.each(cases)("%s", async (_, write) => {
    await expect(as("acme", write)).rejects.toMatchObject(refused);
    const undone = as("free", async (tx) => {
      await write(tx);
      throw new Error("written, and undone");
    });
    await expect(undone, "without a rule nobody is asked").rejects.toThrow("written, and undone");
  });

  test("what is below the limit, or comes from the bank, needs nobody", async () => {
    await as("acme", (tx) => addFlow(tx, "-100000"));
    await as("acme", (tx) => addFlow(tx, "-999999999", "statement"));
  });

  test("another name of an account, whoever's it was", async () => {
    const insert = (tx: TenantTransaction) =>
      tx.query(
        `insert into cash_management.cm_account_identifiers (tenant_id, identifier_index, identifier_encrypted, currency, account_id)
         select tenant_id, 'another', account_number_encrypted, currency, id from cash_management.cm_cash_accounts
         where tenant_id = $1 and not discovered`,
        [tx.tenantId],
      );
    await as("free", (tx) => registerAccounts(tx, [account]));
    await as("free", async (tx) => expect((await insert(tx)).rowCount).toBe(1));
    const asked = await as("acme", (tx) => guardedWrite(tx, { input: null }, () => registerAccounts(tx, [{ ...account, number: iban }])));
    await decide({ account_master: (tx) => registerAccounts(tx, [{ ...account, number: iban }]) }, waitingOf(asked));
    await expect(as("acme", insert)).rejects.toMatchObject(refused);
  });

  test("a partner's account that is changed, not one that is learned", async () => {
    const change = (tenantId: string, index: string) =>
      as(tenantId, async (tx) => {
        const row = "c0000000-0000-4000-8000-000000000001";
        const encrypted = (await tenantKeys(tx)).encryptText(places.counterpartyIban, row, index);
        await tx.query(
          "insert into cash_management.cm_counterparties (tenant_id, id, name) values ($1, $2, 'Partner') on conflict do nothing",
          [tx.tenantId, row],
        );
        await tx.query(
          `update cash_management.cm_counterparties set iban_encrypted = $3, iban_index = $4, iban_last_four = '1234' where tenant_id = $1 and id = $2`,
          [tx.tenantId, row, encrypted, index],
        );
      });
    await change("acme", "first");
    await change("acme", "first");
    await expect(change("acme", "second")).rejects.toMatchObject(refused);
    await change("free", "first");
    await change("free", "second");
  });

  test("a frozen set of rates stays frozen, rule or none", async () => {
    await as("free", (tx) => freezeRates(tx, "1.08"));
    const thaw = as("free", (tx) =>
      tx.query("update cash_management.cm_rate_sets set frozen_at = null where tenant_id = $1", [tx.tenantId]),
    );
    await expect(thaw).rejects.toMatchObject({ code: "23001" });
  });
});

describe("a guarded write", () => {
  const guarded = (more: Partial<GuardedWrite>, write: (tx: TenantTransaction) => Promise<unknown>) =>
    as("acme", (tx) => guardedWrite(tx, { input: null, ...more }, () => write(tx)));

  test("waits, shows what would be written without the number, and the approval carries it out with what was kept", async () => {
    const wanted = { ...account, name: "Payroll", iban: "DE75512108001245126199", number: "1245126199" };
    const register = (tx: TenantTransaction, input: { iban: string; number: string }) => registerAccounts(tx, [{ ...wanted, ...input }]);
    const second = await as("acme", async (tx) => (await tenantKeys(tx)).index("account", wanted.number));
    const input = { iban: wanted.iban, number: wanted.number };
    const adds = { identifiers: [second], numbers: ["…6199"] };
    const request = waitingOf(await guarded({ input, adds }, (tx) => register(tx, input)));
    expect(request).toMatchObject({
      kind: "account_master",
      subject: "Payroll",
      state: "waiting",
      payload: { table: "cm_cash_accounts", new: { name: "Payroll", last_four: "6199", currency: "EUR" }, with: adds },
    });
    expect(JSON.stringify(request)).not.toContain("5126199");
    expect(waitingOf(await guarded({ input, adds }, (tx) => register(tx, input))).id, "asking again is the same request").toBe(request.id);
    const executors: Executors = {
      account_master: (tx, _, kept) => guardedWrite(tx, { input: kept, adds }, () => register(tx, kept as typeof input)),
    };
    expect(await decide(executors, request)).toMatchObject({ state: "executed" });
    const { rowCount } = await as("acme", (tx) =>
      tx.query(
        `select from cash_management.cm_account_identifiers i
         join cash_management.cm_cash_accounts a on a.tenant_id = $1 and a.id = i.account_id
         where i.tenant_id = $1 and a.name = 'Payroll'`,
        [tx.tenantId],
      ),
    );
    expect(rowCount).toBe(2);
    expect(await as("acme", (tx) => inputOf(tx, request.id)), "what was kept is gone once it is done").toBeNull();
    await expect(as("acme", (tx) => register(tx, { ...input, iban: "DE02100500000024290661" }))).rejects.toMatchObject(refused);
  });

  test("is approved for exactly these credentials, and for no others", async () => {
    const id = randomUUID();
    const request = waitingOf(await guarded({ input: { id } }, (tx) => addConnection(tx, id, "user:password")));
    expect(request).toMatchObject({ kind: "bank_connection", subject: "Statements" });
    await decide({}, request);
    await expect(as("acme", (tx) => addConnection(tx, id, "user:PASSWORD"))).rejects.toMatchObject(refused);
    // The maker does it: the kind has no executor here.
    expect(await guarded({}, (tx) => addConnection(tx, id, "user:password"))).toHaveProperty("done");
    // A test of the connection writes its outcome, and needs nobody; its other settings do.
    const change = (set: string) =>
      as("acme", (tx) => tx.query(`update cash_management.cm_bank_connections set ${set} where tenant_id = $1`, [tx.tenantId]));
    await change("connection_status = 'connected', last_test_date = now()");
    await expect(change("is_active = false")).rejects.toMatchObject(refused);
  });

  test.each([
    ["rate_set", (tx: TenantTransaction) => freezeRates(tx, "1.1", "Budget"), { new: { name: "Budget", rates: { "EUR/USD": "1.1" } } }],
    ["cash_flow", (tx: TenantTransaction) => addFlow(tx, "-100001"), { new: { amount_minor: -100001, description: "Rent" } }],
  ] as const)("of kind %s is carried out by who approves", async (kind: ApprovalKind, write, payload) => {
    const request = waitingOf(await guarded({}, write));
    expect(request).toMatchObject({ kind, payload });
    expect(await decide({ [kind]: write }, request)).toMatchObject({ state: "executed" });
    if (kind === "cash_flow") expect(waitingOf(await guarded({}, write)).id, "an approval is used once").not.toBe(request.id);
  });

  test("that fails for another reason asks for nothing and leaves the transaction as it was", async () => {
    await expect(guarded({}, (tx) => tx.query("select 1 / 0"))).rejects.toMatchObject({ code: "22012" });
  });
});

test("what is kept for carrying out is said once, by who asked, and readers of reports never see it", async () => {
  const request = waitingOf(
    await as("acme", (tx) =>
      guardedWrite(tx, { input: { a: 1 } }, () => registerAccounts(tx, [{ ...account, name: "Third", iban: null, number: "778899" }])),
    ),
  );
  const keep = (actor: string) =>
    as("acme", (tx) => tx.query("select cash_management.keep_approval_input($1, '\\x415047')", [request.id]), actor);
  for (const actor of ["command:test", "command:other"])
    await expect(keep(actor)).rejects.toMatchObject({ constraint: "maker_says_with_what" });
  const read = tenantTransaction(database.current.reader, { tenantId: "acme", actor: "reader" }, (tx) =>
    tx.query("select input_encrypted from cash_management.cm_approval_requests where tenant_id = $1", [tx.tenantId]),
  );
  await expect(read).rejects.toMatchObject({ code: "42501" });
});

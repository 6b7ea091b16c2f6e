import { expect, test } from "vitest";
import { firstOpeningDay, type NewAccount, registerAccounts, registerEntities } from "../../src/accounts/register-accounts.ts";
import { registerBanks, registerCalendars } from "../../src/banks/register-banks.ts";
import type { TenantTransaction } from "../../src/postgres/transaction.ts";
import { importFile } from "../../src/statements/import.ts";
import { parseDay } from "../../src/time/day.ts";
import { camt053, fileOf } from "../helpers/camt.ts";
import { asReader, asTenant, testDatabase } from "../helpers/postgres.ts";

const database = testDatabase();
const openedOn = parseDay("2026-01-02");
const bank = { name: "Bank", bic: "RHNBDEFFXXX", country: "DE", timeZone: "Europe/Berlin", calendar: "DE" };
const entity = { code: "de", name: "Holding GmbH", country: "DE", functionalCurrency: "EUR" };

async function freshTenant(tenantId: string): Promise<void> {
  await database.current.admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ($1, $2)", [tenantId, tenantId]);
}

/** Everything of a company with one account. */
async function register(tx: TenantTransaction, special: Partial<NewAccount> = {}): Promise<void> {
  await registerCalendars(tx, [{ name: "DE", weekendDays: [6, 7], holidays: [parseDay("2026-12-25")] }]);
  const banks = await registerBanks(tx, [bank]);
  const entities = await registerEntities(tx, [entity]);
  const held = { entityId: entities.get("de") ?? null, bankId: banks.get(bank.bic) ?? null, openedOn };
  const numbers = { name: "Operations", iban: "DE02120300000000202051", number: "0000202051", currency: "EUR" };
  await registerAccounts(tx, [
    { ...held, ...numbers, expectedBy: "07:00", timeZone: "Europe/Berlin", overdraftLimitMinor: 500_00n, ...special },
  ]);
}

function accounts(tx: TenantTransaction): Promise<unknown[]> {
  return tx
    .query(
      `select a.name, a.last_four as number, a.discovered, b.bic, e.code as entity, a.expected_by::text as due, a.overdraft_limit_minor as "limit"
       from cash_management.cm_cash_accounts a
       left join cash_management.cm_banks b on b.tenant_id = a.tenant_id and b.id = a.bank_id
       left join cash_management.cm_entities e on e.tenant_id = a.tenant_id and e.id = a.entity_id
       where a.tenant_id = $1`,
      [tx.tenantId],
    )
    .then(({ rows }) => rows);
}

test("an account is registered under its bank and entity, and registering it again leaves it as it is", async () => {
  await freshTenant("masters");
  await asTenant(database.current, "masters", async (tx) => {
    await register(tx);
    await register(tx, { name: "Another name" });
    expect(await accounts(tx)).toEqual([
      {
        name: "Operations",
        number: "2051",
        discovered: false,
        bic: "RHNBDEFFXXX",
        entity: "de",
        due: "07:00:00",
        limit: 50000n,
      },
    ]);
    expect(await firstOpeningDay(tx)).toBe("2026-01-02");
  });
});

test.each(["DE02120300000000202051", "0000202051"])("a statement that calls the account %s is posted to it", async (name) => {
  const tenantId = `by-${name.toLowerCase()}`;
  await freshTenant(tenantId);
  await asTenant(database.current, tenantId, (tx) => register(tx));
  const file = camt053({ account: name, day: "2026-03-02", opening: "1.00", closing: "3.00", entries: [{ amount: "2.00" }] });
  await importFile(database.current.app, { tenantId, actor: "test" }, fileOf("a.xml", file));
  await asTenant(database.current, tenantId, async (tx) =>
    expect(await accounts(tx)).toMatchObject([{ name: "Operations", discovered: false }]),
  );
});

test("a tenant without accounts has no first day", async () => {
  await freshTenant("empty");
  expect(await asTenant(database.current, "empty", firstOpeningDay)).toBeNull();
});

test("an account at a bank of another tenant is refused", async () => {
  await freshTenant("owner");
  await freshTenant("stranger");
  const banks = await asTenant(database.current, "owner", async (tx) => {
    await register(tx);
    return registerBanks(tx, [bank]);
  });
  const theirs = banks.get(bank.bic) ?? null;
  await expect(asTenant(database.current, "stranger", (tx) => register(tx, { bankId: theirs }))).rejects.toThrow(
    "account_is_kept_by_a_bank",
  );
});

test("an account in a currency that does not exist is refused", async () => {
  await freshTenant("currency");
  await expect(asTenant(database.current, "currency", (tx) => register(tx, { currency: "XXQ" }))).rejects.toThrow(/currency/);
});

test("who may only read registers nothing", async () => {
  await freshTenant("readers");
  await expect(asReader(database.current, "readers", (tx) => register(tx))).rejects.toThrow("permission denied");
});

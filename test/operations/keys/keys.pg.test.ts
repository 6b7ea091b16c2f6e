import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { providerInUse } from "../../../src/access/oidc/provider.ts";
import { localKey } from "../../../src/keys/key-encryption-key.ts";
import { giveKeys, KeyRing, tenantKeys } from "../../../src/keys/key-ring.ts";
import { fixedKey } from "../../../src/keys/key-source.ts";
import { encryptedColumns } from "../../../src/operations/keys/encrypted-columns.ts";
import { rewrapKeys } from "../../../src/operations/keys/rewrap.ts";
import { rotateKeys } from "../../../src/operations/keys/rotate.ts";
import { shredTenantKeys } from "../../../src/operations/keys/shred.ts";
import { keyStatus } from "../../../src/operations/keys/status.ts";
import { openPool, withClient } from "../../../src/postgres/connect.ts";
import { tenantTransaction } from "../../../src/postgres/transaction.ts";
import { importFile } from "../../../src/statements/import.ts";
import { suspendTenant } from "../../../src/tenants/status.ts";
import { createTenant } from "../../../src/tenants/tenants.ts";
import { camt053, fileOf } from "../../helpers/camt.ts";
import { testContextKey } from "../../helpers/cluster.ts";
import { clientSecret, encryptedTenant, readEverything, sealsAndPosition } from "../../helpers/encrypted-tenant.ts";
import { testKey } from "../../helpers/keys.ts";
import { asTenant, testDatabase } from "../../helpers/postgres.ts";

const database = testDatabase();
const of = (tenantId: string) => ({ tenantId, actor: "person:keeper" });

beforeAll(async () => {
  await encryptedTenant(database.current, "acme");
  await encryptedTenant(database.current, "globex", 1);
});

test("status counts the values of every encrypted column under each version", async () => {
  const { keys, values, older } = await keyStatus(database.current.admin, of("acme"));
  expect(values.map(({ table, column }) => `${table}.${column}`)).toEqual(
    encryptedColumns.map(({ table, column }) => `${table}.${column}`),
  );
  expect(keys.map(({ purpose, version, state }) => `${purpose} ${version} ${state}`)).toEqual(["value 1 active", "index 1 active"]);
  expect(keys[0]).toMatchObject({ wrappedBy: testKey.id, values: Object.keys(await readEverything(database.current, "acme")).length });
  expect(older).toBe(0);
});

test("no column that holds an encrypted value is forgotten", async () => {
  const { rows } = await database.current.admin.query<{ name: string }>(
    `select table_name || '.' || column_name as name from information_schema.columns
     where table_schema = 'cash_management' and data_type = 'bytea' and (column_name like '%encrypted' or column_name like '%secret' or column_name like 'credential%')
       and table_name not like '%\\_p%\\_20%' and table_name in (select relname from pg_class where not relispartition)
     order by 1`,
  );
  expect(rows.map(({ name }) => name)).toEqual(encryptedColumns.map(({ table, column }) => `${table}.${column}`).sort());
});

test("a rotation leaves no value under the old version, retires it, and changes no seal, position or search", async () => {
  const { current } = database;
  const values = await readEverything(current, "acme");
  const before = await sealsAndPosition(current, "acme");
  const index = await asTenant(current, "acme", async (tx) => (await tenantKeys(tx)).index("account", "DE02120300000000202051"));
  const other = await keyStatus(current.admin, of("globex"));
  const told: number[] = [];
  const rotation = await rotateKeys(current.admin, of("acme"), { progress: (done) => told.push(done), batchRows: 5 });
  expect(rotation).toMatchObject({ tenant: "acme", version: 2, resumed: false, values: Object.keys(values).length });
  expect(told.at(-1)).toBe(rotation.values);
  const { keys, older } = await keyStatus(current.admin, of("acme"));
  expect(older).toBe(0);
  expect(keys.map(({ purpose, version, state, values }) => `${purpose} ${version} ${state} ${values}`)).toEqual([
    "value 1 retired 0",
    `value 2 active ${rotation.values}`,
    "index 1 active null",
  ]);
  expect(await readEverything(current, "acme")).toEqual(values);
  expect(await sealsAndPosition(current, "acme")).toEqual(before);
  expect(before.recomputed).toEqual(before.stored);
  expect(await asTenant(current, "acme", async (tx) => (await tenantKeys(tx)).index("account", "DE02120300000000202051"))).toBe(index);
  expect((await asTenant(current, "acme", providerInUse)).clientSecret).toBe(clientSecret);
  expect(await keyStatus(current.admin, of("globex"))).toEqual(other);
});

test("invariant 26: the trail tells who rotated, and has neither key nor ciphertext", async () => {
  const { rows } = await database.current.admin.query<{ table: string; line: string; actor: string }>(
    `select table_name as "table", concat(old_values, new_values) as line, actor from audit.audit_log
     where tenant_id = 'acme' and operation = 'UPDATE' and actor = 'person:keeper'`,
  );
  expect(rows.map(({ table }) => table)).toEqual(expect.arrayContaining(["cm_data_keys", "cm_cash_accounts", "cm_identity_providers"]));
  for (const { line } of rows) expect(line).not.toContain("\\\\x");
});

test("imports go on during rotations, and what they write reads", async () => {
  const { current } = database;
  const rotating = (async () => {
    for (let round = 0; round < 3; round += 1) await rotateKeys(current.admin, of("acme"), { batchRows: 3 });
  })();
  for (let day = 7; day <= 12; day += 1) {
    const on = `2026-03-${String(day).padStart(2, "0")}`;
    const text = camt053({ day: on, opening: `${day - 1}.00`, closing: `${day}.00`, entries: [{ amount: "1.00" }] });
    await importFile(current.app, of("acme"), fileOf(`${on}.xml`, text));
  }
  await rotating;
  expect((await keyStatus(current.admin, of("acme"))).older).toBe(0);
  const { stored, recomputed } = await sealsAndPosition(current, "acme");
  expect(stored).toHaveLength(12);
  expect(recomputed).toEqual(stored);
  await readEverything(current, "acme");
});

test("a suspended tenant's keys rotate too: its data stays, and must not stay under a key that is known", async () => {
  const { current } = database;
  await encryptedTenant(current, "suspended", 1);
  const values = await readEverything(current, "suspended");
  await suspendTenant(current.admin, of("suspended"), { confirm: "The suspended", reason: "unpaid" });
  expect(await rotateKeys(current.admin, of("suspended"))).toMatchObject({ version: 2, values: Object.keys(values).length });
});

describe("refused", () => {
  test("a second rotation of the same tenant at once", async () => {
    await withClient(database.current.admin, async (client) => {
      await client.query("select pg_advisory_lock(hashtext('key rotation'), hashtext('acme'))");
      await expect(rotateKeys(database.current.admin, of("acme"))).rejects.toMatchObject({ code: "conflict" });
      await client.query("select pg_advisory_unlock_all()");
    });
  });

  test("a rotation while somebody writes with the old key and does not end; nothing has changed then", async () => {
    const before = await keyStatus(database.current.admin, of("globex"));
    await asTenant(database.current, "globex", async (tx) => {
      await tenantKeys(tx);
      await expect(rotateKeys(database.current.admin, of("globex"), { waitMs: 100 })).rejects.toMatchObject({ code: "database_busy" });
    });
    expect(await keyStatus(database.current.admin, of("globex"))).toEqual(before);
  });

  test("a rotation over a value that somebody altered, which stays for who looks into it", async () => {
    const { current } = database;
    await encryptedTenant(current, "altered", 1);
    await current.admin.query(
      `update cash_management.cm_counterparties set iban_encrypted = set_byte(iban_encrypted, 45, 255 - get_byte(iban_encrypted, 45))
       where tenant_id = 'altered'`,
    );
    await expect(rotateKeys(current.admin, of("altered"))).rejects.toMatchObject({ code: "ciphertext_altered" });
    expect((await keyStatus(current.admin, of("altered"))).older).toBeGreaterThan(0);
  });

  test("new keys for a tenant that has none: nothing is made", async () => {
    await createTenant(database.current.admin, { id: "empty", name: "Empty" }, "test");
    expect(await rotateKeys(database.current.admin, of("empty"))).toMatchObject({ version: null, values: 0 });
    expect((await keyStatus(database.current.admin, of("empty"))).keys).toEqual([]);
    await expect(shredTenantKeys(database.current.admin, of("empty"), { confirm: "Empty" })).rejects.toMatchObject({ code: "key_missing" });
  });
});

describe("another key-encryption key", () => {
  test("wraps all keys anew and changes no value; the old one opens nothing more", async () => {
    const { current } = database;
    await encryptedTenant(current, "wrapped", 1);
    await rotateKeys(current.admin, of("wrapped"));
    const values = await readEverything(current, "wrapped");
    const stored = () => current.admin.query("select * from cash_management.cm_counterparties where tenant_id = 'wrapped'");
    const { rows } = await stored();
    const next = localKey(randomBytes(32), "the next key");
    expect(await rewrapKeys(current.admin, of("wrapped"), next)).toBe(3);
    expect(await rewrapKeys(current.admin, of("wrapped"), next)).toBe(0);
    expect((await stored()).rows).toEqual(rows);
    expect((await keyStatus(current.admin, of("wrapped"))).keys.map(({ wrappedBy }) => wrappedBy)).toEqual([next.id, next.id, next.id]);
    await expect(readEverything(current, "wrapped")).rejects.toMatchObject({ code: "key_mismatch" });
    const app = openPool({ url: current.url("apg_user"), applicationName: "apg test", max: 1, contextKey: () => testContextKey });
    giveKeys(app, new KeyRing(fixedKey(next)));
    try {
      expect(await readEverything({ ...current, app }, "wrapped")).toEqual(values);
    } finally {
      await app.end();
    }
  });

  test("that is a third one is refused, and one that does not give back what it wrapped", async () => {
    const { current } = database;
    const third = { ...localKey(randomBytes(32), "third"), unwrap: () => Promise.resolve(randomBytes(32)) };
    await expect(rewrapKeys(current.admin, of("wrapped"), third)).rejects.toMatchObject({ code: "key_mismatch" });
    await expect(rewrapKeys(current.admin, of("globex"), third)).rejects.toMatchObject({ code: "key_unusable" });
    await readEverything(current, "globex");
  });
});

describe("shredding", () => {
  test("wants the tenant's name, and no legal hold", async () => {
    const { admin } = database.current;
    for (const confirm of [undefined, "globex", "The acme"])
      await expect(shredTenantKeys(admin, of("globex"), { confirm })).rejects.toMatchObject({ code: "not_confirmed" });
    await expect(shredTenantKeys(admin, of("nobody"), { confirm: "nobody" })).rejects.toMatchObject({ code: "tenant_not_found" });
    await readEverything(database.current, "globex");
  });

  test("makes the tenant's values unreadable for good, others' not, and stands in the trail", async () => {
    const { current } = database;
    const acme = await readEverything(current, "acme");
    // Read a moment ago: what is unwrapped in memory must not help.
    await readEverything(current, "globex");
    expect(await shredTenantKeys(current.admin, of("globex"), { confirm: "The globex" })).toBe(2);
    await expect(readEverything(current, "globex")).rejects.toMatchObject({ code: "key_shredded" });
    await expect(rotateKeys(current.admin, of("globex"))).rejects.toMatchObject({ code: "key_shredded" });
    await expect(shredTenantKeys(current.admin, of("globex"), { confirm: "The globex" })).rejects.toMatchObject({ code: "key_shredded" });
    const { keys } = await keyStatus(current.admin, of("globex"));
    expect(keys.map(({ state }) => state)).toEqual(["shredded", "shredded"]);
    const { rows } = await current.admin.query("select wrapped from cash_management.cm_data_keys where tenant_id = 'globex'");
    expect(rows).toEqual([{ wrapped: null }, { wrapped: null }]);
    expect(await readEverything(current, "acme")).toEqual(acme);
    const trail = await current.admin.query(
      `select actor from audit.audit_log where tenant_id = 'globex' and table_name = 'cm_data_keys' and new_values ->> 'state' = 'shredded'`,
    );
    expect(trail.rows).toEqual([{ actor: "person:keeper" }, { actor: "person:keeper" }]);
  });

  test("waits for who reads with the keys", async () => {
    const { current } = database;
    await encryptedTenant(current, "read", 1);
    await tenantTransaction(current.app, of("read"), async (tx) => {
      await tenantKeys(tx);
      await expect(shredTenantKeys(current.admin, of("read"), { confirm: "The read", waitMs: 100 })).rejects.toMatchObject({
        code: "database_busy",
      });
    });
    await readEverything(current, "read");
  });
});

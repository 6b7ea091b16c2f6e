import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { localKey } from "../../src/keys/key-encryption-key.ts";
import { giveKeys, KeyRing, knownKeys, tenantKeys } from "../../src/keys/key-ring.ts";
import { fixedKey } from "../../src/keys/key-source.ts";
import { openPool } from "../../src/postgres/connect.ts";
import { tenantTransaction } from "../../src/postgres/transaction.ts";
import { createTenant } from "../../src/tenants/tenants.ts";
import { testContextKey } from "../helpers/cluster.ts";
import { asNobody, asTenant, testDatabase } from "../helpers/postgres.ts";

const database = testDatabase();
const place = { table: "cm_cash_accounts", column: "account_number" };

beforeAll(async () => {
  for (const id of ["acme", "globex", "shredded"]) await createTenant(database.current.admin, { id, name: id }, "test");
});

test("a tenant gets its keys with its first value, and later transactions read it", async () => {
  const blob = await asTenant(database.current, "acme", async (tx) => (await tenantKeys(tx)).encryptText(place, "1", "DE89"));
  expect(await asTenant(database.current, "acme", async (tx) => (await tenantKeys(tx)).decryptText(place, "1", blob))).toBe("DE89");
  await expect(
    asTenant(database.current, "globex", async (tx) => (await tenantKeys(tx)).decryptText(place, "1", blob)),
  ).rejects.toMatchObject({
    code: "ciphertext_of_other_tenant",
  });
});

test("two first values at once get one key", async () => {
  await createTenant(database.current.admin, { id: "busy", name: "Busy" }, "test");
  const versions = await Promise.all(
    Array.from({ length: 4 }, (_, row) =>
      asTenant(database.current, "busy", async (tx) => (await tenantKeys(tx)).encryptText(place, String(row), "x")),
    ),
  );
  await asTenant(database.current, "busy", async (tx) => {
    const keys = await tenantKeys(tx);
    expect(versions.map((blob, row) => keys.decryptText(place, String(row), blob))).toEqual(["x", "x", "x", "x"]);
  });
});

test("who only reads makes no keys", async () => {
  expect(await asTenant(database.current, "globex-none", knownKeys).catch(() => null)).toBeNull();
});

test("another key-encryption key is refused by name, also for a tenant that has no keys yet", async () => {
  await createTenant(database.current.admin, { id: "fresh", name: "Fresh" }, "test");
  await asTenant(database.current, "acme", tenantKeys);
  const other = openPool({ url: database.current.url("apg_user"), applicationName: "apg test", max: 1, contextKey: () => testContextKey });
  giveKeys(other, new KeyRing(fixedKey(localKey(randomBytes(32), "another"))));
  try {
    for (const tenantId of ["acme", "fresh"])
      await expect(tenantTransaction(other, { tenantId, actor: "test" }, tenantKeys)).rejects.toMatchObject({
        code: "key_mismatch",
        hint: expect.stringContaining("--key-file"),
      });
  } finally {
    await other.end();
  }
});

test("a pool without keys says so", async () => {
  const bare = openPool({ url: database.current.url("apg_user"), applicationName: "apg test", max: 1, contextKey: () => testContextKey });
  try {
    await expect(tenantTransaction(bare, { tenantId: "acme", actor: "test" }, tenantKeys)).rejects.toMatchObject({ code: "key_missing" });
  } finally {
    await bare.end();
  }
});

describe("the program's role", () => {
  test("cannot retire, replace or shred a key, nor read another tenant's", async () => {
    await asTenant(database.current, "acme", tenantKeys);
    for (const statement of [
      "update cash_management.cm_data_keys set wrapped = 'x'",
      "delete from cash_management.cm_data_keys",
      "truncate cash_management.cm_data_keys",
    ])
      await expect(asTenant(database.current, "acme", (tx) => tx.query(statement))).rejects.toMatchObject({ code: "42501" });
    const seen = await asTenant(database.current, "globex", (tx) =>
      tx.query("select from cash_management.cm_data_keys where tenant_id = 'acme'"),
    );
    expect(seen.rowCount).toBe(0);
  });

  test("learns of other tenants' keys no more than what wraps them", async () => {
    const { rows } = await asNobody(database.current, (client) => client.query("select * from cash_management.key_encryption_keys()"));
    expect(rows).toEqual([{ key_encryption_keys: expect.stringMatching(/^[0-9a-f]{16}$/) }]);
  });
});

test("invariant 26: the audit trail tells that a key was made and nothing of it", async () => {
  await asTenant(database.current, "acme", tenantKeys);
  const { rows } = await database.current.admin.query<{ image: string; wrapped: string }>(
    `select l.new_values::text as image, encode(k.wrapped, 'hex') as wrapped
     from audit.audit_log l
     join cash_management.cm_data_keys k on k.tenant_id = l.tenant_id and l.row_key = k.purpose || '/' || k.version
     where l.table_name = 'cm_data_keys' and l.tenant_id = 'acme'`,
  );
  expect(rows).toHaveLength(2);
  for (const { image, wrapped } of rows) {
    expect(image).toContain('"wrapped": "(redacted)"');
    expect(image).not.toContain(wrapped);
  }
});

test("a shredded key cannot come back, and says when it went", async () => {
  const { current } = database;
  await asTenant(current, "shredded", tenantKeys);
  await current.admin.query(
    "update cash_management.cm_data_keys set state = 'shredded', wrapped = null, shredded_at = now() where tenant_id = 'shredded'",
  );
  await expect(asTenant(current, "shredded", tenantKeys)).rejects.toMatchObject({ code: "key_shredded" });
  await expect(
    current.admin.query(
      "update cash_management.cm_data_keys set state = 'active', wrapped = 'x', shredded_at = null where tenant_id = 'shredded'",
    ),
  ).rejects.toMatchObject({ code: "23001" });
});

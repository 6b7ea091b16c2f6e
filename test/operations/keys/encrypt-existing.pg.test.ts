import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tenantKeys } from "../../../src/keys/key-ring.ts";
import { places } from "../../../src/keys/places.ts";
import { encryptExisting } from "../../../src/operations/keys/encrypt-existing.ts";
import { migrate } from "../../../src/operations/migrate/migrate.ts";
import { databaseFolder } from "../../../src/operations/migrate/migration-files.ts";
import { withClient } from "../../../src/postgres/connect.ts";
import { deliveryBytes, listDeliveries } from "../../../src/statements/deliveries.ts";
import { importFile } from "../../../src/statements/import.ts";
import { sealHash } from "../../../src/statements/sealing/chain.ts";
import type { Day } from "../../../src/time/day.ts";
import { camt053, fileOf } from "../../helpers/camt.ts";
import { testContextKey, testPassword } from "../../helpers/cluster.ts";
import { asTenant, createDatabase, type TestDatabase } from "../../helpers/postgres.ts";

// A database as version 20 of the schema made it, with account numbers in clear, brought to this program's schema.
const iban = "DE02120300000000202051";
const partner = "DE88100900001234567892";
const file = camt053({ account: iban, day: "2026-03-02", opening: "100.00", closing: "130.00", entries: [{ amount: "30.00" }] });
const sha256 = createHash("sha256").update(file).digest();
const passwords = Object.fromEntries(["apg_user", "apg_readonly_user"].map((role) => [role, testPassword]));
const account = "a0000000-0000-4000-8000-000000000001";
const entry = "00255700-0000-4000-8000-000000000001";
const digest = (lines: readonly unknown[]) => createHash("sha256").update(lines.join("\n")).digest();
const nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createDatabase("template0");
  folder = await mkdtemp(join(tmpdir(), "apg-migrations-"));
  for (const name of await readdir(join(databaseFolder, "migrations")))
    if (name < "0021") await cp(join(databaseFolder, "migrations", name), join(folder, name));
  await withClient(database.admin, (client) => migrate(client, { folder: `${folder}/`, passwords }));
  for (const tenant of ["acme", "globex"]) await fillInClear(tenant);
});
afterAll(async () => {
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function fillInClear(tenant: string): Promise<void> {
  const run =
    (client: { query(text: string, values?: unknown[]): Promise<unknown> }) =>
    (text: string, ...values: unknown[]) =>
      client.query(text, [tenant, ...values]);
  await withClient(database.admin, async (client) => {
    const sql = run(client);
    // As the program of that time set its context.
    await sql("select set_config('app.tenant_id', $1, false)");
    await sql("insert into cash_management.cm_tenants (tenant_id, name) values ($1, 'Name')");
    await sql(
      "insert into cash_management.cm_cash_accounts (tenant_id, id, name, account_number, currency) values ($1, $2, 'Main', $3, 'EUR')",
      account,
      iban,
    );
    await sql(
      "insert into cash_management.cm_account_identifiers (tenant_id, identifier, currency, account_id) values ($1, $2, 'EUR', $3)",
      iban,
      account,
    );
    await sql("insert into cash_management.cm_counterparties (tenant_id, name, iban) values ($1, 'Partner', $2)", partner);
    await sql(
      `insert into cash_management.cm_deliveries (tenant_id, id, sha256, file_name, byte_count, status, reader_version, received_by, received_at)
       values ($1, $2, $3, $4, $5, 'imported', '1', 'test', now())`,
      account,
      sha256,
      `${iban}.xml`,
      file.length,
    );
    await sql(
      "insert into cash_management.cm_delivery_chunks (tenant_id, delivery_id, ordinal, gzip) values ($1, $2, 1, $3)",
      account,
      gzipSync(file),
    );
    await sql(
      `insert into cash_management.cm_bank_transactions (tenant_id, id, account_id, statement_id, ordinal, booking_date, value_date, ledger_day,
         amount_minor, currency, state, reversal, counterparty_account, line, fingerprint, occurrence, recorded_at)
       values ($1, $2, $3, $3, 1, '2026-03-04', '2026-03-04', '2026-03-04', 3000, 'EUR', 'booked', false, $4, 1, $3, 1, now())`,
      entry,
      account,
      partner,
    );
    await sql(
      `insert into cash_management.cm_statements (tenant_id, id, delivery_id, account_id, ordinal, kind, format, period_from, period_to, currency,
         credits_minor, debits_minor, entry_count, status, line, recorded_at)
       values ($1, $2, $2, $2, 1, 'statement', 'camt.053', '2026-03-02', '2026-03-04', 'EUR', 0, 0, 0, 'verified', 1, now())`,
      account,
    );
    let previous: Buffer | null = null;
    for (const [at, day] of ["2026-03-02", "2026-03-03", "2026-03-04"].entries()) {
      const seal = digest(["apg-seal-1", iban, "EUR", day, 100, 100, 0, 0, 0, nothing, previous?.toString("hex") ?? "first"]);
      await sql(
        `insert into cash_management.cm_day_closings (tenant_id, id, account_id, day, statement_id, state, link, opening_minor, closing_minor,
           credits_minor, debits_minor, entry_count, entries_hash, previous_hash, seal_hash, recorded_at)
         values ($1, gen_random_uuid(), $2, $3, $2, 'sealed', $4, 100, 100, 0, 0, 0, $5, $6, $7, now())`,
        // The last day's seal did not hold: somebody had changed the row.
        account,
        day,
        at === 0 ? null : "sequence",
        Buffer.from(nothing, "hex"),
        previous,
        at === 2 ? Buffer.alloc(32, 7) : seal,
      );
      previous = seal;
    }
    await sql("select set_config('app.tenant_id', '', $1 = '')");
  });
}

test("without the program that encrypts, no plain column is dropped", async () => {
  await expect(withClient(database.admin, (client) => migrate(client, { passwords }))).rejects.toThrow(/rows are not encrypted yet/);
});

test("interrupted after each step and begun again, everything is encrypted, and nothing of it stands in clear in the server's files", async () => {
  let interruptions = 0;
  for (;;) {
    const log = (line: string) => {
      if (line.startsWith("encrypted")) throw new Error("interrupted");
    };
    const before = {
      only_encrypted: (told: (line: string) => void) =>
        encryptExisting(database.admin, (line) => {
          told(line);
          log(line);
        }),
    };
    try {
      await withClient(database.admin, (client) => migrate(client, { passwords, contextKey: testContextKey, before }));
      break;
    } catch (error) {
      expect((error as Error).message).toBe("interrupted");
      interruptions += 1;
    }
  }
  expect(interruptions).toBeGreaterThan(10);
  const { rows } = await database.admin.query<{ folder: string }>(
    "select current_setting('data_directory') || '/base/' || oid as folder from pg_database where datname = current_database()",
  );
  await database.admin.query("checkpoint");
  const found: string[] = [];
  const dataFolder = rows[0]?.folder as string;
  for (const name of await readdir(dataFolder)) {
    const bytes = await readFile(join(dataFolder, name));
    for (const secret of [iban, partner, sha256]) if (bytes.includes(secret)) found.push(await relationOf(name));
  }
  expect(found).toEqual([]);
});

test("what was encrypted reads as it was, and the same file again is known", async () => {
  for (const tenant of ["acme", "globex"])
    await asTenant(database, tenant, async (tx) => {
      const keys = await tenantKeys(tx);
      const { rows } = await tx.query<{ number: Buffer; partner: Buffer; last: string }>(
        `select a.account_number_encrypted as number, t.counterparty_account_encrypted as partner, t.counterparty_account_last_four as last
         from cash_management.cm_cash_accounts a
         join cash_management.cm_bank_transactions t on t.tenant_id = a.tenant_id and t.account_id = a.id
         where a.tenant_id = $1 and a.account_number_index = $2`,
        [tenant, keys.index("account", iban)],
      );
      expect(rows).toHaveLength(1);
      expect(keys.decryptText(places.accountNumber, account, rows[0]?.number as Buffer)).toBe(iban);
      expect(keys.decryptText(places.entryCounterparty, entry, rows[0]?.partner as Buffer)).toBe(partner);
      expect(rows[0]?.last).toBe("7892");
      const [delivery] = await listDeliveries(tx, { limit: 1, after: null });
      expect(delivery?.item).toMatchObject({ file: `${iban}.xml`, sha256: sha256.toString("hex") });
      const pieces: Buffer[] = [];
      for await (const piece of deliveryBytes(tx, account)) pieces.push(piece);
      expect(Buffer.concat(pieces).toString()).toBe(file);
    });
  const again = await importFile(database.app, { tenantId: "acme", actor: "test" }, fileOf("again.xml", file));
  expect(again.outcome).toBe("duplicate");
});

test("seals are made anew over the last four characters, and one that did not hold still does not", async () => {
  const { rows } = await database.admin.query<{ day: Day; previous: string | null; seal: string }>(
    `select day, encode(previous_hash, 'hex') as previous, encode(seal_hash, 'hex') as seal
     from cash_management.cm_day_closings where tenant_id = 'acme' order by day`,
  );
  const figures = {
    statementId: "",
    opening: 100n,
    closing: 100n,
    difference: 0n,
    credits: 0n,
    debits: 0n,
    entries: 0,
    entriesHash: nothing,
  };
  const expected = (day: Day, previous: string | null) => sealHash({ lastFour: "2051", currency: "EUR" }, { ...figures, day }, previous);
  const first = expected("2026-03-02" as Day, null);
  const second = expected("2026-03-03" as Day, first);
  expect(rows.map(({ seal }) => seal)).toEqual([first, second, "07".repeat(32)]);
  expect(rows.map(({ previous }) => previous)).toEqual([null, first, second]);
});

test("invariant 26: the trail that told of account numbers tells of them no more, and is closed again to changes", async () => {
  const { rows } = await database.admin.query<{ line: string }>("select l::text as line from audit.audit_log l");
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter(({ line }) => [iban, partner, sha256.toString("hex")].some((secret) => line.includes(secret)))).toEqual([]);
  await expect(database.admin.query("update audit.audit_log set row_key = 'x'")).rejects.toMatchObject({ code: "42501" });
  await expect(
    database.admin.query("insert into audit.audit_log (tenant_id, schema_name, table_name, operation) values ('acme', 'a', 'b', 'INSERT')"),
  ).rejects.toMatchObject({ code: "42501" });
});

test("afterwards the owner of the tables sees no tenant's rows again", async () => {
  const seen = await withClient(database.admin, async (client) => {
    await client.query("begin; set local role cm_owner");
    const { rowCount } = await client.query("select from cash_management.cm_cash_accounts");
    await client.query("rollback");
    return rowCount;
  });
  expect(seen).toBe(0);
});

async function relationOf(file: string): Promise<string> {
  const { rows } = await database.admin.query<{ name: string | null }>("select pg_filenode_relation(0, $1)::text as name", [
    file.split(/[._]/)[0],
  ]);
  return rows[0]?.name ?? file;
}

import { beforeAll, describe, expect, test } from "vitest";
import { createPerson } from "../../src/access/people.ts";
import { checkProof } from "../../src/audit/proof/check-proof.ts";
import { proveEntry } from "../../src/audit/proof/proof.ts";
import { listTrail } from "../../src/audit/trail.ts";
import { type Client, withClient } from "../../src/postgres/connect.ts";
import { type TenantTransaction, tenantTransaction } from "../../src/postgres/transaction.ts";
import { importFile } from "../../src/statements/import.ts";
import { tenantLeaves } from "../../src/tenants/erasure/plan.ts";
import { requestErasure } from "../../src/tenants/erasure/request.ts";
import { eraseTenant } from "../../src/tenants/erasure/run.ts";
import { openTenant } from "../../src/tenants/open-tenant.ts";
import { camt053, fileOf } from "../helpers/camt.ts";
import { asReader, asTenant, enterTenant, testDatabase } from "../helpers/postgres.ts";
import { testSealing } from "./sealing.ts";

const database = testDatabase();
const sealing = testSealing(database);
const of = (tenantId: string) => ({ tenantId, actor: "test" });
const admin = () => database.current.admin;

/** Whom nobody finds anywhere once their tenant is erased. */
const people = [
  "Friederike Quastenflosser",
  "f.quastenflosser@leaving.example",
  "Quastenflosser-Renamed",
  "Knud Zwirbelmoser",
  "k.zwirbelmoser",
];
let person: string;

beforeAll(async () => {
  for (const id of ["leaving", "staying"])
    await openTenant(
      admin(),
      { id, name: `The ${id}`, administrator: { email: `f.quastenflosser@${id}.example`, name: "Friederike Quastenflosser" } },
      { actor: "test" },
    );
  await tenantTransaction(database.current.app, of("leaving"), async (tx) => {
    person = (
      await createPerson(tx, {
        email: "k.zwirbelmoser@leaving.example",
        name: "Knud Zwirbelmoser",
        role: "analyst",
        password: "a password of some length",
      })
    ).id;
    await tx.query("update cash_management.cm_people set name = 'Knud Quastenflosser-Renamed' where tenant_id = 'leaving' and id = $1", [
      person,
    ]);
    await tx.query(
      "insert into cash_management.cm_counterparties (tenant_id, name, kind) values ('leaving', 'Knud Zwirbelmoser', 'supplier')",
    );
  });
  await importFile(
    database.current.app,
    of("leaving"),
    fileOf(
      "one.xml",
      camt053({ day: "2026-03-01", opening: "0.00", closing: "1.00", entries: [{ amount: "1.00", details: ["0.40", "0.60"] }] }),
    ),
  );
  await sealing.current.sealEverything();
});

/** Rows of every table, partition and column of the database in which the text stands, in clear or in bytes. */
async function found(text: string): Promise<string[]> {
  return withClient(admin(), async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
       where c.relkind in ('r', 'm') and c.relpersistence <> 't' and n.nspname !~ '^pg_(toast|temp)' and n.nspname <> 'information_schema'`,
    );
    const tables: string[] = [];
    for (const { name } of rows) {
      const hit = await client.query(
        `select from ${name} as t where position(lower($1) in lower(t::text)) > 0 or position(encode(convert_to($1, 'UTF8'), 'hex') in t::text) > 0 limit 1`,
        [text],
      );
      if (hit.rowCount !== 0) tables.push(name);
    }
    return tables;
  });
}

const verify = () => withClient(admin(), (client) => sealing.current.verify(client));
const trailOf = (tenant: string, table = "cm_people") =>
  asTenant(database.current, tenant, (tx) => listTrail(tx, { table }, { limit: 50, after: null })).then((rows) =>
    rows.map(({ item }) => item),
  );

test("what names people stands apart: the sealed rows have a salted digest of it", async () => {
  const { rows } = await admin().query<{ images: string }>(
    "select string_agg(coalesce(old_values::text, '') || coalesce(new_values::text, ''), ' ') as images from audit.audit_log where tenant_id = 'leaving'",
  );
  for (const text of people) expect(rows[0]?.images, text).not.toContain(text);
  const { rows: digests } = await admin().query<{ digest: string }>(
    "select new_values ->> 'name#' as digest from audit.audit_log where table_name = 'cm_people' and new_values ? 'name#'",
  );
  expect(digests.length).toBeGreaterThan(3);
  expect(new Set(digests.map(({ digest }) => digest)).size, "two people of one name have nothing in common").toBe(digests.length);
});

test("who reads the trail reads the people in it, as it was before", async () => {
  const changed = (await trailOf("leaving")).find(({ operation }) => operation === "UPDATE");
  expect(changed).toMatchObject({ before: { name: "Knud Zwirbelmoser" }, after: { name: "Knud Quastenflosser-Renamed" } });
  expect((await trailOf("leaving", "cm_counterparties"))[0]?.after).toMatchObject({ name: "Knud Zwirbelmoser" });
});

test("invariant 27: values of another tenant are not read", async () => {
  for (const tenant of ["leaving", "staying"]) {
    const { rows } = await asReader(database.current, tenant, (tx) =>
      tx.query<{ tenant_id: string }>("select distinct tenant_id from audit.personal_values"),
    );
    expect(rows).toEqual([{ tenant_id: tenant }]);
  }
});

test("a proof carries the values with their salts, and is checked against the digests", async () => {
  const entry = (await trailOf("leaving")).find(({ operation }) => operation === "UPDATE");
  const proof = await asReader(database.current, "leaving", (tx) => proveEntry(tx, "leaving", BigInt(entry?.id ?? 0)));
  expect(proof.row).not.toContain("Zwirbelmoser");
  const check = (changed: object) => checkProof(JSON.stringify({ ...proof, ...changed }), [sealing.current.key]);
  expect(check({})).toMatchObject({
    holds: true,
    row: { old_values: { name: "Knud Zwirbelmoser" }, new_values: { name: "Knud Quastenflosser-Renamed" } },
  });
  const [first, ...others] = proof.people;
  for (const changed of [
    { value: '"Somebody else"' },
    { salt: "ab".repeat(32) },
    { column: "email" },
    { side: first?.side === "old" ? "new" : "old" },
  ])
    expect(check({ people: [{ ...first, ...changed }, ...others] }), JSON.stringify(changed)).toMatchObject({
      holds: false,
      part: "people",
    });
  expect(check({ people: [{ ...first, more: 1 }] })).toMatchObject({ holds: false, part: "format" });
  const withheld = check({ people: [] });
  expect(withheld, "names may be left out of a proof").toMatchObject({ holds: true });
  expect(JSON.stringify(withheld)).not.toContain("Zwirbelmoser");
});

describe("invariant 23: a superuser's tampering with people is found", () => {
  const update = "update audit.personal_values set";
  test.each([
    [
      "a name changed",
      `${update} new_values = '{"name": "Forged", "email": "x"}' where new_values ->> 'name' = 'Knud Zwirbelmoser'`,
      "person_changed",
    ],
    ["a salt changed", `${update} salt = sha256(salt) where new_values ->> 'name' = 'Knud Zwirbelmoser'`, "person_changed"],
    ["a value taken out", `${update} new_values = new_values - 'email' where new_values ? 'email'`, "person_removed"],
    ["a row deleted", "delete from audit.personal_values where new_values ->> 'name' = 'Knud Zwirbelmoser'", "person_removed"],
    ["all rows deleted", "delete from audit.personal_values", "person_removed"],
  ] as const)("%s", async (_name, sql, kind) => {
    const verdict = await sealing.current.after((client: Client) => client.query(sql));
    expect(verdict.faults.filter((fault) => fault.kind === kind).length).toBeGreaterThan(0);
    expect(verdict.faults.every((fault) => fault.kind === kind && fault.row !== null)).toBe(true);
  });

  test("a value put beside an entry that has none is not shown", async () => {
    const shown = await withClient(admin(), async (client) => {
      await client.query("begin; set local session_replication_role = replica");
      const forged = await client.query(
        `insert into audit.personal_values (tenant_id, entry_id, occurred_at, salt, new_values)
         select tenant_id, id, occurred_at, sha256(''), '{"country": "XX", "name": "Forged"}' from audit.audit_log
         where tenant_id = 'leaving' and table_name = 'cm_entities'`,
      );
      expect(forged.rowCount).toBeGreaterThan(0);
      await enterTenant(client, "leaving");
      const tx = { tenantId: "leaving", query: client.query.bind(client) } as unknown as TenantTransaction;
      const entries = await listTrail(tx, { table: "cm_entities" }, { limit: 50, after: null });
      await client.query("rollback");
      return JSON.stringify(entries.map(({ item }) => item));
    });
    expect(shown).toContain("The leaving");
    expect(shown).not.toMatch(/Forged|XX/);
  });
});

describe("nobody changes or removes what the trail says of people", () => {
  test.each(["apg_user", "apg_readonly_user", "apg_admin", "monitoring", "cm_owner", "apg_sealer"])("%s", async (role) => {
    for (const attempt of [
      "update audit.personal_values set new_values = '{}'",
      "delete from audit.personal_values",
      "truncate audit.personal_values",
      "insert into audit.personal_values select * from audit.personal_values",
    ])
      await withClient(admin(), async (client) => {
        await client.query(`begin; set local role ${role}`);
        await expect(client.query(attempt), attempt).rejects.toMatchObject({ code: "42501" });
        await client.query("rollback");
      });
  });

  test("the superuser, while the triggers stand", async () => {
    for (const attempt of [
      "delete from audit.personal_values",
      "update audit.personal_values set salt = sha256(salt)",
      "truncate audit.personal_values",
    ])
      await expect(admin().query(attempt), attempt).rejects.toThrow("append-only");
  });
});

test("every column of text that is audited was decided on: personal, secret, or plain", async () => {
  const { rows } = await admin().query<{ name: string }>(
    `select format('%s.%s', t.tgrelid::regclass, a.attname) as name
     from pg_trigger as t
     join pg_class as c on c.oid = t.tgrelid and not c.relispartition
     join pg_attribute as a on a.attrelid = t.tgrelid and a.attnum > 0 and not a.attisdropped
     where t.tgname = 'audit_insert'
       and a.atttypid in ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype, 'inet'::regtype, 'varchar'::regtype)
       and a.attname <> all (string_to_array(split_part(encode(t.tgargs, 'escape'), '\\000', 5), ','))
       and a.attname <> all (string_to_array(split_part(encode(t.tgargs, 'escape'), '\\000', 6), ','))`,
  );
  const undecided = rows.map(({ name }) => name).filter((name) => !plain.some((one) => one.test(name)));
  expect(undecided, "name the column in audit.audit_table(…, personal => …), or in `plain` here when it can name nobody").toEqual([]);
});

/** Words of a list, codes, the company's own labels, and who acted (an id). */
const plain = [
  /\.(\w+_)?(kind|state|status|method|role|scope_key|series_key|country|currency|time_zone|bic|lei|code|codes|format|formats|variant|channel|source|severity|metric|rail|cause|verdict|link|cycle|scheme|servicer|class|rating|solver|topic|purpose|prefix|issuer|uetr|author|standard|residency|topics)$/,
  /\.\w*_(by|kind|state|role|type|version|code|codes|id|reference|index|four|key|scheme|class|cycle|zone|number|at|method|rule|hash|data|set|indicator|claim)$/,
  /cm_(banks|bank_connections|entities|tenants|calendars|calendar_days|cash_accounts|categories|pools|rate_sets|scenarios|identity_providers|category_rules|alert_rules|models|platform_keys)\.name$/,
  /^(analytics|ml_models|audit)\./,
  /cm_(day_closings\.reason|fee_agreements\.description|variances\.detail|deliveries\.read_with|statement_profiles\.(name|choices)|bank_files\.(outcome|at_bank)|bank_connections\.schedule)$/,
  /\.(scopes|overrides|condition|direction|tiers|covenants|category|decision|status_reason|legal_hold_reason|allowed_domains|role_map|type|id|key|event|reference|service_code|break_rule|liquidity_class|transaction_code|bank_transaction_codes)$/,
];

describe("once the tenant is erased", () => {
  beforeAll(async () => {
    await requestErasure(admin(), of("leaving"), { confirm: "The leaving", reason: "contract ended" });
    await eraseTenant(admin(), of("leaving"), { confirm: "The leaving" });
  });

  test.each(people.filter((text) => text !== "Friederike Quastenflosser"))("invariant 14: no table has %s any more", async (text) => {
    expect(await found(text)).toEqual([]);
  });

  test("invariant 14: of whom another tenant knows too, only that tenant's rows tell", async () => {
    await withClient(admin(), async (client) => {
      for (const { table } of await tenantLeaves(client)) {
        const { rowCount } = await client.query(
          `select from ${table} as t where tenant_id = 'leaving' and t::text like '%Quastenflosser%'`,
        );
        expect(rowCount, table).toBe(0);
      }
    });
    expect(await found("Friederike Quastenflosser")).toEqual(
      expect.arrayContaining(["cash_management.cm_people", "audit.personal_values"]),
    );
  });

  test("invariant 24: the trail is whole and verifies, and reads (erased) where people stood", async () => {
    await sealing.current.sealEverything();
    expect(await verify()).toMatchObject({ intact: true, faults: [] });
    const entries = await trailOf("leaving");
    expect(entries.find(({ operation }) => operation === "UPDATE")).toMatchObject({
      before: { name: "(erased)" },
      after: { name: "(erased)" },
    });
    expect((await trailOf("staying"))[0]?.after).toMatchObject({ name: "Friederike Quastenflosser" });
  });

  test("an entry is still proven, without the people in it", async () => {
    const entry = (await trailOf("leaving")).find(({ operation }) => operation === "UPDATE");
    const proof = await asReader(database.current, "leaving", (tx) => proveEntry(tx, "leaving", BigInt(entry?.id ?? 0)));
    expect(proof.people).toEqual([]);
    expect(checkProof(JSON.stringify(proof), [sealing.current.key])).toMatchObject({ holds: true });
  });
});

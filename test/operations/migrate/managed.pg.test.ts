import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { giveKeys, KeyRing } from "../../../src/keys/key-ring.ts";
import { fixedKey } from "../../../src/keys/key-source.ts";
import { rotateKeys } from "../../../src/operations/keys/rotate.ts";
import { migrate } from "../../../src/operations/migrate/migrate.ts";
import { openPool, type Pool, withClient } from "../../../src/postgres/connect.ts";
import { importFile } from "../../../src/statements/import.ts";
import { requestErasure } from "../../../src/tenants/erasure/request.ts";
import { eraseTenant } from "../../../src/tenants/erasure/run.ts";
import { openTenant } from "../../../src/tenants/open-tenant.ts";
import { tenantOverview } from "../../../src/tenants/overview.ts";
import { resumeTenant, suspendTenant } from "../../../src/tenants/status.ts";
import { camt053, fileOf } from "../../helpers/camt.ts";
import { startThrowAwayCluster, testContextKey, testPassword, testUrl } from "../../helpers/cluster.ts";
import { testKey } from "../../helpers/keys.ts";

// A server of its own: who may create roles owns those it made, and on the shared one a superuser has made them.
let cluster: Awaited<ReturnType<typeof startThrowAwayCluster>>;
let admin: Pool;
let app: Pool;
const pools: Pool[] = [];
const notices: string[] = [];
const of = (tenantId: string) => ({ tenantId, actor: "test" });

function pool(role: string, database = "apg"): Pool {
  const opened = openPool({
    url: testUrl(cluster.server.port, database, role),
    applicationName: "apg test",
    max: 4,
    contextKey: () => testContextKey,
  });
  giveKeys(opened, new KeyRing(fixedKey(testKey)));
  pools.push(opened);
  return opened;
}

beforeAll(async () => {
  cluster = await startThrowAwayCluster(inject("cluster").major);
  const superuser = pool("postgres", "postgres");
  await superuser.query(`create role managed login createrole createdb password '${testPassword}'`);
  await superuser.query("create database apg owner managed");
  admin = pool("managed");
  app = pool("apg_user");
  await withClient(admin, async (client) => {
    client.on("notice", ({ message }) => notices.push(message ?? ""));
    await migrate(client, { passwords: { apg_user: testPassword, apg_gate: testPassword }, contextKey: testContextKey });
  });
});
afterAll(async () => {
  for (const opened of pools) await opened.end();
  await cluster.dispose();
});

test("an administrator who is no superuser migrates, and is told what was left out; again changes nothing", async () => {
  const said = notices.join("\n");
  for (const left of [
    "backup_user was made without bypassrls",
    "replicator was made without replication",
    "event triggers take a superuser",
    "pg_stat_statements",
  ])
    expect(said).toContain(left);
  const { rows } = await admin.query<{ name: string }>(
    "select rolname as name from pg_roles where rolname ~ '^(apg|cm|audit)' and (rolsuper or rolbypassrls or rolcreaterole or rolreplication)",
  );
  expect(rows).toEqual([]);
  const again = await withClient(admin, (client) => migrate(client, { contextKey: testContextKey }));
  expect(again).toMatchObject({ applied: [], partitions: 0 });
});

test("it opens, suspends and erases tenants and rotates keys; the erasure is proven as the owner of each table", async () => {
  for (const id of ["acme", "globex"]) await openTenant(admin, { id, name: `The ${id}` }, { actor: "test" });
  for (const id of ["acme", "globex"]) {
    const text = camt053({ day: "2026-03-02", opening: "0.00", closing: "1.00", entries: [{ amount: "1.00" }] });
    await importFile(app, of(id), fileOf("a.xml", text));
  }
  await suspendTenant(admin, of("acme"), { confirm: "The acme", reason: "unpaid" });
  await resumeTenant(admin, of("acme"));
  expect(await rotateKeys(admin, of("acme"))).toMatchObject({ version: 2 });
  await requestErasure(admin, of("acme"), { confirm: "The acme", reason: "contract ended" });
  const erased = await eraseTenant(admin, of("acme"), { confirm: "The acme" });
  expect(erased).toMatchObject({ state: "done", rowsBefore: expect.objectContaining({ "cash_management.cm_bank_transactions": 1 }) });
  expect(erased.certificate).toContain("managed, as the owner of each table, its policy checked");
  const superuser = pool("postgres");
  const { rows } = await superuser.query<{ left: bigint; kept: bigint }>(
    `select count(*) filter (where tenant_id = 'acme') as left, count(*) filter (where tenant_id = 'globex') as kept
     from cash_management.cm_bank_transactions`,
  );
  expect(rows).toEqual([{ left: 0n, kept: 1n }]);
  expect(await tenantOverview(admin, of("globex"))).toMatchObject({ entries: 1 });
});

test("an erasure is not believed where a policy would hide rows", async () => {
  const superuser = pool("postgres");
  await openTenant(admin, { id: "hidden", name: "The hidden" }, { actor: "test" });
  await superuser.query("alter policy tenant_isolation on cash_management.cm_banks using (tenant_id = 'nobody')");
  await requestErasure(admin, of("hidden"), { confirm: "The hidden", reason: "contract ended" });
  await expect(eraseTenant(admin, of("hidden"), { confirm: "The hidden" })).rejects.toMatchObject({ code: "forbidden" });
  await superuser.query(
    "alter policy tenant_isolation on cash_management.cm_banks using (tenant_id = (select cash_management.current_tenant()))",
  );
  expect(await eraseTenant(admin, of("hidden"), { confirm: "The hidden" })).toMatchObject({ state: "done", attempts: 2 });
});

import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { addPolicy, decide } from "../../src/access/approvals/approvals.ts";
import { createPerson } from "../../src/access/people.ts";
import { createPlatformKey } from "../../src/access/platform-keys.ts";
import { problemOfDatabase } from "../../src/errors/database.ts";
import { Problem } from "../../src/errors/problem.ts";
import { withClient } from "../../src/postgres/connect.ts";
import { tenantTransaction } from "../../src/postgres/transaction.ts";
import { importFile } from "../../src/statements/import.ts";
import type { Erasure } from "../../src/tenants/contract.ts";
import type { Certificate } from "../../src/tenants/erasure/certificate.ts";
import { erasurePlan, inOrder, tenantLeaves } from "../../src/tenants/erasure/plan.ts";
import { readEverywhere } from "../../src/tenants/erasure/proof.ts";
import { cancelErasure, erasureOf, requestErasure } from "../../src/tenants/erasure/request.ts";
import { eraseTenant } from "../../src/tenants/erasure/run.ts";
import { openTenant } from "../../src/tenants/open-tenant.ts";
import { holdTenant, releaseTenant, resumeTenant } from "../../src/tenants/status.ts";
import { testSealing } from "../audit/sealing.ts";
import { testApi, testPasswordOfPeople } from "../helpers/api.ts";
import { camt053, fileOf } from "../helpers/camt.ts";
import { fillEveryTable } from "../helpers/fill-tenant.ts";
import { asTenant } from "../helpers/postgres.ts";

const api = testApi();
const sealing = testSealing({
  get current() {
    return api.current.database;
  },
});
const of = (tenantId: string) => ({ tenantId, actor: "test" });
const admin = () => api.current.database.admin;

async function refusal(work: Promise<unknown>): Promise<Problem> {
  const error = await work.then(
    () => new Error("nothing was refused"),
    (thrown: unknown) => thrown,
  );
  const problem = error instanceof Problem ? error : problemOfDatabase(error);
  if (problem === null) throw error;
  return problem;
}

/** Every row of a tenant in every table and partition, as one digest a table. */
async function checksums(tenantId: string): Promise<Record<string, string>> {
  return withClient(admin(), async (client) => {
    const found: Record<string, string> = {};
    for (const { table } of await tenantLeaves(client)) {
      const { rows } = await client.query<{ sum: string; count: bigint }>(
        `select md5(string_agg(t::text, '|' order by t::text)) as sum, count(*) as count from ${table} as t where tenant_id = $1`,
        [tenantId],
      );
      if (rows[0]?.count !== 0n) found[table] = `${rows[0]?.count} ${rows[0]?.sum}`;
    }
    return found;
  });
}

async function history(tenantId: string, days = 5): Promise<void> {
  for (let day = 1; day <= days; day += 1) {
    const statement = {
      day: `2026-03-0${day}`,
      opening: `${day - 1}.00`,
      closing: `${day}.00`,
      entries: [{ amount: "1.00", details: ["0.40", "0.60"] }],
    };
    await importFile(api.current.database.app, of(tenantId), fileOf(`${day}.xml`, camt053(statement)));
  }
}

async function fresh(id: string): Promise<string> {
  await openTenant(admin(), { id, name: `The ${id}`, administrator: { email: `root@${id}.example`, name: "Root" } }, { actor: "test" });
  return `The ${id}`;
}

async function erase(id: string, name: string, batchRows?: number): Promise<Erasure> {
  await requestErasure(admin(), of(id), { confirm: name, reason: "contract ended" });
  return eraseTenant(admin(), of(id), { confirm: name, ...(batchRows === undefined ? {} : { batchRows }) });
}

describe("invariant 14: an erased tenant", () => {
  let before: Record<string, number> = {};
  let neighbours: Record<string, string> = {};
  let erasure: Erasure;
  const steps: string[] = [];

  beforeAll(async () => {
    await fresh("victim");
    await history("victim");
    await history("globex");
    await tenantTransaction(admin(), of("victim"), async (tx) => {
      await tx.query(
        "insert into cash_management.cm_categories (tenant_id, code, name, parent_code) values ('victim', 'deep', 'Deep', 'operating.taxes')",
      );
      await tx.query("update cash_management.cm_categories set parent_code = 'deep' where tenant_id = 'victim' and code = 'operating'");
      const { rows } = await tx.query<{ id: string }>(
        "insert into cash_management.cm_rate_sets (tenant_id, name, kind, source, rate_date) values ('victim', 'a', 'fixing', 'ecb', '2026-03-01') returning id",
      );
      await tx.query(
        "insert into cash_management.cm_fx_rates (tenant_id, rate_set_id, base_currency, quote_currency, rate) values ('victim', $1, 'EUR', 'USD', 1.1)",
        [rows[0]?.id],
      );
      await tx.query("update cash_management.cm_rate_sets set frozen_at = now() where tenant_id = 'victim'");
    });
    const tables = await fillEveryTable(admin(), "victim");
    expect(await fillEveryTable(admin(), "globex")).toBe(tables);
    await admin().query("create table cm_parts.made_by_hand (tenant_id text, note text)");
    await admin().query("insert into cm_parts.made_by_hand values ('victim', 'canary'), ('globex', 'kept')");
    before = (await readEverywhere(admin(), "victim")).rows;
    neighbours = await checksums("globex");
    expect(Object.keys(before).length).toBeGreaterThanOrEqual(tables);
    await requestErasure(admin(), of("victim"), { confirm: "The victim", reason: "contract ended" });
    erasure = await eraseTenant(admin(), of("victim"), {
      confirm: "The victim",
      batchRows: 3,
      progress: (_done, _total, table) => steps.push(table),
    });
  });

  test("has no row left in any table or partition, read by the superuser past all policies", async () => {
    expect((await readEverywhere(admin(), "victim")).rows).toEqual({});
    expect(new Set(steps).size).toBe(Object.keys(before).length);
  });

  test("has taken no row of another tenant along: every table's rows are the same, byte for byte", async () => {
    expect(Object.keys(neighbours).length).toBeGreaterThan(50);
    expect(await checksums("globex")).toEqual(neighbours);
  });

  test("leaves a certificate: rows by table before, none after, who, when, and what remains", async () => {
    const certificate = JSON.parse(erasure.certificate ?? "") as Certificate;
    expect(certificate).toMatchObject({
      tenant: { id: "victim", name: "The victim" },
      requested: { by: "test" },
      begun: { by: "test" },
      rowsErased: before,
      proof: { rowsFound: 0, readBy: "postgres" },
    });
    expect(certificate.rowsErasedInAll).toBe(Object.values(before).reduce((left, right) => left + right, 0));
    expect(certificate.proof.tablesRead).toBeGreaterThan(200);
    expect(certificate.remains.map(({ what }) => what).sort()).toEqual(["audit.audit_log", "audit.tenant_erasures"]);
    expect(
      createHash("sha256")
        .update(erasure.certificate ?? "")
        .digest("hex"),
    ).toBe(erasure.certificateSha256);
  });

  test("invariant 24: its audit trail stays, and tells of the erasure with counts and no image of an erased row", async () => {
    const { rows } = await admin().query<{ table_name: string; rows: bigint; images: bigint; actors: string[] }>(
      `select table_name, sum(row_count)::bigint as rows, count(*) filter (where old_values is not null) as images, array_agg(distinct actor) as actors
       from audit.audit_log
       where tenant_id = 'victim' and operation = 'DELETE'
       group by table_name`,
    );
    const deleted = Object.fromEntries(rows.map((row) => [row.table_name, Number(row.rows)]));
    expect(deleted["cm_bank_transactions"]).toBe(before["cash_management.cm_bank_transactions"]);
    expect(deleted["cm_tenants"]).toBe(1);
    expect(rows.filter(({ images }) => images > 0n)).toEqual([]);
    expect(new Set(rows.flatMap(({ actors }) => actors))).toEqual(new Set(["test"]));
    const states = await admin().query<{ state: string }>(
      "select coalesce(new_values ->> 'state', '') as state from audit.audit_log where tenant_id = 'victim' and table_name = 'tenant_erasures' order by id",
    );
    // The empty one: the attempt.
    expect(states.rows.map(({ state }) => state)).toEqual(["requested", "", "running", "done"]);
  });

  test("invariant 26: nothing was written to the trail while it was erased but names, counts and digests", async () => {
    const { rows } = await admin().query<{ text: string }>(
      `select row_to_json(entry)::text as text from audit.audit_log as entry
       where tenant_id = 'victim' and operation = 'DELETE'`,
    );
    for (const { text } of rows) expect(text).not.toContain("canary");
  });

  test("is out of the planner's statistics", async () => {
    const { rows } = await admin().query(
      "select tablename, attname from pg_stats where most_common_vals::text ~ '\\mvictim\\M' and tablename not like 'audit_log%' and tablename <> 'tenant_erasures'",
    );
    expect(rows).toEqual([]);
  });

  test("stays erased: again answers with the certificate, and its id is not given again", async () => {
    expect(await eraseTenant(admin(), of("victim"), { confirm: undefined })).toEqual(erasure);
    expect(await erasureOf(admin(), of("victim"))).toEqual(erasure);
    expect(await refusal(openTenant(admin(), { id: "victim", name: "Somebody else" }, { actor: "test" }))).toMatchObject({
      code: "conflict",
    });
    expect(await refusal(requestErasure(admin(), of("victim"), { confirm: "The victim", reason: "r" }))).toMatchObject({
      code: "tenant_not_found",
    });
  });

  test("has a record that nobody changes, the superuser's plain statement included", async () => {
    for (const sql of [
      "update audit.tenant_erasures set certificate = 'forged' where tenant_id = 'victim'",
      "update audit.tenant_erasures set state = 'running' where tenant_id = 'victim'",
      "delete from audit.tenant_erasures where tenant_id = 'victim'",
      "truncate audit.tenant_erasures",
    ])
      await expect(admin().query(sql), sql).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|23001)$/) });
  });
});

test("invariant 24: sealed rows of an erased tenant verify as before, and so do those that tell of the erasure", async () => {
  const name = await fresh("sealed");
  await history("sealed", 2);
  await sealing.current.sealEverything();
  const verify = () => withClient(admin(), (client) => sealing.current.verify(client));
  const before = await verify();
  expect(before).toMatchObject({ intact: true, unsealed: { rows: 0 } });
  await erase("sealed", name);
  await sealing.current.sealEverything();
  const after = await verify();
  expect(after).toMatchObject({ intact: true, faults: [], unsealed: { rows: 0 } });
  expect(after.rows).toBeGreaterThan(before.rows);
});

describe("before the second step", () => {
  test("the tenant is closed, keeps its data, and comes back when the request is cancelled", async () => {
    const name = await fresh("regret");
    const rows = (await readEverywhere(admin(), "regret")).rows;
    expect(await requestErasure(admin(), of("regret"), { confirm: name, reason: "r" })).toMatchObject({ erasure: { state: "requested" } });
    const write = "insert into cash_management.cm_banks (tenant_id, name) values ('regret', 'New')";
    expect(await refusal(asTenant(api.current.database, "regret", (tx) => tx.query(write)))).toMatchObject({ code: "tenant_closed" });
    expect(await refusal(resumeTenant(admin(), of("regret")))).toMatchObject({ code: "conflict" });
    expect(await refusal(holdTenant(admin(), of("regret"), "too late"))).toMatchObject({ code: "legal_hold" });
    await cancelErasure(admin(), of("regret"));
    expect((await readEverywhere(admin(), "regret")).rows).toEqual(rows);
    expect(await resumeTenant(admin(), of("regret"))).toMatchObject({ status: "active" });
    expect((await erase("regret", name)).state).toBe("done");
  });

  test.each([
    ["without its name", undefined, "reason", "not_confirmed"],
    ["with its id for its name", "globex", "reason", "not_confirmed"],
    ["without a reason", "Globex", "", "invalid_input"],
  ])("a request %s changes nothing", async (_how, confirm, reason, code) => {
    const attempt = async () => requestErasure(admin(), of("globex"), { confirm, reason });
    expect(await refusal(attempt())).toMatchObject({ code });
    const { rows } = await admin().query("select status from cash_management.cm_tenants where tenant_id = 'globex'");
    expect(rows).toEqual([{ status: "active" }]);
  });

  test("a tenant on legal hold is refused, and erased once released", async () => {
    const name = await fresh("held");
    await holdTenant(admin(), of("held"), "case 17");
    expect(await refusal(requestErasure(admin(), of("held"), { confirm: name, reason: "r" }))).toMatchObject({
      code: "legal_hold",
      message: "The held is on legal hold: case 17",
    });
    await releaseTenant(admin(), of("held"), "closed");
    expect((await erase("held", name)).state).toBe("done");
  });

  test("the second step is refused without the first, and without the name", async () => {
    expect(await refusal(eraseTenant(admin(), of("globex"), { confirm: "Globex" }))).toMatchObject({ code: "conflict" });
    expect(await refusal(cancelErasure(admin(), of("globex")))).toMatchObject({ code: "conflict" });
    expect(await refusal(erasureOf(admin(), of("globex")))).toMatchObject({ code: "not_found" });
    expect(await refusal(erasureOf(admin(), of("nowhere")))).toMatchObject({ code: "tenant_not_found" });
    const name = await fresh("unsure");
    await requestErasure(admin(), of("unsure"), { confirm: name, reason: "r" });
    expect(await refusal(eraseTenant(admin(), of("unsure"), { confirm: undefined }))).toMatchObject({ code: "not_confirmed" });
    expect((await readEverywhere(admin(), "unsure")).rows["cash_management.cm_tenants"]).toBe(1);
  });

  test("people of the tenant approve first, when a four-eyes rule says so", async () => {
    const name = await fresh("watched");
    const [asker, approver] = await asTenant(api.current.database, "watched", async (tx) => {
      const person = (email: string, role: "approver" | "administrator") =>
        createPerson(tx, { email, name: email, role, password: testPasswordOfPeople });
      return [await person("a@watched.example", "administrator"), await person("b@watched.example", "approver")];
    });
    expect(asker).toBeDefined();
    await tenantTransaction(admin(), of("watched"), (tx) => addPolicy(tx, { kind: "tenant_erasure" }));
    const asked = await requestErasure(admin(), of("watched"), { confirm: name, reason: "r" });
    expect(asked).toMatchObject({ waiting: { kind: "tenant_erasure", state: "waiting" } });
    expect((await readEverywhere(admin(), "watched")).rows["cash_management.cm_tenants"]).toBe(1);
    const { rows } = await admin().query("select status from cash_management.cm_tenants where tenant_id = 'watched'");
    expect(rows).toEqual([{ status: "active" }]);
    const waiting = (asked as { waiting: { id: string } }).waiting;
    await tenantTransaction(api.current.database.app, { tenantId: "watched", actor: `person:${approver?.id}` }, (tx) =>
      decide(tx, waiting.id, "approved"),
    );
    expect((await erase("watched", name)).state).toBe("done");
  });
});

describe("while it runs", () => {
  test("rows of a tenant that is not being erased are as fixed as ever, and the program's role can delete none of anybody", async () => {
    await expect(admin().query("delete from cash_management.cm_fx_rates where tenant_id = 'globex'")).resolves.toBeDefined();
    for (const sql of [
      "set local role cm_owner",
      "delete from cash_management.cm_bank_transactions where tenant_id = 'acme'",
      "delete from audit.audit_log where tenant_id = 'acme'",
      "insert into audit.tenant_erasures (tenant_id, id, tenant_name, reason, requested_by) values ('acme', gen_random_uuid(), 'x', 'x', 'x')",
      "update cash_management.cm_tenants set status = 'erasing' where tenant_id = 'acme'",
    ])
      await expect(
        asTenant(api.current.database, "acme", (tx) => tx.query(sql)),
        sql,
      ).rejects.toMatchObject({ code: "42501" });
  });

  test("two who carry it out at once: one does, the other is told", async () => {
    const name = await fresh("twice");
    await requestErasure(admin(), of("twice"), { confirm: name, reason: "r" });
    const outcomes = await Promise.allSettled([1, 2].map(() => eraseTenant(admin(), of("twice"), { confirm: name })));
    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBeGreaterThanOrEqual(1);
    for (const outcome of outcomes) if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "conflict" });
    expect((await readEverywhere(admin(), "twice")).rows).toEqual({});
  });

  test("it waits for a transaction that began before, and gives up when that stays", async () => {
    const name = await fresh("busy");
    await withClient(admin(), async (other) => {
      await other.query("begin; select 1");
      await requestErasure(admin(), of("busy"), { confirm: name, reason: "r" });
      expect(await refusal(eraseTenant(admin(), of("busy"), { confirm: name, waitMs: 200 }))).toMatchObject({ code: "database_busy" });
      await other.query("rollback");
    });
    expect((await eraseTenant(admin(), of("busy"), { confirm: name })).state).toBe("done");
  });

  test("an administrator who does not see every row proves nothing", async () => {
    await withClient(admin(), async (client) => {
      await client.query("begin; set local role apg_admin; set local row_security = off");
      await expect(client.query("select count(*) from cash_management.cm_tenants")).rejects.toMatchObject({ code: "42501" });
      await client.query("rollback");
    });
  });
});

describe("the plan", () => {
  test("has every table before those it refers to, and knows which refer to themselves", async () => {
    const plan = await withClient(admin(), erasurePlan);
    const place = (root: string) => plan.findIndex((step) => step.root === root);
    expect(place("cash_management.cm_bank_transaction_details")).toBeLessThan(place("cash_management.cm_bank_transactions"));
    expect(place("cash_management.cm_cash_accounts")).toBeLessThan(place("cash_management.cm_cash_account_keys"));
    expect(plan.at(-1)?.root).toBe("cash_management.cm_tenants");
    const reflexive = new Set(plan.filter(({ selfReferences }) => selfReferences.length > 0).map(({ root }) => root));
    expect([...reflexive]).toEqual(
      expect.arrayContaining(["cash_management.cm_categories", "cash_management.cm_entities", "cash_management.cm_statements"]),
    );
    expect(plan.filter(({ root }) => root.startsWith("audit.")).map(({ root }) => root)).toEqual(["audit.personal_values"]);
  });

  test("names the tables whose references run in a circle", () => {
    expect(() =>
      inOrder(
        ["a", "b", "c"],
        [
          { from: "a", to: "b" },
          { from: "b", to: "a" },
        ],
      ),
    ).toThrow("in a circle: a, b");
  });

  test("no table speaks of a tenant in another column than tenant_id", async () => {
    const { rows } = await admin().query<{ name: string }>(
      `select c.oid::regclass || '.' || attname as name
       from pg_class as c join pg_namespace as n on n.oid = c.relnamespace join pg_attribute as a on attrelid = c.oid and attnum > 0 and not attisdropped
       where c.relkind in ('r', 'p') and not relispartition and n.nspname !~ '^(pg_|information_schema)'
         and attname ~ 'tenant' and attname <> 'tenant_id'`,
    );
    expect(rows.map(({ name }) => name)).toEqual(["audit.tenant_erasures.tenant_name"]);
  });
});

describe("the platform's API", () => {
  const call = (method: "GET" | "POST" | "DELETE", url: string, key: string, payload?: object) =>
    api.current.app.inject({
      method,
      url: `/api/v1${url}`,
      headers: { authorization: `Bearer ${key}` },
      ...(payload === undefined ? {} : { payload }),
    });
  const keyFor = async (name: string, scopes: readonly ("tenants:read" | "tenants:manage" | "tenants:erase")[]) =>
    (await createPlatformKey(admin(), { name, scopes }, "test")).key;

  test("asks, cancels, asks again, carries out and certifies", async () => {
    const key = await keyFor("eraser", ["tenants:read", "tenants:erase"]);
    const confirm = await fresh("remote");
    const url = "/tenants/remote/erasure";
    expect((await call("GET", url, key)).statusCode).toBe(404);
    expect((await call("POST", url, key, { confirm: "remote", reason: "r" })).json()).toMatchObject({ code: "not_confirmed" });
    expect((await call("POST", url, key, { confirm, reason: "r" })).json()).toMatchObject({
      state: "requested",
      requestedBy: "platform:eraser",
    });
    expect((await call("DELETE", url, key)).statusCode).toBe(204);
    expect((await call("POST", `${url}/run`, key, { confirm })).statusCode).toBe(404);
    expect((await call("POST", url, key, { confirm, reason: "again" })).statusCode).toBe(200);
    expect((await call("POST", `${url}/run`, key, { confirm: "no" })).json()).toMatchObject({ code: "not_confirmed" });
    expect((await call("POST", `${url}/run`, key, { confirm })).statusCode).toBe(202);
    const state = async () => (await call("GET", url, key)).json<Erasure>();
    await expect.poll(async () => (await state()).state, { timeout: 30_000 }).toBe("done");
    expect(JSON.parse((await state()).certificate ?? "")).toMatchObject({ proof: { rowsFound: 0 } });
    expect((await call("DELETE", url, key)).statusCode).toBe(409);
  });

  test("is refused to a key without the scope, and to a tenant's own key", async () => {
    const manager = await keyFor("no-eraser", ["tenants:read", "tenants:manage"]);
    const own = api.current.keys.acme.authorization.slice(7);
    for (const key of [manager, own])
      for (const [method, url, body] of [
        ["POST", "/tenants/acme/erasure", { confirm: "Acme Group", reason: "r" }],
        ["POST", "/tenants/acme/erasure/run", { confirm: "Acme Group" }],
        ["DELETE", "/tenants/acme/erasure", undefined],
      ] as const)
        expect((await call(method, url, key, body)).statusCode, `${method} ${url}`).toBe(403);
  });
});

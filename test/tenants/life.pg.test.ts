import { beforeAll, describe, expect, test } from "vitest";
import { createApiKey } from "../../src/access/api-keys.ts";
import { createPerson } from "../../src/access/people.ts";
import { createPlatformKey, revokePlatformKey } from "../../src/access/platform-keys.ts";
import { createSignInLink } from "../../src/access/sign-in-links.ts";
import { problemOfDatabase } from "../../src/errors/database.ts";
import { Problem } from "../../src/errors/problem.ts";
import { withClient } from "../../src/postgres/connect.ts";
import type { OpenedTenant, TenantOverview, TenantState } from "../../src/tenants/contract.ts";
import { weekendOf } from "../../src/tenants/masters.ts";
import { openTenant } from "../../src/tenants/open-tenant.ts";
import { holdTenant, releaseTenant, resumeTenant, suspendTenant } from "../../src/tenants/status.ts";
import { testApi, testPasswordOfPeople } from "../helpers/api.ts";
import { asTenant } from "../helpers/postgres.ts";

const api = testApi();
const who = { actor: "test" };
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

describe("opening a tenant", () => {
  test("brings a calendar, the company, categories, and an administrator who signs in once by the link", async () => {
    const administrator = { email: "First@initech.example", name: "First One" };
    const wanted = { id: "initech", name: "Initech", reportingCurrency: "AED", timeZone: "Asia/Riyadh", administrator };
    const opened = await openTenant(admin(), wanted, who);
    expect(opened.tenant).toMatchObject({ id: "initech", status: "active", reportingCurrency: "AED", legalHold: false });
    const masters = await asTenant(api.current.database, "initech", async (tx) => ({
      calendars: (await tx.query("select name, weekend_days from cash_management.cm_calendars where tenant_id = $1", ["initech"])).rows,
      entities: (await tx.query("select name, functional_currency from cash_management.cm_entities where tenant_id = $1", ["initech"]))
        .rows,
      categories: (await tx.query("select 1 from cash_management.cm_categories where tenant_id = $1", ["initech"])).rowCount,
    }));
    expect(masters).toMatchObject({
      calendars: [{ name: "SA", weekend_days: [5, 6] }],
      entities: [{ name: "Initech", functional_currency: "AED" }],
    });
    expect(masters.categories).toBeGreaterThan(10);
    const link = () => api.current.app.inject({ url: `/sign-in?token=${opened.administrator?.token}` });
    expect((await link()).headers.location).toBe("/");
    expect((await link()).headers.location).toBe("/sign-in?problem=link_spent");
  });

  test("again is refused, by id and by name in any case, and changes nothing", async () => {
    expect(await refusal(openTenant(admin(), { id: "initech", name: "Initech" }, who))).toMatchObject({ code: "conflict" });
    expect(await refusal(openTenant(admin(), { id: "initech-2", name: "INITECH" }, who))).toMatchObject({
      code: "conflict",
      message: "the tenant initech is called INITECH already",
    });
    const { rows } = await admin().query("select tenant_id, name from cash_management.cm_tenants where tenant_id like 'initech%'");
    expect(rows).toEqual([{ tenant_id: "initech", name: "Initech" }]);
  });

  test("whole or not at all: an administrator without an address leaves no tenant behind", async () => {
    const wanted = { id: "halfway", name: "Halfway", administrator: { email: "nowhere", name: "No" } };
    expect(await refusal(openTenant(admin(), wanted, who))).toMatchObject({ code: "invalid_input" });
    expect((await admin().query("select from cash_management.cm_tenants where tenant_id = 'halfway'")).rowCount).toBe(0);
  });

  test.each([
    ["DE", [6, 7]],
    ["SA", [5, 6]],
    ["IR", [5]],
  ])("the weekend of %s is %j", (country, days) => {
    expect(weekendOf(country)).toEqual(days);
  });
});

describe("a suspended tenant", () => {
  const password = testPasswordOfPeople;
  let cookie = "";
  let key = "";
  let link = "";
  const signIn = (email: string) => api.current.app.inject({ method: "POST", url: "/api/v1/session", payload: { email, password } });

  beforeAll(async () => {
    await openTenant(admin(), { id: "umbrella", name: "Umbrella" }, who);
    const { database } = api.current;
    const person = { email: "ada@umbrella.example", name: "Ada", role: "treasurer" as const, password };
    const { id } = await asTenant(database, "umbrella", (tx) => createPerson(tx, person));
    key = (await asTenant(database, "umbrella", (tx) => createApiKey(tx, { name: "erp", scopes: ["read", "write"] }))).key;
    link = (await asTenant(database, "umbrella", (tx) => createSignInLink(tx, id))).token;
    cookie = String((await signIn("ada@umbrella.example")).headers["set-cookie"]).split(";")[0] as string;
    expect((await api.current.app.inject({ url: "/api/v1/accounts", headers: { cookie } })).statusCode).toBe(200);
    const done = await suspendTenant(admin(), of("umbrella"), { confirm: "Umbrella", reason: "unpaid" });
    expect(done).toMatchObject({ tenant: { status: "suspended", statusReason: "unpaid" }, sessionsEnded: 1, settled: true });
  });

  test("has no session any more", async () => {
    expect((await api.current.app.inject({ url: "/api/v1/accounts", headers: { cookie } })).statusCode).toBe(401);
  });

  test("refuses its keys and says why", async () => {
    const answer = await api.current.app.inject({ url: "/api/v1/accounts", headers: { authorization: `Bearer ${key}` } });
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toMatchObject({
      code: "tenant_closed",
      detail: "Umbrella is suspended: nobody signs in there until it is opened again",
    });
  });

  test("takes no import over HTTP, and none by command", async () => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/octet-stream" };
    const answer = await api.current.app.inject({ method: "POST", url: "/api/v1/statements", headers, payload: Buffer.from("x") });
    expect(answer.json()).toMatchObject({ code: "tenant_closed" });
  });

  test("tells its people at sign-in, by password and by link, but not who does not know the password", async () => {
    expect((await signIn("ada@umbrella.example")).json()).toMatchObject({ code: "tenant_closed", status: 403 });
    const wrong = { email: "ada@umbrella.example", password: "guessed" };
    const guess = await api.current.app.inject({ method: "POST", url: "/api/v1/session", payload: wrong });
    expect(guess.json()).toMatchObject({ code: "sign_in_refused" });
    expect((await api.current.app.inject({ url: `/sign-in?token=${link}` })).headers.location).toBe("/sign-in?problem=tenant_closed");
  });

  test("slows down who guesses passwords of its people", async () => {
    const guess = () =>
      api.current.app.inject({ method: "POST", url: "/api/v1/session", payload: { email: "ada@umbrella.example", password: "guess" } });
    const codes: number[] = [];
    for (let count = 0; count < 6; count += 1) codes.push((await guess()).statusCode);
    expect(codes).toContain(429);
  });

  test("is written by nobody who serves it: the database refuses, and injected SQL cannot lift that", async () => {
    const { database } = api.current;
    const rename = "update cash_management.cm_tenants set name = 'Mine' where tenant_id = 'umbrella'";
    expect(await refusal(asTenant(database, "umbrella", (tx) => tx.query(rename)))).toMatchObject({ code: "tenant_closed" });
    for (const lift of [
      "set transaction read write",
      "set local transaction_read_only = off",
      "select set_config('transaction_read_only', 'off', true)",
      "savepoint s; rollback to s; set transaction read write",
    ]) {
      const attempt = asTenant(database, "umbrella", async (tx) => {
        await tx.query(lift);
        await tx.query(rename);
      });
      await expect(attempt, lift).rejects.toMatchObject({ code: expect.stringMatching(/^(25001|25006)$/) });
    }
    const { rows } = await admin().query("select name from cash_management.cm_tenants where tenant_id = 'umbrella'");
    expect(rows).toEqual([{ name: "Umbrella" }]);
  });

  test("keeps its data readable, and its neighbours write on", async () => {
    const { database } = api.current;
    const read = await asTenant(database, "umbrella", (tx) =>
      tx.query("select 1 from cash_management.cm_entities where tenant_id = 'umbrella'"),
    );
    expect(read.rowCount).toBe(1);
    await asTenant(database, "globex", (tx) =>
      tx.query("insert into cash_management.cm_banks (tenant_id, name) values ('globex', 'Bank of Globex')"),
    );
  });

  test("is opened again, and its people sign in anew", async () => {
    const again = await suspendTenant(admin(), of("umbrella"), { confirm: "Umbrella", reason: "twice changes nothing" });
    expect(again.tenant.statusReason).toBe("unpaid");
    expect(await resumeTenant(admin(), of("umbrella"))).toMatchObject({ status: "active", statusReason: null });
    expect((await api.current.app.inject({ url: "/api/v1/accounts", headers: { authorization: `Bearer ${key}` } })).statusCode).toBe(200);
    expect((await api.current.app.inject({ url: "/api/v1/accounts", headers: { cookie } })).statusCode).toBe(401);
  });

  test("has left who, when and why in the audit trail", async () => {
    const { rows } = await admin().query(
      `select actor, new_values ->> 'status' as status, new_values ->> 'status_reason' as reason
       from audit.audit_log
       where tenant_id = 'umbrella' and table_name = 'cm_tenants' and operation = 'UPDATE'
       order by id`,
    );
    expect(rows).toEqual([
      { actor: "test", status: "suspended", reason: "unpaid" },
      { actor: "test", status: "active", reason: null },
    ]);
  });
});

describe("refusals", () => {
  test.each([
    ["without the name", undefined, "reason", "not_confirmed"],
    ["with the id for the name", "acme", "reason", "not_confirmed"],
    ["with the name in another case", "ACME GROUP", "reason", "not_confirmed"],
    ["without a reason", "Acme Group", "  ", "invalid_input"],
  ])("suspending %s changes nothing", async (_how, confirm, reason, code) => {
    expect(await refusal(suspendTenant(admin(), of("acme"), { confirm, reason }))).toMatchObject({ code });
    const { rows } = await admin().query("select status from cash_management.cm_tenants where tenant_id = 'acme'");
    expect(rows).toEqual([{ status: "active" }]);
  });

  test("a tenant that is not there", async () => {
    expect(await refusal(suspendTenant(admin(), of("nowhere"), { confirm: "x", reason: "y" }))).toMatchObject({ code: "tenant_not_found" });
    expect(await refusal(resumeTenant(admin(), of("nowhere")))).toMatchObject({ code: "tenant_not_found" });
    expect(await refusal(holdTenant(admin(), of("nowhere"), "y"))).toMatchObject({ code: "tenant_not_found" });
  });

  test("a tenant on hold is not erased, and the program's role changes no status and no hold", async () => {
    await holdTenant(admin(), of("globex"), "case 17");
    const erase = admin().query("update cash_management.cm_tenants set status = 'erasing' where tenant_id = 'globex'");
    expect(await refusal(erase)).toMatchObject({ code: "legal_hold" });
    expect(await releaseTenant(admin(), of("globex"), "case closed")).toMatchObject({ legalHold: false, legalHoldReason: "case closed" });
    const { app } = api.current.database;
    for (const attempt of [
      () => suspendTenant(app, of("globex"), { confirm: "Globex", reason: "mine" }),
      () => holdTenant(app, of("globex"), "mine"),
      () => asTenant(api.current.database, "globex", (tx) => tx.query("delete from cash_management.cm_tenants where tenant_id = 'globex'")),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: "42501" });
  });

  test("a tenant leaves the registry only when it is being erased, also by the superuser's hand", async () => {
    await admin().query("insert into cash_management.cm_tenants (tenant_id, name) values ('brief', 'Brief')");
    await expect(admin().query("delete from cash_management.cm_tenants where tenant_id = 'brief'")).rejects.toThrow(
      "is active, not being erased",
    );
  });
});

describe("the platform's API", () => {
  const keys: Record<string, { authorization: string }> = {};
  beforeAll(async () => {
    for (const [name, scopes] of [
      ["reader", ["tenants:read"]],
      ["manager", ["tenants:read", "tenants:manage"]],
    ] as const)
      keys[name] = { authorization: `Bearer ${(await createPlatformKey(admin(), { name, scopes }, "test")).key}` };
  });
  const call = (method: "GET" | "POST", url: string, as: { authorization: string } | undefined, payload?: object) =>
    api.current.app.inject({
      method,
      url: `/api/v1${url}`,
      ...(as === undefined ? {} : { headers: as }),
      ...(payload === undefined ? {} : { payload }),
    });

  test("opens, shows, suspends, resumes, holds and releases a tenant, as the platform key in the audit trail", async () => {
    const administrator = { email: "root@wayne.example", name: "Root" };
    const opened = await call("POST", "/tenants", keys["manager"], { id: "wayne", name: "Wayne", administrator });
    expect(opened.statusCode).toBe(201);
    expect(opened.json<OpenedTenant>().administrator?.token).toMatch(/^[\w-]{43}$/);
    expect((await call("POST", "/tenants", keys["manager"], { id: "wayne", name: "Wayne" })).statusCode).toBe(409);
    const shown = await call("GET", "/tenants/wayne", keys["reader"]);
    expect(shown.json<TenantOverview>()).toMatchObject({
      tenant: { id: "wayne", status: "active" },
      people: 1,
      accounts: 0,
      lastImportAt: null,
      erasure: null,
    });
    const listed = (await call("GET", "/tenants", keys["reader"])).json<{ items: TenantOverview[] }>().items.map(({ tenant }) => tenant.id);
    expect(listed).toEqual(expect.arrayContaining(["acme", "globex", "wayne"]));
    const steps = [
      ["suspend", { confirm: "Wayne", reason: "r" }, { tenant: { status: "suspended" } }],
      ["resume", undefined, { status: "active" }],
      ["hold", { reason: "r" }, { legalHold: true }],
      ["release", { reason: "r" }, { legalHold: false }],
    ] as const;
    for (const [verb, body, answer] of steps)
      expect((await call("POST", `/tenants/wayne/${verb}`, keys["manager"], body)).json<TenantState>(), verb).toMatchObject(answer);
    const { rows } = await admin().query(
      "select distinct actor from audit.audit_log where tenant_id = 'wayne' and table_name = 'cm_tenants'",
    );
    expect(rows).toEqual([{ actor: "platform:manager" }]);
  });

  test("refuses everybody else: nobody, keys and people of a tenant whatever their role, and a key without the scope", async () => {
    const { app, keys: tenantKeys } = api.current;
    const signedIn = await app.inject({
      method: "POST",
      url: "/api/v1/session",
      payload: { email: "administrator@acme.example", password: testPasswordOfPeople },
    });
    const cookie = String(signedIn.headers["set-cookie"]).split(";")[0] as string;
    for (const [method, url, body] of [
      ["GET", "/tenants", undefined],
      ["GET", "/tenants/globex", undefined],
      ["POST", "/tenants", { id: "mine", name: "Mine" }],
      ["POST", "/tenants/globex/suspend", { confirm: "Globex", reason: "r" }],
      ["POST", "/tenants/acme/hold", { reason: "r" }],
    ] as const) {
      expect((await call(method, url, undefined, body)).statusCode, url).toBe(401);
      expect((await call(method, url, tenantKeys.acme, body)).statusCode, url).toBe(403);
      const origin = { cookie, origin: "http://localhost:80", "sec-fetch-site": "same-origin" };
      const person = await app.inject({ method, url: `/api/v1${url}`, headers: origin, ...(body === undefined ? {} : { payload: body }) });
      expect(person.statusCode, url).toBe(403);
      if (method === "POST") expect((await call(method, url, keys["reader"], body)).statusCode, url).toBe(403);
    }
  });

  test("a platform key reaches nothing inside a tenant", async () => {
    for (const url of ["/accounts", "/session", "/api-keys", "/positions"])
      expect((await call("GET", url, keys["manager"])).statusCode, url).toBe(403);
  });

  test("a revoked, an expired and an invented key are refused", async () => {
    const gone = await createPlatformKey(admin(), { name: "gone", scopes: ["tenants:read"] }, "test");
    await revokePlatformKey(admin(), "gone", "test");
    expect((await call("GET", "/tenants", { authorization: `Bearer ${gone.key}` })).json()).toMatchObject({
      detail: 'the platform key "gone" was revoked',
    });
    const old = await createPlatformKey(admin(), { name: "old", scopes: ["tenants:read"] }, "test");
    await admin().query("update cash_management.cm_platform_keys set expires_at = now() - interval '1 day' where name = 'old'");
    expect((await call("GET", "/tenants", { authorization: `Bearer ${old.key}` })).statusCode).toBe(401);
    expect((await call("GET", "/tenants", { authorization: "Bearer apgp_0123456789012345678901234567890123456789012" })).statusCode).toBe(
      401,
    );
    expect(await refusal(createPlatformKey(admin(), { name: "gone", scopes: ["tenants:read"] }, "test"))).toMatchObject({
      code: "conflict",
    });
    await expect(revokePlatformKey(admin(), "never", "test")).rejects.toThrow("no platform key is called never");
  });

  test("a key made and a key revoked stand in the trail without the key, and none is removed", async () => {
    const { key } = await createPlatformKey(admin(), { name: "traced", scopes: ["tenants:read"] }, "command:ada");
    expect((await call("GET", "/tenants", { authorization: `Bearer ${key}` })).statusCode).toBe(200);
    await revokePlatformKey(admin(), "traced", "command:bob");
    const { rows } = await admin().query<{ text: string }>(
      `select operation, actor, row_to_json(entry)::text as text from audit.audit_log as entry
       where tenant_id = '*' and table_name = 'cm_platform_keys' and row_key in (select id::text from cash_management.cm_platform_keys where name = 'traced')
       order by id`,
    );
    expect(rows).toMatchObject([
      { operation: "INSERT", actor: "command:ada" },
      { operation: "UPDATE", actor: "command:bob" },
    ]);
    const { rows: kept } = await admin().query<{ hash: string }>(
      "select encode(key_hash, 'hex') as hash from cash_management.cm_platform_keys where name = 'traced'",
    );
    for (const { text } of rows) expect(text).not.toContain(kept[0]?.hash);
    for (const sql of ["delete from cash_management.cm_platform_keys", "truncate cash_management.cm_platform_keys"])
      await expect(admin().query(sql), sql).rejects.toThrow("cm_platform_keys is append-only");
  });

  test("the program's role reads no platform key and makes none", async () => {
    await withClient(api.current.database.app, async (client) => {
      await expect(client.query("select from cash_management.cm_platform_keys")).rejects.toMatchObject({ code: "42501" });
      await expect(client.query("delete from cash_management.cm_platform_keys")).rejects.toMatchObject({ code: "42501" });
    });
  });
});

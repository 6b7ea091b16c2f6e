import { beforeAll, describe, expect, test } from "vitest";
import { createApiKey } from "../../src/access/api-keys.ts";
import { createPerson } from "../../src/access/people.ts";
import { testPasswordOfPeople as password, testApi } from "../helpers/api.ts";
import { openApiOf } from "../helpers/open-api.ts";
import { asTenant } from "../helpers/postgres.ts";
import { type Call, callerFor, callWith, origin } from "./caller.ts";

const api = testApi();
let administrator: Call;
beforeAll(async () => {
  administrator = await callerFor(api.current, "administrator@acme.example");
});
const newcomer = async (name: string) => {
  const email = `${name}@acme.example`;
  await asTenant(api.current.database, "acme", (tx) => createPerson(tx, { email, name, role: "analyst", password }));
  return email;
};
const sql = (text: string, values: unknown[] = []) => api.current.database.admin.query(text, values);
const status = async (call: Call) => (await call("GET", "/api/v1/session")).status;

describe("a session", () => {
  test("ends when nobody was there for as long as the tenant's rules say", async () => {
    const email = await newcomer("idle");
    const call = await callerFor(api.current, email);
    const idleFor = (minutes: number) =>
      sql(
        `update cash_management.cm_sessions set created_at = now() - interval '5 hours', last_seen_at = now() - make_interval(mins => $2)
         where person_id = (select id from cash_management.cm_people where email = $1)`,
        [email, minutes],
      );
    await idleFor(110);
    expect(await status(call)).toBe(200);
    await idleFor(121);
    expect(await status(call)).toBe(401);
    await administrator("PATCH", "/api/v1/access-rules", { sessionIdleMinutes: 180 });
    expect(await status(call)).toBe(200);
    await administrator("PATCH", "/api/v1/access-rules", { sessionIdleMinutes: 120 });
  });

  test("is noted as seen, at most once a minute", async () => {
    const email = await newcomer("seen");
    const call = await callerFor(api.current, email);
    const last = async () =>
      (
        await sql(
          "select last_seen_at from cash_management.cm_sessions where person_id = (select id from cash_management.cm_people where email = $1)",
          [email],
        )
      ).rows[0].last_seen_at;
    await status(call);
    const first = await last();
    expect(first).not.toBeNull();
    await status(call);
    expect(await last()).toBe(first);
  });

  test("lasts as long as the rules say, however busy it is", async () => {
    await administrator("PATCH", "/api/v1/access-rules", { sessionHours: 2 });
    const call = await callerFor(api.current, await newcomer("busy"));
    const { expiresAt } = (await call("GET", "/api/v1/session")).body;
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(2 * 3_600_000);
    await administrator("PATCH", "/api/v1/access-rules", { sessionHours: 12 });
  });

  test("of one's own is listed and ended; nobody ends another's", async () => {
    const email = await newcomer("several");
    const [here, there] = [await callerFor(api.current, email), await callerFor(api.current, email)];
    const { items } = (await here("GET", "/api/v1/sessions")).body as { items: { id: string; current: boolean }[] };
    expect(items.map(({ current }) => current).sort()).toEqual([false, true]);
    const other = items.find(({ current }) => !current)?.id;
    const stranger = await callerFor(api.current, "analyst@acme.example");
    expect((await stranger("DELETE", `/api/v1/sessions/${other}`)).body).toMatchObject({ code: "not_found" });
    expect((await here("DELETE", `/api/v1/sessions/${other}`)).body).toEqual({ ended: 1 });
    expect([await status(here), await status(there)]).toEqual([200, 401]);
  });

  test("a key has none", async () => {
    expect((await callWith(api.current, api.current.keys.acme)("GET", "/api/v1/sessions")).body).toMatchObject({ code: "forbidden" });
  });
});

describe("one's own password", () => {
  test("changes with the present one; the session gets a new token, and every other ends", async () => {
    const email = await newcomer("changes");
    const other = await callerFor(api.current, email);
    const signedIn = await api.current.app.inject({
      method: "POST",
      url: "/api/v1/session",
      headers: origin,
      payload: { email, password },
    });
    const before = `apg_session=${signedIn.cookies.find(({ name }) => name === "apg_session")?.value}`;
    const changed = await api.current.app.inject({
      method: "PUT",
      url: "/api/v1/session/password",
      headers: { ...origin, cookie: before },
      payload: { present: password, next: "a whole new sentence" },
    });
    expect(changed.statusCode).toBe(200);
    const after = `apg_session=${changed.cookies.find(({ name }) => name === "apg_session")?.value}`;
    expect(after).not.toBe(before);
    expect(await status(callWith(api.current, { ...origin, cookie: after }))).toBe(200);
    expect(await status(callWith(api.current, { ...origin, cookie: before }))).toBe(401);
    expect(await status(other)).toBe(401);
    await expect(callerFor(api.current, email)).rejects.toThrow("sign_in_refused");
    expect(await status(await callerFor(api.current, email, "a whole new sentence"))).toBe(200);
  });

  test.each([
    [{ present: "not this one at all", next: "a whole new sentence" }, "sign_in_refused"],
    [{ next: "a whole new sentence" }, "sign_in_refused"],
    [{ present: password, next: "short" }, "invalid_input"],
  ])("%j is refused", async (payload, code) => {
    const call = await callerFor(api.current, "auditor@acme.example");
    expect((await call("PUT", "/api/v1/session/password", payload)).body).toMatchObject({ code });
    expect(await status(call)).toBe(200);
  });

  test("is of no use where the tenant lets nobody in by password; a link still is", async () => {
    await administrator("PATCH", "/api/v1/access-rules", { passwordSignIn: false });
    await expect(callerFor(api.current, "analyst@acme.example")).rejects.toThrow("lets nobody in by password");
    const { token } = (await administrator("POST", `/api/v1/people/${api.current.people.analyst}/link`)).body;
    const entered = await api.current.app.inject({ method: "POST", url: "/api/v1/session/link", headers: origin, payload: { token } });
    expect(entered.statusCode).toBe(200);
    await administrator("PATCH", "/api/v1/access-rules", { passwordSignIn: true });
  });
});

describe("a key ends as the rules say", () => {
  const create = (more: object = {}) => administrator("POST", "/api/v1/api-keys", { name: "k", scopes: ["read"], ...more });
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

  test("after 90 days where it was given no end, and never later than a year", async () => {
    const days = (Date.parse((await create()).body.apiKey.expiresAt) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(89);
    expect(days).toBeLessThan(91);
    expect((await create({ expiresAt: inDays(364) })).status).toBe(201);
    expect((await create({ expiresAt: inDays(366) })).body).toMatchObject({ code: "invalid_input" });
  });

  test("or sooner, where the tenant wants it so; by command too", async () => {
    await administrator("PATCH", "/api/v1/access-rules", { keyDefaultDays: 7, keyMaxDays: 30 });
    const days = (Date.parse((await create()).body.apiKey.expiresAt) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(7);
    const byCommand = asTenant(api.current.database, "acme", (tx) =>
      createApiKey(tx, { name: "k", scopes: ["read"], expiresAt: inDays(31) }),
    );
    await expect(byCommand).rejects.toMatchObject({ constraint: "a_key_ends_as_the_rules_say" });
    await administrator("PATCH", "/api/v1/access-rules", { keyDefaultDays: 90, keyMaxDays: 365 });
  });

  test.each([{ keyDefaultDays: 400 }, { sessionHours: 0 }, { sessionIdleMinutes: 1 }, { keyMaxDays: 731 }, {}, { other: 1 }])(
    "rules of %j are refused",
    async (rules) => {
      expect((await administrator("PATCH", "/api/v1/access-rules", rules)).body).toMatchObject({ code: "invalid_input" });
    },
  );
});

describe("every write", () => {
  const writes = async () => {
    const { paths } = await openApiOf(api.current.app);
    return Object.entries(paths).flatMap(([path, operations]) =>
      ["post", "put", "patch", "delete"]
        .filter((method) => operations[method] !== undefined)
        .map((method) => ({ method: method.toUpperCase(), path })),
    );
  };
  const send = async (headers: Record<string, string>, { method, path }: { method: string; path: string }) => {
    const url = path.replace(/\{\w+\}/g, "00000000-0000-4000-8000-000000000000");
    return api.current.app.inject({
      method: method as "POST",
      url,
      headers,
      remoteAddress: `10.9.${Math.floor(Math.random() * 250)}.${Math.floor(Math.random() * 250)}`,
    });
  };

  test("sent by a page of another site with the person's cookie is refused, also as a form", async () => {
    const signedIn = await api.current.app.inject({
      method: "POST",
      url: "/api/v1/session",
      headers: origin,
      payload: { email: "administrator@acme.example", password },
    });
    const cookie = `apg_session=${signedIn.cookies.find(({ name }) => name === "apg_session")?.value}`;
    const all = await writes();
    expect(all.length).toBeGreaterThan(15);
    for (const write of all)
      for (const foreign of [
        { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
        { origin: "https://evil.example" },
        { origin: "null" },
        { "sec-fetch-site": "same-site" },
      ]) {
        const headers = { host: origin.host, cookie, "content-type": "application/x-www-form-urlencoded", ...foreign } as unknown as Record<
          string,
          string
        >;
        const answer = await send(headers, write);
        // A route of the platform takes no cookie at all.
        expect([401, 403], `${write.method} ${write.path} ${JSON.stringify(foreign)}`).toContain(answer.statusCode);
        if (answer.statusCode === 403) expect(["foreign_origin", "forbidden"]).toContain(answer.json<{ code: string }>().code);
      }
    expect((await api.current.app.inject({ url: "/api/v1/session", headers: { cookie } })).statusCode, "and the session goes on").toBe(200);
  });

  test("and every answer carries the strict headers: figures, errors, redirects, what is not there", async () => {
    const answers = [
      await api.current.app.inject({ url: "/api/v1/session" }),
      await api.current.app.inject({ url: "/api/v1/nothing-here" }),
      await api.current.app.inject({ url: "/sign-in?token=wrong-wrong-wrong-wrong" }),
      await api.current.app.inject({ url: "/sign-in/oidc?tenant=globex" }),
      await api.current.app.inject({ method: "POST", url: "/api/v1/session", headers: origin, payload: "{" }),
      await api.current.app.inject({ url: "/api/v1/positions", headers: { ...api.current.keys.acme } }),
      await api.current.app.inject({ url: "/healthz" }),
    ];
    for (const answer of answers) {
      expect(answer.headers["content-security-policy"], answer.body).toContain("default-src 'none'");
      expect(answer.headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
      });
    }
  });
});

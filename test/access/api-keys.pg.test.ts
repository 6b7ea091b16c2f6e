import { describe, expect, test } from "vitest";
import { createApiKey, revokeApiKey } from "../../src/access/api-keys.ts";
import { testPasswordOfPeople as password, testApi } from "../helpers/api.ts";
import { asTenant } from "../helpers/postgres.ts";

const api = testApi();
const origin = { host: "localhost:4400", origin: "http://localhost:4400" };

const me = (authorization: string) => api.current.app.inject({ url: "/api/v1/session", headers: { authorization } });

async function sessionOf(role: string): Promise<Record<string, string>> {
  const payload = { email: `${role}@acme.example`, password };
  const answer = await api.current.app.inject({ method: "POST", url: "/api/v1/session", headers: origin, payload });
  return { ...origin, cookie: `apg_session=${answer.cookies.find(({ name }) => name === "apg_session")?.value}` };
}

describe("a program with a key", () => {
  test("is an actor of one tenant, with what its scopes allow", async () => {
    const answer = await me(api.current.keys.acmeReadOnly.authorization);
    expect(answer.json()).toMatchObject({ actor: { kind: "key", email: null }, tenant: { id: "acme" }, role: null });
    expect(answer.json<{ permissions: string[] }>().permissions).not.toContain("statements:write");
  });

  test.each(["Bearer apg_wrong-wrong-wrong-wrong", "Bearer nonsense-nonsense", "bearer", "Basic YTpi"])(
    "%j is nobody",
    async (authorization) => {
      expect((await me(authorization)).json()).toMatchObject({ code: "unauthenticated", status: 401 });
    },
  );

  test("that was revoked is told so, from the next request on", async () => {
    const { key, apiKey } = await asTenant(api.current.database, "acme", (tx) =>
      createApiKey(tx, { name: "short life", scopes: ["read"] }),
    );
    expect((await me(`Bearer ${key}`)).statusCode).toBe(200);
    await asTenant(api.current.database, "acme", (tx) => revokeApiKey(tx, apiKey.id));
    expect((await me(`Bearer ${key}`)).json()).toMatchObject({ code: "unauthenticated", detail: 'the API key "short life" was revoked' });
  });

  test("that has expired is told so", async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { key } = await asTenant(api.current.database, "acme", (tx) => createApiKey(tx, { name: "brief", scopes: ["read"], expiresAt }));
    await api.current.database.admin.query(
      "update cash_management.cm_api_keys set expires_at = now() - interval '1 second' where name = 'brief'",
    );
    expect((await me(`Bearer ${key}`)).json<{ detail: string }>().detail).toContain('the API key "brief" expired at');
  });

  test("of a suspended tenant is refused, and so are its people", async () => {
    const session = await sessionOf("treasurer");
    const set = (status: string) =>
      api.current.database.admin.query("update cash_management.cm_tenants set status = $1 where tenant_id = 'acme'", [status]);
    await set("suspended");
    const [byKey, bySession] = [
      await me(api.current.keys.acme.authorization),
      await api.current.app.inject({ url: "/api/v1/session", headers: session }),
    ];
    await set("active");
    expect(byKey.json()).toMatchObject({ code: "tenant_closed" });
    expect(bySession.statusCode).toBe(401);
  });

  test("leaves the time of its use, and nothing to sign in with, in the database", async () => {
    await me(api.current.keys.globex.authorization);
    const { rows } = await api.current.database.admin.query(
      "select last_used_at, prefix, encode(key_hash, 'escape') as hash from cash_management.cm_api_keys where tenant_id = 'globex'",
    );
    expect(rows[0]).toMatchObject({ last_used_at: expect.any(String) });
    expect(JSON.stringify(rows)).not.toContain(api.current.keys.globex.authorization.slice("Bearer ".length));
  });
});

describe("keys over the API", () => {
  test("an administrator makes one, sees it listed without its secret, and revokes it", async () => {
    const headers = await sessionOf("administrator");
    const made = await api.current.app.inject({
      method: "POST",
      url: "/api/v1/api-keys",
      headers,
      payload: { name: "erp", scopes: ["read"] },
    });
    expect(made.statusCode).toBe(201);
    const { key, apiKey } = made.json<{ key: string; apiKey: { id: string } }>();
    expect((await me(`Bearer ${key}`)).statusCode).toBe(200);
    const list = await api.current.app.inject({ url: "/api/v1/api-keys", headers });
    expect(list.body).toContain(apiKey.id);
    expect(list.body).not.toContain(key);
    const revoked = await api.current.app.inject({ method: "DELETE", url: `/api/v1/api-keys/${apiKey.id}`, headers });
    expect(revoked.json()).toMatchObject({ revokedAt: expect.any(String) });
    expect((await me(`Bearer ${key}`)).statusCode).toBe(401);
  });

  test.each(["treasurer", "analyst", "auditor"])("a %s makes none", async (role) => {
    const answer = await api.current.app.inject({
      method: "POST",
      url: "/api/v1/api-keys",
      headers: await sessionOf(role),
      payload: { name: "x", scopes: ["write"] },
    });
    expect(answer.json()).toMatchObject({ code: "forbidden", facts: { permission: "access:write" } });
  });

  test("a key makes none, whatever its scopes", async () => {
    const answer = await api.current.app.inject({
      method: "POST",
      url: "/api/v1/api-keys",
      headers: api.current.keys.acme,
      payload: { name: "x", scopes: ["write"] },
    });
    expect(answer.statusCode).toBe(403);
  });

  test("a key of another tenant is not there", async () => {
    const { apiKey } = await asTenant(api.current.database, "globex", (tx) => createApiKey(tx, { name: "theirs", scopes: ["read"] }));
    const answer = await api.current.app.inject({
      method: "DELETE",
      url: `/api/v1/api-keys/${apiKey.id}`,
      headers: await sessionOf("administrator"),
    });
    expect(answer.json()).toMatchObject({ code: "not_found" });
  });

  test.each([
    { name: "", scopes: ["read"] },
    { name: "x", scopes: [] },
    { name: "x", scopes: ["admin"] },
    { name: "x", scopes: ["read"], extra: 1 },
    { name: "x", scopes: ["read"], expiresAt: "2001-01-01T00:00:00Z" },
  ])("%j is refused", async (payload) => {
    const answer = await api.current.app.inject({
      method: "POST",
      url: "/api/v1/api-keys",
      headers: await sessionOf("administrator"),
      payload,
    });
    expect(answer.json()).toMatchObject({ code: "invalid_input", status: 400 });
  });
});

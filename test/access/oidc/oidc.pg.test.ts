import { createHmac, createPublicKey } from "node:crypto";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createPerson } from "../../../src/access/people.ts";
import { testPasswordOfPeople as password, testApi } from "../../helpers/api.ts";
import { asTenant } from "../../helpers/postgres.ts";
import { type Call, callerFor, callWith, origin } from "../caller.ts";
import { claimsOf, clientSecret, startProvider, type TestProvider } from "./provider.ts";

const api = testApi();
let provider: TestProvider;
let administrator: Call;
const settings = () => ({
  name: "Acme Login",
  issuer: provider.issuer,
  clientId: "apg",
  clientSecret,
  allowedDomains: ["acme.example"],
});
beforeAll(async () => {
  provider = await startProvider();
  administrator = await callerFor(api.current, "administrator@acme.example");
  for (const role of ["treasurer", "analyst", "approver", "auditor"]) provider.accounts.set(role, { email: `${role}@acme.example` });
  expect((await administrator("PUT", "/api/v1/identity-provider", settings())).status).toBe(200);
});
beforeEach(() => {
  provider.lie = {};
});
afterAll(() => provider?.close());

const get = (url: string, cookie = "") =>
  api.current.app.inject({
    url,
    headers: { host: origin.host, ...(cookie === "" ? {} : { cookie }) },
    remoteAddress: `10.1.${Math.floor(Math.random() * 250)}.${Math.floor(Math.random() * 250)}`,
  });
type Answer = Awaited<ReturnType<typeof get>>;
const jar = (answer: Answer) =>
  answer.cookies
    .filter(({ value }) => value !== "")
    .map(({ name, value }) => `${name}=${value}`)
    .join("; ");
const pathOf = (url: string) => url.slice("http://localhost:4400".length);

async function begin(tenant = "acme"): Promise<{ url: string; cookie: string }> {
  const answer = await get(`/sign-in/oidc?tenant=${tenant}`);
  expect(answer.statusCode).toBe(303);
  return { url: String(answer.headers.location), cookie: jar(answer) };
}

async function signIn(login: string): Promise<Answer> {
  const { url, cookie } = await begin();
  return get(pathOf(await provider.walk(url, login)), cookie);
}

const outcome = (answer: Answer) => String(answer.headers.location);
const refusal = /^\/sign-in\?problem=provider_(refused|unusable)$/;
async function expectRefused(login = "treasurer"): Promise<void> {
  const answer = await signIn(login);
  expect(outcome(answer)).toMatch(refusal);
  expect(answer.cookies.filter(({ name, value }) => name === "apg_session" && value !== "")).toEqual([]);
}

describe("sign-in at the provider", () => {
  test("opens a session of the person with that verified address; code, PKCE, state and nonce go along", async () => {
    const { url, cookie } = await begin();
    const asked = new URL(url).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({ response_type: "code", code_challenge_method: "S256", client_id: "apg" });
    for (const name of ["state", "nonce", "code_challenge"]) expect(asked.get(name)?.length, name).toBeGreaterThan(40);
    const answer = await get(pathOf(await provider.walk(url, "treasurer")), cookie);
    expect(outcome(answer)).toBe("/");
    const me = await get("/api/v1/session", jar(answer));
    expect(me.json()).toMatchObject({ actor: { email: "treasurer@acme.example" }, role: "treasurer", tenant: { id: "acme" } });
    const own = await get("/api/v1/sessions", jar(answer));
    expect(own.json<{ items: { method: string; current: boolean }[] }>().items.find(({ current }) => current)).toMatchObject({
      method: "oidc",
    });
  });

  test("a journey's cookie is out of reach of scripts, and comes back from the provider only", async () => {
    const answer = await get("/sign-in/oidc?tenant=acme");
    expect(answer.cookies.find(({ name }) => name === "apg_journey")).toMatchObject({
      httpOnly: true,
      sameSite: "Lax",
      path: "/sign-in/oidc",
    });
  });

  test("its button is offered to who types an address of its domain, and to nobody else unless it is listed", async () => {
    const offered = async (domain: string) => (await get(`/api/v1/session/providers?domain=${domain}`)).json<{ items: unknown[] }>().items;
    expect(await offered("ACME.example")).toEqual([{ tenant: { id: "acme", name: "Acme Group" }, name: "Acme Login" }]);
    expect(await offered("globex.example")).toEqual([]);
    await administrator("PUT", "/api/v1/identity-provider", { ...settings(), isListed: true });
    expect(await offered("")).toHaveLength(1);
    await administrator("PUT", "/api/v1/identity-provider", settings());
  });

  test("signing out says where to end the session at the provider too", async () => {
    const answer = await signIn("analyst");
    const out = await api.current.app.inject({
      method: "POST",
      url: "/api/v1/session/sign-out",
      headers: { ...origin, cookie: jar(answer) },
    });
    expect(out.json<{ location: string }>().location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/session\/end\?.*client_id=apg/);
    expect((await get("/api/v1/session", jar(answer))).statusCode).toBe(401);
    const byPassword = await callerFor(api.current, "auditor@acme.example");
    expect((await byPassword("POST", "/api/v1/session/sign-out")).body).toEqual({ location: null });
  });

  test("a key that the provider has rotated in is taken at the next sign-in", async () => {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const rotated: JWK = { ...(await exportJWK(publicKey)), kid: "second", alg: "ES256", use: "sig" };
    provider.lie = {
      token: (honest) => new SignJWT(claimsOf(honest)).setProtectedHeader({ alg: "ES256", kid: "second" }).sign(privateKey),
      document: (path, body) =>
        path === "/jwks" ? { keys: [provider.publicKey, rotated] } : { ...body, id_token_signing_alg_values_supported: ["RS256", "ES256"] },
    };
    expect(outcome(await signIn("treasurer"))).toBe("/");
    // Withdrawn again, it is refused at once.
    provider.lie = { ...provider.lie, document: (_path, body) => body };
    await expectRefused();
  });
});

describe("what comes back is refused", () => {
  test.each([
    ["with another state", (url: URL) => url.searchParams.set("state", "x".repeat(43))],
    ["without a state", (url: URL) => url.searchParams.delete("state")],
    ["with another code", (url: URL) => url.searchParams.set("code", "y".repeat(43))],
    [
      "with an error instead of a code",
      (url: URL) => {
        url.searchParams.delete("code");
        url.searchParams.set("error", "access_denied");
      },
    ],
    ["from another issuer (RFC 9207)", (url: URL) => url.searchParams.set("iss", "https://evil.example")],
  ])("%s", async (_name, change) => {
    const { url, cookie } = await begin();
    const callback = new URL(await provider.walk(url, "treasurer"));
    change(callback);
    const answer = await get(callback.pathname + callback.search, cookie);
    expect(outcome(answer)).toMatch(refusal);
    expect(jar(answer)).toBe("");
  });

  test("in another browser than the one that began", async () => {
    const [mine, theirs] = [await begin(), await begin()];
    const callback = pathOf(await provider.walk(mine.url, "treasurer"));
    expect(outcome(await get(callback, theirs.cookie))).toMatch(refusal);
    expect(outcome(await get(callback))).toMatch(refusal);
  });

  test("a second time, also when both come at once", async () => {
    const { url, cookie } = await begin();
    const callback = pathOf(await provider.walk(url, "treasurer"));
    const answers = await Promise.all([get(callback, cookie), get(callback, cookie)]);
    expect(answers.map(outcome).filter((place) => place === "/")).toHaveLength(1);
    expect(outcome(await get(callback, cookie))).toMatch(refusal);
  });

  test("a code that was stolen into another journey: PKCE does not fit", async () => {
    const [victim, thief] = [await begin(), await begin()];
    const code = new URL(await provider.walk(victim.url, "treasurer")).searchParams.get("code") ?? "";
    const state = new URL(thief.url).searchParams.get("state") ?? "";
    const iss = encodeURIComponent(provider.issuer);
    expect(outcome(await get(`/sign-in/oidc/callback?code=${code}&state=${state}&iss=${iss}`, thief.cookie))).toMatch(refusal);
  });

  test("after ten minutes", async () => {
    const { url, cookie } = await begin();
    const callback = pathOf(await provider.walk(url, "treasurer"));
    await api.current.database.admin.query(
      "update cash_management.cm_sign_in_attempts set expires_at = now() - interval '1 s' where used_at is null",
    );
    expect(outcome(await get(callback, cookie))).toMatch(refusal);
  });

  const now = () => Math.floor(Date.now() / 1000);
  test.each([
    ["a wrong nonce", () => ({ nonce: "n".repeat(43) })],
    ["no nonce", () => ({ nonce: undefined })],
    ["another issuer", () => ({ iss: "https://evil.example" })],
    ["another audience", () => ({ aud: "another client" })],
    ["several audiences, and another party authorised", () => ({ aud: ["apg", "another"], azp: "another" })],
    ["an end in the past, beyond the tolerance", () => ({ exp: now() - 61 })],
    ["a beginning in the future, beyond the tolerance", () => ({ nbf: now() + 120 })],
    ["no end", () => ({ exp: undefined })],
    ["no subject", () => ({ sub: undefined })],
    ["an address that is not verified", () => ({ email_verified: false })],
    ["an address that is verified as a word", () => ({ email_verified: "true" })],
    ["no word on whether the address is verified", () => ({ email_verified: undefined })],
    ["an address of a domain that is not allowed", () => ({ email: "treasurer@evil.example" })],
    ["an address whose end looks like an allowed domain", () => ({ email: "treasurer@acme.example.evil.example" })],
    ["an address with two domains", () => ({ email: "treasurer@evil.example@acme.example" })],
    ["somebody who is not known", () => ({ email: "nobody@acme.example", sub: "nobody" })],
  ])("an ID token with %s, signed by the provider itself", async (_name, change) => {
    provider.lie = { claims: (claims) => ({ ...claims, ...change() }) };
    await expectRefused();
  });

  test("a clock that goes a little wrong is forgiven", async () => {
    provider.lie = { claims: (claims) => ({ ...claims, exp: now() - 30, iat: now() + 30 }) };
    expect(outcome(await signIn("treasurer"))).toBe("/");
  });

  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  test.each<[string, (honest: string) => Promise<string> | string]>([
    ["by nobody (alg none)", (honest) => `${encode({ alg: "none" })}.${honest.split(".")[1]}.`],
    [
      "with the public key as an HMAC secret (HS256)",
      (honest) => {
        const content = `${encode({ alg: "HS256", kid: "first" })}.${honest.split(".")[1]}`;
        const pem = createPublicKey({ key: provider.publicKey as never, format: "jwk" }).export({ type: "spki", format: "pem" });
        return `${content}.${createHmac("sha256", pem).update(content).digest("base64url")}`;
      },
    ],
    [
      "with the client's secret (HS256)",
      (honest) => {
        const content = `${encode({ alg: "HS256" })}.${honest.split(".")[1]}`;
        return `${content}.${createHmac("sha256", clientSecret).update(content).digest("base64url")}`;
      },
    ],
    [
      "by a key that the provider does not have",
      async (honest) =>
        new SignJWT(claimsOf(honest))
          .setProtectedHeader({ alg: "RS256", kid: "unknown" })
          .sign((await generateKeyPair("RS256")).privateKey),
    ],
    [
      "by another key under the name of the provider's",
      async (honest) =>
        new SignJWT(claimsOf(honest)).setProtectedHeader({ alg: "RS256", kid: "first" }).sign((await generateKeyPair("RS256")).privateKey),
    ],
    [
      "and changed afterwards",
      (honest) => honest.replace(/\.[^.]+\./, `.${encode({ ...claimsOf(honest), email: "administrator@acme.example" })}.`),
    ],
    ["as no token at all", () => "abc"],
  ])("an ID token signed %s", async (_name, forge) => {
    provider.lie = { token: forge };
    await expectRefused();
    // The same where the provider says that it would sign so.
    provider.lie = {
      token: forge,
      document: (path, body) => (path === "/jwks" ? body : { ...body, id_token_signing_alg_values_supported: ["RS256", "HS256", "none"] }),
    };
    await expectRefused();
  });

  test("a provider that says it is another one", async () => {
    provider.lie = { document: (path, body) => (path === "/jwks" ? body : { ...body, issuer: "https://evil.example" }) };
    expect(outcome(await get("/sign-in/oidc?tenant=acme"))).toBe("/sign-in?problem=provider_unusable");
  });
});

describe("who it is", () => {
  const change = (more: object) => administrator("PUT", "/api/v1/identity-provider", { ...settings(), ...more });

  test("is told by the provider's own name for them after the first time, not by an address that was given to somebody else", async () => {
    await asTenant(api.current.database, "acme", (tx) =>
      createPerson(tx, { email: "shared@acme.example", name: "Shared", role: "analyst" }),
    );
    provider.accounts.set("old-owner", { email: "shared@acme.example" });
    provider.accounts.set("new-owner", { email: "shared@acme.example" });
    expect(outcome(await signIn("old-owner"))).toBe("/");
    expect(outcome(await signIn("new-owner"))).toMatch(refusal);
    provider.accounts.set("old-owner", { email: "renamed@acme.example" });
    expect(outcome(await signIn("old-owner"))).toBe("/");
  });

  test("a person who was let out stays out", async () => {
    const { id } = await asTenant(api.current.database, "acme", (tx) =>
      createPerson(tx, { email: "out@acme.example", name: "Out", role: "analyst" }),
    );
    provider.accounts.set("out", { email: "out@acme.example" });
    expect(outcome(await signIn("out"))).toBe("/");
    await administrator("PATCH", `/api/v1/people/${id}`, { disabled: true });
    expect(outcome(await signIn("out"))).toMatch(refusal);
  });

  test("somebody new is let in only where the tenant wants it, with the role its mapping says", async () => {
    provider.accounts.set("newcomer", { email: "newcomer@acme.example", groups: ["staff", "treasury"] });
    expect(outcome(await signIn("newcomer"))).toMatch(refusal);
    await change({ createPeople: true, newPersonRole: "auditor", roleClaim: "groups", roleMap: { treasury: "treasurer" } });
    const answer = await signIn("newcomer");
    expect((await get("/api/v1/session", jar(answer))).json()).toMatchObject({
      role: "treasurer",
      actor: { email: "newcomer@acme.example" },
    });
    provider.accounts.set("newcomer", { email: "newcomer@acme.example", groups: ["staff", "audit"] });
    await change({ createPeople: true, newPersonRole: "auditor", roleClaim: "groups", roleMap: { audit: "auditor" } });
    expect((await get("/api/v1/session", jar(await signIn("newcomer")))).json()).toMatchObject({ role: "auditor" });
    await change({});
  });

  test("the mapping hands out no trusted role past a four-eyes rule", async () => {
    await administrator("POST", "/api/v1/approval-policies", { kind: "person_role" });
    await change({ createPeople: true, newPersonRole: "auditor", roleClaim: "groups", roleMap: { boss: "administrator" } });
    provider.accounts.set("boss", { email: "boss@acme.example", groups: ["boss"] });
    expect(outcome(await signIn("boss"))).toBe("/sign-in?problem=approval_needed");
    provider.accounts.set("treasurer", { email: "treasurer@acme.example", groups: ["boss"] });
    expect((await get("/api/v1/session", jar(await signIn("treasurer")))).json()).toMatchObject({ role: "treasurer" });
    provider.accounts.set("treasurer", { email: "treasurer@acme.example" });
    await api.current.database.admin.query("update cash_management.cm_approval_policies set ended_at = now() where ended_at is null");
    await change({});
  });
});

describe("the provider's settings", () => {
  test("never show the secret, and the database has it encrypted only", async () => {
    const shown = await administrator("GET", "/api/v1/identity-provider");
    expect(shown.body.provider).toMatchObject({ name: "Acme Login", hasSecret: true });
    expect(JSON.stringify(shown.body)).not.toContain(clientSecret);
    const { rows } = await api.current.database.admin.query(
      "select client_secret, (select jsonb_agg(to_jsonb(t)) from audit.audit_log as t) as trail from cash_management.cm_identity_providers",
    );
    expect(rows[0].client_secret.includes(Buffer.from(clientSecret))).toBe(false);
    expect(JSON.stringify(rows[0].trail)).not.toContain(rows[0].client_secret.toString("hex"));
  });

  test("are tested by asking the provider", async () => {
    expect((await administrator("POST", "/api/v1/identity-provider/test")).body).toMatchObject({
      issuer: provider.issuer,
      endSession: true,
    });
  });

  test.each(["treasurer", "approver", "auditor"] as const)("a %s changes nothing", async (role) => {
    const call = await callerFor(api.current, `${role}@acme.example`, password);
    expect((await call("PUT", "/api/v1/identity-provider", settings())).status).toBe(403);
    expect((await call("DELETE", "/api/v1/identity-provider")).status).toBe(403);
    expect((await call("PATCH", "/api/v1/access-rules", { sessionHours: 100 })).status).toBe(403);
  });

  test("a key reads and changes none of it", async () => {
    expect((await callWith(api.current, api.current.keys.acme)("GET", "/api/v1/identity-provider")).status).toBe(403);
  });

  test.each([
    { allowedDomains: [] },
    { allowedDomains: ["acme example"] },
    { issuer: "not an address" },
    { roleMap: { boss: "king" }, roleClaim: "groups" },
    { createPeople: true },
    { clockToleranceSeconds: 3600 },
  ])("%j is refused", async (more) => {
    expect((await administrator("PUT", "/api/v1/identity-provider", { ...settings(), ...more })).body).toMatchObject({
      code: "invalid_input",
    });
  });

  test("wait for another person where a four-eyes rule says so, by SQL too", async () => {
    await administrator("POST", "/api/v1/approval-policies", { kind: "sign_in" });
    const evil = { ...settings(), issuer: "https://evil.example" };
    expect(await administrator("PUT", "/api/v1/identity-provider", evil)).toMatchObject({ status: 202, body: { kind: "sign_in" } });
    const rules = await administrator("PATCH", "/api/v1/access-rules", { sessionHours: 100 });
    expect(rules.status).toBe(202);
    const bySql = asTenant(api.current.database, "acme", (tx) =>
      tx.query("update cash_management.cm_identity_providers set issuer = 'https://evil.example'"),
    );
    await expect(bySql).rejects.toMatchObject({ constraint: "approved_by_another_person" });
    const approver = await callerFor(api.current, "approver@acme.example");
    expect((await approver("POST", `/api/v1/approvals/${rules.body.id}/decision`, { decision: "approved" })).body.state).toBe("executed");
    expect((await administrator("GET", "/api/v1/access-rules")).body).toMatchObject({ sessionHours: 100, sessionIdleMinutes: 120 });
    await api.current.database.admin.query("update cash_management.cm_approval_policies set ended_at = now() where ended_at is null");
  });

  test("without it, the way to the provider is closed", async () => {
    expect((await administrator("DELETE", "/api/v1/identity-provider")).status).toBe(204);
    expect(outcome(await get("/sign-in/oidc?tenant=acme"))).toBe("/sign-in?problem=not_found");
    expect(outcome(await get("/sign-in/oidc?tenant=nowhere"))).toBe("/sign-in?problem=not_found");
  });
});

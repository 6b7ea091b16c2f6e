import { randomInt } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createPerson, personByEmail, setPassword } from "../../src/access/people.ts";
import { createSignInLink } from "../../src/access/sign-in-links.ts";
import { testPasswordOfPeople as password, testApi } from "../helpers/api.ts";
import { asTenant } from "../helpers/postgres.ts";

const api = testApi();
const origin = { host: "localhost:4400", origin: "http://localhost:4400" };

/** Each from an address of its own, so that the limit per address does not meet the other tests. */
const post = (url: string, payload: object, headers: Record<string, string> = {}) =>
  api.current.app.inject({
    method: "POST",
    url,
    payload,
    headers: { ...origin, ...headers },
    remoteAddress: `10.${randomInt(255)}.${randomInt(255)}.${randomInt(255)}`,
  });
const signIn = (email: string, given = password, more: object = {}) => post("/api/v1/session", { email, password: given, ...more });
const jar = (answer: { cookies: { name: string; value: string }[] }) => ({
  cookie: answer.cookies
    .filter((cookie) => cookie.value !== "")
    .map((cookie) => `${cookie.name}=${cookie.value}`)
    .join("; "),
});

describe("by password", () => {
  test("a person gets a session of their tenant with the permissions of their role", async () => {
    const answer = await signIn("Treasurer@acme.example");
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      session: {
        actor: { kind: "person", email: "treasurer@acme.example" },
        tenant: { id: "acme", name: "Acme Group" },
        role: "treasurer",
      },
      tenants: [],
    });
    const mine = await api.current.app.inject({ url: "/api/v1/session", headers: jar(answer) });
    expect(mine.json<{ permissions: string[] }>().permissions).toContain("statements:write");
  });

  test("the cookie is out of reach of scripts and other sites, and holds nothing that is kept", async () => {
    const answer = await signIn("treasurer@acme.example");
    const cookie = answer.cookies.find(({ name }) => name === "apg_session");
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/" });
    const kept = await api.current.database.admin.query("select encode(token_hash, 'base64') as hash from cash_management.cm_sessions");
    expect(JSON.stringify(kept.rows)).not.toContain(cookie?.value);
  });

  test("a wrong password, an unknown address and a disabled person get one and the same answer", async () => {
    await asTenant(api.current.database, "acme", async (tx) => {
      const { id } = await createPerson(tx, { email: "gone@acme.example", name: "Gone", role: "analyst", password });
      await tx.query("update cash_management.cm_people set disabled_at = now() where tenant_id = $1 and id = $2", ["acme", id]);
    });
    const answers = [await signIn("analyst@acme.example", "wrong"), await signIn("nobody@acme.example"), await signIn("gone@acme.example")];
    for (const answer of answers) expect(answer.statusCode).toBe(401);
    const bodies = answers.map((answer) => ({ ...answer.json<object>(), requestId: "" }));
    expect(bodies[1]).toEqual(bodies[0]);
    expect(bodies[2]).toEqual(bodies[0]);
  });

  test("after five wrong passwords even the right one waits, for known and unknown addresses alike", async () => {
    await asTenant(api.current.database, "acme", (tx) =>
      createPerson(tx, { email: "slow@acme.example", name: "Slow", role: "analyst", password }),
    );
    for (const email of ["slow@acme.example", "ghost@acme.example"]) {
      for (let attempt = 0; attempt < 5; attempt += 1) expect((await signIn(email, "wrong")).statusCode).toBe(401);
      const answer = await signIn(email);
      expect(answer.json()).toMatchObject({ code: "too_many_requests", status: 429 });
      expect(Number(answer.headers["retry-after"])).toBeLessThanOrEqual(30);
    }
  });

  test("five guesses sent at once are counted as five", async () => {
    await asTenant(api.current.database, "acme", (tx) =>
      createPerson(tx, { email: "burst@acme.example", name: "Burst", role: "analyst", password }),
    );
    const answers = await Promise.all(Array.from({ length: 8 }, () => signIn("burst@acme.example", "wrong")));
    expect(answers.filter((answer) => answer.statusCode === 401)).toHaveLength(5);
    expect(answers.filter((answer) => answer.statusCode === 429)).toHaveLength(3);
  });

  test("a new password ends the sessions that the old one opened", async () => {
    const answer = await signIn("approver@acme.example");
    await asTenant(api.current.database, "acme", async (tx) => setPassword(tx, api.current.people.approver, "another long password"));
    expect((await api.current.app.inject({ url: "/api/v1/session", headers: jar(answer) })).statusCode).toBe(401);
    expect((await signIn("approver@acme.example")).statusCode).toBe(401);
    expect((await signIn("approver@acme.example", "another long password")).statusCode).toBe(200);
  });

  test("a password of eleven characters is refused", async () => {
    const person = { email: "short@acme.example", name: "Short", role: "analyst", password: "elevenchars" } as const;
    await expect(asTenant(api.current.database, "acme", (tx) => createPerson(tx, person))).rejects.toThrow("11 characters");
  });

  test("signing in from a page of another site is refused", async () => {
    const answer = await post("/api/v1/session", { email: "treasurer@acme.example", password }, { origin: "https://evil.example" });
    expect(answer.json()).toMatchObject({ code: "foreign_origin" });
    expect(answer.cookies).toEqual([]);
  });

  test("signing out ends the session for good", async () => {
    const answer = await signIn("treasurer@acme.example");
    const out = await api.current.app.inject({ method: "DELETE", url: "/api/v1/session", headers: { ...origin, ...jar(answer) } });
    expect(out.statusCode).toBe(204);
    expect((await api.current.app.inject({ url: "/api/v1/session", headers: jar(answer) })).statusCode).toBe(401);
  });
});

describe("a person of two tenants", () => {
  const email = "both@example.com";
  const person = { email, name: "Both", role: "treasurer", password } as const;

  test("chooses, and each session is of one tenant; switching goes on as the other", async () => {
    for (const tenant of ["acme", "globex"]) await asTenant(api.current.database, tenant, (tx) => createPerson(tx, person));
    const open = await signIn(email);
    expect(open.json()).toEqual({
      session: null,
      tenants: [
        { id: "acme", name: "Acme Group" },
        { id: "globex", name: "Globex" },
      ],
    });
    expect(open.cookies.filter((cookie) => cookie.name === "apg_session")).toEqual([]);

    const acme = await signIn(email, password, { tenant: "acme" });
    const globex = await post("/api/v1/session", { email, password, tenant: "globex" }, jar(acme));
    expect(globex.json()).toMatchObject({ session: { tenant: { id: "globex" }, tenants: [{ id: "acme" }, { id: "globex" }] } });

    const back = await post("/api/v1/session/tenant", { tenant: "acme" }, jar(globex));
    expect(back.json()).toMatchObject({ tenant: { id: "acme" }, tenants: [{ id: "acme" }, { id: "globex" }] });
    const mine = await api.current.app.inject({ url: "/api/v1/session", headers: jar(back) });
    expect(mine.json()).toMatchObject({ tenant: { id: "acme" } });
  });

  test("an equal address in another tenant proves nothing: no switch without a proof there", async () => {
    const forged = {
      email: "treasurer@acme.example",
      name: "Not the treasurer",
      role: "administrator",
      password: "chosen by globex",
    } as const;
    await asTenant(api.current.database, "globex", (tx) => createPerson(tx, forged));
    const globex = await signIn(forged.email, forged.password);
    expect(globex.json()).toMatchObject({ session: { tenant: { id: "globex" }, tenants: [{ id: "globex" }] } });
    const answer = await post("/api/v1/session/tenant", { tenant: "acme" }, jar(globex));
    expect(answer.json()).toMatchObject({ code: "forbidden" });
  });
});

describe("by a one-time link", () => {
  const link = async () => {
    const { id } = await asTenant(api.current.database, "acme", (tx) => personByEmail(tx, "auditor@acme.example"));
    return (await asTenant(api.current.database, "acme", (tx) => createSignInLink(tx, id))).token;
  };

  test("opens a session once, and leads to the page without the token in its address", async () => {
    const url = `/sign-in?token=${await link()}`;
    const answer = await api.current.app.inject({ url });
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe("/");
    const mine = await api.current.app.inject({ url: "/api/v1/session", headers: jar(answer) });
    expect(mine.json()).toMatchObject({ role: "auditor" });
    const again = await api.current.app.inject({ url });
    expect(again.headers.location).toBe("/sign-in?problem=link_spent");
    expect(again.cookies).toEqual([]);
  });

  test("of two that come at once one gets in", async () => {
    const token = await link();
    const answers = await Promise.all([post("/api/v1/session/link", { token }), post("/api/v1/session/link", { token })]);
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 401]);
  });

  test("a browser that looks ahead does not use it up", async () => {
    const url = `/sign-in?token=${await link()}`;
    expect((await api.current.app.inject({ url, headers: { "sec-purpose": "prefetch" } })).statusCode).toBe(204);
    expect((await api.current.app.inject({ url })).headers.location).toBe("/");
  });

  test("does not open for a person who was disabled since", async () => {
    const token = await link();
    const set = (disabled: string) =>
      api.current.database.admin.query(
        `update cash_management.cm_people set disabled_at = ${disabled} where email = 'auditor@acme.example'`,
      );
    await set("now()");
    const answer = await post("/api/v1/session/link", { token });
    await set("null");
    expect(answer.json()).toMatchObject({ code: "forbidden" });
    expect(answer.cookies).toEqual([]);
  });

  test("an old one is refused", async () => {
    const token = await link();
    await api.current.database.admin.query(
      "update cash_management.cm_sign_in_links set created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour' where used_at is null",
    );
    expect((await post("/api/v1/session/link", { token })).json()).toMatchObject({ code: "link_spent" });
  });
});

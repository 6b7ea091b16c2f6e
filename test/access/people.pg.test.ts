import { beforeAll, describe, expect, test } from "vitest";
import { roles } from "../../src/access/contract.ts";
import { createPerson } from "../../src/access/people.ts";
import { tenantTransaction } from "../../src/postgres/transaction.ts";
import { testPasswordOfPeople as password, testApi } from "../helpers/api.ts";
import { asTenant } from "../helpers/postgres.ts";
import { type Call, callerFor, callWith, origin } from "./caller.ts";

const api = testApi();
const as = {} as Record<(typeof roles)[number], Call>;
beforeAll(async () => {
  for (const role of roles) as[role] = await callerFor(api.current, `${role}@acme.example`);
});

const newPerson = (email: string, role: (typeof roles)[number] = "analyst") =>
  asTenant(api.current.database, "acme", (tx) => createPerson(tx, { email, name: "Somebody", role, password })).then(({ id }) => id);

/** Straight to the database, as the program's login with a person's context: what an attacker who owns the program's SQL could send. */
const sqlAs = (actor: string, text: string, values: unknown[]) =>
  tenantTransaction(api.current.database.app, { tenantId: "acme", actor }, (tx) => tx.query(text, values));
const personOf = (role: (typeof roles)[number]) => `person:${api.current.people[role]}`;

describe("people over the API", () => {
  test("an administrator invites somebody, who comes in by the link once and sets a password", async () => {
    const invited = await as.administrator("POST", "/api/v1/people", { email: "Ines@acme.example", name: "Ines", role: "analyst" });
    expect(invited).toMatchObject({
      status: 201,
      body: { person: { email: "ines@acme.example", role: "analyst", hasPassword: false, sessions: 0 } },
    });
    const { token } = invited.body.link;
    const entered = await api.current.app.inject({ method: "POST", url: "/api/v1/session/link", headers: origin, payload: { token } });
    expect(entered.statusCode).toBe(200);
    const list = await as.auditor("GET", "/api/v1/people");
    expect(list.body.items.find((person: { email: string }) => person.email === "ines@acme.example")).toMatchObject({ sessions: 1 });
    expect(JSON.stringify(list.body)).not.toMatch(/argon2id|token/);
  });

  test("a changed role ends the person's sessions, and the next one has the new rights", async () => {
    const id = await newPerson("mover@acme.example");
    const before = await callerFor(api.current, "mover@acme.example");
    expect((await as.administrator("PATCH", `/api/v1/people/${id}`, { role: "treasurer" })).body).toMatchObject({ role: "treasurer" });
    expect((await before("GET", "/api/v1/session")).status).toBe(401);
    const after = await callerFor(api.current, "mover@acme.example");
    expect((await after("GET", "/api/v1/session")).body.permissions).toContain("statements:write");
  });

  test("a person who is let out is out at once, and may be let in again", async () => {
    const id = await newPerson("leaver@acme.example");
    const session = await callerFor(api.current, "leaver@acme.example");
    await as.administrator("PATCH", `/api/v1/people/${id}`, { disabled: true });
    expect((await session("GET", "/api/v1/session")).status).toBe(401);
    await expect(callerFor(api.current, "leaver@acme.example")).rejects.toThrow("sign_in_refused");
    await as.administrator("PATCH", `/api/v1/people/${id}`, { disabled: false });
    expect((await (await callerFor(api.current, "leaver@acme.example"))("GET", "/api/v1/session")).status).toBe(200);
  });

  test("an administrator signs somebody out everywhere", async () => {
    const id = await newPerson("everywhere@acme.example");
    const sessions = [await callerFor(api.current, "everywhere@acme.example"), await callerFor(api.current, "everywhere@acme.example")];
    expect((await as.administrator("DELETE", `/api/v1/people/${id}/sessions`)).body).toEqual({ ended: 2 });
    for (const session of sessions) expect((await session("GET", "/api/v1/session")).status).toBe(401);
  });

  test.each(["treasurer", "analyst", "approver", "auditor"] as const)("a %s manages nobody", async (role) => {
    const id = api.current.people.analyst;
    const person = { email: "x@acme.example", name: "X", role: "analyst" };
    for (const [method, url, payload] of [
      ["POST", "/api/v1/people", person],
      ["PATCH", `/api/v1/people/${id}`, { role: "treasurer" }],
      ["POST", `/api/v1/people/${id}/link`, undefined],
      ["DELETE", `/api/v1/people/${id}/sessions`, undefined],
    ] as const)
      expect((await as[role](method, url, payload)).body).toMatchObject({ code: "forbidden", facts: { permission: "access:write" } });
  });

  test("a key manages nobody, and nobody of another tenant is there", async () => {
    const byKey = callWith(api.current, api.current.keys.acme);
    expect((await byKey("GET", "/api/v1/people")).status).toBe(403);
    const { id } = await asTenant(api.current.database, "globex", (tx) =>
      createPerson(tx, { email: "theirs@globex.example", name: "Theirs", role: "analyst" }),
    );
    expect((await as.administrator("PATCH", `/api/v1/people/${id}`, { disabled: true })).body).toMatchObject({ code: "not_found" });
    expect((await as.administrator("GET", `/api/v1/people/${id}`)).status).toBe(404);
  });

  test.each([
    { email: "no address", name: "A", role: "analyst" },
    { email: "a@b.c", name: "  ", role: "analyst" },
    { email: "a@b.c", name: "A", role: "king" },
    { email: "a@b.c", name: "A", role: "analyst", password: "chosen by somebody else" },
  ])("inviting %j is refused", async (payload) => {
    expect((await as.administrator("POST", "/api/v1/people", payload)).body).toMatchObject({ code: "invalid_input", status: 400 });
  });

  test("an address that is taken is refused", async () => {
    const taken = { email: "analyst@acme.example", name: "Again", role: "analyst" };
    expect((await as.administrator("POST", "/api/v1/people", taken)).body).toMatchObject({ code: "conflict" });
  });
});

describe("the last administrator", () => {
  const own = () => `/api/v1/people/${api.current.people.administrator}`;

  test("neither steps down nor lets themselves out", async () => {
    for (const change of [{ role: "analyst" }, { disabled: true }])
      expect((await as.administrator("PATCH", own(), change)).body).toMatchObject({ code: "forbidden", status: 403 });
  });

  test("is not removed by an operator either", async () => {
    const demote = sqlAs("command:root", "update cash_management.cm_people set role = 'analyst' where tenant_id = 'acme' and id = $1", [
      api.current.people.administrator,
    ]);
    await expect(demote).rejects.toMatchObject({ constraint: "the_last_administrator_stays" });
  });

  test("of two who remove each other at once one stays", async () => {
    const ids = [await newPerson("first@acme.example", "administrator"), await newPerson("second@acme.example", "administrator")];
    await sqlAs("command:root", "update cash_management.cm_people set disabled_at = now() where tenant_id = 'acme' and id = $1", [
      api.current.people.administrator,
    ]);
    const callers = await Promise.all(["first", "second"].map((name) => callerFor(api.current, `${name}@acme.example`)));
    const answers = await Promise.all(
      ids.map((id, index) => (callers[1 - index] as Call)("PATCH", `/api/v1/people/${id}`, { disabled: true })),
    );
    expect(answers.map(({ status }) => status).sort()).not.toEqual([200, 200]);
    const { rows } = await api.current.database.admin.query(
      "select count(*)::integer as left from cash_management.cm_people where tenant_id = 'acme' and role = 'administrator' and disabled_at is null",
    );
    expect(rows[0].left).toBe(1);
    await api.current.database.admin.query("update cash_management.cm_people set disabled_at = null where tenant_id = 'acme' and id = $1", [
      api.current.people.administrator,
    ]);
  });
});

describe("the database refuses what the routes would have refused (role, link, password, key)", () => {
  test.each([
    [
      "a treasurer makes themselves administrator",
      "treasurer",
      "update cash_management.cm_people set role = 'administrator' where tenant_id = 'acme' and id = $1",
      "treasurer",
    ],
    [
      "an analyst lets a person in",
      "analyst",
      "insert into cash_management.cm_people (tenant_id, email, name, role) values ('acme', 'evil@' || $1::uuid, 'E', 'analyst')",
      "analyst",
    ],
    [
      "an auditor makes a key",
      "auditor",
      "insert into cash_management.cm_api_keys (tenant_id, name, key_hash, prefix, scopes) values ('acme', $1::uuid::text, sha256('x'), 'apg_abcd', '{read}')",
      "auditor",
    ],
    [
      "an approver makes a link for another",
      "approver",
      "insert into cash_management.cm_sign_in_links (tenant_id, token_hash, person_id, expires_at) values ('acme', sha256('x'), $1, now() + interval '1 hour')",
      "administrator",
    ],
  ] as const)("%s", async (_name, role, text, about) => {
    await expect(sqlAs(personOf(role), text, [api.current.people[about]])).rejects.toMatchObject({
      constraint: "administrators_manage_access",
    });
  });

  test("an administrator sets another person's password: refused; raises their own role: refused", async () => {
    const text =
      "update cash_management.cm_people set password_hash = '$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA' where tenant_id = 'acme' and id = $1";
    await expect(sqlAs(personOf("administrator"), text, [api.current.people.approver])).rejects.toMatchObject({
      constraint: "a_password_is_set_by_its_owner",
    });
    const own = "update cash_management.cm_people set role = 'treasurer' where tenant_id = 'acme' and id = $1";
    await expect(sqlAs(personOf("administrator"), own, [api.current.people.administrator])).rejects.toMatchObject({
      constraint: "nobody_changes_their_own_role",
    });
  });

  test("a revoked key is not revived, and no key lives longer than it was given", async () => {
    const { apiKey } = (await as.administrator("POST", "/api/v1/api-keys", { name: "brief", scopes: ["positions:read"] })).body;
    await as.administrator("DELETE", `/api/v1/api-keys/${apiKey.id}`);
    const revive = "update cash_management.cm_api_keys set revoked_at = null where tenant_id = 'acme' and id = $1";
    const prolong = "update cash_management.cm_api_keys set expires_at = now() + interval '9 years' where tenant_id = 'acme' and id = $1";
    const given = await as.administrator("POST", "/api/v1/api-keys", {
      name: "given",
      scopes: ["positions:read"],
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
    for (const [text, id] of [
      [revive, apiKey.id],
      [prolong, given.body.apiKey.id],
    ] as const)
      await expect(sqlAs(personOf("administrator"), text, [id])).rejects.toMatchObject({
        constraint: "a_key_lives_no_longer_than_it_was_given",
      });
  });
});

describe("keys by permission group", () => {
  test.each([
    [["positions:read"], "/api/v1/positions", "/api/v1/statements"],
    [["statements:read"], "/api/v1/statements", "/api/v1/cash-flows"],
    [["accounts:read", "cash-flows:read"], "/api/v1/cash-flows", "/api/v1/positions"],
  ])("a key of %j reads %s and not %s", async (scopes, allowed, refused) => {
    const { key } = (await as.administrator("POST", "/api/v1/api-keys", { name: scopes.join(" "), scopes })).body;
    const call = callWith(api.current, { authorization: `Bearer ${key}` });
    expect((await call("GET", allowed)).status).toBe(200);
    expect((await call("GET", refused)).status).toBe(403);
  });
});

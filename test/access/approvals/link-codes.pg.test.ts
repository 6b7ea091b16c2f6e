import { beforeAll, describe, expect, test } from "vitest";
import { codeHash, newCode } from "../../../src/access/approvals/link-codes.ts";
import { tokenHash } from "../../../src/access/secrets.ts";
import { createSignInLink } from "../../../src/access/sign-in-links.ts";
import { testPasswordOfPeople as password, testApi } from "../../helpers/api.ts";
import { asTenant } from "../../helpers/postgres.ts";
import { type Call, callerFor, origin } from "../caller.ts";

const api = testApi();
let administrator: Call;
let approver: Call;
let address = 0;
beforeAll(async () => {
  administrator = await callerFor(api.current, "administrator@acme.example");
  approver = await callerFor(api.current, "approver@acme.example");
  for (const kind of ["person_role", "person_recovery"])
    expect((await administrator("POST", "/api/v1/approval-policies", { kind })).status).toBe(201);
});

const signIn = (payload: { token: string; code?: string }) => {
  address += 1;
  return api.current.app.inject({
    method: "POST",
    url: "/api/v1/session/link",
    headers: origin,
    payload,
    remoteAddress: `10.9.${Math.floor(address / 250)}.${address % 250}`,
  });
};
const invite = (email: string, role: string) => administrator("POST", "/api/v1/people", { email, name: "New", role });
const approve = (id: string) => approver("POST", `/api/v1/approvals/${id}/decision`, { decision: "approved" });
const personOf = async (email: string) =>
  (await administrator("GET", "/api/v1/people")).body.items.find((person: { email: string }) => person.email === email);
const linkFor = async (email: string) => administrator("POST", `/api/v1/people/${(await personOf(email)).id}/link`);

/** Somebody who was invited as approver and approved, with both parts of their way in. */
async function invited(email: string): Promise<{ request: string; code: string; token: string }> {
  const asked = await invite(email, "approver");
  expect(asked.status).toBe(202);
  const decided = await approve(asked.body.id);
  expect(decided.body).toMatchObject({ state: "executed", code: expect.stringMatching(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/) });
  const link = await linkFor(email);
  expect(link).toMatchObject({ status: 201, body: { codeNeeded: true } });
  return { request: asked.body.id, code: decided.body.code, token: link.body.token };
}

describe("an invitation under four eyes", () => {
  test("who asked cannot use the link alone, and five wrong codes end it", async () => {
    const { token, code } = await invited("one@acme.example");
    expect((await signIn({ token })).json()).toMatchObject({ status: 401, code: "code_needed" });
    for (let guess = 0; guess < 5; guess += 1)
      expect((await signIn({ token, code: newCode() })).json()).toMatchObject({ code: "code_wrong" });
    expect((await signIn({ token, code })).json(), "even the right one comes too late").toMatchObject({ code: "link_spent" });
    const { rows } = await api.current.database.admin.query(
      "select wrong_codes from cash_management.cm_sign_in_links where token_hash = $1",
      [tokenHash(token)],
    );
    expect(rows).toEqual([{ wrong_codes: 5 }]);
  });

  test("with the code, however it is typed, the person comes in once, and another link needs an approval from then on", async () => {
    const { token, code } = await invited("two@acme.example");
    const typed = code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l");
    const entered = await signIn({ token, code: typed });
    expect(entered.json()).toMatchObject({ session: { role: "approver", actor: { email: "two@acme.example" } } });
    expect((await signIn({ token, code })).json()).toMatchObject({ code: "link_spent" });
    const recovery = await linkFor("two@acme.example");
    expect(recovery).toMatchObject({ status: 202, body: { kind: "person_recovery" } });
    const decided = await approve(recovery.body.id);
    expect(decided.body).toMatchObject({ state: "approved", code: expect.any(String) });
    const link = await linkFor("two@acme.example");
    expect(link).toMatchObject({ status: 201, body: { codeNeeded: true } });
    expect((await signIn({ token: link.body.token, code: decided.body.code })).statusCode).toBe(200);
    expect((await linkFor("two@acme.example")).status, "the approval is used up").toBe(202);
  });

  test("a lost first link is made again and the same code fits; a lost code is made anew by who approved, and by nobody else", async () => {
    const first = await invited("three@acme.example");
    const again = await linkFor("three@acme.example");
    expect(again.status).toBe(201);
    const path = `/api/v1/approvals/${first.request}/code`;
    expect((await administrator("POST", path)).body).toMatchObject({ code: "forbidden" });
    const renewed = await approver("POST", path);
    expect(renewed.body.code).not.toBe(first.code);
    const link = await linkFor("three@acme.example");
    expect((await signIn({ token: link.body.token, code: first.code })).json()).toMatchObject({ code: "code_wrong" });
    expect((await signIn({ token: again.body.token, code: first.code })).statusCode).toBe(200);
  });

  test("who has the code does not make the link", async () => {
    const asked = await invite("four@acme.example", "approver");
    await approve(asked.body.id);
    const { id } = await personOf("four@acme.example");
    await api.current.database.admin.query(
      "update cash_management.cm_people set role = 'administrator' where email = 'approver@acme.example'",
    );
    const made = await approver("POST", `/api/v1/people/${id}/link`);
    await api.current.database.admin.query("update cash_management.cm_people set role = 'approver' where email = 'approver@acme.example'");
    expect(made).toMatchObject({ status: 403, body: { code: "forbidden" } });
  });

  test("no code, no link: also where the rule came after the person", async () => {
    const id = "d0000000-0000-4000-8000-000000000001";
    await api.current.database.admin.query(
      "insert into cash_management.cm_people (tenant_id, id, email, name, role) values ('acme', $1, 'five@acme.example', 'Five', 'approver')",
      [id],
    );
    const asked = await linkFor("five@acme.example");
    expect(asked).toMatchObject({ status: 202, body: { kind: "person_role", payload: { name: "Five", role: "approver" } } });
    // As SQL would decide, without the program: no code is made.
    await api.current.database.admin.query(
      "update cash_management.cm_approval_requests set state = 'approved', decided_at = now() where id = $1",
      [asked.body.id],
    );
    expect((await linkFor("five@acme.example")).body).toMatchObject({ code: "conflict" });
    const bySql = asTenant(api.current.database, "acme", (tx) => createSignInLink(tx, id));
    await expect(bySql).rejects.toMatchObject({ constraint: "the_code_is_there_before_the_link" });
  });
});

describe("who asked for a role and could be that person", () => {
  test("is out: whoever came in by the maker's link proves themselves anew, with the code", async () => {
    const plain = await invite("six@acme.example", "analyst");
    expect(plain).toMatchObject({ status: 201, body: { link: { codeNeeded: false } } });
    const entered = await signIn({ token: plain.body.link.token });
    const cookie = entered.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    const set = await api.current.app.inject({
      method: "PUT",
      url: "/api/v1/session/password",
      headers: { ...origin, cookie },
      payload: { next: "the maker knows this" },
    });
    expect(set.statusCode).toBe(200);
    const asked = await administrator("PATCH", `/api/v1/people/${plain.body.person.id}`, { role: "approver" });
    const { code } = (await approve(asked.body.id)).body;
    const password = await api.current.app.inject({
      method: "POST",
      url: "/api/v1/session",
      headers: origin,
      payload: { email: "six@acme.example", password: "the maker knows this" },
    });
    expect(password.statusCode).toBe(401);
    expect(await personOf("six@acme.example")).toMatchObject({ role: "approver", hasPassword: false, sessions: 0 });
    const link = await linkFor("six@acme.example");
    expect((await signIn({ token: link.body.token })).json()).toMatchObject({ code: "code_needed" });
    expect((await signIn({ token: link.body.token, code })).statusCode).toBe(200);
  });

  test("but who came in otherwise keeps their password and goes on", async () => {
    const asked = await administrator("PATCH", `/api/v1/people/${api.current.people.treasurer}`, { role: "administrator" });
    expect((await approve(asked.body.id)).body).toMatchObject({ state: "executed" });
    await expect(callerFor(api.current, "treasurer@acme.example", password)).resolves.toBeDefined();
  });

  test("sets no password for them: not at once, not later, and not by SQL", async () => {
    const hash = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$c29tZWhhc2g";
    const write = (statement: string) => asTenant(api.current.database, "acme", (tx) => tx.query(statement, [tx.tenantId, hash]));
    for (const statement of [
      "insert into cash_management.cm_people (tenant_id, email, name, role, password_hash) values ($1, 'x@acme.example', 'X', 'approver', $2)",
      "update cash_management.cm_people set password_hash = $2 where tenant_id = $1 and email = 'approver@acme.example'",
    ])
      await expect(write(statement)).rejects.toMatchObject({ constraint: "a_password_is_set_by_its_owner" });
    await write("update cash_management.cm_people set password_hash = $2 where tenant_id = $1 and email = 'analyst@acme.example'");
  });
});

test("a code is twelve signs that a telephone does not confuse, and reads the same in any spelling", () => {
  for (let round = 0; round < 200; round += 1) {
    const code = newCode();
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(codeHash(` ${code.toLowerCase().replaceAll("-", "")} `).equals(codeHash(code))).toBe(true);
  }
});

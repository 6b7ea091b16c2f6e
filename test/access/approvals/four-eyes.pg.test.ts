import { beforeAll, describe, expect, test } from "vitest";
import { requireApproval } from "../../../src/access/approvals/approvals.ts";
import { type ApprovalPolicy, approvalKinds, kindsWithAmount } from "../../../src/access/approvals/contract.ts";
import type { Role } from "../../../src/access/contract.ts";
import { createPerson } from "../../../src/access/people.ts";
import { permissionsOfRole, permissionsOfScope } from "../../../src/access/permissions.ts";
import { type TenantTransaction, tenantTransaction } from "../../../src/postgres/transaction.ts";
import { testPasswordOfPeople as password, testApi } from "../../helpers/api.ts";
import { asTenant } from "../../helpers/postgres.ts";
import { type Call, callerFor, callWith } from "../caller.ts";

const api = testApi();
const as = {} as Record<Role | "second" | "deputy", Call>;
const ids = {} as Record<"second" | "deputy" | "mover", string>;
beforeAll(async () => {
  for (const [name, role] of [
    ["second", "approver"],
    ["deputy", "administrator"],
    ["mover", "analyst"],
  ] as const)
    ids[name] = (
      await asTenant(api.current.database, "acme", (tx) =>
        createPerson(tx, { email: `${name}@acme.example`, name: `The ${name}`, role, password }),
      )
    ).id;
  for (const name of ["treasurer", "analyst", "approver", "auditor", "administrator", "second", "deputy"] as const)
    as[name] = await callerFor(api.current, `${name}@acme.example`);
});

const inAcme = <T>(actor: string, work: (tx: TenantTransaction) => Promise<T>) =>
  tenantTransaction(api.current.database.app, { tenantId: "acme", actor }, work);
const person = (id: string) => `person:${id}`;
const rule = async (more: object): Promise<ApprovalPolicy> => {
  const made = await as.administrator("POST", "/api/v1/approval-policies", more);
  expect(made.status).toBe(201);
  return made.body;
};
/** Rules end by the superuser after each test, so that tests do not stand in each other's way. */
const endRules = () =>
  api.current.database.admin.query("update cash_management.cm_approval_policies set ended_at = now() where ended_at is null");
const decide = (call: Call, id: string, decision = "approved", reason?: string) =>
  call("POST", `/api/v1/approvals/${id}/decision`, { decision, ...(reason === undefined ? {} : { reason }) });

test("the matrix and the kinds in the database are those of the program", async () => {
  const { rows } = await api.current.database.admin.query<{ holder_kind: string; holder: string; permission: string }>(
    "select holder_kind, holder, permission from cash_management.cm_permissions",
  );
  const kept = rows.map(({ holder_kind, holder, permission }) => `${holder_kind} ${holder} ${permission}`).sort();
  const wanted = [
    ...Object.entries(permissionsOfRole).flatMap(([role, list]) => list.map((permission) => `role ${role} ${permission}`)),
    ...Object.entries(permissionsOfScope).flatMap(([scope, list]) => list.map((permission) => `scope ${scope} ${permission}`)),
  ].sort();
  expect(kept).toEqual(wanted);
  const kinds = await api.current.database.admin.query<{ kind: string; has_amount: boolean }>(
    "select kind, has_amount from cash_management.cm_approval_kinds",
  );
  expect(kinds.rows.map(({ kind }) => kind).sort()).toEqual([...approvalKinds].sort());
  expect(
    kinds.rows
      .filter((row) => row.has_amount)
      .map(({ kind }) => kind)
      .sort(),
  ).toEqual([...kindsWithAmount].sort());
});

describe("a role that is trusted", () => {
  test("waits for an approver, is carried out by the approval, once, and the trail says who did what", async () => {
    await rule({ kind: "person_role" });
    const change = (role: string) => as.administrator("PATCH", `/api/v1/people/${ids.mover}`, { role });
    const asked = await change("administrator");
    expect(asked).toMatchObject({
      status: 202,
      body: {
        kind: "person_role",
        subject: "mover@acme.example",
        state: "waiting",
        mine: true,
        mayDecide: false,
        payload: { role: "administrator" },
      },
    });
    expect((await change("administrator")).body.id, "asking again is the same request").toBe(asked.body.id);
    expect((await as.approver("GET", "/api/v1/approvals?state=open")).body.items[0]).toMatchObject({ id: asked.body.id, mayDecide: true });
    const decided = await decide(as.approver, asked.body.id);
    expect(decided.body).toMatchObject({ state: "executed", decisions: [{ decision: "approved", name: "The approver" }] });
    expect((await as.administrator("GET", `/api/v1/people/${ids.mover}`)).body.role).toBe("administrator");
    // Down again needs nobody; up again needs a new approval: the first is used up.
    expect((await change("analyst")).status).toBe(200);
    expect(await change("administrator")).toMatchObject({ status: 202, body: { state: "waiting" } });
    await endRules();
  });

  test("an invitation of an approver waits as well, and one of an analyst does not", async () => {
    await rule({ kind: "person_role" });
    const invite = (email: string, role: string) => as.administrator("POST", "/api/v1/people", { email, name: "New", role });
    expect((await invite("plain@acme.example", "analyst")).status).toBe(201);
    const asked = await invite("signer@acme.example", "approver");
    expect(asked.status).toBe(202);
    expect((await decide(as.second, asked.body.id)).body.state).toBe("executed");
    const list = (await as.administrator("GET", "/api/v1/people")).body.items as { email: string }[];
    expect(list.map(({ email }) => email)).toContain("signer@acme.example");
    await endRules();
  });

  test("is not taken by SQL: the write without an approved request is refused by the database", async () => {
    await rule({ kind: "person_role" });
    const raise = (id: string) =>
      inAcme(person(api.current.people.administrator), (tx) =>
        tx.query("update cash_management.cm_people set role = 'administrator' where tenant_id = 'acme' and id = $1", [id]),
      );
    await expect(raise(api.current.people.treasurer)).rejects.toMatchObject({ constraint: "approved_by_another_person" });
    // An approval of one person's role is none for another's, nor for another role.
    const asked = await as.administrator("PATCH", `/api/v1/people/${api.current.people.treasurer}`, { role: "approver" });
    await api.current.database.admin.query("update cash_management.cm_approval_requests set state = 'approved' where id = $1", [
      asked.body.id,
    ]);
    await expect(raise(api.current.people.treasurer)).rejects.toMatchObject({ constraint: "approved_by_another_person" });
    await endRules();
  });
});

describe("who decides", () => {
  let request: { id: string };
  const ask = async (name: string) => (await as.administrator("POST", "/api/v1/api-keys", { name, scopes: ["write"] })).body;
  beforeAll(async () => {
    await rule({ kind: "api_key", approvalsNeeded: 2 });
    request = await ask("erp");
  });

  test.each([
    ["an analyst", "analyst", "forbidden"],
    ["an auditor", "auditor", "forbidden"],
    ["a treasurer, when the rule names approvers", "treasurer", "forbidden"],
    ["who asked", "administrator", "forbidden"],
  ] as const)("not %s", async (_name, who, code) => {
    expect((await decide(as[who], request.id)).body).toMatchObject({ code });
  });

  test("not a key, whatever its scopes", async () => {
    expect((await decide(callWith(api.current, api.current.keys.acme), request.id)).status).toBe(403);
    const bySql = inAcme("key:00000000-0000-4000-8000-000000000001", (tx) =>
      tx.query("select cash_management.decide_approval($1, 'approved')", [request.id]),
    );
    await expect(bySql).rejects.toMatchObject({ constraint: "only_a_person_decides" });
  });

  test("not the program itself, nor nobody", async () => {
    const bySql = inAcme("command:root", (tx) => tx.query("select cash_management.decide_approval($1, 'approved')", [request.id]));
    await expect(bySql).rejects.toMatchObject({ constraint: "only_a_person_decides" });
  });

  test("each once, and two are two: the second approval makes it approved", async () => {
    expect((await decide(as.approver, request.id)).body.state).toBe("waiting");
    expect((await decide(as.approver, request.id)).body).toMatchObject({ code: "conflict" });
    expect((await decide(as.second, request.id)).body.state).toBe("approved");
  });

  test("then who asked collects the key, once; the next key of that name waits again", async () => {
    const collect = () => as.administrator("POST", "/api/v1/api-keys", { name: "erp", scopes: ["write"] });
    expect(await collect()).toMatchObject({ status: 201, body: { key: expect.stringMatching(/^apg_/) } });
    expect(await collect()).toMatchObject({ status: 202, body: { state: "waiting" } });
    expect((await as.administrator("GET", `/api/v1/approvals/${request.id}`)).body).toMatchObject({ state: "executed" });
  });

  test("what was approved is done once, also by two at the same time", async () => {
    const both = await ask("twice");
    for (const call of [as.approver, as.second]) await decide(call, both.id);
    const answers = await Promise.all([1, 2].map(() => as.administrator("POST", "/api/v1/api-keys", { name: "twice", scopes: ["write"] })));
    expect(answers.map(({ status }) => status).sort()).not.toEqual([201, 201]);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  test("a refusal gives a reason and is final", async () => {
    const refused = await ask("refused");
    expect((await decide(as.approver, refused.id, "rejected")).body).toMatchObject({ code: "invalid_input" });
    expect((await decide(as.approver, refused.id, "rejected", "too wide")).body).toMatchObject({
      state: "refused",
      decisions: [{ reason: "too wide" }],
    });
    expect((await decide(as.second, refused.id)).body).toMatchObject({ code: "conflict" });
  });

  test("who asked takes it back, nobody else does", async () => {
    const mine = await ask("taken back");
    expect((await as.deputy("DELETE", `/api/v1/approvals/${mine.id}`)).body).toMatchObject({ code: "forbidden" });
    expect((await as.administrator("DELETE", `/api/v1/approvals/${mine.id}`)).body).toMatchObject({ state: "withdrawn" });
    expect((await decide(as.approver, mine.id)).body).toMatchObject({ code: "conflict" });
  });

  test("a request that is too old is neither decided nor used, and may be asked anew", async () => {
    const old = await ask("old");
    await api.current.database.admin.query("alter table cash_management.cm_approval_requests disable trigger key_never_changes");
    await api.current.database.admin.query(
      "update cash_management.cm_approval_requests set expires_at = now() - interval '1 s' where id = $1",
      [old.id],
    );
    await api.current.database.admin.query("alter table cash_management.cm_approval_requests enable trigger key_never_changes");
    expect((await decide(as.approver, old.id)).body).toMatchObject({ code: "conflict" });
    expect((await as.approver("GET", `/api/v1/approvals/${old.id}`)).body.state).toBe("expired");
    expect((await ask("old")).id).not.toBe(old.id);
    await endRules();
  });
});

describe("a maker is never an approver", () => {
  test("not through a key of theirs either", async () => {
    await rule({ kind: "cash_flow", approverRole: "administrator", above: "100.00", currency: "EUR" });
    const made = (await as.deputy("POST", "/api/v1/api-keys", { name: "deputy's", scopes: ["cash-flows:write"] })).body;
    const deed = { subject: "account", amount: -10_001n, currency: "EUR", payload: { text: "rent" } };
    const request = await inAcme(`key:${made.apiKey.id}`, (tx) => requireApproval(tx, "cash_flow", deed));
    expect((await decide(as.deputy, request?.id ?? "")).body).toMatchObject({ code: "forbidden", detail: "who asked never approves" });
    expect((await decide(as.administrator, request?.id ?? "")).body.state).toBe("approved");
    await endRules();
  });

  test("and whom it makes administrator does not decide about that", async () => {
    await rule({ kind: "person_role", approverRole: "approver" });
    const asked = await as.administrator("PATCH", `/api/v1/people/${api.current.people.approver}`, { role: "administrator" });
    expect((await decide(as.approver, asked.body.id)).body).toMatchObject({ code: "forbidden", detail: "nobody decides about themselves" });
    await endRules();
  });
});

describe("by amount", () => {
  const flow = (amount: bigint, currency = "EUR") =>
    inAcme(person(api.current.people.treasurer), (tx) =>
      requireApproval(tx, "transfer", { subject: "a → b", amount, currency, payload: {} }),
    );

  test("up to the limit nobody is asked, above it, and in a currency without a limit, somebody is; the strictest rule holds", async () => {
    await rule({ kind: "transfer", above: "1000.00", currency: "EUR" });
    await rule({ kind: "transfer", above: "50000.00", currency: "EUR", approvalsNeeded: 2 });
    await rule({ kind: "transfer", above: "2000", currency: "JPY" });
    expect(await flow(100_000n)).toBeNull();
    expect(await flow(100_001n)).toMatchObject({ approvalsNeeded: 1, amount: "1000.01" });
    expect(await flow(-5_000_001n)).toMatchObject({ approvalsNeeded: 2 });
    expect(await flow(1n, "USD")).toMatchObject({ approvalsNeeded: 2 });
    expect(await flow(2000n, "JPY")).toBeNull();
    await endRules();
  });

  test("an approval by call is used up by the call that finds it", async () => {
    await rule({ kind: "transfer", above: "1.00", currency: "EUR" });
    const asked = await flow(700n);
    expect((await decide(as.approver, asked?.id ?? "")).body.state).toBe("approved");
    expect(await flow(700n)).toBeNull();
    expect(await flow(700n)).toMatchObject({ state: "waiting" });
    await endRules();
  });
});

describe("the rules themselves", () => {
  test("are ended under themselves, not by one administrator", async () => {
    const made = await rule({ kind: "payment" });
    const end = () => as.administrator("DELETE", `/api/v1/approval-policies/${made.id}`);
    const asked = await end();
    expect(asked).toMatchObject({ status: 202, body: { kind: "approval_policy", subject: made.id } });
    const bySql = inAcme(person(api.current.people.administrator), (tx) =>
      tx.query("update cash_management.cm_approval_policies set ended_at = now() where tenant_id = 'acme' and id = $1", [made.id]),
    );
    await expect(bySql).rejects.toMatchObject({ constraint: "approved_by_another_person" });
    await decide(as.approver, asked.body.id);
    const list = (await as.auditor("GET", "/api/v1/approval-policies")).body.items as { id: string; endedAt: string | null }[];
    expect(list.find(({ id }) => id === made.id)?.endedAt).not.toBeNull();
  });

  test("never change", async () => {
    const made = await rule({ kind: "payment" });
    const loosen = api.current.database.admin.query(
      "update cash_management.cm_approval_policies set approvals_needed = 1, above_minor = 5, currency = 'EUR' where id = $1",
      [made.id],
    );
    await expect(loosen).rejects.toThrow("never changes");
    await endRules();
  });

  test("one that nobody could satisfy is refused", async () => {
    const answer = await as.administrator("POST", "/api/v1/approval-policies", {
      kind: "payment",
      approverRole: "treasurer",
      approvalsNeeded: 2,
    });
    expect(answer.body).toMatchObject({ code: "conflict", detail: "too few people have the role that would approve" });
  });

  test.each([
    { kind: "approval_policy" },
    { kind: "payment", above: "10.00" },
    { kind: "payment", above: "10.001", currency: "EUR" },
    { kind: "payment", approvalsNeeded: 4 },
    { kind: "payment", approvalsNeeded: 0 },
    { kind: "payment", approverRole: "analyst" },
    { kind: "coffee" },
  ])("%j is refused", async (payload) => {
    expect((await as.administrator("POST", "/api/v1/approval-policies", payload)).status).toBe(400);
  });

  test.each(["treasurer", "analyst", "approver", "auditor"] as const)("a %s makes and ends none", async (role) => {
    expect((await as[role]("POST", "/api/v1/approval-policies", { kind: "payment" })).status).toBe(403);
    const bySql = inAcme(person(api.current.people[role]), (tx) =>
      tx.query("insert into cash_management.cm_approval_policies (tenant_id, kind) values ('acme', 'payment')"),
    );
    await expect(bySql).rejects.toMatchObject({ constraint: "administrators_manage_access" });
  });
});

describe("requests and decisions", () => {
  test.each([
    "insert into cash_management.cm_approval_requests (tenant_id, id) values ('acme', gen_random_uuid())",
    "update cash_management.cm_approval_requests set state = 'approved' where tenant_id = 'acme'",
    "delete from cash_management.cm_approval_requests where tenant_id = 'acme'",
    "insert into cash_management.cm_approvals (tenant_id, subject_kind, subject_id, decision, decided_by) values ('acme', 'payment', gen_random_uuid(), 'approved', 'person:x')",
    "update cash_management.cm_approvals set decision = 'approved' where tenant_id = 'acme'",
    "delete from cash_management.cm_approvals where tenant_id = 'acme'",
    "update cash_management.cm_permissions set permission = 'access:write'",
    "delete from cash_management.cm_approval_policies where tenant_id = 'acme'",
  ])("the program's login may not: %s", async (text) => {
    await expect(asTenant(api.current.database, "acme", (tx) => tx.query(text))).rejects.toMatchObject({ code: "42501" });
  });

  test("what is asked never changes, not even by the superuser while triggers are on", async () => {
    await rule({ kind: "payment" });
    const request = await inAcme("command:root", (tx) =>
      requireApproval(tx, "payment", { subject: "x", amount: 5n, currency: "EUR", payload: { to: "a" } }),
    );
    const change = api.current.database.admin.query(
      `update cash_management.cm_approval_requests set payload = '{"to": "b"}' where id = $1`,
      [request?.id],
    );
    await expect(change).rejects.toThrow("never changes");
    await endRules();
  });

  test("invariant 1: a request of another tenant is not there", async () => {
    await rule({ kind: "payment" });
    const request = await inAcme("command:root", (tx) =>
      requireApproval(tx, "payment", { subject: "y", amount: 5n, currency: "EUR", payload: {} }),
    );
    const inGlobex = (text: string) =>
      tenantTransaction(api.current.database.app, { tenantId: "globex", actor: "person:00000000-0000-4000-8000-000000000001" }, (tx) =>
        tx.query(text, [request?.id]),
      );
    expect((await inGlobex("select from cash_management.cm_approval_requests where id = $1")).rowCount).toBe(0);
    await expect(inGlobex("select cash_management.decide_approval($1, 'approved')")).rejects.toMatchObject({
      constraint: "request_is_there",
    });
    await endRules();
  });
});

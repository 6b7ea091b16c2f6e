import { describe, expect, test } from "vitest";
import { type Role, roles } from "../../src/access/contract.ts";
import { permissionsOfRole, permissionsOfScope } from "../../src/access/permissions.ts";
import { testPasswordOfPeople as password, testApi } from "../helpers/api.ts";

const api = testApi();
const origin = { host: "localhost:4400", origin: "http://localhost:4400" };

const sessions = new Map<Role, string>();
async function sessionOf(role: Role): Promise<string> {
  const known = sessions.get(role);
  if (known !== undefined) return known;
  const payload = { email: `${role}@acme.example`, password };
  const answer = await api.current.app.inject({ method: "POST", url: "/api/v1/session", headers: origin, payload });
  const cookie = `apg_session=${answer.cookies.find(({ name }) => name === "apg_session")?.value}`;
  sessions.set(role, cookie);
  return cookie;
}

async function statusAs(role: Role, method: "GET" | "POST", url: string): Promise<number> {
  const cookie = await sessionOf(role);
  const body = method === "POST" ? { payload: "x", headers: { ...origin, cookie, "content-type": "text/plain" } } : { headers: { cookie } };
  return (await api.current.app.inject({ method, url, ...body })).statusCode;
}

const everybody = [...roles];

describe.each([
  ["GET", "/api/v1/positions", everybody],
  ["GET", "/api/v1/accounts", everybody],
  ["GET", "/api/v1/statements", everybody],
  ["GET", "/api/v1/cash-flows", everybody],
  ["POST", "/api/v1/statements", ["treasurer"]],
  ["GET", "/api/v1/api-keys", ["auditor", "administrator"]],
  ["POST", "/api/v1/api-keys", ["administrator"]],
  ["GET", "/api/v1/people", ["auditor", "administrator"]],
  ["POST", "/api/v1/people", ["administrator"]],
  ["GET", "/api/v1/approvals", everybody],
  ["POST", "/api/v1/approval-policies", ["administrator"]],
] as const)("%s %s", (method, url, allowed) => {
  test.each(roles)(`as %s`, async (role) => {
    const status = await statusAs(role, method, url);
    if (allowed.some((one) => one === role)) expect([200, 201, 400, 415, 422]).toContain(status);
    else expect(status).toBe(403);
  });
});

describe("the matrix", () => {
  test("nobody who moves money says who may come in, and the other way round", () => {
    for (const role of roles) {
      const may = new Set(permissionsOfRole[role]);
      expect(may.has("access:write") && (may.has("cash-flows:write") || may.has("statements:write")), role).toBe(false);
    }
  });

  test("who audits changes nothing, and who approves does nothing but approve", () => {
    const writes = (role: Role) => permissionsOfRole[role].filter((permission) => permission.endsWith(":write"));
    expect(writes("auditor")).toEqual([]);
    expect(writes("approver")).toEqual(["approvals:write"]);
  });

  test("a key never manages people, keys or the tenant", () => {
    const all = Object.values(permissionsOfScope).flat();
    expect(all.filter((permission) => /^(access|tenant|approvals):|^audit:write/.test(permission))).toEqual([]);
    // The trail is read by a key only where it says so.
    expect([...permissionsOfScope.read, ...permissionsOfScope.write]).not.toContain("audit:read");
  });
});

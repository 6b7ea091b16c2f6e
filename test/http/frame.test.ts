import { Writable } from "node:stream";
import { Type } from "typebox";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Problem } from "../../src/errors/problem.ts";
import { type HttpApplication, makeApplication } from "../../src/http/application.ts";
import type { Caller } from "../../src/http/caller.ts";
import { Amount } from "../../src/http/contract.ts";
import { pageOfRows, readCursor } from "../../src/http/cursor.ts";

const reader: Caller = { kind: "key", id: "k", actor: "key:k", tenant: "acme", permissions: new Set(["accounts:read"]), byCookie: false };
const byCookie: Caller = { ...reader, kind: "person", actor: "person:p", byCookie: true };

let app: HttpApplication;
let log: string;

beforeEach(async () => {
  log = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      log += String(chunk);
      done();
    },
  });
  app = await makeApplication(
    {
      log: { level: "info", stream },
      authenticate: async ({ bearer, session }) => (bearer === "apg_reader_key" ? reader : session === "a-session" ? byCookie : null),
      ready: async () => {
        throw new Problem("database_unreachable", "the database does not answer");
      },
      pages: null,
      version: "0.0.0",
      trustProxy: false,
      limits: { requestsPerMinutePerAddress: 50, requestsPerMinutePerTenant: 10 },
      counts: null,
    },
    async (scope) => {
      scope.get(
        "/api/v1/open",
        { config: { access: "public" }, schema: { querystring: Type.Object({ n: Type.Optional(Type.Integer()) }) } },
        async (request) => ({
          n: request.query.n ?? null,
        }),
      );
      scope.get("/api/v1/mine", { config: { access: "signed-in" } }, async (request) => ({ tenant: request.caller?.tenant }));
      scope.get("/api/v1/accounts", { config: { access: "accounts:read" } }, async () => ({ items: ["a"], next: "abc" }));
      scope.post(
        "/api/v1/flows",
        { config: { access: "accounts:read" }, schema: { body: Type.Object({ amount: Amount }, { additionalProperties: false }) } },
        async (request) => ({ amount: request.body.amount }),
      );
      scope.get("/api/v1/secret", { config: { access: "tenant:write" } }, async () => ({}));
      scope.get("/api/v1/defect", { config: { access: "public" } }, async () => {
        throw new Error("password of the pool is hunter2");
      });
      scope.get("/api/v1/race", { config: { access: "public" } }, async () => {
        throw Object.assign(new Error("could not serialize"), { code: "40001" });
      });
    },
  );
});
afterEach(() => app.close());

const key = { authorization: "Bearer apg_reader_key" };

describe("errors", () => {
  test("an unknown address under /api answers with problem details", async () => {
    const answer = await app.inject({ url: "/api/v1/nothing" });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({
      code: "not_found",
      status: 404,
      type: "/docs/errors#not_found",
      requestId: answer.headers["x-request-id"],
    });
  });

  test("a defect is told by its request id alone, and stands whole in the log", async () => {
    const answer = await app.inject({ url: "/api/v1/defect" });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain("hunter2");
    expect(answer.json()).toMatchObject({ code: "internal" });
    expect(log).toContain("hunter2");
    expect(log).toContain(answer.json<{ requestId: string }>().requestId);
  });

  test("an error of the database becomes what it means to the caller", async () => {
    expect((await app.inject({ url: "/api/v1/race" })).json()).toMatchObject({ code: "conflict", status: 409 });
  });

  test("a part that does not fit its contract is named", async () => {
    const answer = await app.inject({ url: "/api/v1/open?n=x" });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "invalid_input", errors: [{ in: "querystring", path: "/n", message: "must be integer" }] });
  });

  test("a body that is no JSON is refused with problem details", async () => {
    const answer = await app.inject({
      method: "POST",
      url: "/api/v1/flows",
      headers: { ...key, "content-type": "application/json" },
      payload: "{",
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "invalid_input" });
  });

  test("a content type that no route reads is refused", async () => {
    const answer = await app.inject({
      method: "POST",
      url: "/api/v1/flows",
      headers: { ...key, "content-type": "text/csv" },
      payload: "a",
    });
    expect(answer.json()).toMatchObject({ code: "unsupported_media_type", status: 415 });
  });
});

describe("money on the wire", () => {
  test("an amount as a decimal string is taken", async () => {
    const answer = await app.inject({ method: "POST", url: "/api/v1/flows", headers: key, payload: { amount: "12.50" } });
    expect(answer.json()).toEqual({ amount: "12.50" });
  });

  test.each([12.5, 12, "12,50", "1e3", "12.", "+1"])("the amount %j is refused, not converted", async (amount) => {
    const answer = await app.inject({ method: "POST", url: "/api/v1/flows", headers: key, payload: { amount } });
    expect(answer.statusCode).toBe(400);
  });
});

describe("who may call", () => {
  test("no proof: 401 with how to sign in", async () => {
    const answer = await app.inject({ url: "/api/v1/mine" });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers["www-authenticate"]).toContain("Bearer");
  });

  test("a key calls as its tenant", async () => {
    expect((await app.inject({ url: "/api/v1/mine", headers: key })).json()).toEqual({ tenant: "acme" });
  });

  test("a permission that is lacking is named", async () => {
    const answer = await app.inject({ url: "/api/v1/secret", headers: key });
    expect(answer.json()).toMatchObject({ code: "forbidden", status: 403, facts: { permission: "tenant:write" } });
  });

  test("a malformed Authorization header is not mistaken for nobody", async () => {
    expect((await app.inject({ url: "/api/v1/mine", headers: { authorization: "Basic abc" } })).statusCode).toBe(401);
  });

  test("a route that does not say who may call it cannot be registered", async () => {
    const frame = makeApplication(
      {
        log: { level: "silent" },
        authenticate: async () => null,
        ready: async () => {},
        pages: null,
        version: "0",
        trustProxy: false,
        limits: { requestsPerMinutePerAddress: 1, requestsPerMinutePerTenant: 1 },
        counts: null,
      },
      async (scope) => {
        scope.get("/api/v1/forgotten", async () => ({}));
      },
    );
    await expect(frame).rejects.toThrow("/api/v1/forgotten does not say who may call it");
  });
});

describe("a page of another site", () => {
  const post = (headers: Record<string, string>) =>
    app.inject({
      method: "POST",
      url: "/api/v1/flows",
      headers: { host: "127.0.0.1:4400", cookie: "apg_session=a-session", ...headers },
      payload: { amount: "1" },
    });

  test("cannot write with the cookie of a person", async () => {
    expect((await post({ origin: "https://evil.example" })).json()).toMatchObject({ code: "foreign_origin", status: 403 });
    expect((await post({ "sec-fetch-site": "cross-site" })).statusCode).toBe(403);
    expect((await post({ "sec-fetch-site": "same-site" })).statusCode).toBe(403);
    expect((await post({ origin: "null" })).statusCode).toBe(403);
    expect((await post({})).statusCode).toBe(403);
  });

  test("while our own page can", async () => {
    expect((await post({ origin: "http://127.0.0.1:4400" })).statusCode).toBe(200);
    expect((await post({ "sec-fetch-site": "same-origin" })).statusCode).toBe(200);
  });

  test("and a program with a key needs no origin", async () => {
    const answer = await app.inject({ method: "POST", url: "/api/v1/flows", headers: key, payload: { amount: "1" } });
    expect(answer.statusCode).toBe(200);
  });
});

describe("limits", () => {
  test("a tenant over its rate is told when to come back, another address too", async () => {
    for (let count = 0; count < 10; count += 1) expect((await app.inject({ url: "/api/v1/mine", headers: key })).statusCode).toBe(200);
    const answer = await app.inject({ url: "/api/v1/mine", headers: key, remoteAddress: "10.0.0.9" });
    expect(answer.json()).toMatchObject({ code: "too_many_requests", status: 429 });
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
  });

  test("an address over its rate is refused while health still answers", async () => {
    for (let count = 0; count < 50; count += 1) await app.inject({ url: "/api/v1/open" });
    const answer = await app.inject({ url: "/api/v1/open" });
    expect(answer.json()).toMatchObject({ code: "too_many_requests" });
    expect((await app.inject({ url: "/healthz" })).statusCode).toBe(200);
  });
});

describe("health", () => {
  test("the process is well while its database is away, and says that it is not ready", async () => {
    expect((await app.inject({ url: "/healthz" })).json()).toEqual({ status: "ok" });
    expect((await app.inject({ url: "/readyz" })).json()).toMatchObject({ code: "database_unreachable", status: 503 });
  });
});

describe("headers", () => {
  test("scripts come from our own files only and no page frames ours", async () => {
    const { headers } = await app.inject({ url: "/healthz" });
    expect(headers["content-security-policy"]).toContain("script-src 'self';");
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  });

  test("answers of the API are kept by no cache", async () => {
    expect((await app.inject({ url: "/api/v1/open" })).headers["cache-control"]).toBe("no-store");
  });

  test("a caller's request id is kept, a strange one replaced", async () => {
    expect((await app.inject({ url: "/healthz", headers: { "x-request-id": "trace-12345678" } })).headers["x-request-id"]).toBe(
      "trace-12345678",
    );
    expect((await app.inject({ url: "/healthz", headers: { "x-request-id": "a'; drop" } })).headers["x-request-id"]).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  });

  test("a list with a next page links to it", async () => {
    const answer = await app.inject({ url: "/api/v1/accounts?limit=5", headers: key });
    expect(answer.headers["link"]).toBe('</api/v1/accounts?limit=5&after=abc>; rel="next"');
  });
});

describe("the log", () => {
  test("has neither query nor token nor cookie", async () => {
    await app.inject({ url: "/api/v1/open?token=abc-secret", headers: { ...key, cookie: "apg_session=a-session" } });
    expect(log).toContain('"path":"/api/v1/open"');
    expect(log).not.toMatch(/abc-secret|apg_reader_key|a-session/);
  });
});

describe("cursors", () => {
  const uuid = /^[0-9a-f-]{36}$/;
  const rows = ["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"];

  const listed = rows.map((row) => ({ item: row, key: [row] }));

  test("a page with a row too many has a next one, and its cursor leads there", () => {
    const page = pageOfRows("things", listed, 1);
    expect(page.items).toEqual([rows[0]]);
    expect(readCursor("things", page.next ?? "", [uuid])).toEqual([rows[0]]);
  });

  test("the last page has none", () => {
    expect(pageOfRows("things", listed, 2).next).toBeNull();
  });

  test.each([
    "",
    "%%%",
    "bnVsbA",
    Buffer.from('["things","x\' or 1=1"]').toString("base64url"),
    Buffer.from('["others","0"]').toString("base64url"),
  ])("the cursor %j is refused", (text) => {
    expect(() => readCursor("things", text, [uuid])).toThrow("not a cursor of this list");
  });
});

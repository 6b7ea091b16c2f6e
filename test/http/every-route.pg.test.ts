import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { permissionsOfRole } from "../../src/access/permissions.ts";
import type { HttpApplication, RouteEntry } from "../../src/http/application.ts";
import { makeServer } from "../../src/server.ts";
import { origin } from "../access/caller.ts";
import { testPasswordOfPeople as password, testApi } from "../helpers/api.ts";

// Through all that the application answers to, from its own table: a route that is added tomorrow is tested tomorrow.
const api = testApi();
const pages = mkdtempSync(join(tmpdir(), "apg-every-route-"));
let app: HttpApplication;
let routes: readonly RouteEntry[];
let cookie = "";
let setCookies: readonly {
  readonly name: string;
  readonly httpOnly?: boolean;
  readonly sameSite?: string;
  readonly secure?: boolean;
  readonly path?: string;
}[];

const signIn = (more: Partial<InjectOptions> = {}) =>
  app.inject({
    method: "POST",
    url: "/api/v1/session",
    headers: origin,
    payload: { email: "administrator@acme.example", password },
    ...more,
  });

beforeAll(async () => {
  mkdirSync(join(pages, "assets"));
  writeFileSync(join(pages, "index.html"), "<!doctype html><title>page</title>");
  writeFileSync(join(pages, "assets", "main-abc.js"), "export {}");
  const { database, uploadFolder } = api.current;
  app = await makeServer({
    app: database.app,
    admin: database.admin,
    gate: database.gate,
    host: "127.0.0.1",
    port: 0,
    log: { level: "silent" },
    pages,
    limits: { requestsPerMinutePerAddress: 100_000, requestsPerMinutePerTenant: 100_000 },
    uploadFolder,
    trustProxy: true,
  });
  await app.ready();
  routes = app.routeTable.filter(({ method }) => method !== "HEAD" && method !== "OPTIONS");
  const answer = await signIn();
  setCookies = answer.cookies as typeof setCookies;
  cookie = answer.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
});
afterAll(async () => {
  await app.close();
  rmSync(pages, { recursive: true });
});

let address = 0;
/** Each from an address of its own, since some routes let an address in only so often. */
function call(route: Pick<RouteEntry, "method" | "url">, headers: Record<string, string> = {}) {
  address += 1;
  const url = route.url.replace(/:\w+/g, "00000000-0000-4000-8000-000000000000").replace("*", "assets/main-abc.js");
  const body = ["POST", "PUT", "PATCH"].includes(route.method) ? { payload: {} } : {};
  const method = route.method as "GET";
  return app.inject({
    method,
    url,
    headers: { host: origin.host, ...headers },
    remoteAddress: `10.8.${address >> 8}.${address & 255}`,
    ...body,
  });
}

type Answer = Awaited<ReturnType<typeof call>>;

function expectStrict(answer: Answer, what: string, url: string): void {
  const { headers } = answer;
  const policy = String(headers["content-security-policy"] ?? "");
  expect(policy, `${what}: content-security-policy`).toMatch(/default-src 'none'/);
  expect(policy, what).toMatch(/frame-ancestors 'none'/);
  expect(policy, what).toMatch(/script-src 'self'(;|$)/);
  expect(headers["x-content-type-options"], `${what}: x-content-type-options`).toBe("nosniff");
  expect(headers["x-frame-options"], what).toBe("DENY");
  expect(headers["referrer-policy"], what).toBe("no-referrer");
  expect(headers["cross-origin-opener-policy"], what).toBe("same-origin");
  expect(headers["x-powered-by"], what).toBeUndefined();
  if (url.startsWith("/api/")) expect(headers["cache-control"], `${what}: cache-control`).toBe("no-store");
}

test("there are routes to go through, each of which says who may call it", () => {
  expect(routes.length).toBeGreaterThan(60);
  expect(routes.filter(({ url, access }) => url.startsWith("/api/v1") && access === null)).toEqual([]);
});

describe("security headers", () => {
  test("stand on every route's answer, to a stranger and to somebody signed in, whatever it says", async () => {
    const statuses = new Set<number>();
    // Who signs out by hand, without a browser, is signed out: that is looked at as a stranger.
    for (const route of routes)
      for (const headers of route.method !== "GET" && route.access === "public" ? [{}] : [{}, { cookie }]) {
        const answer = await call(route.method === "GET" ? route : { ...route, method: "GET" }, headers);
        const refused = await call(route, headers);
        statuses.add(answer.statusCode).add(refused.statusCode);
        expectStrict(answer, `GET ${route.url}`, route.url);
        expectStrict(refused, `${route.method} ${route.url}`, route.url);
      }
    for (const status of [200, 401, 403, 404]) expect([...statuses], "answers of many kinds were looked at").toContain(status);
  });

  test.each<[string, InjectOptions]>([
    ["a static file", { url: "/assets/main-abc.js" }],
    ["the page", { url: "/positions" }],
    ["a file that is not there", { url: "/assets/gone.js" }],
    ["a path of the API that is not there", { url: "/api/v1/none" }],
    ["a path that leads out", { url: "/assets/..%2f..%2fpackage.json" }],
    ["an address that cannot be decoded", { url: "/%zz" }],
    ["a method that nothing takes", { method: "PATCH", url: "/positions" }],
    [
      "a body that is too large",
      {
        method: "POST",
        url: "/api/v1/session",
        headers: { ...origin, "content-type": "application/json" },
        payload: `"${"x".repeat(1_100_000)}"`,
      },
    ],
    [
      "a body that is not JSON",
      { method: "POST", url: "/api/v1/session", headers: { ...origin, "content-type": "application/json" }, payload: "{" },
    ],
    [
      "a content type that nothing reads",
      { method: "POST", url: "/api/v1/session", headers: { ...origin, "content-type": "text/csv" }, payload: "a" },
    ],
    ["a health check", { url: "/healthz" }],
  ])("stand on %s", async (what, request) => {
    expectStrict(await app.inject(request), what, String(request.url));
  });

  test("under TLS, also that this stays so", async () => {
    const answer = await app.inject({ url: "/healthz", headers: { "x-forwarded-proto": "https" } });
    expect(answer.headers["strict-transport-security"]).toBe("max-age=31536000");
  });
});

describe("cookies", () => {
  test("of a session are out of reach of scripts and of other sites, and under TLS go over TLS only", async () => {
    expect(setCookies.map(({ name }) => name)).toContain("apg_session");
    for (const { name, httpOnly, sameSite, path } of setCookies)
      expect({ name, httpOnly, sameSite, path }).toEqual({ name, httpOnly: true, sameSite: "Strict", path: "/" });
    const secured = await signIn({ headers: { ...origin, origin: "https://localhost:4400", "x-forwarded-proto": "https" } });
    const session = secured.cookies.find(({ name }) => name === "apg_session");
    expect(session).toMatchObject({ httpOnly: true, sameSite: "Strict", secure: true });
  });
});

describe("a write that another site's page sends with the cookie", () => {
  const foreign: Record<string, Record<string, string>> = {
    "says where it comes from": { origin: "https://evil.example" },
    "says that it is cross-site": { "sec-fetch-site": "cross-site", origin: "http://localhost:4400" },
    "comes from a sister site": { "sec-fetch-site": "same-site" },
    "hides its origin": { origin: "null" },
    "says nothing at all": {},
  };
  test.each(Object.keys(foreign))("is refused by every writing route when it %s", async (name) => {
    const mine = new Set<string>(permissionsOfRole.administrator);
    for (const route of routes.filter(({ method, url }) => method !== "GET" && url.startsWith("/api/"))) {
      const access = route.access ?? "";
      // A public route has nothing to steal from who sends neither header: no browser of today.
      if (access === "public" && name === "says nothing at all") continue;
      const answer = await call(route, { cookie, ...foreign[name] });
      const wanted = access === "public" || access === "signed-in" || mine.has(access) ? "foreign_origin" : "forbidden";
      expect([`${route.method} ${route.url}`, answer.json().code]).toEqual([`${route.method} ${route.url}`, wanted]);
    }
  });

  test("is taken from our own page: the refusals above are not for another reason", async () => {
    const answer = await call({ method: "DELETE", url: "/api/v1/sessions" }, { cookie, origin: origin.origin });
    expect(answer.json()).toEqual({ ended: expect.any(Number) });
  });
});

import { Type } from "typebox";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HttpApplication, makeApplication } from "../../src/http/application.ts";
import { Position, PositionQuery } from "../../src/positions/contract.ts";
import { type OpenApi, openApiOf } from "../helpers/open-api.ts";

let app: HttpApplication;
let document: OpenApi & { info: { version: string } };

beforeAll(async () => {
  app = await makeApplication(
    {
      log: { level: "silent" },
      authenticate: async () => null,
      ready: async () => {},
      pages: null,
      version: "1.2.3",
      trustProxy: false,
      limits: { requestsPerMinutePerAddress: 1000, requestsPerMinutePerTenant: 1000 },
      counts: null,
    },
    async (scope) => {
      scope.get(
        "/api/v1/positions",
        { config: { access: "positions:read" }, schema: { summary: "Position", querystring: PositionQuery, response: { 200: Position } } },
        async () => ({}) as never,
      );
      scope.get(
        "/api/v1/open",
        { config: { access: "public" }, schema: { summary: "Open", response: { 200: Type.Object({}) } } },
        async () => ({}),
      );
    },
  );
  document = (await openApiOf(app)) as typeof document;
});
afterAll(() => app.close());

describe("the OpenAPI document", () => {
  test("is of version 3.1 and needs no proof to be read", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(document.info.version).toBe("1.2.3");
  });

  test("names each schema once, and each reference leads to one", () => {
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1]);
    expect(names).toContain("Position");
    expect(names).toContain("PositionAccount");
    for (const name of names) expect(document.components.schemas).toHaveProperty([name ?? ""]);
    expect(document.paths["/api/v1/positions"]?.["get"]?.responses["200"]?.content?.["application/json"]?.schema).toEqual({
      $ref: "#/components/schemas/Position",
    });
  });

  test("says for each route what its errors look like and what proves the caller", () => {
    const operation = document.paths["/api/v1/positions"]?.["get"];
    expect(operation?.responses["4XX"]?.content?.["application/problem+json"]?.schema).toEqual({ $ref: "#/components/schemas/Problem" });
    expect(operation?.security).toEqual([{ apiKey: [] }, { session: [] }]);
    expect(document.paths["/api/v1/open"]?.["get"]?.security).toEqual([]);
  });
});

describe("the browsable page", () => {
  test("is served with scripts from files of ours alone", async () => {
    const short = await app.inject({ url: "/api/docs" });
    const front = await app.inject({ url: new URL(String(short.headers.location ?? "/api/docs"), "http://h/api/docs").pathname });
    expect(front.statusCode).toBe(200);
    expect(front.body).not.toMatch(/<script(?![^>]*src=)/);
    expect(front.body).not.toMatch(/(src|href)="https?:/);
    const policy = String(front.headers["content-security-policy"]);
    expect(policy).toMatch(/script-src 'self'/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(policy).not.toMatch(/https?:/);
    const scripts = [...front.body.matchAll(/src="([^"]+)"/g)].map((match) => new URL(match[1] ?? "", "http://h/api/docs").pathname);
    expect(scripts.length).toBeGreaterThan(2);
    for (const script of scripts) expect((await app.inject({ url: script })).statusCode).toBe(200);
  });
});

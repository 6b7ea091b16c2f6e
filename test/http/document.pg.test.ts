import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import { testApi } from "../helpers/api.ts";
import { type OpenApi, openApiOf } from "../helpers/open-api.ts";

const api = testApi();
let document: OpenApi;

beforeAll(async () => {
  document = await openApiOf(api.current.app);
});

/** "GET /api/v1/accounts/:id" of everything the server answers under /api/v1. */
function routes(): string[] {
  const found: string[] = [];
  const path: string[] = [];
  for (const line of api.current.app.printRoutes({ commonPrefix: false }).split("\n")) {
    const match = /^([│ ]*)[├└]── (\S+) \(([A-Z, ]+)\)/.exec(line);
    if (match === null) continue;
    path.length = (match[1] ?? "").length / 4;
    path.push(match[2] ?? "");
    const whole = path.join("");
    if (!whole.startsWith("/api/v1/")) continue;
    for (const method of (match[3] ?? "").split(", ")) if (method !== "HEAD") found.push(`${method} ${whole}`);
  }
  return found.sort();
}

describe("the OpenAPI document of the server", () => {
  test("covers every route under /api/v1, and no other", () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`),
    );
    expect(routes().length).toBeGreaterThan(20);
    expect(described.sort()).toEqual(routes());
  });

  test("says of each operation what it does, what it answers and what its refusals look like", () => {
    for (const [path, operations] of Object.entries(document.paths))
      for (const [method, operation] of Object.entries(operations)) {
        const at = `${method} ${path}`;
        expect(operation.summary, at).toMatch(/\S/);
        expect(operation.tags?.length, at).toBe(1);
        expect(
          Object.keys(operation.responses).some((status) => status.startsWith("2")),
          at,
        ).toBe(true);
        expect(operation.responses["4XX"]?.content?.["application/problem+json"]?.schema, at).toEqual({
          $ref: "#/components/schemas/Problem",
        });
        for (const name of path.matchAll(/\{(\w+)\}/g))
          expect(
            operation.parameters?.some((parameter) => parameter.in === "path" && parameter.name === name[1] && parameter.required),
            at,
          ).toBe(true);
      }
  });

  test("names each operation once, for the functions of generated clients", () => {
    const names = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).map((operation) => operation.operationId),
    );
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(["getPositions", "postStatements", "getStatementsById", "getAccountsProof", "deleteApiKeysById"]),
    );
    expect(JSON.stringify(document)).not.toContain("Default Response");
  });

  test("says that an upload is a form of files, or one file", () => {
    const body = (document.paths["/api/v1/statements"]?.["post"] as { requestBody?: { content?: object } } | undefined)?.requestBody;
    expect(Object.keys(body?.content ?? {})).toEqual(["multipart/form-data", "application/octet-stream"]);
  });

  test("has schemas that are JSON Schema 2020-12, with references that lead somewhere", () => {
    const ajv = new Ajv2020({ strict: false, formats: { date: true, "date-time": true, uuid: true, binary: true } });
    ajv.addSchema({ $id: "openapi", ...document });
    for (const name of Object.keys(document.components.schemas))
      expect(() => ajv.compile({ $ref: `openapi#/components/schemas/${name}` }), name).not.toThrow();
  });

  test("knows money only as decimal text", () => {
    const amounts = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
      Object.entries((schema["properties"] ?? {}) as Record<string, object>)
        .filter(([field]) =>
          /^(amount|opening|closing|credits|debits|net|sealed|provisional|unproven|movedSince|anchorAmount)$/.test(field),
        )
        .map(([field, property]) => ({ at: `${name}.${field}`, text: JSON.stringify(property) })),
    );
    expect(amounts.length).toBeGreaterThan(20);
    for (const { at, text } of amounts) expect(text, at).toMatch(/"#\/components\/schemas\/Amount"|"pattern":"\^-\?\\\\d\+/);
  });
});

import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";
import type { HttpApplication } from "../../src/http/application.ts";

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}
interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly required?: boolean }[];
  readonly responses: Readonly<Record<string, Content>>;
}
export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Readonly<Record<string, unknown>>>> };
}

export async function openApiOf(app: HttpApplication): Promise<OpenApi> {
  return (await app.inject({ url: "/api/openapi.json" })).json<OpenApi>();
}

/** Holds an answer against what the document promises for it, formats included. */
export async function expectAsDocumented(
  app: HttpApplication,
  path: string,
  answer: { statusCode: number; json(): unknown },
): Promise<void> {
  const document = await openApiOf(app);
  const responses = document.paths[path]?.["get"]?.responses ?? {};
  const content = (responses[String(answer.statusCode)] ?? responses[`${String(answer.statusCode)[0]}XX`])?.content ?? {};
  const schema = (content["application/json"] ?? content["application/problem+json"])?.schema;
  expect(schema, `${path} ${answer.statusCode} is documented`).toBeDefined();
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addFormat("date", /^\d{4}-\d\d-\d\d$/);
  ajv.addFormat("date-time", (text) => /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)));
  ajv.addFormat("uuid", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  ajv.addFormat("binary", true);
  ajv.addSchema({ $id: "openapi", ...document });
  const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"openapi#/components/')) as object;
  const validate = ajv.compile(local);
  validate(answer.json());
  expect(validate.errors ?? [], path).toEqual([]);
}

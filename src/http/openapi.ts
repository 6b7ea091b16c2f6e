import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { HttpApplication } from "./application.ts";
import { ProblemBody } from "./contract.ts";

type Json = Record<string, unknown>;

/** OpenAPI 3.1 of every route under /api/v1, at /api/openapi.json; the same to browse and try at /api/docs, from files of our own. */
export async function registerOpenApi(app: HttpApplication, version: string): Promise<void> {
  app.addHook("onRoute", describeProblems);
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "APG Cash Management",
        version,
        description:
          "Bank statements in, a proven cash position out. Amounts are decimal strings beside their currency, days are YYYY-MM-DD, moments are RFC 3339. " +
          "Lists are read page by page: give `next` as `after`. Uploads take an Idempotency-Key, so a repeated request is answered, not repeated.",
      },
      components: {
        securitySchemes: {
          apiKey: { type: "http", scheme: "bearer", bearerFormat: "apg_…", description: "An API key of a tenant" },
          platformKey: {
            type: "http",
            scheme: "bearer",
            bearerFormat: "apgp_…",
            description: "A key of who runs the installation; of no tenant",
          },
          session: { type: "apiKey", in: "cookie", name: "apg_session", description: "The session of a person who signed in" },
        },
      },
    },
    transform: ({ schema, url, route }) => ({
      schema: { operationId: operationId(String(route.method), url), ...withBody(schema) } as never,
      url,
    }),
    transformObject: (document) => ("openapiObject" in document ? (named(document.openapiObject as Json) as never) : (document as never)),
  });
  await app.register(swaggerUi, {
    routePrefix: "/api/docs",
    // Its own policy would allow more than ours; its files live with ours (headers.ts).
    staticCSP: false,
    uiConfig: { layout: "BaseLayout", docExpansion: "list", validatorUrl: null, displayRequestDuration: true },
    theme: { title: "APG Cash Management · API" },
  });
  app.get("/api/openapi.json", { config: { access: "public" }, schema: { hide: true } }, async () => app.swagger());
}

const problemResponse = (description: string) => ({ description, content: { "application/problem+json": { schema: ProblemBody } } });

/** Says on each route what its errors look like and what proof of identity it takes, so that no route has to. */
function describeProblems(route: { url: string; config?: { access?: string }; schema?: Json }): void {
  if (!route.url.startsWith("/api/v1") || route.schema === undefined || route.schema["hide"] === true) return;
  const open = route.config?.access === "public";
  const responses = (route.schema["response"] ?? {}) as Json;
  route.schema["response"] = {
    ...responses,
    "4xx": problemResponse("The request was refused"),
    "5xx": problemResponse("It could not be answered"),
  };
  route.schema["security"] ??= open ? [] : [{ apiKey: [] }, { session: [] }];
}

/** A name for the functions of generated clients: GET /api/v1/accounts/:id/entries is getAccountsEntries, and one by its id …ById. */
function operationId(method: string, url: string): string {
  const parts = url
    .replace(/^\/api\/v1/, "")
    .split(/[/-]/)
    .filter((part) => part !== "" && !part.startsWith(":"));
  const name = parts.map((part) => `${part[0]?.toUpperCase()}${part.slice(1)}`).join("");
  return `${method.toLowerCase()}${name}${/:\w+$/.test(url) ? "ById" : ""}`;
}

const successes: Readonly<Record<string, string>> = {
  "200": "Done",
  "201": "Done, and something new is there",
  "202": "Taken up; it is not done yet",
  "204": "Done; there is nothing to say",
};

/** A body that is read as a stream has no schema to check it by; `documentedBody` says what it is (uploads.ts). */
function withBody(schema: unknown): Json {
  const { documentedBody, ...rest } = (schema ?? {}) as Json;
  return documentedBody === undefined ? rest : { ...rest, body: documentedBody };
}

/** Moves each schema that has a title into components under that name, so that generators make one type of it. */
function named(document: Json): Json {
  const schemas: Json = {};
  const walk = (value: unknown, insideNamed: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item) => walk(item, false));
    if (value === null || typeof value !== "object") return value;
    const node = value as Json;
    const title = node["title"];
    if (!insideNamed && typeof title === "string" && isSchema(node)) {
      schemas[title] ??= walk(node, true);
      return { $ref: `#/components/schemas/${title}` };
    }
    return Object.fromEntries(
      Object.entries(node).map(([key, item]) => {
        if (key === "examples") return [key, item];
        const plain = successes[key] !== undefined && (item as Json)["description"] === "Default Response";
        return [key, walk(plain ? { ...(item as Json), description: successes[key] } : item, false)];
      }),
    );
  };
  const paths = walk(document["paths"], false);
  const components = { ...(document["components"] as Json), schemas };
  return { ...document, paths, components };
}

function isSchema(node: Json): boolean {
  return "type" in node || "anyOf" in node || "enum" in node;
}

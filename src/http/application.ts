import type { IncomingMessage, ServerResponse } from "node:http";
import cookie from "@fastify/cookie";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RawServerDefault,
} from "fastify";
import { v7 as uuidv7 } from "uuid";
import type { Authenticate } from "./caller.ts";
import { registerGuard } from "./guard.ts";
import { registerHeaders, strictHeaders } from "./headers.ts";
import { registerHealth } from "./health.ts";
import { type LogTarget, logOptions } from "./log.ts";
import { registerNextLink } from "./next-link.ts";
import { registerOpenApi } from "./openapi.ts";
import { registerPages } from "./pages.ts";
import { registerProblems, sendProblem } from "./problems.ts";
import { registerRateLimits } from "./rate-limits.ts";
import type { AddCounts } from "./request-counts.ts";
import { compileValidator } from "./validation.ts";

export type HttpApplication = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxTypeProvider>;

export interface HttpOptions {
  readonly log: LogTarget;
  readonly authenticate: Authenticate;
  /** Resolves when requests can be answered; throws the Problem that says why not. */
  readonly ready: () => Promise<void>;
  /** Folder of the built pages; null serves the API alone. */
  readonly pages: string | null;
  readonly version: string;
  /** Whether X-Forwarded-* of the peer is believed: only behind a proxy of one's own. */
  readonly trustProxy: boolean;
  readonly limits: HttpLimits;
  /** Where all processes count requests together; null: each for itself. */
  readonly counts: AddCounts | null;
}

export interface RouteEntry {
  readonly method: string;
  readonly url: string;
  readonly access: string | null;
}

declare module "fastify" {
  interface FastifyInstance {
    routeTable: readonly RouteEntry[];
  }
}

export interface HttpLimits {
  readonly requestsPerMinutePerAddress: number;
  readonly requestsPerMinutePerTenant: number;
}

export const defaultLimits: HttpLimits = { requestsPerMinutePerAddress: 3000, requestsPerMinutePerTenant: 6000 };

/** The HTTP frame: everything around the routes. `routes` registers them; deny by default (see guard.ts). */
export async function makeApplication(options: HttpOptions, routes: (app: HttpApplication) => Promise<void>): Promise<HttpApplication> {
  const app: HttpApplication = fastify({
    logger: logOptions(options.log),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestId,
    trustProxy: options.trustProxy,
    bodyLimit: 1024 * 1024,
    requestTimeout: 30 * 60_000,
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error, request, reply) => {
      reply.headers(strictHeaders);
      sendProblem(request as FastifyRequest, reply as unknown as FastifyReply, error);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(compileValidator);
  keepRouteTable(app);
  registerProblems(app);
  registerRequestLog(app);
  await registerHeaders(app);
  await app.register(cookie);
  const withinTenantLimit = await registerRateLimits(app, options.limits, options.counts);
  registerGuard(app, options.authenticate, withinTenantLimit);
  await registerOpenApi(app, options.version);
  registerNextLink(app);
  letGoOnClose(app);
  registerHealth(app, options.ready);
  await app.register(async (scope) => routes(scope.withTypeProvider<TypeBoxTypeProvider>()));
  await registerPages(app, options.pages);
  return app;
}

/** What the application answers to, for tests that go through all of it: nobody keeps such a list by hand. */
function keepRouteTable(app: HttpApplication): void {
  const table: RouteEntry[] = [];
  app.decorate("routeTable", table);
  app.addHook("onRoute", ({ method, url, config }) => {
    for (const one of [method].flat()) table.push({ method: one, url, access: config?.access ?? null });
  });
}

/** A caller may bring the id of its own trace; anything odd gets a fresh one, since it goes into logs and the audit trail. */
function requestId(request: { headers: IncomingMessage["headers"] }): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && /^[\w-]{8,64}$/.test(given) ? given : uuidv7();
}

/** A connection whose request was answered while the server closes is let go, or closing would wait for its client to do so. */
function letGoOnClose(app: HttpApplication): void {
  let closing = false;
  app.addHook("preClose", async () => {
    closing = true;
  });
  app.addHook("onSend", async (_request, reply) => {
    if (closing) reply.header("connection", "close");
  });
}

function registerRequestLog(app: HttpApplication): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
  });
  app.addHook("onResponse", async (request, reply) => {
    const quiet = request.url === "/healthz" || request.url === "/readyz";
    if (quiet && reply.statusCode < 400) return;
    // Neither query nor body nor headers: they carry tokens, names and account numbers.
    request.log.info(
      {
        method: request.method,
        path: request.url.split("?", 1)[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        tenant: request.caller?.tenant,
        actor: request.caller?.actor,
      },
      "answered",
    );
  });
}

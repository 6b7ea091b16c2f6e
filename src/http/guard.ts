import type { FastifyRequest } from "fastify";
import { Problem } from "../errors/problem.ts";
import type { HttpApplication } from "./application.ts";
import { type Authenticate, type Caller, sessionCookie } from "./caller.ts";

/**
 * The one door. Every route says who may call it in `config.access`; a route that says nothing cannot be registered, so
 * forgetting is found when the server starts, not when somebody walks in.
 */
export function registerGuard(
  app: HttpApplication,
  authenticate: Authenticate,
  withinTenantLimit: (request: FastifyRequest) => void,
): void {
  app.decorateRequest("caller", null);
  app.addHook("onRoute", (route) => {
    const api = route.url.startsWith("/api/v1");
    if (api && route.config?.access === undefined) throw new Error(`${String(route.method)} ${route.url} does not say who may call it`);
  });

  app.addHook("onRequest", async (request) => {
    const access = request.routeOptions.config.access;
    if (access === undefined) return;
    if (access !== "public") {
      request.caller = await authenticate({ bearer: bearerOf(request), session: request.cookies[sessionCookie] ?? null });
      allow(request.caller, access);
      withinTenantLimit(request);
    }
    refuseForeignOrigin(request);
  });
}

/** The caller of a route that is not public. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Problem("unauthenticated", "this request carries no proof of who sends it");
  return request.caller;
}

/** On whose behalf the transactions of a request run. */
export function contextOf(request: FastifyRequest): { readonly tenantId: string; readonly actor: string; readonly requestId: string } {
  const caller = callerOf(request);
  if (caller.kind === "platform")
    throw new Problem("forbidden", "a platform key belongs to no tenant", { hint: "Use an API key of the tenant, or sign in there." });
  return { tenantId: caller.tenant, actor: caller.actor, requestId: request.id };
}

function allow(caller: Caller | null, access: string): void {
  if (caller === null)
    throw new Problem("unauthenticated", "this request carries no valid session or API key", {
      hint: "Sign in, or send an API key as Authorization: Bearer apg_….",
    });
  if (access === "signed-in" ? caller.kind === "platform" : !caller.permissions.has(access))
    throw new Problem("forbidden", `this needs the permission ${access}`, {
      detail: { permission: access },
      hint: "Ask an administrator of the tenant for a role or a key that has it.",
    });
}

function bearerOf(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  if (header === undefined) return null;
  const match = /^Bearer ([\w-]{10,200})$/i.exec(header);
  if (match?.[1] === undefined)
    throw new Problem("unauthenticated", "the Authorization header is not of the form Bearer apg_…", {
      hint: "Send the key as it was shown.",
    });
  return match[1];
}

/**
 * A browser sends the cookie along with what another site's page makes it send. SameSite=Strict stops that; this is the second
 * belt, also for sign-in, where no cookie is needed to do harm. A program with an API key sends neither header nor cookie.
 */
function refuseForeignOrigin(request: FastifyRequest): void {
  if (request.method === "GET" || request.method === "HEAD" || request.method === "OPTIONS") return;
  if (request.caller !== null && !request.caller.byCookie) return;
  const site = request.headers["sec-fetch-site"];
  const origin = request.headers.origin;
  const own = site === undefined ? isOwnOrigin(origin, request.host) : site === "same-origin" || site === "none";
  // Neither header: no browser of today. A public route then has nothing to steal; a cookie is not accepted without one.
  const unknown = site === undefined && origin === undefined;
  if (unknown ? request.caller === null : own) return;
  throw new Problem("foreign_origin", "the request does not come from a page of this server", {
    hint: "Programs use an API key instead of a session cookie.",
  });
}

function isOwnOrigin(origin: string | undefined, host: string): boolean {
  if (origin === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === host;
}

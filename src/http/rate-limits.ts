import rateLimit, { type FastifyRateLimitOptions, type FastifyRateLimitStore } from "@fastify/rate-limit";
import type { FastifyRequest } from "fastify";
import { Problem } from "../errors/problem.ts";
import type { HttpApplication, HttpLimits } from "./application.ts";
import { type AddCounts, RequestCounts } from "./request-counts.ts";

/** Limits as small as this are held exactly, over all processes. */
const exactUpTo = 100;

declare module "fastify" {
  interface FastifyRequest {
    /** What is left of the tenant's limit; null before a tenant is known. */
    tenantLimit: { readonly max: number; readonly left: number; readonly seconds: number } | null;
  }
}

/**
 * Requests per address (and route, where one says so in `config.rateLimit`) and per tenant, over all processes that share `add`. Every answer
 * says what is left: RateLimit-Limit, -Remaining, -Reset (draft-ietf-httpapi-ratelimit-headers-07), of whichever limit is nearer.
 * @returns counts a request of a tenant; throws Problem `too_many_requests`
 */
export async function registerRateLimits(
  app: HttpApplication,
  limits: HttpLimits,
  add: AddCounts | null,
): Promise<(request: FastifyRequest) => void> {
  const counts = new RequestCounts(add);
  app.addHook("onClose", () => counts.close());
  app.decorateRequest("tenantLimit", null);
  await app.register(rateLimit, {
    global: true,
    max: limits.requestsPerMinutePerAddress,
    timeWindow: 60_000,
    enableDraftSpec: true,
    store: storeOf(counts),
    allowList: (request) => request.url === "/healthz" || request.url === "/readyz",
    errorResponseBuilder: (_request, context) => tooMany(context.ttl),
  });
  // The plugin writes its own headers after the door has let a request in, so the nearer limit is said when the answer goes out.
  app.addHook("onSend", async (request, reply) => {
    const { tenantLimit } = request;
    if (tenantLimit === null || tenantLimit.left >= Number(reply.getHeader("ratelimit-remaining") ?? Number.POSITIVE_INFINITY)) return;
    reply.headers({ "ratelimit-limit": tenantLimit.max, "ratelimit-remaining": tenantLimit.left, "ratelimit-reset": tenantLimit.seconds });
  });
  return (request) => {
    const max = limits.requestsPerMinutePerTenant;
    const { current, ttl } = counts.count(`tenant ${request.caller?.tenant || request.caller?.actor}`, 60_000);
    request.tenantLimit = { max, left: Math.max(0, max - current), seconds: Math.ceil(ttl / 1000) };
    if (current > max) throw tooMany(ttl);
  };
}

export function tooMany(ttlMs: number): Problem {
  const seconds = Math.max(1, Math.ceil(ttlMs / 1000));
  return new Problem("too_many_requests", "too many requests were sent", {
    detail: { retryAfterSeconds: seconds },
    hint: `Try again in ${seconds} s.`,
  });
}

type Store = new (options: FastifyRateLimitOptions) => FastifyRateLimitStore;

/** What the plugin counts with; a route with limits of its own counts by itself. */
function storeOf(counts: RequestCounts): Store {
  return class SharedStore implements FastifyRateLimitStore {
    readonly #route: string;

    constructor(options: FastifyRateLimitOptions) {
      const { routeInfo } = options as { routeInfo?: { url?: string; method?: string | string[] } };
      this.#route = routeInfo?.url === undefined ? "" : `${String(routeInfo.method)} ${routeInfo.url} `;
    }

    incr(
      address: string,
      done: (error: Error | null, counted?: { current: number; ttl: number }) => void,
      windowMs: number,
      max: number,
    ): void {
      const name = `address ${this.#route}${address}`;
      if (max > exactUpTo) done(null, counts.count(name, windowMs));
      else counts.countExactly(name, windowMs).then((counted) => done(null, counted), done);
    }

    child(options: object): SharedStore {
      return new SharedStore(options as FastifyRateLimitOptions);
    }
  };
}

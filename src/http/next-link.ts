import type { HttpApplication } from "./application.ts";

/** A list says in a Link header (RFC 8288) where it goes on, for programs that follow links and not fields. */
export function registerNextLink(app: HttpApplication): void {
  app.addHook("preSerialization", async (request, reply, payload) => {
    const next = (payload as { next?: unknown } | null)?.next;
    if (typeof next !== "string" || request.method !== "GET") return payload;
    const address = new URL(request.url, "http://host");
    address.searchParams.set("after", next);
    reply.header("link", `<${address.pathname}${address.search}>; rel="next"`);
    return payload;
  });
}

import helmet from "@fastify/helmet";
import type { HttpApplication } from "./application.ts";

/**
 * What a browser may do with our pages. Scripts come from files of ours only. Styles also inline: the component library
 * writes its variables into a style element, and a style cannot read or send anything under the other directives.
 */
const contentSecurityPolicy = {
  "default-src": ["'none'"],
  "script-src": ["'self'"],
  "style-src": ["'self'", "'unsafe-inline'"],
  "img-src": ["'self'", "data:", "blob:"],
  "font-src": ["'self'", "data:"],
  "connect-src": ["'self'"],
  "manifest-src": ["'self'"],
  "form-action": ["'self'"],
  "frame-ancestors": ["'none'"],
  "base-uri": ["'none'"],
};

/** For what is answered before any hook runs: an address that cannot be decoded. */
export const strictHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": Object.entries(contentSecurityPolicy)
    .map(([name, values]) => `${name} ${values.join(" ")}`)
    .join(";"),
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

export async function registerHeaders(app: HttpApplication): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: contentSecurityPolicy },
    // Only where TLS ends at this server or at the proxy in front of it; on plain loopback it would lock the browser out.
    strictTransportSecurity: false,
    referrerPolicy: { policy: "no-referrer" },
    xFrameOptions: { action: "deny" },
    crossOriginEmbedderPolicy: false,
  });
  app.addHook("onRequest", async (request, reply) => {
    if (request.protocol === "https") reply.header("strict-transport-security", "max-age=31536000");
    // Figures of a tenant stay out of every cache; the pages' own files say otherwise for themselves.
    if (request.url.startsWith("/api/")) reply.header("cache-control", "no-store");
  });
}
